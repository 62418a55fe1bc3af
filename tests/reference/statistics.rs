//! Tables, strata, shares and many tests against scipy's and statsmodels's answers.
//!
//! Every figure that a case expects is compared, within the file's own tolerances. Where the oracle says `inf`, `nan` or
//! null, ours is absent.

mod oracle;
mod stratified;
mod two_by_two;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use koalr_platform::stats::multiple::{benjamini_hochberg, bonferroni, holm};
use koalr_platform::stats::proportion::{Share, agresti_coull, clopper_pearson, jeffreys, wilson};
use libtest_mimic::{Failed, Trial};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{absent, conclude};

/// One trial for each kind of case, and one for what no suite knows.
pub(crate) fn trials(folder: &Path) -> Vec<Trial> {
    let path = folder.join("stats_cases.json");
    if !path.is_file() {
        return vec![absent("statistics", &path)];
    }
    let mut trials: Vec<_> = KINDS
        .into_iter()
        .map(|kind| {
            let path = path.clone();
            Trial::test(format!("reference::statistics::{kind}"), move || {
                check(kind, &path)
            })
        })
        .collect();
    trials.push(Trial::test("reference::statistics::kinds", move || {
        every_kind_is_known(&path)
    }));
    trials
}

#[derive(Deserialize)]
struct Cases {
    tolerance: Tolerance,
    count: usize,
    #[serde(rename = "cases")]
    all: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tolerance {
    relative: f64,
    absolute: f64,
    p_value_relative: f64,
    #[serde(rename = "conditional_mle_and_exact_ci_relative")]
    exact_relative: f64,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    kind: String,
    input: Value,
    expect: BTreeMap<String, Value>,
}

/// A figure, or the figures of a list; none where there is none.
type Figures = Vec<Option<f64>>;

fn read(path: &PathBuf) -> Result<Cases, Failed> {
    Ok(serde_json::from_str(&fs::read_to_string(path)?)?)
}

fn every_kind_is_known(path: &PathBuf) -> Result<(), Failed> {
    let Cases {
        count, all: cases, ..
    } = read(path)?;
    let mut mismatches: Vec<_> = cases
        .iter()
        .filter(|case| {
            ![&KINDS[..], &SURVIVAL]
                .concat()
                .contains(&case.kind.as_str())
        })
        .map(|case| format!("{}: no suite knows the kind `{}`", case.id, case.kind))
        .collect();
    if count != cases.len() {
        mismatches.push(format!("{count} announced, {} there", cases.len()));
    }
    conclude("statistics::kinds", cases.len(), &mismatches)
}

fn check(kind: &str, path: &PathBuf) -> Result<(), Failed> {
    let Cases {
        tolerance,
        all: cases,
        ..
    } = read(path)?;
    let (mut figures, mut of_kind, mut mismatches) = (0, 0, Vec::new());
    for case in cases.iter().filter(|case| case.kind == kind) {
        of_kind += 1;
        for (key, expected) in &case.expect {
            let expected = self::figures(expected);
            figures += expected.len();
            if let Err(mismatch) = compare(case, key, &expected, &tolerance) {
                mismatches.push(format!("{}: {key}: {mismatch}", case.id));
            }
        }
    }
    println!("statistics::{kind}: {figures} figures");
    conclude(&format!("statistics::{kind}"), of_kind, &mismatches)
}

fn compare(
    case: &Case,
    key: &str,
    expected: &[Option<f64>],
    tolerance: &Tolerance,
) -> Result<(), String> {
    let found = found(case, key, expected)?;
    let same = found.len() == expected.len()
        && found.iter().zip(expected).all(|figures| match figures {
            (Some(found), Some(expected)) => tolerance.holds(key, *found, *expected),
            (None, None) => true,
            _ => false,
        });
    if same {
        Ok(())
    } else {
        Err(format!("{found:?} here, {expected:?} there"))
    }
}

fn found(case: &Case, key: &str, expected: &[Option<f64>]) -> Result<Figures, String> {
    let found = match case.kind.as_str() {
        "two_by_two" => two_by_two::found(input::<two_by_two::Input>(case)?, key),
        "stratified" => stratified::found(&input::<stratified::Input>(case)?, key, expected)?,
        "proportion" => proportion(&input(case)?, key),
        _ => multiple(&input(case)?, key),
    };
    found.ok_or_else(|| "nothing here answers it".to_owned())
}

fn input<T: DeserializeOwned>(case: &Case) -> Result<T, String> {
    T::deserialize(&case.input).map_err(|error| error.to_string())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    #[serde(rename = "k")]
    count: u32,
    #[serde(rename = "n")]
    of: u32,
}

fn proportion(&Part { count, of }: &Part, key: &str) -> Option<Figures> {
    let interval = match key {
        "wilson_ci95" => wilson,
        "clopper_pearson_ci95" => clopper_pearson,
        "jeffreys_ci95" => jeffreys,
        "agresti_coull_ci95" => agresti_coull,
        _ => return None,
    };
    Some(ends(interval(count, of)))
}

fn ends(share: Option<Share>) -> Figures {
    vec![share.map(|share| share.low), share.map(|share| share.high)]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Many {
    p: Vec<f64>,
}

fn multiple(Many { p }: &Many, key: &str) -> Option<Figures> {
    let adjust = match key {
        "fdr_bh" => benjamini_hochberg,
        "holm" => holm,
        "bonferroni" => bonferroni,
        _ => return None,
    };
    Some(adjust(p).into_iter().map(Some).collect())
}

/// What a case expects, in the order of the file; a truth is 1 or 0.
fn figures(expected: &Value) -> Figures {
    match expected {
        Value::Array(list) => list.iter().flat_map(figures).collect(),
        Value::Bool(truth) => vec![Some(f64::from(u8::from(*truth)))],
        Value::Number(number) => vec![number.as_f64()],
        _ => vec![None],
    }
}

impl Tolerance {
    /// A chance is held to its relative tolerance alone, or tiny ones would pass unseen; an expected 0 has none.
    fn holds(&self, key: &str, found: f64, expected: f64) -> bool {
        let apart = (found - expected).abs();
        let relative = match key {
            "or_conditional_mle" | "or_exact_ci95" => self.exact_relative,
            _ if is_chance(key) => self.p_value_relative,
            _ => self.relative,
        };
        let absolute = if is_chance(key) && expected > 0.0 {
            0.0
        } else {
            self.absolute
        };
        apart <= absolute.max(relative * expected.abs())
    }
}

fn is_chance(key: &str) -> bool {
    key.split('_').any(|word| word == "p")
}

/// Kinds that this suite checks.
const KINDS: [&str; 4] = ["two_by_two", "stratified", "proportion", "multiple_testing"];

/// Kinds that the suite of survival checks.
const SURVIVAL: [&str; 6] = [
    "kaplan_meier",
    "logrank",
    "poisson_rate_ratio",
    "beta_binomial_posterior",
    "quantiles_linear_type7",
    "logistic_grouped",
];
