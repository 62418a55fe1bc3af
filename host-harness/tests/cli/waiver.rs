//! Waivers that are stored.

use koalr_upstream::{Upstream, sample};
use serde_json::json;

use crate::support::{Koalr, Ran, sample_change, serve};

/// The command line on 1 February 2026.
struct February(Koalr);

impl February {
    fn run(&self, args: &[&str]) -> Ran {
        self.0.run(&[args, &["--now", FEBRUARY]].concat())
    }
}

/// The sample's blocked change, written by priya, was judged; ines and priya are leads and omar is an operator.
fn blocked() -> (Upstream, February, String) {
    let upstream = serve(sample::organization(1_769_904_000_000));
    let team = February(Koalr::connected(&upstream));
    assert_eq!(team.run(&["sync", "snyk"]).code, 0);
    let mut change = sample_change("blocked");
    change["author"] = json!("priya");
    assert_eq!(team.0.gate(&change, &["--now", FEBRUARY]).code, 1);
    for (login, role) in [("ines", "lead"), ("priya", "lead"), ("omar", "operator")] {
        assert_eq!(team.run(&["team", "add", login, "--role", role]).code, 0);
    }
    let id = change["change"]["id"].as_str().unwrap().to_owned();
    (upstream, team, id)
}

/// A file with a waiver of what blocks the sample's change, approved by this login and asked for by priya.
fn waiver_of(approver: &str) -> String {
    format!(
        "[[waiver]]\nid = \"W-1\"\nvulnerability = \"CVE-2025-7783\"\nreason = \"build only\"\n\
         author = \"priya\"\napprover = \"{approver}\"\ncreated = 2026-01-01\nexpires = 2026-03-01\n"
    )
}

#[test]
fn a_stored_waiver_holds_until_it_is_taken_back_and_both_are_audited() {
    let (_upstream, team, id) = blocked();
    team.0.write("w.toml", waiver_of("ines"));
    assert_eq!(
        team.run(&["waiver", "add", "w.toml", "--as", "ines"]).out,
        "1 of 1 stored, the rest was known.\n"
    );
    assert_eq!(team.run(&["gate", &id]).code, 0);
    let listed = team.run(&["waiver", "list"]).out;
    assert!(listed.starts_with("W-1: CVE-2025-7783, until "), "{listed}");
    let again = team.run(&["waiver", "add", "w.toml", "--as", "ines"]);
    assert_eq!(again.out, "0 of 1 stored, the rest was known.\n");
    let revoke = |login: &str| team.run(&["waiver", "revoke", "W-1", "--as", login]);
    assert_eq!(
        revoke("omar").failure(),
        "`omar` may not take a waiver back; ask somebody with the role `lead` or `security`"
    );
    assert_eq!(revoke("priya").code, 0);
    assert_eq!(team.run(&["gate", &id]).code, 1);
    assert!(
        revoke("priya")
            .failure()
            .contains("no waiver `W-1` is stored")
    );
    let log = team.run(&["audit", "list"]).out;
    for deed in ["waived", "waiver-revoked"] {
        assert_eq!(log.matches(deed).count(), 1, "{log}");
    }
}

#[test]
fn a_waiver_is_not_approved_by_who_asked_for_it_nor_in_another_name() {
    let (_upstream, team, id) = blocked();
    assert_eq!(team.run(&["team", "add", "lea", "--role", "lead"]).code, 0);
    team.0.write("w.toml", waiver_of("ines"));
    let add = |login: &str| team.run(&["waiver", "add", "w.toml", "--as", login]);
    let of_author = add("priya");
    assert!(of_author.failure().starts_with("waiver `W-1`: `priya`"));
    assert_eq!(
        add("lea").failure(),
        "waiver `W-1` is approved by `ines`; `lea` cannot approve it in their name"
    );
    assert_eq!(team.run(&["gate", &id]).code, 1);
}

const FEBRUARY: &str = "2026-02-01T00:00:00Z";
