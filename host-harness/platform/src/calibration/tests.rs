use proptest::prelude::*;

use super::*;
use crate::decision::Decision;
use crate::ledger::{Brought, Cause, Delivered, Judged, Outage, Summary};
use crate::links::Reason;

const DAY: Timestamp = 86_400_000;

/// A ledger of one repository and two services, built row by row.
struct Book(Ledger);

impl Book {
    fn new() -> Self {
        Self(Ledger {
            as_of: 1000 * DAY,
            services: vec!["shop".to_owned(), "cart".to_owned()],
            repositories: vec!["acme/shop".to_owned()],
            ..Ledger::default()
        })
    }

    fn deploy(&mut self, service: u32, day: Timestamp) -> u32 {
        let place = u32::try_from(self.0.deployments.len()).unwrap();
        self.0.deployments.push(Delivered {
            id: format!("d{place}"),
            service,
            repository: Some(0),
            at: day * DAY,
        });
        place
    }

    fn judge(&mut self, change: &str, score: Tenths, observation: Observation) -> u32 {
        let place = u32::try_from(self.0.judged.len()).unwrap();
        self.0.judged.push(Judged {
            change: change.to_owned(),
            repository: 0,
            head_sha: format!("sha-{change}"),
            as_of: 0,
            observation,
            summary: Summary {
                decision: Decision::Pass,
                enforced: true,
                told: true,
                introduced_high: 0,
                introduced_low: 0,
                introduced_unscored: 0,
                introduced_highest: None,
                unattributed: 0,
                dependencies: None,
                waived: 0,
                security: score,
                score,
            },
            overridden: false,
            marked_as_success: false,
        });
        place
    }

    fn bring(&mut self, change: &str, deployment: u32, judged: Option<u32>) {
        self.0.brought.push(Brought {
            change: change.to_owned(),
            deployment,
            repository: 0,
            merged_at: 0,
            lead_ms: 0,
            judged,
        });
    }

    fn fail(&mut self, deployment: u32, after_days: Timestamp, change: Option<&str>) {
        self.0.outages.push(Outage {
            id: format!("i{}", self.0.outages.len()),
            title: "down".to_owned(),
            severity: None,
            service: None,
            started_at: 0,
            resolved_at: None,
            open: false,
            cause: Some(Cause {
                deployment,
                after_ms: after_days * DAY,
                reason: Reason::Explicit,
            }),
            change: change.map(str::to_owned),
        });
    }

    /// A change of its own deployment, and whether that failed.
    fn ship(&mut self, score: Tenths, failed: bool) {
        let deployment = self.deploy(0, 1);
        let change = format!("c{deployment}");
        let judged = self.judge(&change, score, Observation::Observed);
        self.bring(&change, deployment, Some(judged));
        if failed {
            self.fail(deployment, 1, None);
        }
    }

    fn report(&self) -> Calibration {
        report(
            &self.0,
            Bands::default(),
            &Scope::default(),
            0,
            self.0.as_of,
        )
        .unwrap()
    }
}

fn counts(changes: Proportion) -> (u32, u32) {
    (changes.count, changes.of)
}

#[test]
fn each_band_has_its_own_share_of_changes_that_led_to_incidents() {
    let mut book = Book::new();
    for (score, failed) in [
        (0, false),
        (299, true),
        (300, true),
        (650, false),
        (1000, true),
    ] {
        book.ship(score, failed);
    }
    let series = book.report().observed;
    let bands: Vec<_> = series
        .bands
        .iter()
        .map(|one| (one.band, one.from, counts(one.changes)))
        .collect();
    assert_eq!(
        bands,
        [
            (Band::Low, 0, (1, 2)),
            (Band::Medium, 300, (1, 1)),
            (Band::High, 600, (0, 1)),
            (Band::Critical, 800, (1, 1)),
        ]
    );
    assert_eq!((series.deployments, series.incidents), (5, 3));
}

#[test]
fn an_empty_band_has_no_share_and_the_expectation_of_before() {
    let band = Book::new().report().observed.bands[3];
    assert_eq!(band.changes.interval, None);
    let expected = band.expected.unwrap();
    assert!((expected.share - 0.1).abs() < 1e-12);
    assert!((expected.high - 0.336_267).abs() < 1e-6);
}

#[test]
fn an_incident_counts_for_every_change_of_its_deployment_unless_it_names_one() {
    let mut book = Book::new();
    for named in [None, Some("b")] {
        let deployment = book.deploy(0, 1);
        for change in ["a", "b"] {
            let id = named.map_or_else(|| format!("x{change}"), |_| change.to_owned());
            let judged = book.judge(&id, 0, Observation::Observed);
            book.bring(&id, deployment, Some(judged));
        }
        book.fail(deployment, 2, named);
    }
    let series = book.report().observed;
    assert_eq!(counts(series.changes), (3, 4));
    assert_eq!(series.incidents, 2);
}

#[test]
fn an_incident_after_the_window_does_not_count() {
    let mut book = Book::new();
    book.ship(0, false);
    book.fail(0, 14, None);
    assert_eq!(counts(book.report().observed.changes), (1, 1));
    book.0.outages.clear();
    book.fail(0, 15, None);
    assert_eq!(counts(book.report().observed.changes), (0, 1));
}

#[test]
fn a_change_younger_than_the_window_is_left_out_and_counted() {
    let mut book = Book::new();
    book.ship(0, true);
    book.0.as_of = 15 * DAY - 1;
    let young = book.report();
    assert_eq!(
        (counts(young.observed.changes), young.too_young),
        ((0, 0), 1)
    );
    book.0.as_of = 15 * DAY;
    let old = book.report();
    assert_eq!((counts(old.observed.changes), old.too_young), ((1, 1), 0));
}

