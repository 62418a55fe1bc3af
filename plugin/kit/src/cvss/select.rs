//! Which of several ratings counts, and why.

use super::{CvssVersion, MAX_TENTHS, base_score};
use crate::model::common::Tenths;
use crate::model::record::{CvssRating, SelectedCvss};

/// Chooses the one rating that score and gate use: the upstream's own 4.0, its own 3.1, its own otherwise, NVD, anybody
/// else; the newest CVSS version, then the first in the list, among equals. None if no rating has a score.
///
/// `own` is the source that the upstream names when it rates itself.
#[must_use]
pub fn select(ratings: &[CvssRating], own: &str) -> Option<SelectedCvss> {
    let scored: Vec<(usize, Scored)> = ratings
        .iter()
        .enumerate()
        .filter_map(|(index, rating)| Some((index, Scored::of(rating, own)?)))
        .collect();
    let highest = scored.iter().map(|(_, scored)| scored.tenths).max()?;
    let (index, chosen) = scored
        .into_iter()
        .min_by_key(|(index, scored)| (scored.rank, std::cmp::Reverse(scored.version), *index))?;
    Some(SelectedCvss {
        score: chosen.tenths,
        highest,
        rating: u32::try_from(index).ok()?,
        reason: chosen.reason(own),
    })
}

/// A rating that has a score.
struct Scored {
    tenths: Tenths,
    version: Option<CvssVersion>,
    rank: Rank,
    check: Check,
}

/// Order of preference.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Own40,
    Own31,
    OwnOther,
    Nvd,
    Other,
}

/// What the vector says about the published score.
enum Check {
    Recomputed,
    Conflict { published: Tenths, base: Tenths },
    Malformed,
    NoVector,
}

impl Scored {
    fn of(rating: &CvssRating, own: &str) -> Option<Self> {
        let published = rating.score.filter(|score| *score <= MAX_TENTHS);
        let stated = CvssVersion::parse(&rating.version);
        let (tenths, version, check) = match rating.vector.as_deref().map(base_score) {
            Some(Ok(base)) => {
                let check = match published {
                    Some(published) if published != base.tenths => Check::Conflict {
                        published,
                        base: base.tenths,
                    },
                    _ => Check::Recomputed,
                };
                let larger = published.map_or(base.tenths, |score| score.max(base.tenths));
                (larger, Some(base.version), check)
            }
            Some(Err(_)) => (published?, stated, Check::Malformed),
            None => (published?, stated, Check::NoVector),
        };
        Some(Self {
            tenths,
            version,
            rank: Rank::of(&rating.source, own, version),
            check,
        })
    }

    fn reason(&self, own: &str) -> String {
        // An unknown source's name is the upstream's text and stays out of the sentence.
        let source = match self.rank {
            Rank::Own40 | Rank::Own31 | Rank::OwnOther => own,
            Rank::Nvd => "NVD",
            Rank::Other => "another source",
        };
        let version = self
            .version
            .map_or_else(String::new, |version| format!(" {}", version.as_str()));
        let check = match self.check {
            Check::Recomputed => "base score recomputed from the vector".to_owned(),
            Check::Conflict { published, base } => format!(
                "the published {} and the vector's {} differ, and the larger counts",
                decimal(published),
                decimal(base)
            ),
            Check::Malformed => {
                "the vector is malformed, so the published score counts, unverified".to_owned()
            }
            Check::NoVector => {
                "there is no vector, so the published score counts, unverified".to_owned()
            }
        };
        format!("CVSS{version} by {source}: {check}")
    }
}

impl Rank {
    fn of(source: &str, own: &str, version: Option<CvssVersion>) -> Self {
        if source.eq_ignore_ascii_case(own) {
            match version {
                Some(CvssVersion::V40) => Self::Own40,
                Some(CvssVersion::V31) => Self::Own31,
                _ => Self::OwnOther,
            }
        } else if source.eq_ignore_ascii_case("nvd") {
            Self::Nvd
        } else {
            Self::Other
        }
    }
}

/// Tenths with their decimal point, for sentences.
pub(crate) fn decimal(tenths: Tenths) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const V31_98: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    const V31_53: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N";
    const V40_93: &str = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";

    fn rating(source: &str, vector: Option<&str>, score: Option<Tenths>) -> CvssRating {
        CvssRating {
            source: source.to_owned(),
            version: String::new(),
            vector: vector.map(str::to_owned),
            score,
        }
    }

    fn chosen(ratings: &[CvssRating]) -> Option<SelectedCvss> {
        select(ratings, "Upstream")
    }

    #[test]
    fn the_upstream_s_own_goes_before_nvd_and_version_4_before_3_1() {
        let mut ratings = vec![
            rating("Red Hat", Some(V31_98), Some(98)),
            rating("NVD", Some(V31_98), Some(98)),
            rating("Upstream", Some(V31_53), Some(53)),
            rating("Upstream", Some(V40_93), Some(93)),
        ];
        let selected = chosen(&ratings).unwrap();
        assert_eq!(
            (selected.rating, selected.score, selected.highest),
            (3, 93, 98)
        );
        assert_eq!(
            selected.reason,
            "CVSS 4.0 by Upstream: base score recomputed from the vector"
        );
        ratings.pop();
        assert_eq!(chosen(&ratings).unwrap().rating, 2);
        ratings.pop();
        assert_eq!(chosen(&ratings).unwrap().rating, 1);
        ratings.pop();
        assert_eq!(chosen(&ratings).unwrap().rating, 0);
    }

    #[test]
    fn a_conflict_takes_the_larger_and_says_so() {
        let cut = chosen(&[rating("Upstream", Some(V31_98), Some(90))]).unwrap();
        assert_eq!((cut.score, cut.highest), (98, 98));
        assert_eq!(
            cut.reason,
            "CVSS 3.1 by Upstream: the published 9.0 and the vector's 9.8 differ, and the larger counts"
        );
        let raised = chosen(&[rating("Upstream", Some(V31_53), Some(90))]).unwrap();
        assert_eq!(raised.score, 90);
    }

    #[test]
    fn a_malformed_vector_leaves_the_published_score_unverified() {
        let selected = chosen(&[rating("NVD", Some("CVSS:3.1/AV:N"), Some(75))]).unwrap();
        assert_eq!(selected.score, 75);
        assert_eq!(
            selected.reason,
            "CVSS by NVD: the vector is malformed, so the published score counts, unverified"
        );
    }

    #[test]
    fn a_rating_without_any_score_is_passed_over() {
        let selected = chosen(&[
            rating("Upstream", Some("CVSS:3.1/AV:N"), None),
            rating("Upstream", None, Some(101)),
            rating("elsewhere", None, Some(41)),
        ])
        .unwrap();
        assert_eq!((selected.rating, selected.score), (2, 41));
        assert_eq!(
            selected.reason,
            "CVSS by another source: there is no vector, so the published score counts, unverified"
        );
    }

    #[test]
    fn no_score_at_all_selects_nothing() {
        assert_eq!(chosen(&[]), None);
        assert_eq!(chosen(&[rating("Upstream", None, None)]), None);
    }
}
