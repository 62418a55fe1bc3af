//! The page for authors says what the code says.

use std::fs;

use koalr_tests::workspace;

#[test]
fn every_excerpt_stands_in_the_file_that_it_names() {
    let page = workspace::read(PAGE);
    let mut before = "";
    let mut shown = 0;
    let mut parts = page.split("```");
    while let (Some(text), Some(block)) = (parts.next(), parts.next()) {
        before = if text.trim().is_empty() { before } else { text };
        let (language, excerpt) = block.split_once('\n').unwrap();
        if !matches!(language, "rust" | "toml") {
            continue;
        }
        let named = before.rmatch_indices("`tests/guests/").next();
        let (start, _) = named.expect("an excerpt names its file");
        let file = before[start + 1..].split('`').next().unwrap();
        assert!(
            workspace::read(file).contains(excerpt),
            "`{file}` does not hold:\n{excerpt}"
        );
        shown += 1;
    }
    assert!(shown >= 8, "{shown}");
}

#[test]
fn every_file_that_the_page_names_is_there() {
    let page = workspace::read(PAGE);
    for quoted in page.split('`').skip(1).step_by(2) {
        let is_path = ["tests/", "plugin/", "wit/", "docs/"]
            .iter()
            .any(|folder| quoted.starts_with(folder));
        if is_path {
            let found = fs::exists(workspace::root().join(quoted)).unwrap();
            assert!(found, "`{quoted}` is not there");
        }
    }
}

#[test]
fn every_sentence_of_a_refusal_is_the_host_s() {
    let page = workspace::read(PAGE);
    let table = page.split("## What is refused").nth(1).unwrap();
    let table = table.split("## ").next().unwrap();
    let sources = ["host-harness/runtime/src", "host-harness/src"];
    let files = sources
        .iter()
        .flat_map(|folder| workspace::files(folder, &["rs"]));
    let code: String = files.map(workspace::read).collect();
    let mut said = 0;
    for row in table.lines().filter(|row| row.starts_with("| ")).skip(1) {
        let right = row.split('|').nth(2).unwrap();
        for sentence in right.split('`').skip(1).step_by(2) {
            assert!(
                code.contains(sentence),
                "the host does not say `{sentence}`"
            );
            said += 1;
        }
    }
    assert!(said >= 7, "{said}");
}

const PAGE: &str = "docs/writing-an-integration.md";
