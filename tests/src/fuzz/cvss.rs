//! Bytes: a CVSS vector. A score is 0 to 10.0, the same whatever the order of the metrics, and gone without any base
//! metric.

use koalr_integration_kit::cvss::{CvssVersion, base_score, select};
use koalr_integration_kit::model::record::CvssRating;

pub(super) fn run(bytes: &[u8]) {
    let Ok(vector) = str::from_utf8(bytes) else {
        return;
    };
    let score = base_score(vector);
    selected(vector);
    let Ok(score) = score else {
        return;
    };
    assert!(score.tenths <= 100, "a score of {} tenths", score.tenths);
    assert_eq!(
        CvssVersion::parse(score.version.as_str()),
        Some(score.version)
    );
    let (prefix, body) = match vector.strip_prefix("CVSS:") {
        Some(rest) => {
            let (version, body) = rest.split_once('/').unwrap_or_default();
            assert_eq!(version, score.version.as_str());
            (format!("CVSS:{version}/"), body)
        }
        None => (String::new(), vector),
    };
    let mut metrics: Vec<&str> = body.split('/').collect();
    metrics.reverse();
    assert_eq!(
        base_score(&format!("{prefix}{}", metrics.join("/"))),
        Ok(score)
    );
    let base = match score.version {
        CvssVersion::V2 => 6,
        CvssVersion::V30 | CvssVersion::V31 => 8,
        CvssVersion::V40 => 11,
    };
    let without = |place: usize| {
        let kept = metrics.iter().enumerate().filter(|(at, _)| *at != place);
        let kept: Vec<&str> = kept.map(|(_, metric)| *metric).collect();
        base_score(&format!("{prefix}{}", kept.join("/")))
    };
    let (mut needed, mut others) = (0, 0);
    for (place, metric) in metrics.iter().enumerate() {
        match without(place) {
            Ok(same) => {
                assert_eq!(same, score, "`{metric}` counts");
                others += 1;
            }
            Err(_) => needed += 1,
        }
    }
    assert_eq!((needed, others), (base, metrics.len() - base));
}

/// A rating with this vector is chosen with its score, whatever was published.
fn selected(vector: &str) {
    for score in [None, Some(0), Some(55), Some(100), Some(101)] {
        let rating = CvssRating {
            source: "NVD".to_owned(),
            version: vector.get(..3).unwrap_or_default().to_owned(),
            vector: Some(vector.to_owned()),
            score,
        };
        let computed = base_score(vector).ok().map(|one| one.tenths);
        let published = score.filter(|score| *score <= 100);
        let chosen = select(&[rating], "Own").map(|one| one.score);
        assert_eq!(chosen, computed.max(published), "{score:?}");
    }
}
