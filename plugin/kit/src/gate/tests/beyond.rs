use super::*;

/// A finding of the branch's projects that those of the target branch do not have.
fn of_branch(class: FindingClass, severity: Option<Severity>) -> FindingFact {
    FindingFact {
        class,
        severity,
        ..fact("B")
    }
}

fn image(tenths: Tenths) -> FindingFact {
    FindingFact {
        cvss_selected: Some(tenths),
        cvss_highest: Some(tenths),
        ..of_branch(FindingClass::Container, None)
    }
}

/// The same, where the evidence ties it to a dependency that the change touches.
fn brought(fact: FindingFact) -> FindingFact {
    FindingFact {
        dependency: Some(0),
        ..fact
    }
}

#[track_caller]
fn said(rules: &[&str], fact: FindingFact) -> (Decision, String) {
    let rules = rules.iter().map(|code| setting(code, &[])).collect();
    let verdict = verdict(evidence([fact]), rules, Vec::new());
    let messages = verdict.fired.iter().map(|fired| fired.message.clone());
    (verdict.decision, messages.collect())
}

#[test]
fn whether_a_change_introduces_it_cannot_be_told_and_so_it_does_not_pass() {
    for (code, fact, noun) in [
        ("introduced-container", image(90), "container vulnerability"),
        (
            "introduced-infrastructure",
            of_branch(FindingClass::Infrastructure, Some(Severity::High)),
            "infrastructure issue",
        ),
    ] {
        let sentence = |noun| {
            format!(
                "it cannot be told whether this change introduces 1 {noun} that would count against it"
            )
        };
        assert_eq!(
            said(&[code, "unknown-attribution"], fact.clone()),
            (Decision::Inconclusive, sentence("finding"))
        );
        assert_eq!(
            said(&[code], fact.clone()),
            (Decision::Inconclusive, sentence(noun)),
            "with nobody else to ask"
        );
        assert_eq!(said(&["unknown-attribution"], fact).0, Decision::Pass);
    }
}

#[test]
fn what_to_do_about_unknown_attribution_holds_for_images_too() {
    let rules = |word| {
        vec![
            setting("introduced-container", &[]),
            setting("unknown-attribution", &[("action", text(word))]),
        ]
    };
    let decision = |word| verdict(evidence([image(98)]), rules(word), Vec::new()).decision;
    assert_eq!(decision("warn"), Decision::Warn);
    assert_eq!(decision("block"), Decision::Block);
}

#[test]
fn an_image_s_vulnerability_blocks_from_its_score_on_rated_or_assumed() {
    let blocked = said(&["introduced-container"], brought(image(90)));
    let sentence = "1 introduced container vulnerability has a score of 9.0 or more";
    assert_eq!(blocked, (Decision::Block, sentence.to_owned()));
    let below = said(&["introduced-container"], brought(image(89)));
    assert_eq!(below.0, Decision::Pass);
    let assumed = of_branch(FindingClass::Container, Some(Severity::Critical));
    let assumed = said(&["introduced-container"], brought(assumed));
    assert_eq!(assumed.0, Decision::Block);
}

#[test]
fn infrastructure_blocks_from_its_severity_on() {
    let decided = |severity| {
        let fact = of_branch(FindingClass::Infrastructure, Some(severity));
        said(&["introduced-infrastructure"], brought(fact))
    };
    let sentence = "1 introduced infrastructure issue has a severity of high or higher";
    assert_eq!(
        decided(Severity::High),
        (Decision::Block, sentence.to_owned())
    );
    assert_eq!(decided(Severity::Medium).0, Decision::Pass);
}

#[test]
fn what_nobody_rated_warns() {
    for (code, class, sentence) in [
        (
            "introduced-container",
            FindingClass::Container,
            "1 introduced container vulnerability has neither score nor severity",
        ),
        (
            "introduced-infrastructure",
            FindingClass::Infrastructure,
            "1 introduced infrastructure issue has no severity",
        ),
    ] {
        assert_eq!(
            said(&[code], brought(of_branch(class, None))),
            (Decision::Warn, sentence.to_owned())
        );
    }
}

#[test]
fn each_rule_keeps_to_its_class() {
    let all: Vec<String> = rules().into_iter().map(|rule| rule.code).collect();
    for (class, codes) in [
        (
            FindingClass::PackageVulnerability,
            &["introduced-cvss", "introduced-cvss-warn"][..],
        ),
        (FindingClass::License, &["introduced-license"]),
        (FindingClass::Container, &["introduced-container"]),
        (FindingClass::Infrastructure, &["introduced-infrastructure"]),
        (FindingClass::Code, &[]),
        (FindingClass::Other, &[]),
    ] {
        let fact = FindingFact {
            class,
            severity: Some(Severity::Critical),
            ..critical()
        };
        let rules = all.iter().map(|code| setting(code, &[])).collect();
        let verdict = verdict(evidence([fact]), rules, Vec::new());
        let fired: Vec<_> = verdict.fired.iter().map(|fired| &*fired.rule).collect();
        assert_eq!(fired, codes, "{class:?}");
    }
}

#[test]
fn images_that_nobody_scanned_are_inconclusive_and_need_no_dependency_list() {
    let rules = || {
        vec![
            setting("introduced-container", &[]),
            setting("unknown-attribution", &[]),
        ]
    };
    let mut unlisted = evidence([]);
    unlisted.dependencies = None;
    assert_eq!(
        verdict(unlisted, rules(), Vec::new()).decision,
        Decision::Pass
    );
    let mut unscanned = evidence([]);
    unscanned
        .coverage
        .retain(|row| row.route != "branch-projects");
    let verdict = verdict(unscanned, rules(), Vec::new());
    assert_eq!(verdict.unasked, ["branch-projects"]);
    assert_eq!(verdict.decision, Decision::Inconclusive);
}
