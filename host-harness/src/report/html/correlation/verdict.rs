//! What a comparison says: first in a few words, then exactly, then what speaks for and against.

use koalr_platform::correlation::{
    Absent, Comparison, Direction, Figure, Lacking, Series, Trusted, Verdict, Warning,
};
use maud::{Markup, html};

use super::super::figure::{Axis, bar};
use super::super::part::badge;
use crate::report::insight::{chance, counted};
use crate::report::pace::grouped;

/// The verdict as a sentence for everybody, and the same with its figures.
pub(super) fn sentence(one: &Comparison) -> Markup {
    match &one.verdict {
        Verdict::Associated { direction } => {
            let (kind, words) = match direction {
                Direction::More => (
                    "bad",
                    "Exposed deployments were followed by incidents more often than others.",
                ),
                Direction::Fewer => (
                    "good",
                    "Exposed deployments were followed by incidents less often than others.",
                ),
            };
            html! {
                p.verdict { (badge(kind, "association")) " " (words) }
                p { (one.sentence) }
            }
        }
        Verdict::Inconclusive {
            smallest_risk_ratio,
            ..
        } => html! {
            p.verdict { (badge("warn", "it cannot be told")) " The figures do not tell whether exposed deployments differ from others." }
            p { (visible(smallest_risk_ratio)) }
            p { (one.sentence) }
        },
        Verdict::InsufficientData {
            lacking,
            smallest_risk_ratio,
        } => html! {
            p.verdict { (badge("", "not enough data yet")) " It is too early to tell." }
            p { (visible(smallest_risk_ratio)) }
            (needed(one, *lacking))
            p.quiet { (one.sentence) }
        },
    }
}

/// What speaks for an association, and what against it or against trusting it.
pub(super) fn scales(series: &Series) -> Markup {
    let (speaks_for, against) = (favour(series), doubt(series));
    html! {
        div.sides.even {
            div {
                h3 { "What speaks for it" }
                @if speaks_for.is_empty() { p.quiet { "Nothing yet." } } @else { ul { @for one in &speaks_for { li { (one) } } } }
            }
            div {
                h3 { "What speaks against it" }
                ul { @for one in &against { li { (one) } } }
            }
        }
    }
}

fn favour(series: &Series) -> Vec<String> {
    let one = &series.headline;
    let mut words = Vec::new();
    if matches!(one.verdict, Verdict::InsufficientData { .. }) {
        return words;
    }
    if let Some(ratios) = one.crude.known() {
        if ratios.fisher_p < RARE {
            words.push(format!(
                "chance alone rarely differs as much (Fisher's {})",
                chance(ratios.fisher_p)
            ));
        }
        let low = ratios.risk_ratio.and_then(|ratio| ratio.low);
        if low.is_some_and(|low| low > 1.0) {
            words.push("the whole interval of the risk ratio is above 1".to_owned());
        }
    }
    let within = one.stratified.known();
    if let Some(test) = within
        .and_then(|within| within.cmh)
        .filter(|test| test.p < RARE)
    {
        words.push(format!(
            "it is there within repositories too ({})",
            chance(test.p)
        ));
    }
    if let Some(test) = series.times.log_rank.known().filter(|test| test.p < RARE) {
        words.push(format!(
            "the time to the first incident differs (log-rank {})",
            chance(test.p)
        ));
    }
    words
}

fn doubt(series: &Series) -> Vec<String> {
    let one = &series.headline;
    let mut words = Vec::new();
    match &one.verdict {
        Verdict::Inconclusive { doubts, .. } => {
            words.extend(doubts.iter().map(|doubt| doubt.phrase().to_owned()));
        }
        Verdict::InsufficientData { .. } => {
            words.push("there are too few deployments or incidents to compare".to_owned());
        }
        Verdict::Associated { .. } => {}
    }
    words.extend(one.warnings.iter().map(|warning| match warning {
        Warning::Reversed => {
            "over all repositories it goes one way, within them the other".to_owned()
        }
        Warning::Heterogeneous => "repositories differ from each other: look at each".to_owned(),
        Warning::StrataEmpty => {
            "some repositories say nothing, with one arm or one outcome only".to_owned()
        }
    }));
    let exact = one
        .crude
        .known()
        .filter(|one| one.trusted == Trusted::Exact);
    if exact.is_some() {
        words.push(
            "so few incidents are expected that only exact intervals can be trusted".to_owned(),
        );
    }
    let out = &one.left_out;
    let neither = [
        (out.too_young, "too young to be counted"),
        (
            out.unknown_dependencies,
            "left out, as nobody knows whether a dependency changed",
        ),
    ];
    for (count, why) in neither {
        if count > 0 {
            let n = counted(count, "deployment is", "deployments are");
            words.push(format!("{n} {why}"));
        }
    }
    words.push("going together is not causing: large or hasty changes may bring both".to_owned());
    words
}

/// What could have been seen.
fn visible(smallest: &Figure<f64>) -> Markup {
    html! {
        strong {
            @match smallest {
                Figure::Known(ratio) => { "An effect below × " (rounded_up(*ratio)) " could not be seen" },
                Figure::Absent(Absent::InsufficientData) => "With so few deployments no effect could be seen",
                Figure::Absent(_) => "Without an incident nobody can say which effect could be seen",
            }
        }
        @if matches!(smallest, Figure::Known(_)) { " four times in five with so many deployments. This is not evidence that there is none." }
        @else { "." }
    }
}

/// How much there is of what is needed.
fn needed(one: &Comparison, lacking: Lacking) -> Markup {
    let table = &one.table;
    let rows = [
        ("exposed deployments", table.exposed().of, lacking.exposed),
        ("other deployments", table.unexposed().of, lacking.others),
        (
            "deployments with an incident",
            table.exposed_event + table.unexposed_event,
            lacking.incidents,
        ),
    ];
    html! {
        table.needed {
            caption.unseen { "What is there, and what is needed" }
            tbody {
                @for (words, there, lacking) in rows {
                    @let wanted = there + lacking;
                    tr {
                        th scope="row" { (words) }
                        td.wide { (bar(Axis::between(0.0, f64::from(wanted.max(1))), f64::from(there), if lacking == 0 { "" } else { "other" })) }
                        td {
                            @if lacking == 0 { (grouped(there.into())) ", enough" }
                            @else { (grouped(there.into())) " of " (grouped(wanted.into())) ", " strong { (grouped(lacking.into())) " more needed" } }
                        }
                    }
                }
            }
        }
    }
}

/// Never told as less than it is.
fn rounded_up(ratio: f64) -> String {
    format!("{:.2}", (ratio * 100.0).ceil() / 100.0)
}

/// The usual level of tests.
const RARE: f64 = 0.05;
