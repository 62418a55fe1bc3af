mod parts;

use std::collections::BTreeMap;

use koalr_platform::decision::Decision;
use koalr_platform::merge::merge;
use koalr_platform::model::assessment::{Attribution, Contribution, ContributionSubject};
use koalr_platform::model::verdict::Decision as Judged;
use koalr_platform::policy::Mode;
use koalr_store::ChangeState;

use super::arithmetic::steps;
use super::*;
use crate::report::testing::{NOW, add, fire, report};
use crate::web::{ChangeFilter, Items};

fn frame() -> Frame {
    Frame {
        tenant: "default".to_owned(),
        login: "ines".to_owned(),
        mark: "the-mark".to_owned(),
    }
}

fn row(report: &ChangeReport) -> ChangeRow {
    ChangeRow {
        change: report.change.clone(),
        title: report.title.clone(),
        author: report.author.clone(),
        state: ChangeState::Open,
        opened_at: None,
        merged_at: None,
        updated_at: NOW,
        source: "import".to_owned(),
        pending: false,
        decided: None,
    }
}

fn blocked() -> ChangeReport {
    let mut report = report();
    let index = add(&mut report, Attribution::Introduced);
    fire(&mut report, "critical", Judged::Block, &[index]);
    report.assessment.score = 640;
    report.settled.score = merge(Some(200), 640, Decision::Block, Mode::Enforce);
    report.assessment.contributions = [500, 140]
        .map(|points| Contribution {
            subject: ContributionSubject::Finding(index),
            points,
            hazard: 1000,
            terms: vec![],
        })
        .into();
    report.summary = "Blocked: it says why.".to_owned();
    report
}

fn page(report: &ChangeReport, rights: Rights, attempt: &Attempt) -> String {
    let told = Told {
        row: &row(report),
        report: Some(report),
        list_source: Some("github"),
        public_url: None,
        history: &[],
        rights,
        done: None,
        now: NOW,
    };
    change(&frame(), &told, attempt).body.into_string()
}

fn wrong(why: &str) -> Vec<Wrong> {
    vec![Wrong {
        field: Some("reason"),
        text: why.to_owned(),
    }]
}

fn listing(
    filter: &ChangeFilter,
    shown: &Items<ChangeRow>,
    reasons: &BTreeMap<String, String>,
) -> String {
    let listed = Listed {
        filter,
        shown,
        reasons,
        is_later: false,
        now: NOW,
    };
    list(&listed).body.into_string()
}

fn all() -> Rights {
    Rights {
        lift: Ok(()),
        waive: Ok(()),
        lifters: vec!["ines".to_owned()],
    }
}

fn each(report: &ChangeReport) -> Vec<(i32, i32, bool)> {
    let view = View::new(report, true);
    let steps = steps(&view).into_iter();
    steps.map(|one| (one.from, one.to, one.is_sum)).collect()
}

#[test]
fn each_part_of_the_waterfall_begins_where_the_one_before_ended_and_the_last_sum_is_the_score() {
    let report = blocked();
    assert_eq!(
        each(&report),
        [
            (0, 500, false),
            (500, 640, false),
            (0, 640, true),
            (640, 712, false),
            (0, 712, true),
            (712, 800, false),
            (0, 800, true),
        ]
    );
}

#[test]
fn what_the_integration_does_not_explain_is_a_part_of_its_own() {
    let mut report = blocked();
    report.assessment.contributions.pop();
    assert_eq!(each(&report)[1], (500, 640, false));
    let many = [10; 64].map(|points| Contribution {
        subject: ContributionSubject::Debt,
        points,
        hazard: 1,
        terms: vec![],
    });
    report.assessment.contributions = many.into();
    let view = View::new(&report, true);
    let steps = steps(&view);
    assert_eq!(
        (steps[12].label.as_str(), steps[12].from, steps[12].to),
        ("52 smaller parts", 120, 640)
    );
}

#[test]
fn an_unknown_score_of_koalrs_own_is_not_shown_as_nothing() {
    let mut report = blocked();
    report.settled.score = merge(None, 640, Decision::Block, Mode::Enforce);
    let shown = page(&report, all(), &Attempt::default());
    let row = "<th scope=\"row\">Koalr's own score of the change</th><td class=\"number\">not known</td><td class=\"chart\"></td>";
    assert!(shown.contains(row), "{shown}");
}

