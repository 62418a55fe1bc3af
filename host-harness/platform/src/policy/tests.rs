mod property;

use super::*;
use crate::model::common::ParameterKind;
use crate::model::manifest::Parameter;

fn parameter(name: &str, kind: ParameterKind, default: ParameterValue) -> Parameter {
    Parameter {
        name: name.to_owned(),
        summary: String::new(),
        kind,
        default,
    }
}

fn rule(code: &str, active_by_default: bool, parameters: Vec<Parameter>) -> Rule {
    Rule {
        code: code.to_owned(),
        summary: String::new(),
        routes: Vec::new(),
        active_by_default,
        parameters,
    }
}

/// Rules with a parameter of every kind.
fn manifest() -> Manifest {
    let score = parameter(
        "threshold",
        ParameterKind::Tenths((0, 100)),
        ParameterValue::Tenths(90),
    );
    let words = ["warn", "block"].map(str::to_owned).to_vec();
    let all = vec![
        score.clone(),
        parameter(
            "action",
            ParameterKind::Choice(words),
            ParameterValue::Text("block".to_owned()),
        ),
        parameter(
            "days",
            ParameterKind::Integer((1, 30)),
            ParameterValue::Integer(7),
        ),
        parameter("strict", ParameterKind::Flag, ParameterValue::Flag(false)),
        parameter(
            "note",
            ParameterKind::Text,
            ParameterValue::Text(String::new()),
        ),
        parameter(
            "denied",
            ParameterKind::Texts,
            ParameterValue::Texts(Vec::new()),
        ),
    ];
    Manifest {
        id: "x".to_owned(),
        name: "X".to_owned(),
        version: "1.0.0".to_owned(),
        summary: String::new(),
        pulls: Vec::new(),
        permissions: Vec::new(),
        origins: Vec::new(),
        quotas: Vec::new(),
        credentials: Vec::new(),
        settings: Vec::new(),
        rules: vec![
            rule("max-critical", true, vec![score]),
            rule("licenses", false, all),
        ],
        extra: Vec::new(),
    }
}

fn parse(text: &str) -> Result<Policy, Vec<String>> {
    Policy::parse(text, &manifest())
        .map_err(|complaints| complaints.iter().map(ToString::to_string).collect())
}

#[track_caller]
fn complains(text: &str, expected: &[&str]) {
    assert_eq!(parse(text).unwrap_err(), expected);
}

/// Lines of one pattern, with a number of their own for `#`.
fn lines(count: usize, pattern: &str) -> String {
    let lines: Vec<String> = (0..count)
        .map(|line| pattern.replace('#', &line.to_string()))
        .collect();
    lines.join("\n")
}

#[test]
fn an_empty_file_is_the_default_policy() {
    let policy = parse("").unwrap();
    assert_eq!(policy, Policy::default());
    assert_eq!(policy.mode, Mode::Enforce);
    assert!(policy.fail_open.is_empty());
}

#[test]
fn every_key_is_read() {
    let policy = parse(
        r#"
mode = "warn"
cvss-source = "highest"
fail-open = ["no-dependency-list", "stale"]
deadline-seconds = 60
waiver-max-days = 30
bands = { medium = 20, high = 50.5 }

[rules.max-critical]
active = false

[rules.licenses]
threshold = 9.8
action = "warn"
days = 3
strict = true
note = "see the wiki"
denied = ["AGPL-3.0"]
"#,
    )
    .unwrap();
    assert_eq!(
        (policy.mode, policy.cvss_source),
        (Mode::Warn, CvssSource::Highest)
    );
    assert_eq!(
        policy.fail_open,
        [Cause::NoDependencyList, Cause::Stale].into()
    );
    assert_eq!((policy.deadline_secs, policy.waiver_max_days), (60, 30));
    assert_eq!(policy.bands, Bands::new(200, 505, 800).unwrap());
    let rules = policy.rules(&manifest().rules);
    assert_eq!(rules.len(), 1);
    assert_eq!(rules[0].code, "licenses");
    let given = |key: &str| {
        let mut entries = rules[0].parameters.iter();
        entries.find(|one| one.key == key).unwrap().value.clone()
    };
    assert_eq!(given("threshold"), ParameterValue::Tenths(98));
    assert_eq!(given("action"), ParameterValue::Text("warn".to_owned()));
    assert_eq!(given("days"), ParameterValue::Integer(3));
    assert_eq!(given("strict"), ParameterValue::Flag(true));
    assert_eq!(
        given("denied"),
        ParameterValue::Texts(vec!["AGPL-3.0".to_owned()])
    );
}

