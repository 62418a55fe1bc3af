//! Scores that Snyk printed beside their vectors: ours is the vector's base score, or the larger, and then it says so.

use std::fs;
use std::path::PathBuf;

use koalr_integration_kit::cvss::select;
use koalr_integration_kit::model::common::Tenths;
use koalr_integration_kit::model::record::CvssRating;
use libtest_mimic::Failed;
use serde_json::Value;

use super::super::conclude;
use super::output::tenths;

/// A score beside its vector.
type Rating = (String, Tenths);

/// Every rating in every file, whatever the shape around it.
pub(super) fn check(files: &[PathBuf]) -> Result<(), Failed> {
    let mut ratings = Vec::new();
    for file in files {
        gather(
            &mut ratings,
            &serde_json::from_str(&fs::read_to_string(file)?)?,
        );
    }
    let mut cut = 0;
    let mismatches: Vec<String> = ratings
        .iter()
        .filter_map(|(vector, published)| {
            let base = base(vector);
            cut += usize::from(base.is_some_and(|base| base != *published));
            mismatch(vector, *published, base)
        })
        .collect();
    println!("before_after::ratings: {cut} printed with another score than the vector's");
    conclude("before_after::ratings", ratings.len(), &mismatches)
}

fn mismatch(vector: &str, published: Tenths, base: Option<Tenths>) -> Option<String> {
    let rating = CvssRating {
        source: "Snyk".to_owned(),
        version: String::new(),
        vector: Some(vector.to_owned()),
        score: Some(published),
    };
    let Some(ours) = select(&[rating], "Snyk") else {
        return Some(format!("{vector}: not rated here"));
    };
    let flag = match base {
        None => "malformed",
        Some(base) if base == published => "recomputed",
        Some(_) => "differ",
    };
    let right = ours.score == published.max(base.unwrap_or(0)) && ours.reason.contains(flag);
    (!right).then(|| {
        format!(
            "{vector}: {} here, {published} printed, {base:?} by its base metrics, in tenths: {}",
            ours.score, ours.reason
        )
    })
}

/// By the crate under the wrapper, from the metrics without which no vector is one.
fn base(vector: &str) -> Option<Tenths> {
    let score = if let Some(metrics) = vector.strip_prefix("CVSS:4.0/") {
        let base: Vec<&str> = metrics.split('/').take(BASE_METRICS_V4).collect();
        let vector = format!("CVSS:4.0/{}", base.join("/"));
        vector.parse::<cvss::v4::Vector>().ok()?.score().value()
    } else {
        let base: Vec<&str> = vector.split('/').take(1 + BASE_METRICS_V3).collect();
        let vector = base.join("/").parse::<cvss::v3::Vector>().ok()?;
        vector.base_score().value()
    };
    format!("{score:.1}").replace('.', "").parse().ok()
}

fn gather(ratings: &mut Vec<Rating>, document: &Value) {
    if let Some(object) = document.as_object() {
        for (vector, score) in SHAPES {
            let vector = object.get(vector).and_then(Value::as_str);
            let score = object.get(score).and_then(tenths);
            if let (Some(vector), Some(score)) = (vector, score)
                && vector.starts_with("CVSS:")
            {
                ratings.push((vector.to_owned(), score));
            }
        }
    }
    let within = document.as_array().into_iter().flatten();
    let members = document.as_object().into_iter().flatten();
    for inner in within.chain(members.map(|(_, inner)| inner)) {
        gather(ratings, inner);
    }
}

/// Keys under which Snyk's outputs and answers hold a vector and its score.
const SHAPES: [(&str, &str); 5] = [
    ("CVSSv3", "cvssScore"),
    ("cvssV3Vector", "cvssV3BaseScore"),
    ("vector", "score"),
    ("vector", "base_score"),
    ("cvss_vector", "cvss_base_score"),
];

/// Base metrics of CVSS 3, which Snyk prints first.
const BASE_METRICS_V3: usize = 8;

/// Base metrics of CVSS 4, which Snyk prints first.
const BASE_METRICS_V4: usize = 11;