#[test]
fn the_verdict_stands_before_the_sum_and_the_fix_is_there_to_copy() {
    let mut report = blocked();
    report.fixes = vec!["npm install left-pad@2.0.1".to_owned()];
    let shown = page(&report, all(), &Attempt::default());
    let places = [
        "Blocked: it says why.",
        "<pre class=\"copy\"><code>npm install left-pad@2.0.1</code></pre>",
        "ines can: by a waiver of the finding that blocks",
        "How the score adds up",
        "Introduced by this change",
        "Rules and waivers",
        "<h2>Evidence</h2>",
        "The check run as GitHub shows it",
    ];
    let places = places.map(|text| shown.find(text).expect(text));
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn hostile_names_are_shown_and_do_nothing() {
    let nasty = "<script>alert(1)</script>\"'\u{202e}";
    let mut report = blocked();
    report.title = nasty.to_owned();
    report.author = Some(nasty.to_owned());
    report.change.id = nasty.to_owned();
    report.change.head_sha = nasty.to_owned();
    report.evidence.aliases.clear();
    for fact in &mut report.evidence.findings {
        fact.package = nasty.to_owned();
        fact.version = nasty.to_owned();
        fact.vulnerability = nasty.to_owned();
    }
    for fired in &mut report.verdict.fired {
        fired.rule = nasty.to_owned();
        fired.message = nasty.to_owned();
    }
    let attempt = Attempt {
        wrong: wrong(nasty),
        reason: format!("</textarea>{nasty}"),
        ..Attempt::default()
    };
    let row = row(&report);
    let listed = Items {
        items: vec![row],
        next_cursor: None,
    };
    let reasons = [(nasty.to_owned(), nasty.to_owned())].into();
    let list = listing(&ChangeFilter::default(), &listed, &reasons);
    let page = page(&report, all(), &attempt);
    assert!(page.contains("&lt;/textarea&gt;&lt;script"), "{page}");
    for shown in [page, list] {
        assert!(shown.contains("&lt;script&gt;alert(1)"), "{shown}");
        assert!(!shown.contains("<script"), "{shown}");
    }
}

#[test]
fn who_may_not_sees_why_and_no_form() {
    let why = "`mira` wrote the change and may not override the gate";
    let rights = Rights {
        lift: Err(why.to_owned()),
        waive: Err(why.to_owned()),
        lifters: vec![],
    };
    let shown = page(&blocked(), rights, &Attempt::default());
    assert_eq!(shown.matches(why).count(), 2, "{shown}");
    assert!(!shown.contains("<form"), "{shown}");
    let shown = page(&blocked(), all(), &Attempt::default());
    assert_eq!(shown.matches("name=\"mark\" value=\"the-mark\"").count(), 2);
    assert!(shown.contains("name=\"head-sha\" value=\"5f2c1b7\""));
}

#[test]
fn a_form_that_did_not_work_says_why_and_keeps_what_was_given() {
    let attempt = Attempt {
        is_waiver: true,
        wrong: wrong("it is too long"),
        reason: "build only".to_owned(),
        author: "mira".to_owned(),
        day: "2027-01-01".to_owned(),
        findings: vec![],
    };
    let shown = page(&blocked(), all(), &attempt);
    for kept in [
        "<strong role=\"alert\">it is too long</strong>",
        ">build only</textarea>",
        "value=\"2027-01-01\"",
        "name=\"finding\" value=\"0\">",
    ] {
        assert!(shown.contains(kept), "{kept}: {shown}");
    }
    let mut attempt = attempt;
    attempt.wrong[0].field = None;
    let shown = page(&report(), all(), &attempt);
    assert!(
        shown.contains("</strong>It is too long."),
        "no form is there any more: {shown}"
    );
}

#[test]
fn nothing_is_offered_for_what_may_pass_or_is_not_the_newest_head() {
    let passed = page(&report(), all(), &Attempt::default());
    assert!(!passed.contains("<form"), "{passed}");
    let report = blocked();
    let mut newer = row(&report);
    newer.change.head_sha = "9".repeat(40);
    let told = Told {
        row: &newer,
        report: Some(&report),
        list_source: None,
        public_url: None,
        history: &[],
        rights: all(),
        done: None,
        now: NOW,
    };
    let shown = change(&frame(), &told, &Attempt::default())
        .body
        .into_string();
    assert!(
        !shown.contains("<form") && !shown.contains("#lift"),
        "{shown}"
    );
    assert!(
        shown.contains("This verdict is about an older head"),
        "{shown}"
    );
}

#[test]
fn an_empty_list_says_what_to_do_next() {
    let none = Items {
        items: vec![],
        next_cursor: None,
    };
    let shown = |filter: ChangeFilter| listing(&filter, &none, &BTreeMap::new());
    let fresh = shown(ChangeFilter::default());
    assert!(fresh.contains("koalr import FILE"), "{fresh}");
    assert!(fresh.contains("href=\"/settings/integrations\""), "{fresh}");
    let filter = ChangeFilter {
        repository: Some("a&b\"".to_owned()),
        ..ChangeFilter::default()
    };
    let filtered = shown(filter);
    assert!(filtered.contains("value=\"a&amp;b&quot;\""), "{filtered}");
    assert!(filtered.contains("<a href=\"/changes\">Show all changes</a>"));
}
