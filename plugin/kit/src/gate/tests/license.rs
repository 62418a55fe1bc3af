use super::*;

/// A licence issue of a package that the change brings.
fn issue(severity: Option<Severity>) -> FindingFact {
    FindingFact {
        class: FindingClass::License,
        severity,
        dependency: Some(0),
        ..fact("L")
    }
}

fn licensed(severity: Option<Severity>, expressions: &[&str]) -> Evidence {
    let mut evidence = evidence([issue(severity)]);
    if !expressions.is_empty() {
        evidence.licenses.push(FindingTexts {
            finding: 0,
            values: expressions.iter().map(|&text| text.to_owned()).collect(),
        });
    }
    evidence
}

fn denied(ids: &[&str]) -> ParameterValue {
    ParameterValue::Texts(ids.iter().map(|&id| id.to_owned()).collect())
}

#[track_caller]
fn said(parameters: &[(&str, ParameterValue)], evidence: Evidence) -> (Decision, String) {
    let rule = setting("introduced-license", parameters);
    let verdict = verdict(evidence, vec![rule], Vec::new());
    let messages = verdict.fired.iter().map(|fired| fired.message.clone());
    (verdict.decision, messages.collect())
}

#[test]
fn a_licence_blocks_from_its_severity_on() {
    let high = said(&[], licensed(Some(Severity::High), &["MIT"]));
    let sentence = "1 introduced licence issue has a severity of high or higher";
    assert_eq!(high, (Decision::Block, sentence.to_owned()));
    let medium = said(&[], licensed(Some(Severity::Medium), &["MIT"]));
    assert_eq!(medium.0, Decision::Pass);
    let warned = [("action", text("warn")), ("severity", text("medium"))];
    let medium = said(&warned, licensed(Some(Severity::Medium), &["MIT"]));
    assert_eq!(medium.0, Decision::Warn);
}

#[test]
fn a_denied_licence_blocks_whatever_its_severity() {
    for severity in [None, Some(Severity::Low)] {
        let expression = "MIT OR agpl-3.0";
        let denied = [("denied", denied(&["Zlib", "AGPL-3.0"]))];
        let sentence = "1 introduced licence issue is denied or has a severity of high or higher";
        assert_eq!(
            said(&denied, licensed(severity, &[expression])),
            (Decision::Block, sentence.to_owned())
        );
        let other = said(&denied, licensed(severity, &["LGPL-3.0"])).0;
        assert!(other < Decision::Block);
    }
}

#[test]
fn a_licence_without_a_severity_warns() {
    let sentence = "1 introduced licence issue has no severity";
    assert_eq!(
        said(&[], licensed(None, &["MIT"])),
        (Decision::Warn, sentence.to_owned())
    );
}

#[test]
fn where_licences_are_denied_an_issue_that_names_none_is_inconclusive() {
    let nameless = || licensed(Some(Severity::Low), &[]);
    let denied = [("denied", denied(&["AGPL-3.0"]))];
    let sentence = "1 introduced licence issue has no licence to compare with those denied";
    assert_eq!(
        said(&denied, nameless()),
        (Decision::Inconclusive, sentence.to_owned())
    );
    let warned = [denied[0].clone(), ("action", text("warn"))];
    assert_eq!(said(&warned, nameless()).0, Decision::Warn);
    assert_eq!(said(&[], nameless()).0, Decision::Pass);
}

#[test]
fn a_licence_that_the_change_does_not_bring_passes() {
    let denied = [("denied", denied(&["MIT"]))];
    let mut known = licensed(Some(Severity::Critical), &["MIT"]);
    known.findings[0].base = Presence::Present;
    assert_eq!(said(&denied, known).0, Decision::Pass);
}

#[test]
fn a_wrong_list_or_severity_is_reported_and_its_default_still_blocks() {
    for (parameter, message) in [
        (
            ("denied", text("MIT")),
            "parameter `denied` is wrong; expected a list of texts that are not empty",
        ),
        (
            ("denied", denied(&["MIT", " "])),
            "parameter `denied` is wrong; expected a list of texts that are not empty",
        ),
        (
            ("severity", text("info")),
            "parameter `severity` is wrong; expected `low`, `medium`, `high` or `critical`",
        ),
        (
            ("action", text("ignore")),
            "parameter `action` is wrong; expected `warn` or `block`",
        ),
    ] {
        let rule = || {
            vec![setting(
                "introduced-license",
                std::slice::from_ref(&parameter),
            )]
        };
        let clean = verdict(evidence([]), rule(), Vec::new());
        assert_eq!(clean.errors[0].message, message);
        assert_eq!(clean.decision, Decision::Inconclusive);
        let high = licensed(Some(Severity::High), &["MIT"]);
        assert_eq!(verdict(high, rule(), Vec::new()).decision, Decision::Block);
    }
}

#[test]
fn package_lookups_say_nothing_about_licences() {
    let mut unscanned = licensed(Some(Severity::Low), &["MIT"]);
    unscanned
        .coverage
        .retain(|row| row.route == "dependencies" || row.route == "packages");
    let rule = setting("introduced-license", &[]);
    let verdict = verdict(unscanned, vec![rule], Vec::new());
    assert_eq!(verdict.unasked, ["branch-projects"]);
    assert_eq!(verdict.decision, Decision::Inconclusive);
}
