//! How the chance of an event rises with a figure: a straight line on the scale of log-odds.

mod newton;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Z;
use super::rate::{mass::ln_binomial, two_sided};
use newton::{Point, climb};

/// Trials with the same figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group {
    /// The figure. Finite.
    pub x: f64,
    /// How many had the event. At most `trials`.
    pub events: u32,
    /// How many there are.
    pub trials: u32,
}

/// logit P = intercept + slope · x.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Line {
    /// The log-odds where the figure is zero.
    pub intercept: f64,
    /// What one more of the figure adds.
    pub slope: f64,
}

/// The line that makes what was seen most probable.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Fit {
    /// The line.
    pub line: Line,
    /// Standard error of the intercept.
    pub intercept_error: f64,
    /// Standard error of the slope.
    pub slope_error: f64,
    /// The slope's 95 % interval, lower end.
    pub slope_low: f64,
    /// Its upper end.
    pub slope_high: f64,
    /// How often chance alone gives a slope as far from zero or farther (Wald's test).
    pub slope_p: f64,
    /// Twice how much the log-likelihood lacks to that of a share of its own for each group.
    pub deviance: f64,
    /// The log-likelihood of the groups, as binomial counts.
    pub log_likelihood: f64,
}

/// What was believed of a line, as independent normal distributions. The slope is never below zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Priors {
    /// Of the intercept.
    pub intercept: Prior,
    /// Of the slope, cut off below zero.
    pub slope: Prior,
}

/// A normal distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// Its mean. Finite.
    pub mean: f64,
    /// Its standard deviation. Above 0.
    pub deviation: f64,
}

/// Why there is no line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unfit {
    /// A figure is not finite or there are more events than trials, or a prior is no distribution.
    Input,
    /// The figure is everywhere the same, or there are no trials.
    Constant,
    /// A value of the figure parts those with the event from those without: no finite slope is the most probable.
    Separated,
    /// The computation came to no end.
    Unsolved,
}

impl Line {
    /// The chance at a figure, 0 to 1; none if the figure is not finite.
    #[must_use]
    pub fn at(self, x: f64) -> Option<f64> {
        let odds = self.intercept + self.slope * x;
        (x.is_finite() && !odds.is_nan()).then(|| newton::chance(odds))
    }
}

/// The line of maximum likelihood.
///
/// # Errors
///
/// See [`Unfit`].
pub fn fit(groups: &[Group]) -> Result<Fit, Unfit> {
    let groups = usable(groups)?;
    separated(&groups)?;
    // The figure is moved and scaled so that both unknowns are of one size.
    let trials: f64 = groups.iter().map(|group| f64::from(group.trials)).sum();
    let mean = |of: &dyn Fn(&Group) -> f64| {
        let weighted = groups
            .iter()
            .map(|group| of(group) * f64::from(group.trials));
        weighted.sum::<f64>() / trials
    };
    let centre = mean(&|group| group.x);
    let scale = mean(&|group| (group.x - centre).powi(2)).sqrt();
    if !scale.is_normal() {
        return Err(Unfit::Unsolved);
    }
    let points: Vec<Point> = groups
        .iter()
        .map(|group| Point::of(group, centre, scale))
        .collect();
    let top = climb(&points, [newton::FLAT; 2], false).ok_or(Unfit::Unsolved)?;
    let shift = centre / scale;
    let line = Line {
        intercept: top.intercept - top.slope * shift,
        slope: top.slope / scale,
    };
    let [[va, vab], [_, vb]] = top.covariance;
    let slope_error = vb.sqrt() / scale;
    let mut fit = Fit {
        line,
        intercept_error: (va - 2.0 * shift * vab + shift * shift * vb).sqrt(),
        slope_error,
        slope_low: line.slope - Z * slope_error,
        slope_high: line.slope + Z * slope_error,
        slope_p: two_sided(line.slope / slope_error).ok_or(Unfit::Unsolved)?,
        deviance: 0.0,
        log_likelihood: 0.0,
    };
    for (group, point) in groups.iter().zip(&points) {
        let (events, of) = (f64::from(group.events), f64::from(group.trials));
        let chance = newton::chance(top.intercept + top.slope * point.x);
        let likely = ln_binomial(events, of, chance);
        fit.log_likelihood += likely;
        fit.deviance += 2.0 * (most(events, of) - likely);
    }
    let figures = [
        line.intercept,
        fit.intercept_error,
        fit.slope_low,
        fit.slope_high,
        fit.deviance,
        fit.log_likelihood,
    ];
    if figures.iter().all(|figure| figure.is_finite()) {
        Ok(fit)
    } else {
        Err(Unfit::Unsolved)
    }
}

