//! The figures of a series as tables with their intervals.

use koalr_platform::correlation::{Comparison, Figure, Repository, Sensitivity, Verdict};
use koalr_platform::stats::Estimate;
use koalr_platform::stats::proportion::Proportion;
use maud::{Markup, html};

use super::super::figure::{Axis, Interval, interval, scale};
use super::Shown;
use crate::report::escape::plain;
use crate::report::insight::{chance, counted, estimate, neither, of};
use crate::report::pace::grouped;

/// Both arms: how many, how many an incident followed, and the share with its interval.
pub(super) fn arms(shown: &Shown, one: &Comparison) -> Markup {
    let rows = [
        ("Exposed", "exposed", &one.exposed_share),
        (
            "Others that changed dependencies",
            "others",
            &one.others_share,
        ),
    ];
    let axis = Axis::from_zero(highest(rows.iter().map(|(.., share)| *share)));
    html! {
        div.scroll tabindex="0" role="region" aria-label="Exposed and other deployments" {
            table {
                caption.unseen { "Exposed and other deployments" }
                thead {
                    tr {
                        th scope="col" { "Deployments" } th.number scope="col" { "With an incident" }
                        th.wide scope="col" { (scale(axis, share)) } th scope="col" { "Share, 95 % interval" }
                    }
                }
                tbody {
                    @for (name, figure, one) in rows {
                        tr {
                            th scope="row" { (name) }
                            td.number { a href=(shown.rows(figure)) { (of_all(one)) } }
                            td.wide { (drawn_share(axis, one)) }
                            td { (of(one)) }
                        }
                    }
                }
            }
        }
        @if let Some(neither) = neither(&one.left_out) { p.quiet { "In neither row: " (neither) "." } }
    }
}

/// Risk and odds ratio on an axis of logarithms; nothing while there is too little data for one.
pub(super) fn ratios(one: &Comparison) -> Markup {
    if matches!(one.verdict, Verdict::InsufficientData { .. }) {
        return html! {};
    }
    let crude = one.crude.known();
    let within = one.stratified.known();
    let within = within.filter(|one| one.strata_used + one.strata_empty > 1);
    let rows = [
        ("Risk ratio", crude.and_then(|one| one.risk_ratio)),
        (
            "Odds ratio within repositories",
            within.and_then(|one| one.odds_ratio),
        ),
        ("Odds ratio", crude.and_then(|one| one.odds_ratio)),
        (
            "Odds ratio, exact",
            crude.and_then(|one| one.exact_odds_ratio),
        ),
    ];
    let known = rows.iter().filter_map(|(name, one)| Some((*name, (*one)?)));
    let known: Vec<(&str, Estimate)> = known.collect();
    let axis = Axis::of_ratios(known.iter().flat_map(|(_, one)| ends(one)));
    html! {
        @if !known.is_empty() {
            div.scroll tabindex="0" role="region" aria-label="Ratios" {
                table {
                    caption.unseen { "Ratios of exposed to other deployments" }
                    thead { tr { th scope="col" { "Exposed by others" } th.wide scope="col" { (scale(axis, ratio)) } th scope="col" { "Ratio, 95 % interval" } } }
                    tbody {
                        @for (name, one) in &known {
                            tr { th scope="row" { (name) } td.wide { (drawn(axis, one)) } td { (estimate(one)) } }
                        }
                    }
                }
            }
            p.quiet {
                "The dashed line is 1: no difference."
                @if known.iter().any(|(_, one)| one.corrected) { " * A half was added to each cell, as one is empty." }
            }
        }
    }
}

/// The same in every window.
pub(super) fn windows(shown: &Shown, all: &[Sensitivity]) -> Markup {
    let known = all.iter().filter_map(|one| one.risk_ratio.known());
    let axis = Axis::of_ratios(known.flat_map(ends));
    let now = shown.report.settings.window;
    html! {
        h3 { "With other windows" }
        div.scroll tabindex="0" role="region" aria-label="With other windows" {
            table {
                caption.unseen { "With other windows" }
                thead {
                    tr {
                        th scope="col" { "Within" } th.number scope="col" { "Exposed" } th.number scope="col" { "Others" }
                        th.wide scope="col" { (scale(axis, ratio)) } th scope="col" { "Risk ratio" }
                    }
                }
                tbody {
                    @for one in all {
                        tr {
                            th scope="row" {
                                a href=(shown.address(one.window)) { (one.window.phrase()) }
                                @if one.window == now { " (this page)" }
                            }
                            td.number { (of_all(&one.exposed_share)) } td.number { (of_all(&one.others_share)) }
                            (told(axis, known_of(&one.risk_ratio)))
                        }
                    }
                }
            }
        }
    }
}

