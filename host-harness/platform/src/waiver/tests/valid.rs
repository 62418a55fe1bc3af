use super::*;
use crate::model::common::{Change, ExploitMaturity, FindingClass, FixState, Reachability};
use crate::model::evidence::{
    Evidence, FindingFact, FindingTexts, FixCandidate, Observation, Presence,
};
use crate::model::verdict::{Decision, Verdict, Waived};
use crate::policy::CvssSource;
use crate::waiver::Ended;

/// 2026-02-01.
const FEBRUARY: Timestamp = 1_769_904_000_000;

/// 2026-03-01, when the waiver of [`with`] expires.
const MARCH: Timestamp = 1_772_323_200_000;

fn change() -> Change {
    Change {
        id: "acme/shop#7".to_owned(),
        repository: "acme/shop".to_owned(),
        number: Some(7),
        head_sha: "a1".to_owned(),
        base_sha: None,
        source_branch: None,
        target_branch: None,
    }
}

/// A finding that is known as CVE-2021-44906, rated 9.8, without a fix.
fn fact() -> FindingFact {
    FindingFact {
        vulnerability: "ACME-JS-MINIMIST-1".to_owned(),
        package: "minimist".to_owned(),
        version: "1.2.5".to_owned(),
        class: FindingClass::PackageVulnerability,
        severity: None,
        cvss_selected: Some(98),
        cvss_highest: Some(98),
        head: Presence::Present,
        base: Presence::Absent,
        dependency: None,
        seen_before: false,
        disclosed_at: None,
        exploit: ExploitMaturity::Unknown,
        reachability: Reachability::Unknown,
        fix: FixState::None,
        ignored: false,
    }
}

fn evidence(findings: Vec<FindingFact>) -> Evidence {
    let aliases = (0..).zip(&findings).map(|(finding, _)| FindingTexts {
        finding,
        values: vec!["CVE-2021-44906".to_owned()],
    });
    Evidence {
        observation: Observation::Observed,
        dependencies: None,
        aliases: aliases.collect(),
        findings,
        licenses: Vec::new(),
        fix_candidates: Vec::new(),
        debt: Vec::new(),
        measurements: Vec::new(),
        coverage: Vec::new(),
        extra: Vec::new(),
    }
}

fn judged(text: &str, evidence: &Evidence, author: Option<&str>, as_of: Timestamp) -> Judged {
    read(text).valid(&Asked {
        change: &change(),
        author,
        evidence,
        cvss_source: CvssSource::Selected,
        as_of,
    })
}

/// Why the one waiver does not hold in February for a change of alice; empty if it holds.
fn why(text: &str, findings: Vec<FindingFact>) -> String {
    let judged = judged(text, &evidence(findings), Some("alice"), FEBRUARY);
    judged
        .rejected
        .iter()
        .map(|one| one.why.to_string())
        .collect()
}

#[test]
fn a_waiver_that_holds_is_handed_to_the_gate() {
    let judged = judged(
        &with("package = \"minimist\""),
        &evidence(Vec::new()),
        Some("alice"),
        FEBRUARY,
    );
    assert_eq!(judged.rejected, []);
    let expected = Handed {
        id: "W-1".to_owned(),
        vulnerability: "CVE-2021-44906".to_owned(),
        package: Some("minimist".to_owned()),
        version: None,
    };
    assert_eq!(judged.valid, [expected]);
}

#[test]
fn it_ends_at_the_very_moment_it_expires() {
    let at = |as_of| judged(&with(""), &evidence(Vec::new()), Some("alice"), as_of);
    assert_eq!(at(MARCH - 1).valid.len(), 1);
    assert_eq!(
        at(MARCH).rejected[0].why.to_string(),
        "it expired at 2026-03-01T00:00:00Z; approve it anew, or fix the vulnerability"
    );
}

#[test]
fn it_does_not_hold_before_it_was_created() {
    let judged = judged(&with(""), &evidence(Vec::new()), Some("alice"), 0);
    assert_eq!(
        judged.rejected[0].why.to_string(),
        "it holds from 2026-01-01T00:00:00Z on"
    );
}

#[test]
fn who_wrote_the_change_does_not_lift_its_block() {
    let by = |author| {
        let judged = judged(&with(""), &evidence(Vec::new()), author, FEBRUARY);
        judged.rejected[0].why.to_string()
    };
    for spelling in ["bob", "@bob", "Bob", " bob "] {
        assert_eq!(
            by(Some(spelling)),
            "`bob` approved it and wrote the change; somebody else must approve it"
        );
    }
    assert_eq!(
        by(None),
        "it is not known who wrote the change, so that nobody can tell whether it was `bob`, who approved it; name the author of the change"
    );
}

#[test]
fn a_waiver_of_another_repository_does_not_hold() {
    assert_eq!(
        why(&with("repository = \"acme/till\""), Vec::new()),
        "it is only for repository `acme/till`"
    );
    assert_eq!(
        why(&with("repository = \"Acme/Shop\""), Vec::new()),
        String::new()
    );
}

#[test]
fn a_risen_score_voids_it() {
    let waiver = with("void-if = [\"cvss-rises\"]\ncvss-at-approval = 9.1");
    assert_eq!(
        why(&waiver, vec![fact()]),
        "void by `cvss-rises`: the CVSS score was 9.1 and is 9.8"
    );
    let same = with("void-if = [\"cvss-rises\"]\ncvss-at-approval = 9.8");
    assert_eq!(why(&same, vec![fact()]), "");
}

