//! A comparison as one paragraph for people. It says "associated with", never what caused what.

use super::comparison::{Comparison, Exposed, Others, Ratios, Trusted};
use super::figure::{Absent, Figure};
use super::verdict::{Direction, Doubt, Lacking, Verdict, Warning};
use crate::links::Window;
use crate::model::evidence::Observation;
use crate::stats::Estimate;
use crate::stats::proportion::Proportion;
use crate::stats::stratified::Stratified;

/// What a comparison says.
pub(super) fn sentence(one: &Comparison, observation: Observation, window: Window) -> String {
    let subject = |observation| subject(one.exposed, observation);
    let (capital, small) = match observation {
        Observation::Observed => ("Observed", "observed"),
        Observation::Reconstructed => ("Reconstructed", "reconstructed"),
    };
    let others = match one.others {
        Others::All => "other deployments",
        Others::ChangedDependencies => "other deployments that changed dependencies",
    };
    let window = window.phrase();
    let (exposed, unexposed) = (of(one.exposed_share), of(one.others_share));
    let followed = |subject| {
        format!(
            "of {subject}, {exposed} were followed by an incident within {window}; of {others}, {unexposed}"
        )
    };
    let n = format!("n = {}", one.exposed_share.of + one.others_share.of);
    let said = match &one.verdict {
        Verdict::Associated { direction } => {
            let more = match direction {
                Direction::More => "more",
                Direction::Fewer => "fewer",
            };
            format!(
                "{} are associated with {more} incidents within {window} than {others}: {exposed} against {unexposed}{}, {n}.",
                subject(capital),
                figures(one)
            )
        }
        Verdict::Inconclusive {
            doubts,
            smallest_risk_ratio,
        } => {
            let why: Vec<&str> = told(doubts).map(Doubt::phrase).collect();
            format!(
                "Inconclusive: {}{}, {n}: {}. {} This is not evidence of no association.",
                followed(subject(small)),
                figures(one),
                why.join("; "),
                visible(smallest_risk_ratio),
            )
        }
        Verdict::InsufficientData {
            lacking,
            smallest_risk_ratio,
        } => format!(
            "Insufficient data: {}, {n}. Needed: {}. {}",
            followed(subject(small)),
            missing(*lacking),
            visible(smallest_risk_ratio),
        ),
    };
    let notes = one.warnings.iter().map(|warning| note(*warning, one));
    std::iter::once(said)
        .chain(notes)
        .collect::<Vec<_>>()
        .join(" ")
}

fn subject(exposed: Exposed, observation: &str) -> String {
    let passed = match exposed {
        Exposed::All => "",
        Exposed::Overridden => " and were let pass by an override",
        Exposed::MarkedAsSuccess => " and whose upstream check was marked as a success",
    };
    format!("{observation} deployments that introduced a vulnerability of CVSS 7.0 or more{passed}")
}

/// The headline's figures, those within repositories first.
fn figures(one: &Comparison) -> String {
    let within = one.stratified.known().and_then(within);
    let crude = one.crude.known().map(crude);
    let parts: Vec<String> = within.into_iter().chain(crude).collect();
    if parts.is_empty() {
        return String::new();
    }
    format!("; {}", parts.join("; "))
}

fn within(stratified: &Stratified) -> Option<String> {
    if stratified.strata_used + stratified.strata_empty < 2 {
        return None;
    }
    let ratio = ratio(&stratified.odds_ratio?, "");
    let used = stratified.strata_used;
    let repositories = if used == 1 {
        "repository"
    } else {
        "repositories"
    };
    Some(format!("odds ratio within {used} {repositories} {ratio}"))
}

fn crude(ratios: &Ratios) -> String {
    let ratio = match ratios.trusted {
        Trusted::Asymptotic => ratios
            .risk_ratio
            .map(|one| format!("risk ratio {}", ratio(&one, ""))),
        Trusted::Exact => ratios
            .exact_odds_ratio
            .map(|one| format!("odds ratio {}", ratio(&one, ", exact"))),
    };
    let p = p(ratios.fisher_p);
    ratio.map_or_else(
        || format!("Fisher's {p}"),
        |ratio| format!("{ratio}, Fisher's {p}"),
    )
}

