//! Small dashboards.

use koalr_platform::debt::Level;
use koalr_platform::dora::{DoraSettings, report};
use koalr_platform::ledger::{Ledger, Scope};
use koalr_platform::model::common::{Coverage, CoverageState, Severity};
use koalr_platform::spell::Ending;

use super::*;
use crate::jobs::{CountedFigure, FigureRow, FigureRows};
use crate::report::insight::tests::{AS_OF, FROM, ledger, owed, spell};

fn dora(ledger: &Ledger) -> Dora {
    let settings = DoraSettings::default();
    report(ledger, &settings, &Scope::default(), FROM, AS_OF).unwrap()
}

fn view(ledger: &Ledger, debt: DebtReport) -> View {
    View {
        filter: DashboardFilter::default(),
        services: ledger.services.clone(),
        repositories: ledger.repositories.clone(),
        is_delivered: true,
        dora: Ok(dora(ledger)),
        debt: Some(Ok(debt)),
    }
}

fn full() -> View {
    let spells = [
        spell(Severity::Critical, 40, None),
        spell(Severity::High, 20, Some((5, Ending::Resolved))),
        spell(Severity::Low, 3, None),
    ];
    view(&ledger(), owed(&spells))
}

fn shown(view: &View) -> String {
    page(view).body.0
}

#[test]
fn a_figure_stands_with_its_tier_and_what_it_was_counted_of() {
    let shown = shown(&full());
    for part in [
        "2.3 a week",
        "<span class=\"badge good\">elite</span>",
        "10 successful deployments",
        ">2</a> of 10 deployments had an incident within 4 hours; 95 % interval 5.7 to 51.0 %",
        "1 resolved incident</a> of <a",
        "1 incident that goes on, without a time to restore",
        "1 incident, of all that is stored, tied to no deployment: it states no service",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

#[test]
fn a_figure_links_to_its_rows_up_to_the_same_second() {
    let mut view = full();
    view.filter.days = 30;
    view.filter.scope.service = Some("shop".to_owned());
    let link = "/dashboard/rows/failed-deployments?days=30&amp;to=2026-04-01T00%3A00%3A00Z&amp;service=shop";
    let shown = shown(&view);
    assert!(shown.contains(link), "{shown}");
}

#[test]
fn an_absent_figure_says_why_and_is_not_zero() {
    let ledger = Ledger {
        as_of: AS_OF,
        ..Ledger::default()
    };
    let shown = shown(&view(&ledger, owed(&[])));
    assert_eq!(
        shown.matches("<p class=\"figure\">not known</p>").count(),
        4
    );
    assert!(
        shown.contains("<strong>Nothing was deployed</strong>"),
        "{shown}"
    );
    assert!(
        shown.contains("<strong>No incident began</strong>"),
        "{shown}"
    );
    assert!(
        shown.contains("<p class=\"figure\">not known: there is none</p>"),
        "{shown}"
    );
    let delivery = shown.split("id=\"security\"").next().unwrap();
    assert!(!delivery.contains("0 %"), "{delivery}");
}

#[test]
fn every_chart_has_its_numbers_as_a_table() {
    let shown = shown(&full());
    let figures: Vec<&str> = shown.split("<figure").skip(1).collect();
    assert_eq!(figures.len(), 6);
    for figure in figures {
        let figure = figure.split("</figure>").next().unwrap();
        let drawn = figure.matches("<title>").count().max(
            // A curve has no title for each of its points.
            figure.split(" d=\"").nth(1).map_or(0, |path| {
                let path = path.split('"').next().unwrap();
                path.matches(['M', 'L']).count()
            }),
        );
        let numbers = figure.split("<details>").nth(1).unwrap();
        assert!(drawn > 1);
        assert_eq!(numbers.matches("<th scope=\"row\">").count(), drawn);
    }
    assert!(shown.contains("1 deployment, 1 of 1 failed"), "{shown}");
    let deployments = shown.split("</figure>").next().unwrap();
    assert_eq!(deployments.matches("<rect class=\"bar bad\"").count(), 2);
}

#[test]
fn hostile_names_are_escaped() {
    let mut ledger = ledger();
    ledger.services = vec!["<script>\u{202e}shop".to_owned()];
    let mut debt = owed(&[spell(Severity::Critical, 40, None)]);
    debt.repositories = vec!["acme/<img src=x>\u{1b}".to_owned()];
    debt.debt
        .freshness
        .as_mut()
        .unwrap()
        .partial
        .push(Coverage {
            route: "issues".to_owned(),
            subject: "<b>org\u{7}".to_owned(),
            state: CoverageState::Partial,
            as_of: None,
            detail: "page 2 & more".to_owned(),
        });
    let shown = shown(&view(&ledger, debt));
    for raw in ["<script>", "<img", "<b>", "\u{1b}", "\u{202e}</", "\u{7}"] {
        assert!(!shown.contains(raw), "{raw:?}: {shown}");
    }
    assert!(
        shown.contains("acme/&lt;img src=x&gt;\u{fffd}</a>"),
        "{shown}"
    );
    assert!(
        shown.contains("of &lt;b&gt;org\u{fffd}: page 2 &amp; more"),
        "{shown}"
    );
}

#[test]
fn a_severity_leaves_the_rows_of_the_others_out_and_says_so() {
    let mut view = full();
    view.filter.severity = Some(Level::High);
    let shown = shown(&view);
    assert!(shown.contains("<th scope=\"row\">high</th>"), "{shown}");
    assert!(
        !shown.contains("<th scope=\"row\">critical</th>"),
        "{shown}"
    );
    assert!(
        shown.contains("Everything else is of all severities."),
        "{shown}"
    );
}

#[test]
fn what_is_not_there_yet_says_what_to_do() {
    let mut view = full();
    (view.is_delivered, view.debt) = (false, None);
    let nothing = shown(&view);
    assert!(
        nothing.contains("Nothing is known yet") && nothing.contains("koalr import"),
        "{nothing}"
    );
    assert!(
        nothing.contains("href=\"/settings/integrations\""),
        "{nothing}"
    );
    assert!(!nothing.contains("<form"), "{nothing}");
    view.is_delivered = true;
    let half = shown(&view);
    assert!(
        half.contains("Nothing is connected") && half.contains("2.3 a week"),
        "{half}"
    );
    view.dora = Err("no service is called `x`; known are `shop`".to_owned());
    let refused = shown(&view);
    assert!(
        refused.contains("no service is called `x`; known are `shop`"),
        "{refused}"
    );
}

#[test]
fn a_change_of_a_figure_leads_to_its_page() {
    let report = FigureRows {
        figure: CountedFigure::Changes,
        from: FROM,
        as_of: AS_OF,
        scope: Scope::default(),
        n: 3,
        rows: vec![FigureRow::Change {
            id: "acme/shop#1 <i>".to_owned(),
            service: "shop".to_owned(),
            deployment: "d1".to_owned(),
            merged_at: FROM,
            lead_ms: 7_200_000,
        }],
        more: 2,
    };
    let page = rows(&report, &DashboardFilter::default());
    assert_eq!(page.title, "3 deployed changes");
    let shown = page.body.0;
    let link = "<a href=\"/changes/acme%2Fshop%231%20%3Ci%3E\">acme/shop#1 &lt;i&gt;</a>";
    assert!(shown.contains(link), "{shown}");
    assert!(
        shown.contains("2 hours") && shown.contains("koalr report rows changes --limit 3"),
        "{shown}"
    );
}
