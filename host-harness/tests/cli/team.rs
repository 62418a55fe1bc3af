//! Who may what.

use koalr_upstream::Upstream;
use serde_json::json;

use crate::support::{Koalr, acme, sample_change, serve};

/// The sample's blocked change, written by priya, was judged; ines is a lead and omar an operator.
fn blocked() -> (Upstream, Koalr, String) {
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    let mut change = sample_change("blocked");
    change["author"] = json!("priya");
    assert_eq!(koalr.gate(&change, &[]).code, 1);
    for (login, role) in [("ines", "lead"), ("priya", "lead"), ("omar", "operator")] {
        let ran = koalr.run(&["team", "add", login, "--role", role]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    }
    (
        upstream,
        koalr,
        change["change"]["id"].as_str().unwrap().to_owned(),
    )
}

#[test]
fn a_team_is_listed_with_its_roles_and_shrinks() {
    let koalr = Koalr::new();
    let empty = koalr.run(&["team", "list"]).out;
    assert!(
        empty.contains("`koalr team add LOGIN --role ROLE`"),
        "{empty}"
    );
    koalr.run(&[
        "team", "add", "@Ines", "--role", "lead", "--role", "security",
    ]);
    koalr.run(&["team", "add", "omar", "--role", "operator"]);
    assert_eq!(
        koalr.run(&["team", "list"]).out,
        "Ines: lead, security\nomar: operator\n"
    );
    koalr.run(&["team", "add", "ines", "--role", "member"]);
    assert_eq!(koalr.run(&["team", "remove", "OMAR"]).code, 0);
    let json = koalr.run(&["team", "list", "--format", "json"]).json();
    assert_eq!(json.as_array().unwrap().len(), 1, "{json}");
    assert_eq!(json[0]["roles"], json!(["member"]));
    assert_eq!(
        koalr.run(&["team", "remove", "omar"]).failure(),
        "`omar` is not in the team; an operator of this machine adds them with `koalr team add omar --role ROLE`"
    );
}

#[test]
fn an_override_is_for_leads_and_never_for_the_author_and_is_audited() {
    let (_upstream, koalr, id) = blocked();
    let ask = |login: &str| koalr.run(&["override", &id, "--as", login, "--reason", "hotfix"]);
    assert_eq!(
        ask("omar").failure(),
        "`omar` may not override the gate; ask somebody with the role `lead` or `security`"
    );
    assert_eq!(
        ask("priya").failure(),
        "`priya` wrote the change and may not override the gate for it; ask somebody else with the role `lead` or `security`"
    );
    assert!(
        ask("nobody")
            .failure()
            .starts_with("`nobody` is not in the team; ")
    );
    let ran = ask("ines");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(
        ran.out.starts_with("`ines` lets this change pass at `"),
        "{}",
        ran.out
    );
    let log = koalr.run(&["audit", "list"]).out;
    assert!(log.contains(&format!(" ines: overrode {id} ")), "{log}");
}

#[test]
fn an_override_of_a_change_that_nobody_stored_says_what_to_do() {
    let koalr = Koalr::new();
    koalr.run(&["team", "add", "ines", "--role", "lead"]);
    let ran = koalr.run(&["override", "acme/shop#1", "--as", "ines", "--reason", "x"]);
    assert_eq!(
        ran.failure(),
        "no change `acme/shop#1` is stored; judge it with `koalr gate FILE` or import it first"
    );
}

#[test]
fn a_policy_that_is_set_applies_where_none_is_given_and_only_some_may_set_it() {
    let (_upstream, koalr, id) = blocked();
    koalr.write("p.toml", "mode = \"warn\"\n");
    let set = |login: &str| koalr.run(&["policy", "set", "p.toml", "--as", login]);
    assert_eq!(
        set("ines").failure(),
        "`ines` may not change the policy; ask somebody with the role `security` or `operator`"
    );
    assert_eq!(koalr.run(&["gate", &id]).code, 1);
    let ran = set("omar");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(
        ran.out.starts_with("Version 1 of the policy applies"),
        "{}",
        ran.out
    );
    let json = koalr.run(&["gate", &id, "--format", "json"]).json();
    assert_eq!(
        (&json["mode"], &json["decision"]),
        (&json!("warn"), &json!("warn"))
    );
    assert!(
        koalr
            .run(&["policy", "show"])
            .out
            .contains("mode = \"warn\"")
    );
    koalr.write("enforce.toml", "mode = \"enforce\"\n");
    assert_eq!(
        koalr.run(&["gate", &id, "--policy", "enforce.toml"]).code,
        1
    );
    let log = koalr.run(&["audit", "list"]).out;
    assert!(log.contains(" omar: policy-set {"), "{log}");
}

#[test]
fn a_policy_with_a_mistake_is_not_set() {
    let koalr = Koalr::new();
    koalr.run(&["team", "add", "omar", "--role", "operator"]);
    koalr.write("p.toml", "mdoe = \"warn\"\n");
    let ran = koalr.run(&["policy", "set", "p.toml", "--as", "omar"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err
            .starts_with("koalr: `p.toml` cannot be used:\n  line 1"),
        "{}",
        ran.err
    );
    assert!(!koalr.run(&["audit", "list"]).out.contains("policy-set"));
}

#[test]
fn the_commands_of_the_page_on_teams_do_what_it_says() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/team.md");
    let page = std::fs::read_to_string(page).unwrap();
    let koalr = Koalr::new();
    let file = page.split("```json\n").nth(1).unwrap();
    koalr.write("history.json", file.split("```").next().unwrap());
    koalr.write("policy.toml", "mode = \"warn\"\n");
    let mut verbs = Vec::new();
    for command in page.lines().filter_map(|line| line.strip_prefix("koalr ")) {
        let mut words = command.split('"');
        let mut args: Vec<&str> = words.next().unwrap().split_whitespace().collect();
        args.extend(words.next());
        let ran = koalr.run(&[&args[..], &["--now", "2026-02-01T00:00:00Z"]].concat());
        assert_eq!(
            (ran.code, ran.err.as_str()),
            (0, ""),
            "{command}: {}",
            ran.out
        );
        verbs.push(args[0].to_owned());
    }
    assert_eq!(
        verbs,
        [
            "import", "team", "team", "policy", "override", "waiver", "gate", "audit"
        ]
    );
}
