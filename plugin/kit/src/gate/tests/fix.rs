use super::*;
use crate::model::common::FixState;
use crate::model::evidence::FixCandidate;

fn with_fix(fix: FixState, fact: FindingFact) -> Evidence {
    evidence([FindingFact { fix, ..fact }])
}

/// One rule with these limits.
#[track_caller]
fn limited(code: &str, no_fix: &str, unknown_fix: &str, evidence: Evidence) -> Verdict {
    let parameters = [("no-fix", text(no_fix)), ("unknown-fix", text(unknown_fix))];
    verdict(evidence, vec![setting(code, &parameters)], Vec::new())
}

#[test]
fn without_a_word_in_the_policy_a_fix_does_not_matter() {
    for fix in [
        FixState::Available,
        FixState::Partial,
        FixState::None,
        FixState::Unknown,
    ] {
        let decision = decide(with_fix(fix, critical())).decision;
        assert_eq!(decision, Decision::Block, "{fix:?}");
    }
}

#[test]
fn fixable_only_has_three_values() {
    for (fix, no_fix, unknown_fix) in [
        (FixState::Available, Decision::Block, Decision::Block),
        (FixState::Partial, Decision::Block, Decision::Block),
        (FixState::None, Decision::Pass, Decision::Block),
        (FixState::Unknown, Decision::Block, Decision::Pass),
    ] {
        let evidence = || with_fix(fix, critical());
        let off = |no_fix, unknown_fix| {
            limited("introduced-cvss", no_fix, unknown_fix, evidence()).decision
        };
        assert_eq!(off("ignore", "block"), no_fix, "{fix:?}");
        assert_eq!(off("block", "ignore"), unknown_fix, "{fix:?}");
    }
}

#[test]
fn what_is_let_off_to_a_warning_is_shown_by_its_rule_and_says_why() {
    let some = [
        ("A", FixState::None),
        ("B", FixState::Unknown),
        ("C", FixState::Available),
        ("D", FixState::None),
    ];
    let some = some.map(|(id, fix)| FindingFact {
        fix,
        ..introduced(id, 98)
    });
    let verdict = limited("introduced-cvss", "warn", "warn", evidence(some));
    let said: Vec<_> = verdict
        .fired
        .iter()
        .map(|fired| (fired.decision, &*fired.findings, &*fired.message))
        .collect();
    assert_eq!(
        said,
        [
            (
                Decision::Block,
                &[2][..],
                "1 introduced vulnerability has a CVSS base score of 9.0 or more"
            ),
            (
                Decision::Warn,
                &[0, 3],
                "2 introduced vulnerabilities have a CVSS base score of 9.0 or more, but there is no fix"
            ),
            (
                Decision::Warn,
                &[1],
                "1 introduced vulnerability has a CVSS base score of 9.0 or more, but whether there is a fix is unknown"
            ),
        ]
    );
}

#[test]
fn a_version_that_fixes_it_counts_whatever_the_upstream_says_of_fixes() {
    for fix in [FixState::None, FixState::Unknown] {
        let mut evidence = with_fix(fix, critical());
        evidence.fix_candidates.push(FixCandidate {
            finding: 0,
            version: "2.0.1".to_owned(),
            worst: None,
        });
        let verdict = limited("introduced-cvss", "ignore", "ignore", evidence);
        assert_eq!(verdict.decision, Decision::Block, "{fix:?}");
    }
}

#[test]
fn the_milder_of_limit_and_rule_counts_where_nobody_has_rated() {
    let unknown = |severity, limit| {
        let evidence = with_fix(FixState::None, unrated(severity));
        let verdict = limited("introduced-unknown-cvss", limit, "block", evidence);
        let messages = verdict.fired.iter().map(|fired| fired.message.clone());
        (verdict.decision, messages.collect::<String>())
    };
    let said = "1 introduced vulnerability has no CVSS rating";
    let critical = Some(Severity::Critical);
    assert_eq!(
        unknown(critical, "block"),
        (Decision::Block, said.to_owned())
    );
    assert_eq!(
        unknown(critical, "warn"),
        (Decision::Warn, format!("{said}, but there is no fix"))
    );
    assert_eq!(unknown(None, "warn"), (Decision::Warn, said.to_owned()));
    assert_eq!(unknown(None, "ignore"), (Decision::Pass, String::new()));
}

#[test]
fn a_finding_of_unknown_attribution_is_let_off_alike() {
    let rules = |limit| {
        vec![
            setting("introduced-cvss", &[("no-fix", text(limit))]),
            setting("unknown-attribution", &[]),
        ]
    };
    let unknown = || {
        evidence([FindingFact {
            base: Presence::Unknown,
            fix: FixState::None,
            ..critical()
        }])
    };
    let decision = |limit| verdict(unknown(), rules(limit), Vec::new()).decision;
    assert_eq!(decision("block"), Decision::Inconclusive);
    assert_eq!(decision("warn"), Decision::Warn);
    assert_eq!(decision("ignore"), Decision::Pass);
}
