//! The figures of one table.

use koalr_platform::stats::proportion::clopper_pearson;
use koalr_platform::stats::two_by_two::Table;
use koalr_platform::stats::{Estimate, Test};
use serde::Deserialize;

use super::{Figures, ends, oracle};

/// A table as the file spells it.
#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the file's names")]
pub(super) struct Input {
    exposed_event: u32,
    exposed_no_event: u32,
    unexposed_event: u32,
    unexposed_no_event: u32,
}

/// Ours for one key; none for a key that nothing here answers.
pub(super) fn found(input: Input, key: &str) -> Option<Figures> {
    let table = Table::from(input);
    let exposed = table.exposed();
    let plain = |estimate: Option<Estimate>| estimate.filter(|estimate| !estimate.corrected);
    Some(match key {
        "fisher_p_two_sided" => vec![Some(table.fisher().two_sided)],
        "fisher_p_greater" => vec![Some(table.fisher().greater)],
        "fisher_p_less" => vec![Some(table.fisher().less)],
        "odds_ratio_sample" => vec![sample_odds_ratio(&table)],
        "or_wald_ci95" => interval(plain(table.odds_ratio())),
        "log_or_se" => vec![plain(table.odds_ratio()).and_then(error)],
        "or_haldane" => vec![haldane(&table).map(|one| one.value)],
        "or_haldane_wald_ci95" => interval(haldane(&table)),
        "or_conditional_mle" => vec![conditional(&table)],
        "or_exact_ci95" => {
            let exact = table.exact_odds_ratio();
            // No lower end is the 0 that every ratio has; without any answer both ends are open.
            let low = exact.and_then(|exact| exact.low).unwrap_or(0.0);
            vec![Some(low), exact.and_then(|exact| exact.high)]
        }
        "rr" => vec![plain(table.risk_ratio()).map(|ratio| ratio.value)],
        "rr_katz_ci95" => interval(plain(table.risk_ratio())),
        "rr_scipy" => vec![sample_risk_ratio(&table)],
        "rr_scipy_ci95" => {
            let counted = table.risk_ratio_as_counted();
            // Of a ratio of 0 the oracle repeats the 0 as the lower end.
            let low = counted
                .and_then(|ratio| ratio.low)
                .or_else(|| sample_risk_ratio(&table).filter(|ratio| *ratio <= 0.0));
            vec![low, counted.and_then(|ratio| ratio.high)]
        }
        "risk_exposed" => vec![exposed.interval.map(|risk| risk.share)],
        "risk_unexposed" => vec![table.unexposed().interval.map(|risk| risk.share)],
        "wilson_exposed_ci95" => ends(exposed.interval),
        "wilson_unexposed_ci95" => ends(table.unexposed().interval),
        "clopper_exposed_ci95" => ends(clopper_pearson(exposed.count, exposed.of)),
        "risk_difference" => vec![table.risk_difference().map(|difference| difference.value)],
        "risk_difference_newcombe_ci95" => interval(table.risk_difference()),
        "risk_difference_score_ci95" => oracle::score_interval(&table).map(Some).to_vec(),
        "chi2_nocorr" => vec![statistic(table.chi_squared())],
        "chi2_p_nocorr" => vec![p(table.chi_squared())],
        "chi2_yates" => vec![statistic(table.chi_squared_corrected())],
        "chi2_p_yates" => vec![p(table.chi_squared_corrected())],
        "min_expected_count" => vec![table.min_expected()],
        _ => return None,
    })
}

/// The ratio of the odds as counted; none if it is infinite or there are no odds.
pub(super) fn sample_odds_ratio(table: &Table) -> Option<f64> {
    let odds = |share: f64| share / (1.0 - share);
    let ratio = odds(table.exposed().interval?.share) / odds(table.unexposed().interval?.share);
    Some(ratio).filter(|ratio| ratio.is_finite())
}

fn sample_risk_ratio(table: &Table) -> Option<f64> {
    let ratio = table.exposed().interval?.share / table.unexposed().interval?.share;
    Some(ratio).filter(|ratio| ratio.is_finite())
}

/// The file's conventions add a half to every cell, as we do; its numbers have a half in the empty cells only. Twice the
/// table with a 1 in each empty cell has that ratio, and an interval narrower by √2 in logarithms. Ours of the table
/// itself has to be marked as corrected or be absent.
fn haldane(table: &Table) -> Option<Estimate> {
    let cells = [
        table.exposed_event,
        table.exposed_no_event,
        table.unexposed_event,
        table.unexposed_no_event,
    ];
    let ours = table.odds_ratio();
    if !cells.contains(&0) {
        return ours.filter(|ratio| !ratio.corrected);
    }
    if ours.is_some_and(|ratio| !ratio.corrected) {
        return None;
    }
    let [
        exposed_event,
        exposed_no_event,
        unexposed_event,
        unexposed_no_event,
    ] = cells.map(|cell| (2 * cell).max(1));
    let twice = Table {
        exposed_event,
        exposed_no_event,
        unexposed_event,
        unexposed_no_event,
    };
    let ratio = twice.odds_ratio()?;
    let wider = |end: f64| ratio.value * (end / ratio.value).powf(2.0_f64.sqrt());
    Some(Estimate {
        low: ratio.low.map(wider),
        high: ratio.high.map(wider),
        ..ratio
    })
}

/// The conditional estimate as the oracle writes it: 0 where nothing bounds it from below, none where nothing does from
/// above. Ours stands in for both with a corrected one.
fn conditional(table: &Table) -> Option<f64> {
    let exact = table.exact_odds_ratio()?;
    match (exact.corrected, exact.low) {
        (false, _) => Some(exact.value),
        (true, None) => Some(0.0),
        (true, Some(_)) => None,
    }
}

pub(super) fn interval(estimate: Option<Estimate>) -> Figures {
    vec![
        estimate.and_then(|estimate| estimate.low),
        estimate.and_then(|estimate| estimate.high),
    ]
}

/// The standard error of a ratio's logarithm, from its interval.
pub(super) fn error(estimate: Estimate) -> Option<f64> {
    Some((estimate.high? / estimate.value).ln() / oracle::QUANTILE)
}

pub(super) fn statistic(test: Option<Test>) -> Option<f64> {
    test.map(|test| test.statistic)
}

pub(super) fn p(test: Option<Test>) -> Option<f64> {
    test.map(|test| test.p)
}

impl From<Input> for Table {
    fn from(input: Input) -> Self {
        Self {
            exposed_event: input.exposed_event,
            exposed_no_event: input.exposed_no_event,
            unexposed_event: input.unexposed_event,
            unexposed_no_event: input.unexposed_no_event,
        }
    }
}
