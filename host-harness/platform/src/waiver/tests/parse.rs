use proptest::prelude::*;

use super::*;

/// The ids that hold, and the complaints.
fn parsed(text: &str) -> (Vec<String>, Vec<String>) {
    let file = Waivers::parse(text, &Policy::default());
    let ids = file.waivers.all().iter().map(|one| one.id.clone());
    let complaints = file.complaints.iter().map(ToString::to_string);
    (ids.collect(), complaints.collect())
}

#[track_caller]
fn complains(text: &str, expected: &[&str]) {
    let (ids, complaints) = parsed(text);
    assert_eq!(complaints, expected);
    assert_eq!(ids, Vec::<String>::new());
}

#[test]
fn an_empty_file_has_no_waivers() {
    assert_eq!(read(""), Waivers::default());
}

#[test]
fn every_key_is_read() {
    let waivers = read(
        r#"
[[waiver]]
id = "W-1"
vulnerability = "ACME-JS-MINIMIST-1"
package = "minimist"
version = "1.2.5"
repository = "acme/shop"
reason = "only at build time"
approver = "@bob"
author = "alice"
created = "2026-01-01T12:00:00+01:00"
expires = 2026-03-01
cvss-at-approval = 9.8
void-if = ["cvss-rises", "fix-available", "version-changes"]
"#,
    );
    let expected = Waiver {
        id: "W-1".to_owned(),
        vulnerability: "ACME-JS-MINIMIST-1".to_owned(),
        package: Some("minimist".to_owned()),
        version: Some("1.2.5".to_owned()),
        repository: Some("acme/shop".to_owned()),
        reason: "only at build time".to_owned(),
        approver: "bob".to_owned(),
        author: Some("alice".to_owned()),
        created: 1_767_265_200_000,
        expires: 1_772_323_200_000,
        void_if: vec![
            Condition::CvssRises(98),
            Condition::FixAvailable,
            Condition::VersionChanges,
        ],
    };
    assert_eq!(waivers.get("W-1"), Some(&expected));
}

#[test]
fn what_must_be_there_is_asked_for_at_the_waiver() {
    complains(
        "\n[[waiver]]\nid = \"W-1\"\n",
        &[
            "line 2, column 1: `vulnerability` is missing; write the upstream's id or the CVE that may pass",
            "line 2, column 1: `reason` is missing; say why it may pass",
            "line 2, column 1: `approver` is missing; write the login of who approved it",
            "line 2, column 1: `created` is missing; write the date from which it holds",
            "line 2, column 1: `expires` is missing; no waiver holds for ever; write the date it ends",
        ],
    );
}

#[test]
fn a_condition_needs_what_it_compares_with() {
    complains(
        &with("void-if = [\"cvss-rises\", \"version-changes\", \"fix-availabel\"]"),
        &[
            "line 1, column 1: `cvss-at-approval` is missing; `cvss-rises` compares with it; write the score it was approved at",
            "line 1, column 1: `version` is missing; `version-changes` compares with it; write the version it was approved at",
            "line 8, column 45: `void-if` is `\"fix-availabel\"`; did you mean `fix-available`?",
        ],
    );
}

#[test]
fn a_mistake_ends_its_own_waiver_alone() {
    let other = with("").replace("W-1", "W-2") + "packge = \"minimist\"\n";
    assert_eq!(
        parsed(&(with("") + &other)),
        (
            vec!["W-1".to_owned()],
            vec!["line 15, column 1: unknown key `packge`; did you mean `package`?".to_owned()]
        )
    );
}

#[test]
fn where_the_file_is_not_toml_no_waiver_holds() {
    let (ids, complaints) = parsed(&(with("") + "void-if = [\"fix-available\"\n"));
    assert_eq!(ids, Vec::<String>::new());
    assert_eq!(complaints.len(), 1, "{complaints:?}");
}

#[test]
fn of_two_waivers_with_one_id_none_holds() {
    complains(
        &(with("") + &with("")),
        &[
            "line 8, column 1: waiver `W-1` is there more than once, and none of them holds; give each an id of its own",
        ],
    );
}

#[test]
fn nobody_approves_a_waiver_of_their_own() {
    complains(
        &with("author = \"@BOB\""),
        &["line 1, column 1: `bob` wrote this waiver; somebody else must approve it"],
    );
}

#[test]
fn a_login_has_no_characters_that_only_look_alike() {
    complains(
        &with("author = \"al\u{200b}ice\""),
        &[
            "line 8, column 10: `author` is `\"al\u{200b}ice\"`; expected a login: letters, digits and signs without spaces",
        ],
    );
}

#[test]
fn a_waiver_lives_no_longer_than_the_policy_allows() {
    complains(
        &with("").replace("2026-03-01", "2026-04-01T00:00:01Z"),
        &[
            "line 1, column 1: it expires 91 days after it was created; the policy's `waiver-max-days` is 90, so let it expire by 2026-04-01T00:00:00Z",
        ],
    );
    let generous = Policy {
        waiver_max_days: 91,
        ..Policy::default()
    };
    let text = with("").replace("2026-03-01", "2026-04-01T00:00:01Z");
    assert_eq!(Waivers::parse(&text, &generous).complaints, []);
}

