//! Files of policies and waivers that people or programs got wrong.

use std::time::Instant;

use koalr_platform::complaint::Complaint;
use koalr_platform::model::manifest::Manifest;
use koalr_platform::policy::Policy;
use koalr_platform::waiver::Waivers;

use super::host;

fn manifest() -> Manifest {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async { host().await.manifest().clone() })
}

/// What is wrong with a policy, one sentence each.
#[track_caller]
fn wrong(text: &str) -> Vec<String> {
    let start = Instant::now();
    let complaints = Policy::parse(text, &manifest()).expect_err("it must be refused");
    println!("{} bytes: {:.1?}", text.len(), start.elapsed());
    complaints.iter().map(Complaint::to_string).collect()
}

#[test]
fn a_policy_of_two_megabytes_is_not_read() {
    assert_eq!(
        wrong(&"# nothing\n".repeat(1 << 18)[..2 << 20]),
        ["line 1, column 1: the file has 2097152 bytes; at most 262144 are read"]
    );
}

#[test]
fn a_deeply_nested_policy_is_refused_where_it_is_too_deep() {
    for (open, close) in [("[", "]"), ("{a=", "}")] {
        let text = format!("mode = {}{}", open.repeat(50_000), close.repeat(50_000));
        let complaints = wrong(&text);
        assert!(complaints.len() <= 101);
        assert!(
            complaints[0].starts_with("line 1, column "),
            "{}",
            complaints[0]
        );
    }
    let dotted = format!("{} = 1", vec!["a"; 60_000].join("."));
    assert!(!wrong(&dotted).is_empty());
}

#[test]
fn all_mistakes_of_a_policy_are_told_at_once_with_their_places() {
    let text = "mode = \"enforced\"\ncolour = 1\n\n[rules.introduced-cvss]\nthreshold = 11.0\nlimit = 1\n\n[rules.no-such]\n";
    let complaints = wrong(text);
    let starts = [
        "line 1, column 8: `mode` is `\"enforced\"`; did you mean `enforce`?",
        "line 2, column 1: unknown key `colour`; expected `mode`, `cvss-source`, ",
        "line 5, column 13: `threshold` is `11.0`; expected a number from 0.0 to 10.0",
        "line 6, column 1: unknown key `limit`; expected `threshold`",
        "line 8, column 8: unknown rule `no-such`; expected `introduced-cvss`, ",
    ];
    assert_eq!(complaints.len(), starts.len(), "{complaints:#?}");
    for (complaint, start) in complaints.iter().zip(starts) {
        assert!(complaint.starts_with(start), "{complaint}");
    }
}

#[test]
fn keys_that_mean_harm_are_repeated_without_it() {
    let hostile = "\"\\u001b[2J\\u202e\" = 1\n";
    let complaints = wrong(hostile);
    assert!(!complaints[0].contains(char::is_control), "{complaints:?}");
}

#[test]
fn twenty_thousand_mistakes_are_counted_and_the_first_hundred_told() {
    let lines: Vec<String> = (0..20_000).map(|key| format!("k{key} = 1")).collect();
    let complaints = wrong(&lines.join("\n"));
    assert_eq!(complaints.len(), 101);
    assert!(complaints[100].ends_with(": 19900 more problems are not shown; correct these first"));
}

#[test]
fn of_three_waivers_the_bad_one_does_not_hold_and_is_named() {
    let waiver = |id: &str, expires: &str| {
        format!(
            "[[waiver]]\nid = \"{id}\"\nvulnerability = \"CVE-2026-1\"\nreason = \"not reachable\"\napprover = \"mia\"\n\
             created = 2026-01-15\n{expires}\n"
        )
    };
    let text = [
        waiver("one", "expires = 2026-02-15"),
        waiver("two", ""),
        waiver("three", "expires = 2026-02-15"),
    ];
    let file = Waivers::parse(&text.concat(), &Policy::default());
    let holding: Vec<&str> = file
        .waivers
        .all()
        .iter()
        .map(|waiver| &*waiver.id)
        .collect();
    assert_eq!(holding, ["one", "three"]);
    let complaints: Vec<String> = file.complaints.iter().map(Complaint::to_string).collect();
    assert_eq!(
        complaints,
        [
            "line 8, column 1: `expires` is missing; no waiver holds for ever; write the date it ends"
        ]
    );
}

#[test]
fn a_waiver_file_that_is_not_toml_lifts_nothing() {
    let text = "[[waiver]]\nid = \"one\"\nvulnerability = \"CVE-2026-1\"\nreason = \"x\"\napprover = \"mia\"\n\
                created = 2026-01-15\nexpires = 2026-02-15\nvoid-if = [\"fix-available\"\n";
    let file = Waivers::parse(text, &Policy::default());
    assert!(file.waivers.all().is_empty());
    assert!(!file.complaints.is_empty());
}
