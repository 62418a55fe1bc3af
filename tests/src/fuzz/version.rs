//! Bytes: an ecosystem and three versions, a line each. Where versions have an order it is total, and a step is judged by
//! that order.

use std::cmp::Ordering;

use koalr_integration_kit::bump::bump;
use koalr_integration_kit::model::assessment::Bump;
use koalr_integration_kit::version::compare;

use super::lines;

pub(super) fn run(bytes: &[u8]) {
    let Some([ecosystem, a, b, c]) = lines(bytes) else {
        return;
    };
    for one in [a, b, c] {
        let same = compare(ecosystem, one, one);
        assert!(same.is_none_or(Ordering::is_eq), "`{one}` is not itself");
    }
    for (a, b) in [(a, b), (b, c), (a, c)] {
        pair(ecosystem, a, b);
    }
    for [a, b, c] in [
        [a, b, c],
        [b, a, c],
        [b, c, a],
        [a, c, b],
        [c, a, b],
        [c, b, a],
    ] {
        triple(ecosystem, [a, b, c]);
    }
}

fn pair(ecosystem: &str, a: &str, b: &str) {
    let (there, back) = (compare(ecosystem, a, b), compare(ecosystem, b, a));
    assert_eq!(
        there,
        back.map(Ordering::reverse),
        "`{a}` and `{b}` the other way round"
    );
    let step = bump(ecosystem, Some(a), Some(b));
    if step == Bump::Downgrade {
        assert!(
            there.is_none_or(Ordering::is_gt),
            "`{a}` to `{b}` is no downgrade"
        );
        let back = bump(ecosystem, Some(b), Some(a));
        assert_ne!(back, Bump::Downgrade, "both ways are down");
    } else if there == Some(Ordering::Greater) {
        assert_eq!(step, Bump::Unknown, "`{a}` to `{b}` is a downgrade");
    }
}

fn triple(ecosystem: &str, [a, b, c]: [&str; 3]) {
    let up = |a, b| compare(ecosystem, a, b).map(Ordering::is_le);
    // Where two tools, or two ages of one, must agree, an order may be unknown; it is never the other one.
    if up(a, b) == Some(true) && up(b, c) == Some(true) {
        let whole = up(a, c);
        let agreed = matches!(ecosystem, "cocoapods" | "maven") && whole.is_none();
        assert!(
            agreed || whole == Some(true),
            "`{a}` ≤ `{b}` ≤ `{c}`, and not `{a}` ≤ `{c}`"
        );
    }
}