/// The most probable line, given what was believed: the posterior's mode. It exists whatever was seen.
///
/// # Errors
///
/// [`Unfit::Input`], [`Unfit::Constant`] if there are no trials, or [`Unfit::Unsolved`].
pub fn fit_with_priors(groups: &[Group], priors: Priors) -> Result<Line, Unfit> {
    let groups = usable(groups)?;
    let penalties = [priors.intercept, priors.slope].map(|prior| newton::Penalty {
        mean: prior.mean,
        precision: prior.deviation.powi(-2),
    });
    let proper =
        |penalty: &newton::Penalty| penalty.mean.is_finite() && penalty.precision.is_normal();
    let positive = |prior: Prior| prior.deviation > 0.0;
    if !penalties.iter().all(proper) || !positive(priors.intercept) || !positive(priors.slope) {
        return Err(Unfit::Input);
    }
    if groups.is_empty() {
        return Err(Unfit::Constant);
    }
    let points: Vec<Point> = groups
        .iter()
        .map(|group| Point::of(group, 0.0, 1.0))
        .collect();
    let mut top = climb(&points, penalties, false).ok_or(Unfit::Unsolved)?;
    if top.slope < 0.0 {
        // The surface has one top. If that is out of bounds, the best is on the bound.
        top = climb(&points, penalties, true).ok_or(Unfit::Unsolved)?;
    }
    Ok(Line {
        intercept: top.intercept,
        slope: top.slope,
    })
}

/// Those with trials, in order of the figure, so that no rounding depends on the order they came in.
fn usable(groups: &[Group]) -> Result<Vec<Group>, Unfit> {
    if groups
        .iter()
        .any(|group| !group.x.is_finite() || group.events > group.trials)
    {
        return Err(Unfit::Input);
    }
    let mut usable: Vec<Group> = groups
        .iter()
        .copied()
        .filter(|group| group.trials > 0)
        .collect();
    usable.sort_by(|a, b| {
        let counts = |group: &Group| (group.events, group.trials);
        a.x.total_cmp(&b.x).then_with(|| counts(a).cmp(&counts(b)))
    });
    Ok(usable)
}

/// A most probable line exists where those with the event and those without overlap by more than a point.
///
/// Source: M. J. Silvapulle, "On the existence of maximum likelihood estimators for the binomial response models", 1981.
fn separated(groups: &[Group]) -> Result<(), Unfit> {
    let ends = |has: fn(&&Group) -> bool| {
        let first = groups.iter().find(has)?.x;
        Some((first, groups.iter().rev().find(has)?.x))
    };
    match groups {
        [first, .., last] if first.x < last.x => {}
        _ => return Err(Unfit::Constant),
    }
    match (
        ends(|group| group.events > 0),
        ends(|group| group.events < group.trials),
    ) {
        (Some(with), Some(without)) if with.1 > without.0 && without.1 > with.0 => Ok(()),
        _ => Err(Unfit::Separated),
    }
}

/// The logarithm of the probability of a count under its own share.
fn most(events: f64, of: f64) -> f64 {
    if events <= 0.0 || events >= of {
        0.0
    } else {
        ln_binomial(events, of, events / of)
    }
}
