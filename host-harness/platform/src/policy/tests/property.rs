use proptest::prelude::*;

use super::*;

fn given() -> impl Strategy<Value = BTreeMap<String, ParameterValue>> {
    let one = |name: &'static str, value: BoxedStrategy<ParameterValue>| {
        proptest::option::of(value.prop_map(move |value| (name.to_owned(), value)))
    };
    let word = prop_oneof![Just("warn"), Just("block")];
    let filled = any::<String>().prop_filter("blank", |text| !text.trim().is_empty());
    let texts = proptest::collection::vec(filled, 0..3);
    (
        one(
            "threshold",
            (0_u16..=100).prop_map(ParameterValue::Tenths).boxed(),
        ),
        one(
            "days",
            (1_i64..=30).prop_map(ParameterValue::Integer).boxed(),
        ),
        one(
            "strict",
            any::<bool>().prop_map(ParameterValue::Flag).boxed(),
        ),
        one(
            "action",
            word.prop_map(|word| ParameterValue::Text(word.to_owned()))
                .boxed(),
        ),
        one(
            "note",
            any::<String>().prop_map(ParameterValue::Text).boxed(),
        ),
        one("denied", texts.prop_map(ParameterValue::Texts).boxed()),
    )
        .prop_map(|(a, b, c, d, e, f)| [a, b, c, d, e, f].into_iter().flatten().collect())
}

prop_compose! {
    fn policies()(
        mode in prop_oneof![Just(Mode::Observe), Just(Mode::Warn), Just(Mode::Enforce)],
        highest: bool,
        fail_open in proptest::collection::btree_set(proptest::sample::select(&Cause::ALL[..8]), 0..8),
        deadline_secs in 0_u32..=86_400,
        bands in (1_u16..300, 300_u16..600, 600_u16..=1000),
        waiver_max_days in 1_u32..=365,
        rule in proptest::option::of((any::<bool>(), given())),
    ) -> Policy {
        let rule = rule.map(|(active, parameters)| RulePolicy { active, parameters });
        Policy {
            mode,
            cvss_source: if highest { CvssSource::Highest } else { CvssSource::Selected },
            fail_open,
            deadline_secs,
            bands: Bands::new(bands.0, bands.1, bands.2).unwrap(),
            waiver_max_days,
            rules: rule.map(|rule| ("licenses".to_owned(), rule)).into_iter().collect(),
        }
    }
}

/// The declared rules, with whatever an integration may say about them.
fn declared() -> impl Strategy<Value = Vec<Rule>> {
    proptest::collection::vec(any::<String>(), 9).prop_map(|summaries| {
        let mut summaries = summaries.into_iter();
        let mut rules = manifest().rules;
        for rule in &mut rules {
            rule.summary.extend(summaries.next());
            for parameter in &mut rule.parameters {
                parameter.summary.extend(summaries.next());
            }
        }
        rules
    })
}

/// The rules that decide, with every parameter.
fn effective(policy: &Policy, declared: &[Rule]) -> Vec<RuleSetting> {
    let mut rules = policy.rules(declared);
    for setting in &mut rules {
        let rule = declared.iter().find(|rule| rule.code == setting.code);
        for parameter in &rule.unwrap().parameters {
            if !setting
                .parameters
                .iter()
                .any(|one| one.key == parameter.name)
            {
                setting.parameters.push(SettingEntry {
                    key: parameter.name.clone(),
                    value: parameter.default.clone(),
                });
            }
        }
        setting.parameters.sort_by(|a, b| a.key.cmp(&b.key));
    }
    rules
}

/// Text that resembles a policy more often than chance would have it.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        proptest::sample::select(vec![
            "mode",
            "=",
            "\n",
            "\"",
            "[",
            "]",
            "{",
            "}",
            ".",
            "rules",
            "[rules.licenses]\n",
            "bands",
            "1",
            "9.0",
            "fail-open",
            "\"warn\"",
            ",",
            "#",
            "2026-01-01",
            "\r\n",
            "'''",
            "\\",
            "\u{feff}",
            "ä",
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_policy_that_is_written_reads_as_the_same(policy in policies()) {
        let text = policy.to_toml();
        prop_assert_eq!(Policy::parse(&text, &manifest()), Ok(policy), "{}", text);
    }

    #[test]
    fn a_policy_that_is_spelled_out_reads_as_one_that_decides_the_same(
        policy in policies(),
        declared in declared(),
    ) {
        let text = policy.spelled_out(&declared);
        let manifest = Manifest { rules: declared, ..manifest() };
        let read = Policy::parse(&text, &manifest);
        let read = read.map_err(|complaints| TestCaseError::fail(format!("{text}: {complaints:?}")))?;
        prop_assert_eq!(effective(&read, &manifest.rules), effective(&policy, &manifest.rules));
        for rule in &manifest.rules {
            let mentioned = read.rules[&rule.code].parameters.len();
            prop_assert_eq!(mentioned, rule.parameters.len(), "{}", text);
        }
        let rules = BTreeMap::new();
        let rest = [read, policy].map(|one| Policy { rules: rules.clone(), ..one });
        prop_assert_eq!(&rest[0], &rest[1]);
    }

    #[test]
    fn no_text_makes_it_panic_and_every_complaint_lies_inside_the_text(text in texts()) {
        for complaint in Policy::parse(&text, &manifest()).err().unwrap_or_default() {
            let line = text.split('\n').nth(complaint.line - 1);
            let line = line.ok_or_else(|| TestCaseError::fail(format!("{complaint}")))?;
            prop_assert!(complaint.column >= 1);
            prop_assert!(complaint.column <= line.chars().count() + 1, "{}", complaint);
        }
    }
}