#[test]
fn a_score_that_vanished_voids_it_too() {
    let unrated = FindingFact {
        cvss_selected: None,
        ..fact()
    };
    assert_eq!(
        why(
            &with("void-if = [\"cvss-rises\"]\ncvss-at-approval = 9.8"),
            vec![unrated]
        ),
        "void by `cvss-rises`: there is no CVSS score now to compare with; approve it without that condition"
    );
}

#[test]
fn the_score_is_the_one_that_the_policy_counts() {
    let disputed = FindingFact {
        cvss_selected: Some(70),
        ..fact()
    };
    let waivers = read(&with("void-if = [\"cvss-rises\"]\ncvss-at-approval = 7.0"));
    let under = |cvss_source| {
        let asked = Asked {
            change: &change(),
            author: Some("alice"),
            evidence: &evidence(vec![disputed.clone()]),
            cvss_source,
            as_of: FEBRUARY,
        };
        waivers.valid(&asked).valid.len()
    };
    assert_eq!(under(CvssSource::Selected), 1);
    assert_eq!(under(CvssSource::Highest), 0);
}

#[test]
fn a_fix_voids_it_and_so_does_not_knowing_of_one() {
    let with_fix = |fix| {
        let found = vec![FindingFact { fix, ..fact() }];
        why(&with("void-if = [\"fix-available\"]"), found)
    };
    assert_eq!(with_fix(FixState::None), "");
    assert_eq!(
        with_fix(FixState::Partial),
        "void by `fix-available`: a fix exists"
    );
    assert_eq!(
        with_fix(FixState::Unknown),
        "void by `fix-available`: it is not known whether a fix exists; approve it without that condition"
    );
}

#[test]
fn a_fix_candidate_is_a_fix() {
    let mut found = evidence(vec![fact()]);
    found.fix_candidates.push(FixCandidate {
        finding: 0,
        version: "1.2.6".to_owned(),
        worst: None,
    });
    let waiver = with("void-if = [\"fix-available\"]");
    let judged = judged(&waiver, &found, Some("alice"), FEBRUARY);
    assert_eq!(judged.rejected[0].why, Why::FixAvailable);
}

#[test]
fn another_version_voids_it() {
    let waiver = with("version = \"1.2.4\"\nvoid-if = [\"version-changes\"]");
    assert_eq!(
        why(&waiver, vec![fact()]),
        "void by `version-changes`: the change does not have version `1.2.4` any more"
    );
    let still = FindingFact {
        version: "1.2.4".to_owned(),
        ..fact()
    };
    assert_eq!(why(&waiver, vec![fact(), still]), "");
}

#[test]
fn what_the_change_removes_or_another_package_has_voids_nothing() {
    let waiver = with("package = \"minimist\"\nvoid-if = [\"fix-available\"]");
    let fixable = FindingFact {
        fix: FixState::Available,
        ..fact()
    };
    let removed = FindingFact {
        head: Presence::Absent,
        ..fixable.clone()
    };
    let other = FindingFact {
        package: "minimatch".to_owned(),
        ..fixable
    };
    assert_eq!(why(&waiver, vec![removed, other]), "");
}

#[test]
fn ten_thousand_conditions_on_ten_thousand_findings_of_one_vulnerability_are_judged() {
    let one = |number: usize| {
        with("void-if = [\"fix-available\"]\n").replace("W-1", &format!("W-{number}"))
    };
    let text: String = (0..10_000).map(one).collect();
    let findings = (0..10_000).map(|number| FindingFact {
        version: format!("1.{number}"),
        ..fact()
    });
    let found = evidence(findings.collect());
    let judged = judged(&text, &found, Some("alice"), FEBRUARY);
    assert_eq!(judged.valid.len(), 10_000);
}

#[test]
fn used_unused_expired_and_ending_waivers_are_reported() {
    let named =
        |id: &str, expires: &str| with("").replace("W-1", id).replace("2026-03-01", expires);
    let text = [
        named("used", "2026-03-01"),
        named("ending", "2026-02-08"),
        named("unused", "2026-03-01"),
        named("expired", "2026-02-01"),
    ]
    .concat();
    let waivers = read(&text);
    let judged = judged(&text, &evidence(vec![fact()]), Some("alice"), FEBRUARY);
    let waived = |waiver: &str, finding| Waived {
        finding,
        waiver: waiver.to_owned(),
        rule: "introduced-cvss".to_owned(),
    };
    let verdict = Verdict {
        decision: Decision::Pass,
        fired: Vec::new(),
        waived: vec![
            waived("used", 1),
            waived("used", 0),
            waived("used", 1),
            waived("ending", 2),
            waived("invented", 3),
            waived("expired", 4),
        ],
        missing: Vec::new(),
        unasked: Vec::new(),
        errors: Vec::new(),
        extra: Vec::new(),
    };
    let report = waivers.report(&judged, &verdict, FEBRUARY);
    let used = |id: &str, findings: &[u32], expires| Used {
        id: id.to_owned(),
        reason: waivers.get(id).unwrap().reason.clone(),
        approver: "bob".to_owned(),
        findings: findings.to_vec(),
        expires,
    };
    let ended = |id: &str, at| {
        let id = id.to_owned();
        vec![Ended { id, at }]
    };
    let week = FEBRUARY + 7 * 86_400_000;
    assert_eq!(
        report,
        WaiverReport {
            used: vec![used("used", &[0, 1], MARCH), used("ending", &[2], week)],
            unused: vec!["unused".to_owned()],
            refused: Vec::new(),
            expired: ended("expired", FEBRUARY),
            ending: ended("ending", week),
            unfounded: vec!["expired".to_owned(), "invented".to_owned()],
        }
    );
}
