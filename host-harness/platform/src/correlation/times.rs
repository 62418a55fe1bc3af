//! How long deployments stay free of incidents.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cohort::Row;
use super::comparison::{Exposed, Others, Place, place};
use super::figure::{Absent, Figure};
use crate::links::Window;
use crate::model::common::Timestamp;
use crate::stats::Test;
use crate::stats::proportion::Share;
use crate::stats::survival::{Curve, Lived, log_rank};

/// The time from a deployment to its first incident, in both arms of the headline. A deployment is watched until the end
/// of the window or of what is known, whichever comes first, so that young ones count for as long as they were seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Times {
    /// Exposed deployments.
    pub exposed: Lasting,
    /// The others, of those that changed dependencies.
    pub others: Lasting,
    /// The log-rank test of the two.
    pub log_rank: Figure<Test>,
}

/// How long deployments stay free of incidents: Kaplan–Meier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Lasting {
    /// How many, young ones included.
    pub deployments: u32,
    /// How many had an incident while they were watched.
    pub with_incident: u32,
    /// The share that outlasts the window without one.
    pub free: Figure<Share>,
    /// The mean time without one within the window, in days, 0 to the window.
    pub restricted_mean_days: Figure<f64>,
    /// The curve at equal steps from 0 to the end of the window, as far as it was seen. Empty if there is no deployment.
    pub points: Vec<Point>,
}

/// A point of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Point {
    /// The time since the deployment, in milliseconds.
    pub after_ms: Timestamp,
    /// The share that outlasts it, with its interval.
    pub free: Share,
    /// How many were watched just before it.
    pub at_risk: u64,
}

impl Times {
    pub(super) fn new(rows: &[&Row], window: Window, enough: bool) -> Self {
        let (mut exposed, mut others) = (Vec::new(), Vec::new());
        for row in rows {
            match place(row, Exposed::All, Others::ChangedDependencies) {
                Place::Exposed => exposed.push(lived(row, window)),
                Place::Other => others.push(lived(row, window)),
                Place::Neither(_) => {}
            }
        }
        let (exposed, others) = (Curve::of(exposed), Curve::of(others));
        let test = enough.then(|| log_rank(&exposed, &others));
        Self {
            exposed: Lasting::new(&exposed, window),
            others: Lasting::new(&others, window),
            log_rank: test.map_or(Figure::Absent(Absent::InsufficientData), |test| {
                Figure::of(test, Absent::NotEstimable)
            }),
        }
    }
}

impl Lasting {
    fn new(curve: &Curve, window: Window) -> Self {
        let absent = if curve.n() == 0 {
            Absent::NothingCounted
        } else {
            Absent::NotReached
        };
        let points = (0..=STEPS).filter_map(|step| point(curve, window.ms() * step / STEPS));
        Self {
            deployments: u32::try_from(curve.n()).unwrap_or(u32::MAX),
            with_incident: u32::try_from(curve.events()).unwrap_or(u32::MAX),
            free: Figure::of(share(curve, days(window.ms())), absent),
            restricted_mean_days: Figure::of(curve.restricted_mean(days(window.ms())), absent),
            points: points.collect(),
        }
    }
}

fn lived(row: &Row, window: Window) -> Lived {
    let watched = row.watched_ms.min(window.ms());
    let event = row.incident_ms.filter(|after| *after <= watched);
    Lived {
        duration: days(event.unwrap_or(watched)),
        events: u64::from(event.is_some()),
        censored: u64::from(event.is_none()),
    }
}

fn point(curve: &Curve, after_ms: Timestamp) -> Option<Point> {
    let time = days(after_ms);
    let next = curve.steps().partition_point(|step| step.time < time);
    let at_risk = curve.steps().get(next).map_or(0, |step| step.at_risk);
    Some(Point {
        after_ms,
        free: share(curve, time)?,
        at_risk,
    })
}

/// The share that outlasts a time; none if it was not seen.
fn share(curve: &Curve, time: f64) -> Option<Share> {
    let share = curve.at(time);
    if curve.longest()? < time && share > 0.0 {
        return None;
    }
    let (low, high) = curve.interval_at(time)?;
    Some(Share { share, low, high })
}

/// Milliseconds as days; those of a window are exact.
fn days(ms: Timestamp) -> f64 {
    let whole = i32::try_from(ms / DAY).unwrap_or(i32::MAX);
    let rest = i32::try_from(ms % DAY).unwrap_or_default();
    f64::from(whole) + f64::from(rest) / DAY_F
}

/// A day, in milliseconds.
const DAY: Timestamp = 86_400_000;
const DAY_F: f64 = 86_400_000.0;
/// Steps of a curve: the days of the headline window.
const STEPS: Timestamp = 14;
