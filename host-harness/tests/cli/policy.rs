//! Policies and waivers from files.

use koalr_upstream::{Upstream, sample};
use serde_json::{Value, json};

use crate::support::{Koalr, sample_change, serve};

/// The sample's blocked change, with its author.
fn blocked() -> Value {
    let mut change = sample_change("blocked");
    change["author"] = json!("priya");
    change
}

/// The sample organization on 1 February 2026, synced then.
fn february() -> (Upstream, Koalr) {
    let upstream = serve(sample::organization(1_769_904_000_000));
    let koalr = Koalr::connected(&upstream);
    let ran = koalr.run(&["sync", "snyk", "--now", FEBRUARY]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    (upstream, koalr)
}

/// A waiver file with one waiver of what blocks it, and these lines in it.
fn waiver(lines: &str) -> String {
    format!(
        "[[waiver]]\nid = \"W-1\"\nvulnerability = \"CVE-2025-7783\"\nreason = \"build only\"\n\
         created = 2026-01-01\n{lines}"
    )
}

/// Judges the blocked change on 1 February 2026.
fn judge(koalr: &Koalr, more: &[&str]) -> (i32, Value) {
    let ran = koalr.gate(&blocked(), &[&["--now", FEBRUARY], more].concat());
    (ran.code, ran.json())
}

#[test]
fn a_waiver_lets_a_block_pass_and_leaves_the_security_score() {
    let (_upstream, koalr) = february();
    koalr.write(
        "w.toml",
        waiver("approver = \"ines\"\nexpires = 2026-03-01\n"),
    );
    let (_, without) = judge(&koalr, &[]);
    let (code, with) = judge(&koalr, &["--waivers", "w.toml"]);
    assert_eq!((code, &with["decision"]), (0, &json!("pass")), "{with}");
    assert_eq!(with["waivers"]["used"][0]["approver"], "ines");
    assert_eq!(with["score"]["security"], without["score"]["security"]);
    assert_eq!(
        with["score"]["score"], 790,
        "the floor is lifted, the cap stays"
    );
}

#[test]
fn a_waiver_of_the_author_does_not_hold_and_says_why() {
    let (_upstream, koalr) = february();
    koalr.write(
        "w.toml",
        waiver("approver = \"Priya\"\nexpires = 2026-03-01\n"),
    );
    let (code, json) = judge(&koalr, &["--waivers", "w.toml"]);
    assert_eq!((code, &json["decision"]), (1, &json!("block")));
    assert_eq!(
        json["waivers"]["refused"],
        json!([{
            "id": "W-1",
            "why": "`Priya` approved it and wrote the change; somebody else must approve it",
        }])
    );
}

#[test]
fn a_waiver_does_not_hold_from_the_instant_it_expires() {
    let (_upstream, koalr) = february();
    koalr.write(
        "w.toml",
        waiver("approver = \"ines\"\nexpires = 2026-02-01\n"),
    );
    let (code, json) = judge(&koalr, &["--waivers", "w.toml"]);
    assert_eq!(
        (code, &json["waivers"]["expired"][0]["id"]),
        (1, &json!("W-1"))
    );
}

#[test]
fn a_waiver_with_a_mistake_does_not_hold_and_is_complained_about() {
    let (_upstream, koalr) = february();
    koalr.write("w.toml", waiver("approver = \"ines\"\n"));
    let (code, json) = judge(&koalr, &["--waivers", "w.toml"]);
    assert_eq!(code, 1);
    let complaint = json["complaints"][0].as_str().unwrap();
    assert!(complaint.contains("`expires`"), "{complaint}");
}

#[test]
fn a_policy_changes_what_blocks_and_a_flag_goes_before_its_mode() {
    let (_upstream, koalr) = february();
    koalr.write(
        "p.toml",
        "mode = \"warn\"\n[rules.introduced-cvss]\nthreshold = 9.5\n",
    );
    let (code, json) = judge(&koalr, &["--policy", "p.toml"]);
    assert_eq!((code, &json["outcome"]["decision"]), (0, &json!("warn")));
    koalr.write("p.toml", "mode = \"observe\"\n");
    let (code, json) = judge(&koalr, &["--policy", "p.toml", "--mode", "enforce"]);
    assert_eq!((code, &json["mode"]), (1, &json!("enforce")));
}

#[test]
fn a_fail_open_cause_warns_where_it_cannot_be_told() {
    let (_upstream, koalr) = february();
    koalr.write("p.toml", "fail-open = [\"no-dependency-list\"]\n");
    let mut change = blocked();
    change["dependencies"] = Value::Null;
    let ran = koalr.gate(&change, &["--policy", "p.toml"]);
    let json = ran.json();
    assert_eq!((ran.code, &json["decision"]), (0, &json!("warn")));
    assert_eq!(
        json["outcome"],
        json!({ "decision": "warn", "causes": ["no-dependency-list"], "opened": true })
    );
}

#[test]
fn every_mistake_of_a_policy_is_said_at_once_with_its_place() {
    let koalr = Koalr::new();
    koalr.write(
        "p.toml",
        "mode = \"enforc\"\nmdoe = 1\n\n[rules.introduced-cvs]\nthreshold = 9.0\n",
    );
    let ran = koalr.run(&["policy", "check", "p.toml"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    let lines: Vec<_> = ran.err.lines().collect();
    assert_eq!(lines[0], "koalr: `p.toml` cannot be used:");
    for (line, place) in lines[1..].iter().zip(["line 1", "line 2", "line 4"]) {
        assert!(line.trim_start().starts_with(place), "{line}");
    }
    assert_eq!(lines.len(), 4, "{}", ran.err);
}

#[test]
fn the_policy_that_is_shown_is_the_one_that_applies_without_one() {
    let koalr = Koalr::new();
    let shown = koalr.run(&["policy", "show"]);
    assert_eq!((shown.code, shown.err.as_str()), (0, ""));
    koalr.write("p.toml", &shown.out);
    assert_eq!(koalr.run(&["policy", "check", "p.toml"]).code, 0);
    let again = koalr.run(&["policy", "show", "p.toml"]);
    assert_eq!(again.out, shown.out);
}

#[test]
fn a_policy_that_is_not_there_is_named() {
    let koalr = Koalr::new();
    let ran = koalr.run(&["policy", "check", "none.toml"]);
    assert!(
        ran.failure().starts_with("reading `none.toml`: "),
        "{ran:?}"
    );
}

const FEBRUARY: &str = "2026-02-01T00:00:00Z";
