//! Survival, rates, posteriors, quantiles and lines of log-odds against outputs computed by others.

use std::fs;
use std::path::{Path, PathBuf};

use koalr_platform::stats::beta::Posterior;
use koalr_platform::stats::logistic::{self, Group};
use koalr_platform::stats::survival::{Curve, Lived, log_rank};
use koalr_platform::stats::{quantile, rate};
use libtest_mimic::{Failed, Trial};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{absent, conclude};

/// One trial for each kind of case.
pub(crate) fn trials(folder: &Path) -> Vec<Trial> {
    let path = folder.join("stats_cases.json");
    if !path.is_file() {
        return vec![absent("survival", &path)];
    }
    KINDS
        .iter()
        .map(|(kind, ours)| {
            let path = path.clone();
            Trial::test(format!("reference::survival::{kind}"), move || {
                check(kind, *ours, &path)
            })
        })
        .collect()
}

/// What we answer to a key of a case, none for one that is not known. It looks at what is expected to see what is asked.
type Ours = fn(input: &Value, key: &str, expected: &Value) -> Option<Value>;

const KINDS: &[(&str, Ours)] = &[
    ("kaplan_meier", kaplan_meier),
    ("logrank", logrank),
    ("poisson_rate_ratio", poisson_rate_ratio),
    ("beta_binomial_posterior", beta_binomial_posterior),
    ("quantiles_linear_type7", quantiles),
    ("logistic_grouped", logistic_grouped),
];