#[test]
fn a_change_that_was_never_judged_is_left_out_and_counted() {
    let mut book = Book::new();
    let deployment = book.deploy(0, 1);
    book.bring("c", deployment, None);
    let report = book.report();
    assert_eq!((report.observed.changes.of, report.unjudged), (0, 1));
}

#[test]
fn a_change_that_came_to_several_services_counts_once() {
    let mut book = Book::new();
    let judged = Some(book.judge("c", 0, Observation::Observed));
    for service in [0, 1] {
        let deployment = book.deploy(service, 1);
        book.bring("c", deployment, judged);
        book.fail(deployment, 1, None);
    }
    let series = book.report().observed;
    assert_eq!(counts(series.changes), (1, 1));
    assert_eq!((series.deployments, series.incidents), (2, 2));
}

#[test]
fn what_was_rebuilt_later_is_never_pooled() {
    let mut book = Book::new();
    book.ship(0, true);
    book.ship(0, false);
    book.0.judged[1].observation = Observation::Reconstructed;
    let report = book.report();
    assert_eq!(counts(report.observed.changes), (1, 1));
    assert_eq!(counts(report.reconstructed.changes), (0, 1));
}

#[test]
fn a_report_is_of_its_scope_and_its_time() {
    let mut book = Book::new();
    book.ship(0, true);
    let of = |service: &str, from| {
        let scope = Scope {
            repository: None,
            service: Some(service.to_owned()),
        };
        report(&book.0, Bands::default(), &scope, from, book.0.as_of)
            .map(|report| report.observed.changes.of)
    };
    assert_eq!(of("Shop", DAY), Ok(1));
    assert_eq!(of("shop", DAY + 1), Ok(0));
    assert_eq!(of("cart", 0), Ok(0));
    assert!(of("shoop", 0).is_err());
}

#[test]
fn little_evidence_gives_no_curve_and_says_why() {
    let mut book = Book::new();
    let absent = |book: &Book| match book.report().observed.curve {
        Fitted::Absent(why) => why.phrase(),
        Fitted::Curve(_) => "a curve".to_owned(),
    };
    for _ in 0..199 {
        book.ship(0, true);
    }
    assert_eq!(absent(&book), "there are fewer than 200 deployments");
    book.ship(0, true);
    assert_eq!(absent(&book), "a curve");
    book.0.outages.truncate(9);
    assert_eq!(absent(&book), "there are fewer than 10 incidents");
}

#[test]
fn a_curve_finds_the_line_that_was_planted() {
    let mut book = Book::new();
    for score in (0..1000).step_by(10) {
        let odds = -3.0 + 0.9 * hazard(score);
        let chance = 1.0 / (1.0 + f64::exp(-odds));
        for number in 0..100 {
            book.ship(score, f64::from(number) + 0.5 < chance * 100.0);
        }
    }
    let Fitted::Curve(curve) = book.report().observed.curve else {
        panic!("no curve");
    };
    assert!((curve.line.intercept + 3.0).abs() < 0.05, "{curve:?}");
    assert!((curve.line.slope - 0.9).abs() < 0.05, "{curve:?}");
    assert_eq!(curve.deciles.len(), 10);
    for decile in &curve.deciles {
        let seen = decile.changes.interval.unwrap();
        assert!(
            seen.low < decile.predicted && decile.predicted < seen.high,
            "{decile:?}"
        );
    }
}

#[test]
fn one_score_is_in_one_part() {
    let mut book = Book::new();
    for number in 0..400 {
        book.ship(if number < 300 { 0 } else { 500 }, number % 10 == 0);
    }
    let Fitted::Curve(curve) = book.report().observed.curve else {
        panic!("no curve");
    };
    let parts: Vec<_> = curve
        .deciles
        .iter()
        .map(|one| (one.from, one.to, one.changes.of))
        .collect();
    assert_eq!(parts, [(0, 0, 300), (500, 500, 100)]);
}

#[test]
fn the_highest_score_has_a_finite_hazard() {
    assert!(hazard(0).abs() < 1e-12);
    assert!((hazard(500) - std::f64::consts::LN_2).abs() < 1e-12);
    assert!(hazard(999) < hazard(1000) && hazard(1000) < 7.61);
    assert!((hazard(2000) - hazard(1000)).abs() < 1e-12);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_curve_never_falls_and_is_the_same_in_any_order(
        changes in proptest::collection::vec((0_u16..=1000, any::<bool>()), 200..260),
    ) {
        let curve = |changes: &[(u16, bool)]| {
            let mut book = Book::new();
            for (score, failed) in changes {
                book.ship(*score, *failed);
            }
            book.report().observed
        };
        let there = curve(&changes);
        if let Fitted::Curve(curve) = &there.curve {
            let chances: Vec<f64> = (0..=1000).filter_map(|score| curve.at(score)).collect();
            prop_assert_eq!(chances.len(), 1001);
            prop_assert!(chances.is_sorted() && chances.iter().all(|one| (0.0..=1.0).contains(one)));
            let all: u32 = curve.deciles.iter().map(|decile| decile.changes.of).sum();
            prop_assert_eq!(all, there.changes.of);
        }
        let back: Vec<_> = changes.into_iter().rev().collect();
        prop_assert_eq!(curve(&back), there);
    }
}