/// Of doubts that say the same, the first is enough.
fn told(doubts: &[Doubt]) -> impl Iterator<Item = Doubt> {
    let own = |doubt: &Doubt| matches!(doubt, Doubt::Reversed | Doubt::NotWithinRepositories);
    let first = doubts.iter().find(|doubt| !own(doubt));
    first
        .into_iter()
        .chain(doubts.iter().filter(move |doubt| own(doubt)))
        .copied()
}

impl Doubt {
    /// It for people, as a part of a sentence.
    #[must_use]
    pub fn phrase(self) -> &'static str {
        match self {
            Doubt::Fisher => "chance alone may well differ as much",
            Doubt::RiskRatio => "the interval of the risk ratio does not exclude 1",
            Doubt::ExactInterval => "the exact interval does not exclude 1",
            Doubt::NotWithinRepositories => "no repository has both arms and both outcomes",
            Doubt::WithinRepositories => "within repositories chance alone may well differ as much",
            Doubt::Reversed => "within repositories it goes the other way",
        }
    }
}

fn note(warning: Warning, one: &Comparison) -> String {
    let stratified = one.stratified.known();
    match warning {
        Warning::Reversed => {
            "Warning: over all repositories the difference goes one way, within them the other."
                .to_owned()
        }
        Warning::Heterogeneous => {
            let test = stratified.and_then(|stratified| stratified.heterogeneity);
            let p = test.map(|test| format!(" ({})", p(test.p)));
            format!(
                "Warning: repositories differ from each other{}, so look at each.",
                p.unwrap_or_default()
            )
        }
        Warning::StrataEmpty => {
            let empty = stratified.map_or(0, |stratified| stratified.strata_empty);
            let say = if empty == 1 {
                "repository says"
            } else {
                "repositories say"
            };
            format!("{empty} {say} nothing, with one arm or one outcome only.")
        }
    }
}

fn missing(lacking: Lacking) -> String {
    let all = [
        (lacking.exposed, "such deployment", ""),
        (lacking.others, "other deployment", ""),
        (lacking.incidents, "deployment", " with an incident"),
    ];
    let words = all.into_iter().filter_map(|(count, noun, rest)| {
        let plural = if count == 1 { "" } else { "s" };
        (count > 0).then(|| format!("{count} more {noun}{plural}{rest}"))
    });
    words.collect::<Vec<_>>().join(", ")
}

fn visible(smallest: &Figure<f64>) -> String {
    match smallest {
        Figure::Known(ratio) => format!(
            "With so many, a risk ratio below {} would likely go unseen.",
            rounded_up(*ratio)
        ),
        Figure::Absent(Absent::InsufficientData) => {
            "With so few, no risk ratio could be seen.".to_owned()
        }
        Figure::Absent(_) => {
            "Without an incident nobody can say which risk ratio could be seen.".to_owned()
        }
    }
}

fn of(share: Proportion) -> String {
    let percent = share.interval.map(|one| {
        format!(
            " ({:.1} %, {:.1} to {:.1})",
            one.share * 100.0,
            one.low * 100.0,
            one.high * 100.0
        )
    });
    format!(
        "{} of {}{}",
        share.count,
        share.of,
        percent.unwrap_or_default()
    )
}

fn ratio(estimate: &Estimate, how: &str) -> String {
    let end =
        |end: Option<f64>| end.map_or_else(|| "unbounded".to_owned(), |end| format!("{end:.2}"));
    let corrected = if estimate.corrected {
        ", a half added to each cell"
    } else {
        ""
    };
    format!(
        "{:.2} ({} to {}{how}{corrected})",
        estimate.value,
        end(estimate.low),
        end(estimate.high)
    )
}

fn p(p: f64) -> String {
    if p < 0.0001 {
        "p < 0.0001".to_owned()
    } else {
        format!("p = {p:.4}")
    }
}

/// A limit of what can be seen, so that it is never told as less than it is.
fn rounded_up(ratio: f64) -> String {
    format!("{:.2}", (ratio * 100.0).ceil() / 100.0)
}