#[test]
fn a_rule_is_as_declared_until_it_is_mentioned() {
    let codes = |text: &str| -> Vec<String> {
        let rules = parse(text).unwrap().rules(&manifest().rules);
        rules.into_iter().map(|rule| rule.code).collect()
    };
    assert_eq!(codes(""), ["max-critical"]);
    assert_eq!(codes("[rules.licenses]"), ["max-critical", "licenses"]);
    assert_eq!(
        codes("[rules]\nmax-critical.active = false"),
        Vec::<String>::new()
    );
}

#[test]
fn an_active_rule_that_is_no_longer_declared_is_not_forgotten() {
    let policy = parse("[rules.licenses]").unwrap();
    assert_eq!(policy.rules(&[])[0].code, "licenses");
}

#[test]
fn a_policy_is_spelled_out_with_a_comment_for_every_key_rule_and_parameter() {
    let mut declared = manifest().rules;
    declared[0].summary = "Blocks from this score on.".to_owned();
    declared[0].parameters[0].summary = "CVSS base score.".to_owned();
    declared[1].summary = "One line\nand = \"another\"".to_owned();
    let policy = parse("[rules.licenses]\nactive = false\ndays = 3").unwrap();
    assert_eq!(
        policy.spelled_out(&declared),
        r#"# How decisions bind: `observe`, `warn`, `enforce`.
mode = "enforce"

# Which CVSS rating counts, the one chosen at sync or the highest of all: `selected`, `highest`.
cvss-source = "selected"

# Causes for which a change that cannot be judged only warns: none or some of `no-dependency-list`, `awaited`, `partial`, `stale`, `refused`, `unsupported`, `not-asked`, `undecided-rule`.
fail-open = []

# How long awaited evidence keeps a change pending, in seconds: 0 to 86400.
deadline-seconds = 900

# Longest life of a waiver, from its creation to its expiry, in days: 1 to 365.
waiver-max-days = 90

# Scores at which the bands begin, each above the one before: 0.1 to 100.0.
bands = { medium = 30.0, high = 60.0, critical = 80.0 }

# Blocks from this score on.
[rules.max-critical]
active = true
# CVSS base score. 0.0 to 10.0.
threshold = 9.0

# One line and = "another"
[rules.licenses]
active = false
# 0.0 to 10.0.
threshold = 9.0
# One of `warn`, `block`.
action = "block"
# 1 to 30.
days = 3
# `true` or `false`.
strict = false
# Any text.
note = ""
# A list of texts, which may be empty.
denied = []
"#
    );
}

#[test]
fn a_rule_that_is_no_longer_declared_is_spelled_out_too_and_then_named() {
    let text = parse("[rules.licenses]\ndays = 3")
        .unwrap()
        .spelled_out(&[]);
    let end = "# The integration does not declare this rule.\n[rules.licenses]\nactive = true\ndays = 3\n";
    assert!(text.ends_with(end), "{text}");
}

#[test]
fn the_deadline_counts_from_when_evidence_was_asked_for() {
    assert_eq!(Policy::default().deadline(1_000), 901_000);
    assert_eq!(Policy::default().deadline(i64::MAX), i64::MAX);
}

#[test]
fn all_complaints_come_at_once_in_the_order_of_the_file() {
    complains(
        "rules.max-critcal.active = true\nmode = \"enforc\"\nmdoe = 1\ndeadline-seconds = -1",
        &[
            "line 1, column 7: unknown rule `max-critcal`; did you mean `max-critical`?",
            "line 2, column 8: `mode` is `\"enforc\"`; did you mean `enforce`?",
            "line 3, column 1: unknown key `mdoe`; did you mean `mode`?",
            "line 4, column 20: `deadline-seconds` is `-1`; expected a whole number from 0 to 86400",
        ],
    );
}

