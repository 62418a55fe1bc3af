//! CVSS base scores from vectors, strictly: what is not exactly a vector has no score.
//!
//! The equations are the `cvss` crate's. It scores vectors with a missing base metric, accepts lower-case keys, and lets
//! threat metrics lower a version 4 score; hence this wrapper, which hands it only the base metrics it has checked.

mod metrics;
mod select;

pub(crate) use select::decimal;
pub use select::select;

use metrics::{Metric, V2, V3, V40};

use crate::apportion::whole;
use crate::model::common::Tenths;

/// A base score and the version it was computed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaseScore {
    /// CVSS version of the vector.
    pub version: CvssVersion,
    /// Base score in tenths, 0 to 100, rounded as that version says.
    pub tenths: Tenths,
}

/// CVSS version, in rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CvssVersion {
    /// 2.0, whose vectors have no prefix.
    V2,
    /// 3.0.
    V30,
    /// 3.1.
    V31,
    /// 4.0.
    V40,
}

impl CvssVersion {
    /// The version as FIRST writes it, for example `3.1`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2 => "2.0",
            Self::V30 => "3.0",
            Self::V31 => "3.1",
            Self::V40 => "4.0",
        }
    }

    /// The version of that name; none for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::V2, Self::V30, Self::V31, Self::V40]
            .into_iter()
            .find(|version| version.as_str() == text)
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::V2 => "",
            Self::V30 => "CVSS:3.0/",
            Self::V31 => "CVSS:3.1/",
            Self::V40 => "CVSS:4.0/",
        }
    }

    fn metrics(self) -> &'static [Metric] {
        match self {
            Self::V2 => V2,
            Self::V30 | Self::V31 => V3,
            Self::V40 => V40,
        }
    }
}

