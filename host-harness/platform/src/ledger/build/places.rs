//! Names, each once, and where they stand.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;

/// Names in rising order.
pub(super) struct Places(Vec<String>);

impl Places {
    pub(super) fn of<'a>(names: impl Iterator<Item = Cow<'a, str>>) -> Self {
        let names: HashSet<Cow<'_, str>> = names.collect();
        let mut names: Vec<String> = names.into_iter().map(Cow::into_owned).collect();
        names.sort_unstable();
        Self(names)
    }

    /// Where a name stands; none if it is none of them.
    pub(super) fn get(&self, name: &str) -> Option<u32> {
        place(&self.0, |one| (**one).cmp(name))
    }

    pub(super) fn into_names(self) -> Vec<String> {
        self.0
    }
}

/// Where something stands in what is sorted; none if it is not there.
pub(super) fn place<T>(sorted: &[T], compare: impl FnMut(&T) -> Ordering) -> Option<u32> {
    u32::try_from(sorted.binary_search_by(compare).ok()?).ok()
}