/// The same in every repository.
pub(super) fn repositories(all: &[Repository]) -> Markup {
    let ratio_of = |one: &Repository| one.ratios.known().and_then(|one| one.risk_ratio);
    let known: Vec<Estimate> = all.iter().filter_map(ratio_of).collect();
    let axis = Axis::of_ratios(known.iter().flat_map(ends));
    html! {
        h3 { "By repository" }
        div.scroll tabindex="0" role="region" aria-label="By repository" {
            table {
                caption.unseen { "By repository" }
                thead {
                    tr {
                        th scope="col" { "Repository" } th.number scope="col" { "Exposed" } th.number scope="col" { "Others" }
                        th.wide scope="col" { @if known.is_empty() { span.unseen { "Interval" } } @else { (scale(axis, ratio)) } }
                        th scope="col" { "Risk ratio" } th scope="col" { "p, adjusted" }
                    }
                }
                tbody {
                    @for one in all.iter().take(MOST_REPOSITORIES) {
                        tr {
                            td.name { (one.repository.as_deref().map_or_else(|| "not known, or several".to_owned(), plain)) }
                            td.number { (of_all(&one.exposed_share)) } td.number { (of_all(&one.others_share)) }
                            (told(axis, ratio_of(one)))
                            td { @match one.adjusted_p { Figure::Known(p) => (chance(p)), Figure::Absent(_) => span.quiet { "–" } } }
                        }
                    }
                }
            }
        }
        @if all.len() > MOST_REPOSITORIES {
            @let more = u32::try_from(all.len() - MOST_REPOSITORIES).unwrap_or(u32::MAX);
            p.quiet { (counted(more, "more repository is", "more repositories are")) " in the JSON of " code { "koalr report correlation" } "." }
        }
    }
}

/// The cells of a ratio.
fn told(axis: Axis, one: Option<Estimate>) -> Markup {
    html! {
        @match one {
            Some(one) => { td.wide { (drawn(axis, &one)) } td { (estimate(&one)) } },
            None => { td.wide {} td { span.quiet { "not enough data" } } },
        }
    }
}

/// A share with its interval, from 0 on; nothing of nothing.
pub(super) fn drawn_share(axis: Axis, one: &Proportion) -> Markup {
    html! {
        @if let Some(share) = one.interval {
            (interval(axis, Interval { low: Some(share.low), value: share.share, high: Some(share.high) }, 0.0))
        }
    }
}

fn drawn(axis: Axis, one: &Estimate) -> Markup {
    let Estimate {
        low, value, high, ..
    } = *one;
    interval(axis, Interval { low, value, high }, 1.0)
}

fn ends(one: &Estimate) -> impl Iterator<Item = f64> + use<> {
    [one.low, Some(one.value), one.high].into_iter().flatten()
}

/// The upper end of the highest share.
pub(super) fn highest<'a>(shares: impl Iterator<Item = &'a Proportion>) -> f64 {
    let ends = shares.filter_map(|one| one.interval.map(|share| share.high));
    ends.fold(0.0, f64::max)
}

pub(super) fn of_all(share: &Proportion) -> String {
    let (count, of) = (grouped(share.count.into()), grouped(share.of.into()));
    format!("{count} of {of}")
}

/// A number of an axis of shares.
pub(super) fn share(value: f64) -> String {
    let percent = (value * 1_000.0).round() / 10.0;
    format!("{percent} %")
}

fn ratio(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    format!("×\u{2009}{rounded}")
}

fn known_of(one: &Figure<Estimate>) -> Option<Estimate> {
    one.known().copied()
}

/// Repositories on the page.
const MOST_REPOSITORIES: usize = 50;
