//! The one order by rank, over one type: a sort is compiled anew for every type, some 5 KB of component each.

/// Items in falling order of their key. Of equal keys, the earlier item stays first.
pub(crate) fn ranked<T>(items: Vec<T>, key: impl Fn(&T) -> f64) -> Vec<T> {
    let keys: Vec<f64> = items.iter().map(key).collect();
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    order(&keys)
        .into_iter()
        .filter_map(|position| items.get_mut(position)?.take())
        .collect()
}

/// Positions in falling order of the keys there. Of equal keys, the earlier position stays first.
pub(crate) fn order(keys: &[f64]) -> Vec<usize> {
    let mut order: Vec<(usize, f64)> = keys.iter().copied().enumerate().collect();
    order.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    order.into_iter().map(|(position, _)| position).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_keep_their_order() {
        let items = vec![("a", 1), ("b", 2), ("c", 1), ("d", 2)];
        let names: Vec<_> = ranked(items, |item| f64::from(item.1))
            .into_iter()
            .map(|item| item.0)
            .collect();
        assert_eq!(names, ["b", "d", "a", "c"]);
    }
}
