//! The figures of several tables together.

use koalr_platform::stats::Test;
use koalr_platform::stats::stratified::Stratified;
use koalr_platform::stats::two_by_two::Table;
use serde::Deserialize;

use super::two_by_two::{error, interval, p, sample_odds_ratio, statistic};
use super::{Figures, oracle};

/// Strata as the file spells them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    tables: Vec<[u32; 4]>,
    layout: String,
}

/// Ours for one key; none for a key that nothing here answers, and an error where ours cannot be right.
pub(super) fn found(
    input: &Input,
    key: &str,
    expected: &[Option<f64>],
) -> Result<Option<Figures>, String> {
    if input.layout != LAYOUT {
        return Err(format!("unknown layout `{}`", input.layout));
    }
    let tables: Vec<_> = input.tables.iter().copied().map(table).collect();
    let strata = Stratified::of(&tables);
    Ok(Some(match key {
        "mh_or" => vec![strata.odds_ratio.map(|ratio| ratio.value)],
        "mh_or_ci95" => interval(strata.odds_ratio),
        "mh_log_or_se_rbg" => vec![strata.odds_ratio.and_then(error)],
        "mh_rr" => vec![strata.risk_ratio],
        "cmh_chi2" => vec![statistic(strata.cmh)],
        "cmh_p" => vec![p(strata.cmh)],
        "cmh_chi2_cc" => vec![statistic(strata.cmh_corrected)],
        "cmh_p_cc" => vec![p(strata.cmh_corrected)],
        "breslow_day" | "breslow_day_p" => {
            let test = told(&strata, strata.breslow_day, &tables, false, expected)?;
            figure(&strata, test, key)
        }
        "breslow_day_tarone" | "breslow_day_tarone_p" => {
            let test = told(&strata, strata.heterogeneity, &tables, true, expected)?;
            figure(&strata, test, key)
        }
        "crude_or" => vec![strata.crude_odds_ratio.map(|ratio| ratio.value)],
        "crude_rr" => vec![strata.crude_risk_ratio.map(|ratio| ratio.value)],
        "per_stratum_or" => tables.iter().map(sample_odds_ratio).collect(),
        "reversal" => vec![Some(f64::from(u8::from(strata.reversal)))],
        _ => return Ok(None),
    }))
}

/// The test, or none where the oracle has none and ours is right.
///
/// The oracle divides by zero where a stratum has an empty margin and where the common ratio is 1. Ours leaves the
/// stratum out, and has an answer; it is held to one computed here in another way.
fn told(
    strata: &Stratified,
    ours: Option<Test>,
    tables: &[Table],
    amended: bool,
    expected: &[Option<f64>],
) -> Result<Option<Test>, String> {
    let (Some(test), Some(common), [None]) = (ours, strata.odds_ratio, expected) else {
        return Ok(ours);
    };
    let there = oracle::heterogeneity(tables, common.value, amended);
    if (test.statistic - there).abs() > 1e-9_f64.max(1e-6 * there) {
        return Err(format!("{} here, {there} by halving", test.statistic));
    }
    Ok(None)
}

/// One stratum differs from nothing: the oracle's statistic is 0 up to rounding and its p is none; ours has neither.
fn figure(strata: &Stratified, test: Option<Test>, key: &str) -> Figures {
    if key.ends_with("_p") {
        vec![p(test)]
    } else {
        vec![statistic(test).or((strata.strata_used == 1).then_some(0.0))]
    }
}

fn table(cells: [u32; 4]) -> Table {
    let [
        exposed_event,
        exposed_no_event,
        unexposed_event,
        unexposed_no_event,
    ] = cells;
    Table {
        exposed_event,
        exposed_no_event,
        unexposed_event,
        unexposed_no_event,
    }
}

/// Order of a stratum's cells.
const LAYOUT: &str = "exposed_event,exposed_no_event,unexposed_event,unexposed_no_event";
