//! What else a change's page says: who can lift it, what it rests on, what GitHub shows, what came before.

use koalr_platform::decision::DecisionRow;
use koalr_platform::merge::Band;
use koalr_platform::model::common::CoverageState;
use koalr_platform::model::evidence::Observation;

use super::*;
use crate::report::testing::{coverage, settle};

#[test]
fn who_can_lift_a_block_is_named_with_how_and_until_when() {
    let mut report = blocked();
    report.waivable_until = Some(NOW);
    let shown = page(&report, all(), &Attempt::default());
    let sentence = "ines can: by a waiver of the finding that blocks, until 2026-01-15 at most, or by an override of this \
                    commit. mira, who wrote the change, cannot.";
    assert!(shown.contains(sentence), "{shown}");
    settle(&mut report, Decision::Inconclusive);
    let shown = page(&report, all(), &Attempt::default());
    let sentence = "ines can: by an override of this commit. mira, who wrote the change, cannot.";
    assert!(shown.contains(sentence), "{shown}");
}

#[test]
fn where_nobody_can_lift_a_block_it_says_who_is_missing() {
    let mut report = blocked();
    let nobody = || Rights {
        lifters: vec![],
        ..all()
    };
    let shown = page(&report, nobody(), &Attempt::default());
    assert!(shown.contains("Nobody of this team yet"), "{shown}");
    report.author = None;
    let shown = page(&report, nobody(), &Attempt::default());
    assert!(
        shown.contains("it is not known who wrote the change"),
        "{shown}"
    );
}

#[test]
fn findings_beyond_the_first_are_folded_and_none_is_lost() {
    let mut report = report();
    for _ in 0..60 {
        add(&mut report, Attribution::Introduced);
    }
    let shown = page(&report, all(), &Attempt::default());
    assert!(shown.contains("<summary>45 more</summary>"), "{shown}");
    assert_eq!(
        shown
            .matches("<td class=\"name\"><strong>CVE-2026-")
            .count(),
        60
    );
}

#[test]
fn evidence_says_from_whom_it_is_how_far_it_got_and_how_old_its_oldest_answer_is() {
    let mut report = blocked();
    let mut answer = |state, as_of| {
        let mut row = coverage("packages", state);
        row.as_of = Some(as_of);
        report.evidence.coverage.push(row);
    };
    answer(CoverageState::Complete, NOW - 3_600_000);
    answer(CoverageState::Refused, NOW);
    let shown = page(&report, all(), &Attempt::default());
    for said in [
        "1 dependency, from <code>github</code>",
        "<span class=\"badge good\">complete</span> × 2",
        "<span class=\"badge warn\">refused</span>",
        "1 hour ago",
        "evidence gathered while the change was open",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    report.evidence.dependencies = None;
    let shown = page(&report, all(), &Attempt::default());
    assert!(shown.contains("There is none."), "{shown}");
    report.assessment.findings.clear();
    report.evidence.findings.clear();
    let shown = page(&report, all(), &Attempt::default());
    let unknown = "What this change introduces is not known";
    assert!(shown.contains(unknown), "{shown}");
}

#[test]
fn the_check_run_is_shown_as_github_shows_it() {
    let mut report = blocked();
    let manifest = Some("package-lock.json".to_owned());
    for one in report.evidence.dependencies.iter_mut().flatten() {
        one.manifest.clone_from(&manifest);
    }
    let shown = page(&report, all(), &Attempt::default());
    let (_, card) = shown
        .split_once("The check run as GitHub shows it")
        .unwrap();
    for said in [
        "<span class=\"badge bad\">action required</span> <strong>Koalr: snyk</strong>",
        "<h3>Blocked: it says why</h3>",
        "Buttons there: Override, Re-check, Waive",
        "<h4>Who can lift it</h4>",
        "1 annotation",
        "<code>package-lock.json:1</code>",
        "<code>server.public-url</code>",
    ] {
        assert!(card.contains(said), "{said}: {card}");
    }
}

#[test]
fn each_head_leads_to_its_own_decision_and_the_one_that_is_shown_is_marked() {
    let report = blocked();
    let row_of = |head: &str, observation, as_of| DecisionRow {
        change: report.change.id.clone(),
        head_sha: head.to_owned(),
        observation,
        decision: Decision::Block,
        judged: Decision::Block,
        mode: Mode::Enforce,
        overridden_by: None,
        waived: 0,
        score: 800,
        security: 640,
        band: Band::Critical,
        asked_at: as_of,
        as_of,
    };
    let history = [
        row_of(&report.change.head_sha, Observation::Observed, NOW),
        row_of("0ld&er", Observation::Observed, NOW - 1),
        row_of("0ld&er", Observation::Reconstructed, NOW - 2),
    ];
    let told = Told {
        row: &row(&report),
        report: Some(&report),
        list_source: None,
        public_url: None,
        history: &history,
        rights: all(),
        done: None,
        now: NOW,
    };
    let page = change(&frame(), &told, &Attempt::default());
    let shown = page.body.into_string();
    assert_eq!(shown.matches("shown here").count(), 1, "{shown}");
    let link = "href=\"/changes/acme%2Fshop%231?head=0ld%26er\"";
    assert_eq!(
        shown.matches(link).count(),
        1,
        "what was rebuilt is hidden: {shown}"
    );
}

#[test]
fn a_list_says_in_a_few_words_why_something_does_not_pass() {
    let mut report = blocked();
    report.summary = "Cannot tell: no dependency list; hand one in.".to_owned();
    assert_eq!(report.reason(), "no dependency list");
    let listed = Items {
        items: vec![row(&report)],
        next_cursor: Some("next".to_owned()),
    };
    let reasons = [(report.change.id.clone(), report.reason().to_owned())].into();
    let filter = ChangeFilter {
        decision: Some(Decision::Inconclusive),
        ..ChangeFilter::default()
    };
    let shown = listing(&filter, &listed, &reasons);
    assert!(shown.contains("No dependency list</div>"), "{shown}");
    assert!(shown.contains("href=\"/changes?decision=inconclusive&amp;cursor=next\""));
    assert!(!shown.contains("Newest"), "it is the first page: {shown}");
}
