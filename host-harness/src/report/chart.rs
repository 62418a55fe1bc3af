//! Small charts of characters. Every one stands beside its numbers.

/// Heights over time, each as an eighth of the highest; a dot where nothing is known. Longer series than `room` are
/// summed by neighbours, [`together`] in a column, so that none is left out. Also what the highest is.
pub(super) fn line(values: &[Option<f64>], room: usize) -> (String, f64) {
    let merged = merge(values, room);
    let top = merged.iter().flatten().copied().fold(0.0, f64::max);
    let line = merged.iter().map(|value| match value {
        None => '·',
        Some(value) => step(*value, top),
    });
    (line.collect(), top)
}

/// How many of so many values a column of [`line`] holds.
pub(super) fn together(values: usize, room: usize) -> usize {
    values.div_ceil(room.max(1)).max(1)
}

/// A bar of at most `room` columns that is `value` of `top`, in eighths of a column. Something is never shown as nothing.
pub(super) fn bar(value: f64, top: f64, room: usize) -> String {
    let eighths = part(value, top, room * EIGHTHS.len());
    let eighths = if value > 0.0 { eighths.max(1) } else { 0 };
    let (whole, rest) = (eighths / EIGHTHS.len(), eighths % EIGHTHS.len());
    let mut bar = "█".repeat(whole);
    if let Some(index) = rest.checked_sub(1) {
        bar.extend(WIDTHS.get(index));
    }
    bar
}

/// An interval on an axis from `from` to `to`: `├──●──┤`, an arrow where it goes on beyond, and a mark at `at`.
pub(super) fn interval(
    (low, value, high): (Option<f64>, f64, Option<f64>),
    (from, to): (f64, f64),
    at: f64,
    room: usize,
) -> String {
    let last = room.saturating_sub(1);
    let place = |value: f64| part(value - from, to - from, last);
    let (left, right) = (place(low.unwrap_or(from)), place(high.unwrap_or(to)));
    let marks = [
        (place(at), '┊'),
        (
            left,
            if low.is_some_and(|low| low >= from) {
                '├'
            } else {
                '◂'
            },
        ),
        (
            right,
            if high.is_some_and(|high| high <= to) {
                '┤'
            } else {
                '▸'
            },
        ),
        (place(value), '●'),
    ];
    let drawn = (0..room).map(|column| {
        let mark = marks.iter().rev().find(|(place, _)| *place == column);
        match mark {
            Some((_, mark)) => *mark,
            None if left < column && column < right => '─',
            None => ' ',
        }
    });
    let drawn: String = drawn.collect();
    drawn.trim_end().to_owned()
}

fn merge(values: &[Option<f64>], room: usize) -> Vec<Option<f64>> {
    let chunks = values.chunks(together(values.len(), room));
    let sum = |chunk: &[Option<f64>]| {
        chunk
            .iter()
            .flatten()
            .copied()
            .reduce(|one, other| one + other)
    };
    chunks.map(sum).collect()
}

fn step(value: f64, top: f64) -> char {
    let index = part(value, top, EIGHTHS.len());
    match index.checked_sub(1) {
        _ if value <= 0.0 => ' ',
        index => EIGHTHS
            .get(index.unwrap_or_default())
            .copied()
            .unwrap_or('█'),
    }
}

/// How many of `all` steps `value` is of `top`, rounded, from none to all.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share between 0 and 1 of some columns"
)]
fn part(value: f64, top: f64, all: usize) -> usize {
    if top <= 0.0 {
        return 0;
    }
    ((value / top).clamp(0.0, 1.0) * all as f64).round() as usize
}

const EIGHTHS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const WIDTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_nothing_from_unknown() {
        let (drawn, top) = line(&[Some(0.0), None, Some(4.0), Some(8.0)], 10);
        assert_eq!((drawn.as_str(), top), (" ·▄█", 8.0));
    }

    #[test]
    fn a_long_line_sums_its_neighbours_and_leaves_none_out() {
        let values = vec![Some(1.0); 9];
        assert_eq!(line(&values, 3), ("███".to_owned(), 3.0));
        assert_eq!(line(&values, 4), ("███".to_owned(), 3.0));
        assert_eq!([together(9, 3), together(9, 4), together(3, 4)], [3, 3, 1]);
        assert_eq!(line(&[], 4), (String::new(), 0.0));
        assert_eq!(together(0, 0), 1);
    }

    #[test]
    fn a_line_of_zeros_is_empty_and_not_full() {
        assert_eq!(line(&[Some(0.0), Some(0.0)], 5), ("  ".to_owned(), 0.0));
    }

    #[test]
    fn a_small_share_is_seen() {
        assert_eq!(bar(1.0, 10_000.0, 10), "▏");
        assert_eq!(bar(0.0, 10_000.0, 10), "");
        assert_eq!(bar(5.0, 10.0, 9), "████▌");
    }

    #[test]
    fn an_interval_that_goes_on_beyond_the_axis_shows_an_arrow() {
        let axis = (0.0, 10.0);
        assert_eq!(
            interval((Some(2.0), 5.0, Some(8.0)), axis, 1.0, 11),
            " ┊├──●──┤"
        );
        assert_eq!(
            interval((None, 5.0, Some(80.0)), axis, 1.0, 11),
            "◂┊───●────▸"
        );
    }
}