/// Why a text is not a vector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VectorError {
    /// Far longer than every metric together.
    #[error("a CVSS vector has at most {MAX_VECTOR_BYTES} bytes, this one has {0}")]
    TooLong(usize),
    /// A prefix of no version known here.
    #[error(
        "unknown CVSS prefix `{0}`; use `CVSS:3.0`, `CVSS:3.1`, `CVSS:4.0`, or none for version 2.0"
    )]
    UnknownPrefix(String),
    /// Parentheses, as some feeds write version 2.0.
    #[error("a CVSS 2.0 vector stands without parentheses")]
    Parentheses,
    /// A part that is not `KEY:VALUE`.
    #[error("`{0}` is not a metric; write `KEY:VALUE`, separated by `/`")]
    NotAMetric(String),
    /// A key that this version does not have. Keys are case-sensitive.
    #[error("CVSS {version} has no metric `{key}`", version = .0.as_str(), key = .1)]
    UnknownMetric(CvssVersion, String),
    /// A value that this metric does not have.
    #[error("metric `{0}` has no value `{1}`")]
    UnknownValue(&'static str, String),
    /// A metric given twice.
    #[error("metric `{0}` is given more than once")]
    Repeated(&'static str),
    /// A base metric that is not there.
    #[error("base metric `{0}` is missing")]
    Missing(&'static str),
    /// The equations refused it all the same.
    #[error("the CVSS equations refuse this vector: {0}")]
    Refused(String),
}

/// The base score of a vector. Threat, temporal, environmental and supplemental metrics are checked, then left out.
///
/// # Errors
///
/// Anything but one known prefix, exact keys and values, every base metric once, and no metric twice.
pub fn base_score(vector: &str) -> Result<BaseScore, VectorError> {
    if vector.len() > MAX_VECTOR_BYTES {
        return Err(VectorError::TooLong(vector.len()));
    }
    let (version, body) = split_prefix(vector)?;
    let base = base_vector(version, body)?;
    let refused = |error: cvss::Error| VectorError::Refused(error.to_string());
    let value = match version {
        CvssVersion::V2 => base
            .parse::<cvss::v2::Vector>()
            .map(|v| v.score().value())
            .map_err(refused)?,
        CvssVersion::V30 | CvssVersion::V31 => base
            .parse::<cvss::v3::Vector>()
            .map(|v| v.base_score().value())
            .map_err(refused)?,
        CvssVersion::V40 => base
            .parse::<cvss::v4::Vector>()
            .map(|v| v.score().value())
            .map_err(refused)?,
    };
    // The crate has rounded to one decimal already; this only takes the binary noise off.
    let tenths = whole(libm::round(value * 10.0));
    Ok(BaseScore {
        version,
        tenths: Tenths::try_from(tenths).map_or(MAX_TENTHS, |t| t.min(MAX_TENTHS)),
    })
}

fn split_prefix(vector: &str) -> Result<(CvssVersion, &str), VectorError> {
    if vector.starts_with('(') {
        return Err(VectorError::Parentheses);
    }
    if !vector.starts_with("CVSS:") {
        return Ok((CvssVersion::V2, vector));
    }
    [CvssVersion::V30, CvssVersion::V31, CvssVersion::V40]
        .into_iter()
        .find_map(|version| {
            vector
                .strip_prefix(version.prefix())
                .map(|rest| (version, rest))
        })
        .ok_or_else(|| {
            let prefix = vector.split('/').next().unwrap_or_default();
            VectorError::UnknownPrefix(prefix.to_owned())
        })
}

/// The vector anew, with its base metrics only and in the specification's order.
fn base_vector(version: CvssVersion, body: &str) -> Result<String, VectorError> {
    let metrics = version.metrics();
    let mut values: Vec<Option<&'static str>> = vec![None; metrics.len()];
    for part in body.split('/') {
        let (key, value) = part
            .split_once(':')
            .ok_or_else(|| VectorError::NotAMetric(part.to_owned()))?;
        let (metric, slot) = metrics
            .iter()
            .zip(&mut values)
            .find(|(metric, _)| metric.key == key)
            .ok_or_else(|| VectorError::UnknownMetric(version, key.to_owned()))?;
        let known = metric
            .values
            .iter()
            .find(|known| **known == value)
            .ok_or_else(|| VectorError::UnknownValue(metric.key, value.to_owned()))?;
        if slot.replace(known).is_some() {
            return Err(VectorError::Repeated(metric.key));
        }
    }
    let mut base = version.prefix().to_owned();
    for (metric, value) in metrics.iter().zip(values).filter(|(metric, _)| metric.base) {
        let value = value.ok_or(VectorError::Missing(metric.key))?;
        if !base.is_empty() && !base.ends_with('/') {
            base.push('/');
        }
        base.push_str(metric.key);
        base.push(':');
        base.push_str(value);
    }
    Ok(base)
}

/// Longest vector that is read, in bytes. Version 4.0 with all its 32 metrics has under 200.
const MAX_VECTOR_BYTES: usize = 512;

/// CVSS scores end at 10.0.
pub(crate) const MAX_TENTHS: Tenths = 100;

#[cfg(test)]
mod tests {
    use super::*;

    fn tenths(vector: &str) -> Tenths {
        base_score(vector).unwrap().tenths
    }

    fn sentence(vector: &str) -> String {
        base_score(vector).unwrap_err().to_string()
    }

    #[test]
    fn every_version_is_scored_by_its_own_equations() {
        for (vector, version, tenths) in [
            ("AV:N/AC:L/Au:N/C:C/I:C/A:C", CvssVersion::V2, 100),
            (
                "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                CvssVersion::V30,
                98,
            ),
            (
                "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N",
                CvssVersion::V31,
                61,
            ),
            (
                "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
                CvssVersion::V40,
                93,
            ),
        ] {
            assert_eq!(base_score(vector), Ok(BaseScore { version, tenths }));
        }
    }

    #[test]
    fn a_vector_without_impact_scores_zero() {
        assert_eq!(tenths("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"), 0);
        assert_eq!(tenths("AV:N/AC:L/Au:N/C:N/I:N/A:N"), 0);
    }

    #[test]
    fn a_threat_metric_does_not_lower_the_base_score() {
        let base = "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:A/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
        assert_eq!(tenths(base), 75);
        assert_eq!(tenths(&format!("{base}/E:P")), 75);
        assert_eq!(tenths(&format!("{base}/E:U/CR:L/MAV:P/U:Red")), 75);
    }

    #[test]
    fn temporal_and_environmental_metrics_do_not_lower_the_base_score() {
        assert_eq!(
            tenths("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:U/MAV:P"),
            98
        );
        assert_eq!(
            tenths("AV:N/AC:L/Au:N/C:C/I:C/A:C/E:U/RL:OF/RC:UC/TD:N"),
            100
        );
    }

    #[test]
    fn the_order_of_metrics_does_not_matter() {
        assert_eq!(tenths("CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N"), 98);
    }

    #[test]
    fn a_missing_base_metric_is_no_score() {
        assert_eq!(
            sentence("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H"),
            "base metric `A` is missing"
        );
    }

    #[test]
    fn a_repeated_metric_is_no_score_even_outside_the_base() {
        assert_eq!(
            sentence("CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
            "metric `AV` is given more than once"
        );
        assert_eq!(
            sentence("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:X/E:X"),
            "metric `E` is given more than once"
        );
    }

    #[test]
    fn keys_and_values_are_exact() {
        assert_eq!(
            sentence("CVSS:3.1/av:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
            "CVSS 3.1 has no metric `av`"
        );
        assert_eq!(
            sentence("CVSS:3.1/AV:n/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
            "metric `AV` has no value `n`"
        );
        assert_eq!(
            sentence("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/"),
            "`` is not a metric; write `KEY:VALUE`, separated by `/`"
        );
    }

    #[test]
    fn other_prefixes_and_parentheses_are_refused_with_the_way_out() {
        assert_eq!(
            sentence("CVSS:2.0/AV:N/AC:L/Au:N/C:C/I:C/A:C"),
            "unknown CVSS prefix `CVSS:2.0`; use `CVSS:3.0`, `CVSS:3.1`, `CVSS:4.0`, or none for version 2.0"
        );
        assert_eq!(
            sentence("(AV:N/AC:L/Au:N/C:C/I:C/A:C)"),
            "a CVSS 2.0 vector stands without parentheses"
        );
    }

    #[test]
    fn an_endless_vector_is_refused_before_it_is_read() {
        assert_eq!(
            sentence(&"A".repeat(513)),
            "a CVSS vector has at most 512 bytes, this one has 513"
        );
    }
}
