//! How many findings there are, in words.

use super::pace::grouped;
use crate::jobs::{ClassCounts, FixCounts};

/// Lines about stored findings. Empty if there are none.
pub(super) fn stored(
    classes: &ClassCounts,
    open: u64,
    fixes: &FixCounts,
    missing: u64,
    vanished: u64,
) -> Vec<String> {
    let mut lines = vec![
        named(&[
            (classes.package_vulnerabilities, "package vulnerabilities"),
            (classes.licenses, "licences"),
            (classes.container, "in containers"),
            (classes.infrastructure, "in infrastructure"),
            (classes.code, "in code"),
            (classes.other, "other"),
        ]),
        named(&[(open, "open"), (missing, "missing"), (vanished, "vanished")]),
    ];
    let fixes = named(&[
        (fixes.available, "available"),
        (fixes.partial, "in part"),
        (fixes.none, "none"),
        (fixes.unknown, "not known"),
    ]);
    if !fixes.is_empty() {
        lines.push(format!("fixes of the open ones: {fixes}"));
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// What there is, leaving out what there is not.
fn named(counts: &[(u64, &str)]) -> String {
    let there = counts.iter().filter(|(count, _)| *count > 0);
    let named: Vec<String> = there
        .map(|(count, name)| format!("{} {name}", grouped(*count)))
        .collect();
    named.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_none_of_is_not_named() {
        let classes = ClassCounts {
            licenses: 2,
            code: 1_300,
            ..ClassCounts::default()
        };
        let fixes = FixCounts {
            unknown: 5,
            ..FixCounts::default()
        };
        assert_eq!(
            stored(&classes, 5, &fixes, 0, 1),
            [
                "2 licences, 1,300 in code",
                "5 open, 1 vanished",
                "fixes of the open ones: 5 not known"
            ]
        );
    }

    #[test]
    fn of_nothing_nothing_is_said() {
        let nothing = stored(&ClassCounts::default(), 0, &FixCounts::default(), 0, 0);
        assert_eq!(nothing, Vec::<String>::new());
    }
}
