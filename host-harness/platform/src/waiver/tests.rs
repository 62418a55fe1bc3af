mod parse;
mod valid;

use super::*;

/// A flawless waiver, with more lines for it.
fn with(more: &str) -> String {
    format!(
        "[[waiver]]\nid = \"W-1\"\nvulnerability = \"CVE-2021-44906\"\nreason = \"not *reachable*\"\napprover = \"bob\"\ncreated = 2026-01-01\nexpires = 2026-03-01\n{more}"
    )
}

#[track_caller]
fn read(text: &str) -> Waivers {
    let file = Waivers::parse(text, &Policy::default());
    assert_eq!(file.complaints, []);
    file.waivers
}
