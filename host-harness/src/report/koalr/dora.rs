//! The four figures of delivery.

use std::collections::BTreeMap;

use koalr_platform::dora::{Dora, Tier};
use koalr_platform::ledger::Scope;
use schemars::JsonSchema;
use serde::Serialize;

use super::iso;
use crate::report::insight::{Define as _, why};

/// How often, how fast and how safely is delivered.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KoalrDora {
    /// When the window begins. What happened then is in it.
    #[schemars(extend("format" = "date-time"))]
    pub from: String,
    /// When it ends. What happened then is in it.
    #[schemars(extend("format" = "date-time"))]
    pub to: String,
    /// What the figures are about.
    pub scope: Scope,
    /// How often is deployed.
    pub deployment_frequency: KoalrFrequency,
    /// How long a merged change takes to its deployment.
    pub lead_time: KoalrLeadTime,
    /// How many deployments led to an incident.
    pub change_failure_rate: KoalrFailureRate,
    /// How long incidents last.
    pub mttr: KoalrRestore,
    /// What each figure counts, in words, by its name here.
    pub definitions: BTreeMap<&'static str, String>,
}

/// How often is deployed.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KoalrFrequency {
    /// Deployments a day; null if that is not known.
    pub per_day: Option<f64>,
    /// `Elite`, `High`, `Medium` or `Low`; null without the figure.
    pub tier: Option<&'static str>,
    /// How many deployments it counts.
    pub n: u32,
    /// In how many days.
    pub days: f64,
    /// Why a value is null; null if none is.
    pub reason: Option<&'static str>,
}

/// How long a change takes from its merge to its deployment.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KoalrLeadTime {
    /// The median, in minutes; null if it is not known.
    pub median_minutes: Option<f64>,
    /// `Elite`, `High`, `Medium` or `Low`; null without the figure.
    pub tier: Option<&'static str>,
    /// How many changes it counts, each once for every service that it came to.
    pub n: u32,
    /// Why a value is null; null if none is.
    pub reason: Option<&'static str>,
}

/// How many deployments led to an incident.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KoalrFailureRate {
    /// The share in percent, 0 to 100; null if it is not known.
    pub pct: Option<f64>,
    /// `Elite`, `High`, `Medium` or `Low`; null without the figure, or where the table of tiers ends.
    pub tier: Option<&'static str>,
    /// How many of the deployments had an incident within the window.
    pub failed: u32,
    /// How many deployments it counts: those old enough to tell.
    pub n: u32,
    /// How long after a deployment an incident makes it a failed one, in minutes.
    pub window_minutes: i64,
    /// Why a value is null; null if none is.
    pub reason: Option<&'static str>,
}

/// How long incidents last.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KoalrRestore {
    /// The median, in minutes; null if it is not known.
    pub median_minutes: Option<f64>,
    /// `Elite`, `High`, `Medium` or `Low`; null without the figure.
    pub tier: Option<&'static str>,
    /// How many incidents it counts: those that were resolved.
    pub n: u32,
    /// How many began in the window, resolved or not.
    pub incidents: u32,
    /// Why a value is null; null if none is.
    pub reason: Option<&'static str>,
}

impl KoalrDora {
    /// A report in Koalr's form.
    #[must_use]
    pub fn of(report: &Dora) -> Self {
        let mut definitions = report.definitions();
        let named = [
            ("deploymentFrequency", "frequency"),
            ("leadTime", "lead-time"),
            ("changeFailureRate", "change-failure-rate"),
            ("mttr", "time-to-restore"),
        ];
        let named = named.into_iter().filter_map(|(name, figure)| {
            let definition = definitions.remove(figure)?;
            Some((name, definition))
        });
        let (frequency, lead) = (&report.frequency, &report.lead_time);
        let (failure, restore) = (&report.change_failure_rate, &report.time_to_restore);
        Self {
            definitions: named.collect(),
            from: iso(report.from),
            to: iso(report.as_of),
            scope: report.scope.clone(),
            deployment_frequency: KoalrFrequency {
                per_day: frequency.per_day,
                tier: frequency.tier.map(word),
                n: frequency.deployments,
                days: frequency.days,
                reason: frequency.absent.map(why),
            },
            lead_time: KoalrLeadTime {
                median_minutes: lead.median_ms.map(|ms| ms / MINUTE_MS),
                tier: lead.tier.map(word),
                n: lead.changes,
                reason: lead.absent.map(why),
            },
            change_failure_rate: KoalrFailureRate {
                pct: failure.rate.interval.map(|share| share.share * 100.0),
                tier: failure.tier.map(word),
                failed: failure.rate.count,
                n: failure.rate.of,
                window_minutes: report.settings.cfr_window_ms / 60_000,
                reason: failure.absent.map(why),
            },
            mttr: KoalrRestore {
                median_minutes: restore.median_minutes,
                tier: restore.tier.map(word),
                n: restore.resolved,
                incidents: restore.incidents,
                reason: restore.absent.map(why),
            },
        }
    }
}

/// A tier in Koalr's words.
fn word(tier: Tier) -> &'static str {
    match tier {
        Tier::Elite => "Elite",
        Tier::High => "High",
        Tier::Medium => "Medium",
        Tier::Low => "Low",
    }
}

/// A minute, in milliseconds.
const MINUTE_MS: f64 = 60_000.0;

#[cfg(test)]
mod tests {
    use koalr_platform::dora::{DoraSettings, report};
    use koalr_platform::ledger::Ledger;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_figure_of_nothing_is_null_with_its_reason_and_never_zero() {
        let ledger = Ledger::default();
        let report = report(
            &ledger,
            &DoraSettings::default(),
            &Scope::default(),
            -86_400_000,
            0,
        );
        let told = serde_json::to_value(KoalrDora::of(&report.unwrap())).unwrap();
        let figures = [
            ("deploymentFrequency", "perDay", "nothing was deployed"),
            ("leadTime", "medianMinutes", "nothing was deployed"),
            ("changeFailureRate", "pct", "nothing was deployed"),
            ("mttr", "medianMinutes", "no incident began"),
        ];
        for (figure, value, reason) in figures {
            let told = &told[figure];
            assert_eq!((&told[value], &told["tier"]), (&json!(null), &json!(null)));
            assert_eq!((&told["n"], &told["reason"]), (&json!(0), &json!(reason)));
        }
        assert_eq!(told["definitions"].as_object().unwrap().len(), 4);
    }
}