#[test]
fn a_parameter_of_the_wrong_kind_or_out_of_range_is_named() {
    complains(
        "[rules.licenses]\nthreshold = 9.85\naction = \"stop\"\ndays = 31\nstrict = 1\nnote = 5\ndenied = [\"MIT\", 3, \" \"]\ntreshold = 9",
        &[
            "line 2, column 13: `threshold` is `9.85`; expected a number from 0.0 to 10.0 with at most one decimal place",
            "line 3, column 10: `action` is `\"stop\"`; expected `warn` or `block`",
            "line 4, column 8: `days` is `31`; expected a whole number from 1 to 30",
            "line 5, column 10: `strict` is `1`; expected `true` or `false`",
            "line 6, column 8: `note` is `5`; expected a text",
            "line 7, column 18: `denied` is `3`; expected a list of texts",
            "line 7, column 21: `denied` is `\" \"`; expected a text that is not empty",
            "line 8, column 1: unknown key `treshold`; did you mean `threshold`?",
        ],
    );
}

#[test]
fn a_score_out_of_range_is_named() {
    complains(
        "[rules.max-critical]\nthreshold = 10.1",
        &[
            "line 2, column 13: `threshold` is `10.1`; expected a number from 0.0 to 10.0 with at most one decimal place",
        ],
    );
}

#[test]
fn a_key_that_is_there_twice_is_named() {
    complains(
        "mode = \"warn\"\nmode = \"enforce\"\nbands.high = 200",
        &[
            "line 2, column 1: not TOML: duplicate key",
            "line 3, column 14: `high` is `200`; expected a number from 0.1 to 100.0 with at most one decimal place",
        ],
    );
}

#[test]
fn what_is_not_toml_does_not_hide_the_rest() {
    let complaints = parse("mode = \nmdoe = 1").unwrap_err();
    assert!(
        complaints[0].starts_with("line 1, column 8: not TOML: "),
        "{complaints:?}"
    );
    assert_eq!(
        complaints[1],
        "line 2, column 1: unknown key `mdoe`; did you mean `mode`?"
    );
}

#[test]
fn causes_are_those_that_exist_and_may_open() {
    complains(
        "fail-open = [\"no-dependencies\", \"rule-error\", \"Stale\"]",
        &[
            "line 1, column 14: `fail-open` is `\"no-dependencies\"`; did you mean `no-dependency-list`?",
            "line 1, column 33: `rule-error` never opens: what could not be evaluated only makes the gate stricter; leave it out",
            "line 1, column 47: `fail-open` is `\"Stale\"`; did you mean `stale`?",
        ],
    );
    complains(
        "fail-open = true",
        &[
            "line 1, column 13: `fail-open` is `true`; expected a list such as [\"no-dependency-list\"]",
        ],
    );
}

#[test]
fn bands_rise() {
    complains(
        "bands = { medium = 60, critical = 100.5 }\n",
        &[
            "line 1, column 1: bands begin at 60.0, 60.0 and 80.0; each must begin above the one before",
            "line 1, column 35: `critical` is `100.5`; expected a number from 0.1 to 100.0 with at most one decimal place",
        ],
    );
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    complains(
        &"#".repeat((1 << 18) + 1),
        &["line 1, column 1: the file has 262145 bytes; at most 262144 are read"],
    );
}

#[test]
fn nonsense_as_large_as_may_be_ends_in_few_complaints() {
    let of = |piece: &str| piece.repeat((1 << 18) / piece.len());
    let keys = lines(20_000, "modf# = 1");
    let tables = lines(15_000, "[rules.#]");
    for hostile in [
        of("["),
        of("a=["),
        of("a.b."),
        of("{a={"),
        of("\"\"\""),
        of("\u{0}"),
        of("= \n"),
        of("mode=\n"),
        of("[[rules]]\n"),
        of("\u{202e}\r"),
        format!("x = {}", "[".repeat(100_000)),
        format!("x{} = 1", ".a".repeat(100_000)),
        format!("x = \"{}\"", "\\u0000".repeat(40_000)),
        keys,
        tables,
    ] {
        let complaints = parse(&hostile).unwrap_err();
        assert!(complaints.len() <= 101, "{}", complaints.len());
    }
}

#[test]
fn more_complaints_than_anybody_reads_are_counted() {
    let complaints = parse(&lines(150, "key# = 1")).unwrap_err();
    assert_eq!(complaints.len(), 101);
    assert!(
        complaints[100].ends_with("50 more problems are not shown; correct these first"),
        "{}",
        complaints[100]
    );
}