#[derive(Deserialize)]
struct Cases {
    tolerance: Tolerance,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Tolerance {
    relative: f64,
    absolute: f64,
    p_value_relative: f64,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    kind: String,
    input: Value,
    expect: Map<String, Value>,
}

fn check(kind: &str, ours: Ours, path: &PathBuf) -> Result<(), Failed> {
    let Cases { tolerance, cases } = serde_json::from_str(&fs::read_to_string(path)?)?;
    let cases: Vec<&Case> = cases.iter().filter(|case| case.kind == kind).collect();
    let mut mismatches = Vec::new();
    for case in &cases {
        for (key, expected) in &case.expect {
            let expected = corrected(key, expected);
            let Some(ours) = ours(&case.input, key, &expected) else {
                mismatches.push(format!("{}: no figure for `{key}`", case.id));
                continue;
            };
            let is_p = key == "p" || key.starts_with("p_") || key.ends_with("_p");
            let near = |ours: f64, theirs: f64| {
                let allowed = if is_p {
                    tolerance.p_value_relative * theirs.abs()
                } else {
                    tolerance.absolute + tolerance.relative * theirs.abs()
                };
                (ours - theirs).abs() <= allowed
            };
            if !same(&ours, &expected, &near) {
                mismatches.push(format!(
                    "{}: `{key}` {ours} here, {expected} there",
                    case.id
                ));
            }
        }
    }
    conclude(&format!("survival::{kind}"), cases.len(), &mismatches)
}

/// Where nothing happened in the unexposed time, the score test has one root. The other solver found it twice, the upper
/// end below the lower one; the upper end is infinite.
fn corrected(key: &str, expected: &Value) -> Value {
    match expected.as_array().map(Vec::as_slice) {
        Some([low, high]) if key == "ratio_ci95_score" && high.as_f64() < low.as_f64() => {
            json!([low, "inf"])
        }
        _ => expected.clone(),
    }
}

/// What is infinite or no number there is absent here.
fn same(ours: &Value, theirs: &Value, near: &dyn Fn(f64, f64) -> bool) -> bool {
    match (ours, theirs) {
        (Value::Null, Value::String(word)) => matches!(word.as_str(), "inf" | "-inf" | "nan"),
        (Value::Number(ours), Value::Number(theirs)) => {
            let pair = ours.as_f64().zip(theirs.as_f64());
            pair.is_some_and(|(ours, theirs)| near(ours, theirs))
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            let mut pairs = ours.iter().zip(theirs);
            ours.len() == theirs.len() && pairs.all(|(ours, theirs)| same(ours, theirs, near))
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            let of_both = |(key, ours)| theirs.get(key).is_some_and(|one| same(ours, one, near));
            ours.len() == theirs.len() && ours.iter().all(of_both)
        }
        _ => false,
    }
}

fn kaplan_meier(input: &Value, key: &str, expected: &Value) -> Option<Value> {
    let curve = curve(input)?;
    Some(match key {
        "n" => json!(curve.n()),
        "events" => json!(curve.events()),
        "median" => json!(curve.median()),
        "survival_at" => by_time(expected, |time| json!(curve.at(time)))?,
        "survival_ci95_loglog_at" => by_time(expected, |time| json!(curve.interval_at(time)))?,
        "cumhazard_na_at" => by_time(expected, |time| json!(curve.hazard_at(time)))?,
        "rmst" => {
            let tau = expected.get("tau")?;
            json!({ "tau": tau, "value": curve.restricted_mean(tau.as_f64()?) })
        }
        _ => json!(curve.time_at(key.strip_prefix("time_at_S_")?.parse().ok()?)),
    })
}

fn logrank(input: &Value, key: &str, _: &Value) -> Option<Value> {
    let (a, b) = (curve(input.get("a")?)?, curve(input.get("b")?)?);
    let test = log_rank(&a, &b);
    Some(match key {
        "chi2" => json!(test.map(|test| test.statistic)),
        "p" => json!(test.map(|test| test.p)),
        "median_a" => json!(a.median()),
        "median_b" => json!(b.median()),
        _ => return None,
    })
}

fn poisson_rate_ratio(input: &Value, key: &str, _: &Value) -> Option<Value> {
    let events = |name| u32::try_from(input.get(name)?.as_u64()?).ok();
    let time = |name| input.get(name).and_then(Value::as_f64);
    let found = rate::ratio(
        events("events_exposed")?,
        time("time_exposed")?,
        events("events_unexposed")?,
        time("time_unexposed")?,
    )?;
    let ends = |ends: rate::Ends| json!([ends.low, ends.high]);
    Some(match key {
        "rate_ratio" => json!(found.ratio),
        "p_etest" => json!(found.p_e),
        "p_score" => json!(found.p_score),
        "p_wald" => json!(found.p_wald),
        "p_exact-cond" => json!(found.p_exact),
        "p_cond-midp" => json!(found.p_mid),
        "ratio_ci95_score" => ends(found.score),
        "ratio_ci95_waldcc" => ends(found.wald),
        _ => return None,
    })
}

fn beta_binomial_posterior(input: &Value, key: &str, _: &Value) -> Option<Value> {
    let prior = |name| input.get(name).and_then(Value::as_f64);
    let count = |name| u32::try_from(input.get(name)?.as_u64()?).ok();
    let posterior = Posterior::of(
        prior("prior_alpha")?,
        prior("prior_beta")?,
        count("k")?,
        count("n")?,
    )?;
    Some(match key {
        "mean" => json!(posterior.mean()),
        "var" => json!(posterior.variance()),
        "cdf_0_1" => json!(posterior.at_most(0.1)),
        "q025" => json!(posterior.quantile(0.025)),
        "q05" => json!(posterior.quantile(0.05)),
        "q50" => json!(posterior.quantile(0.5)),
        "q95" => json!(posterior.quantile(0.95)),
        "q975" => json!(posterior.quantile(0.975)),
        _ => return None,
    })
}

fn quantiles(input: &Value, key: &str, _: &Value) -> Option<Value> {
    let mut numbers = numbers(input.get("x")?)?;
    numbers.sort_by(f64::total_cmp);
    Some(match key {
        "n" => json!(numbers.len()),
        "mean" => json!(quantile::mean(&numbers)),
        _ => {
            let percent: u32 = key.strip_prefix('q')?.parse().ok()?;
            json!(quantile::percentile(&numbers, percent, |number| number))
        }
    })
}

fn logistic_grouped(input: &Value, key: &str, _: &Value) -> Option<Value> {
    let xs = numbers(input.get("x")?)?;
    let (events, trials) = (counts(input.get("events")?)?, counts(input.get("trials")?)?);
    let groups = xs.iter().zip(events).zip(trials);
    let groups: Vec<Group> = groups
        .map(|((x, events), trials)| Group {
            x: *x,
            events,
            trials,
        })
        .collect();
    let fit = logistic::fit(&groups).ok()?;
    Some(match key {
        "intercept" => json!(fit.line.intercept),
        "slope" => json!(fit.line.slope),
        "se" => json!([fit.intercept_error, fit.slope_error]),
        "slope_ci95" => json!([fit.slope_low, fit.slope_high]),
        "slope_p" => json!(fit.slope_p),
        "deviance" => json!(fit.deviance),
        "llf" => json!(fit.log_likelihood),
        "fitted" => json!(xs.iter().map(|x| fit.line.at(*x)).collect::<Vec<_>>()),
        _ => return None,
    })
}

fn curve(input: &Value) -> Option<Curve> {
    let durations = numbers(input.get("durations")?)?;
    let events = counts(input.get("events")?)?;
    let lived = durations.iter().zip(events).map(|(duration, event)| Lived {
        duration: *duration,
        events: u64::from(event),
        censored: u64::from(1 - event),
    });
    Some(Curve::of(lived))
}

fn by_time(expected: &Value, ours: impl Fn(f64) -> Value) -> Option<Value> {
    let times = expected.as_object()?.keys();
    times
        .map(|time| Some((time.clone(), ours(time.parse().ok()?))))
        .collect::<Option<Map<_, _>>>()
        .map(Value::Object)
}

fn numbers(list: &Value) -> Option<Vec<f64>> {
    list.as_array()?.iter().map(Value::as_f64).collect()
}

fn counts(list: &Value) -> Option<Vec<u32>> {
    let count = |one: &Value| u32::try_from(one.as_u64()?).ok();
    list.as_array()?.iter().map(count).collect()
}