#[test]
fn a_waiver_does_not_end_before_it_begins() {
    complains(
        &with("").replace("2026-03-01", "2025-12-31"),
        &[
            "line 1, column 1: it expires at 2025-12-31T00:00:00Z, and was created at 2026-01-01T00:00:00Z; it would never hold",
        ],
    );
}

#[test]
fn a_date_that_is_none_and_a_time_without_its_offset_are_named() {
    complains(
        &with("")
            .replace("2026-03-01", "\"soon\"")
            .replace("2026-01-01", "2026-01-01T09:00:00"),
        &[
            "line 6, column 11: `created` is `2026-01-01T09:00:00`; expected a date such as 2026-01-31, or a time with its offset such as 2026-01-31T09:00:00Z",
            "line 7, column 11: `expires` is `\"soon\"`; expected a date such as 2026-01-31, or a time with its offset such as 2026-01-31T09:00:00Z",
        ],
    );
}

#[test]
fn a_waiver_without_a_reason_is_refused_by_every_door_with_one_sentence() {
    let sentence = "`reason` is missing; say why it may pass";
    for blank in ["", " \\t"] {
        let text = with("").replace("not *reachable*", blank);
        complains(&text, &[&format!("line 1, column 1: {sentence}")]);
    }
    let mut waiver = read(&with("")).all[0].clone();
    waiver.reason = " \n".to_owned();
    let problems = waiver.problems(90);
    let told: Vec<_> = problems
        .iter()
        .map(|one| (one.key(), one.to_string()))
        .collect();
    assert_eq!(told, [(Some("reason"), sentence.to_owned())]);
}

#[test]
fn who_asked_for_a_waiver_is_somebody_and_not_the_approver() {
    let mut waiver = read(&with("")).all[0].clone();
    let mut problem = |author: &str| {
        waiver.author = Some(author.to_owned());
        waiver.problems(90).first().map(ToString::to_string)
    };
    assert_eq!(problem("@alice"), None);
    for (author, sentence) in [
        (
            "@BOB",
            "`bob` wrote this waiver; somebody else must approve it",
        ),
        (
            "@",
            "`author` is missing; write the login of who asked for it",
        ),
        (
            "al ice",
            "`author` is `al ice`; expected a login: letters, digits and signs without spaces",
        ),
    ] {
        assert_eq!(problem(author).as_deref(), Some(sentence));
    }
}

#[test]
fn a_single_table_is_pointed_at_the_list() {
    complains(
        "[waiver]\nid = \"W-1\"\n[waivers]",
        &[
            "line 1, column 1: `waiver` is `[waiver]`; write `[[waiver]]` above each waiver",
            "line 3, column 2: unknown key `waivers`; did you mean `waiver`?",
        ],
    );
}

#[test]
fn texts_are_kept_as_they_are() {
    let text = with("").replace(
        "not *reachable*",
        "<b>\\u001b[31m ![x](https://example.com)",
    );
    assert_eq!(
        read(&text).all()[0].reason,
        "<b>\u{1b}[31m ![x](https://example.com)"
    );
}

#[test]
fn ten_thousand_waivers_are_read() {
    let one = |number: usize| with("").replace("W-1", &format!("W-{number}"));
    let text: String = (0..10_000).map(one).collect();
    assert_eq!(read(&text).all().len(), 10_000);
}

#[test]
fn a_hundred_thousand_waivers_are_refused_as_a_file() {
    let (ids, complaints) = parsed(&with("").repeat(100_000));
    assert_eq!(ids, Vec::<String>::new());
    assert_eq!(
        complaints,
        ["line 1, column 1: the file has 14100000 bytes; at most 4194304 are read"]
    );
}

#[test]
fn nonsense_as_large_as_may_be_ends_in_few_complaints() {
    for piece in ["[", "[[waiver]]\n", "= \n", "[[waiver]]\nid = \"a\"\n"] {
        let (ids, complaints) = parsed(&piece.repeat((1 << 22) / piece.len()));
        assert_eq!(ids, Vec::<String>::new());
        assert!((1..=101).contains(&complaints.len()), "{piece}");
    }
}

/// Text that resembles waivers more often than chance would have it.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        Just(with("")),
        Just(with("void-if = [\"cvss-rises\"]\n")),
        proptest::sample::select(vec![
            "[[waiver]]\n",
            "id = \"x\"\n",
            "\n",
            "[",
            "\"",
            "expires = 9999-12-31\n",
            "created = 0001-01-01T00:00:00+23:59\n",
            "[[waiver.waiver]]\n",
            "ä",
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_makes_it_panic_and_every_complaint_lies_inside_the_text(text in texts()) {
        for complaint in Waivers::parse(&text, &Policy::default()).complaints {
            let line = text.split('\n').nth(complaint.line - 1);
            let line = line.ok_or_else(|| TestCaseError::fail(format!("{complaint}")))?;
            prop_assert!(complaint.column >= 1);
            prop_assert!(complaint.column <= line.chars().count() + 1, "{}", complaint);
        }
    }
}
