//! Joins the security score with Koalr's own score of a change.
//!
//! All scores are in tenths, 0 to 1000.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::decision::Decision;
use crate::model::common::Tenths;
use crate::policy::Mode;

/// The change's score with everything that made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Merged {
    /// Koalr's score without security; none if there is none, and security stands alone.
    pub base: Option<Tenths>,
    /// The security score.
    pub security: Tenths,
    /// Both joined as independent risks.
    pub joined: Tenths,
    /// What the gate's decision did to it; none if nothing.
    pub adjustment: Option<Adjustment>,
    /// The score of the change.
    pub score: Tenths,
    /// Its band.
    pub band: Band,
}

/// A floor or a cap, and the points it added or took, in tenths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Adjustment {
    /// A binding block lifts the score to where the blocked band begins.
    Floor(Tenths),
    /// Security alone does not carry a change that may pass into the blocked band.
    Cap(Tenths),
}

/// Koalr's bands of the score.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Band {
    /// By default 0–29: ship.
    Low,
    /// By default 30–59: look at the flagged factors.
    Medium,
    /// By default 60–79: needs an explicit acknowledgement.
    High,
    /// By default 80–100: blocked.
    Critical,
}

impl Band {
    /// The default band of a score in tenths.
    #[must_use]
    pub fn of(score: Tenths) -> Self {
        Bands::default().band(score)
    }

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// Where the bands begin, in tenths, 1 to 1000. Each begins above the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Bands {
    /// Where medium begins.
    medium: Tenths,
    /// Where high begins.
    high: Tenths,
    /// Where critical, the blocked band, begins.
    critical: Tenths,
}

impl Bands {
    /// Bands that begin there; none if one does not begin above the one before, or beyond 1000.
    #[must_use]
    pub fn new(medium: Tenths, high: Tenths, critical: Tenths) -> Option<Self> {
        let rise = 0 < medium && medium < high && high < critical && critical <= SCALE;
        rise.then_some(Self {
            medium,
            high,
            critical,
        })
    }

    /// Where [`Band::Medium`] begins.
    #[must_use]
    pub fn medium(self) -> Tenths {
        self.medium
    }

    /// Where [`Band::High`] begins.
    #[must_use]
    pub fn high(self) -> Tenths {
        self.high
    }

    /// Where [`Band::Critical`], the blocked band, begins.
    #[must_use]
    pub fn critical(self) -> Tenths {
        self.critical
    }

    /// The band of a score in tenths.
    #[must_use]
    pub fn band(self, score: Tenths) -> Band {
        if score < self.medium {
            Band::Low
        } else if score < self.high {
            Band::Medium
        } else if score < self.critical {
            Band::High
        } else {
            Band::Critical
        }
    }
}

impl Default for Bands {
    fn default() -> Self {
        Self {
            medium: 300,
            high: 600,
            critical: BLOCKED_FLOOR,
        }
    }
}

/// [`merge_in`] the default bands.
#[must_use]
pub fn merge(base: Option<Tenths>, security: Tenths, verdict: Decision, mode: Mode) -> Merged {
    merge_in(Bands::default(), base, security, verdict, mode)
}

/// Joins a base score with a security score under the plugin's decision. Scores over 1000 count as 1000.
#[must_use]
pub fn merge_in(
    bands: Bands,
    base: Option<Tenths>,
    security: Tenths,
    verdict: Decision,
    mode: Mode,
) -> Merged {
    let base = base.map(|base| base.min(SCALE));
    let security = security.min(SCALE);
    let alone = base.unwrap_or(0);
    let joined = join(alone, security);
    let adjusted = if verdict == Decision::Block && mode == Mode::Enforce {
        joined.max(bands.critical)
    } else {
        joined.min(alone.max(bands.critical.saturating_sub(CAP_BELOW)))
    };
    let adjustment = match adjusted.cmp(&joined) {
        std::cmp::Ordering::Greater => Some(Adjustment::Floor(adjusted - joined)),
        std::cmp::Ordering::Less => Some(Adjustment::Cap(joined - adjusted)),
        std::cmp::Ordering::Equal => None,
    };
    Merged {
        base,
        security,
        joined,
        adjustment,
        score: adjusted,
        band: bands.band(adjusted),
    }
}

/// `100 (1 − (1 − base/100)(1 − security/100))`, in tenths, rounded half up.
fn join(base: Tenths, security: Tenths) -> Tenths {
    let scale = u32::from(SCALE);
    let kept = (scale - u32::from(base)) * (scale - u32::from(security));
    // Half of what is kept rounds down, so that half of the score rounds up.
    let kept = (2 * kept + scale - 1) / (2 * scale);
    u16::try_from(scale - kept).unwrap_or(SCALE)
}

/// 100 in tenths.
const SCALE: Tenths = 1000;

/// Where the blocked band begins by default, in tenths.
pub const BLOCKED_FLOOR: Tenths = 800;

/// How far below the blocked band security alone may carry a change, in tenths: a point, so that it shows in whole ones.
const CAP_BELOW: Tenths = 10;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_security_risk_leaves_the_base_score() {
        assert_eq!(
            merge(Some(420), 0, Decision::Pass, Mode::Enforce).score,
            420
        );
    }

    #[test]
    fn without_a_base_score_security_stands_alone_and_the_base_is_not_zero() {
        let merged = merge(None, 520, Decision::Warn, Mode::Enforce);
        assert_eq!((merged.base, merged.score), (None, 520));
    }

    #[test]
    fn two_risks_join_as_independent_ones() {
        assert_eq!(
            merge(Some(200), 520, Decision::Warn, Mode::Enforce).score,
            616
        );
    }

    #[test]
    fn a_half_rounds_up() {
        assert_eq!(join(5, 100), 105);
        assert_eq!(join(1, 500), 501);
    }

    #[test]
    fn a_binding_block_is_never_below_eighty() {
        let merged = merge(Some(0), 750, Decision::Block, Mode::Enforce);
        assert_eq!(
            (merged.score, merged.adjustment),
            (800, Some(Adjustment::Floor(50)))
        );
    }

    #[test]
    fn security_alone_never_reaches_the_blocked_band() {
        let merged = merge(Some(500), 700, Decision::Warn, Mode::Enforce);
        assert_eq!(
            (merged.score, merged.adjustment),
            (790, Some(Adjustment::Cap(60)))
        );
    }

    #[test]
    fn a_base_score_in_the_blocked_band_stays_there() {
        assert_eq!(
            merge(Some(930), 700, Decision::Warn, Mode::Enforce).score,
            930
        );
    }

    #[test]
    fn a_block_that_does_not_bind_gives_no_floor() {
        assert_eq!(
            merge(Some(0), 950, Decision::Block, Mode::Observe).score,
            790
        );
    }

    #[test]
    fn floor_and_cap_follow_the_bands() {
        let bands = Bands::new(200, 400, 700).unwrap();
        let score = |verdict| merge_in(bands, Some(0), 750, verdict, Mode::Enforce);
        assert_eq!(score(Decision::Warn).score, 690);
        assert_eq!(score(Decision::Warn).band, Band::High);
        let blocked = merge_in(bands, Some(0), 10, Decision::Block, Mode::Enforce);
        assert_eq!((blocked.score, blocked.band), (700, Band::Critical));
    }

    #[test]
    fn bands_that_do_not_rise_are_none() {
        assert_eq!(Bands::new(300, 300, 800), None);
        assert_eq!(Bands::new(0, 300, 800), None);
        assert_eq!(Bands::new(300, 600, 1001), None);
    }

    proptest! {
        #[test]
        fn security_never_lowers_a_score(base in 0_u16..=1000, security in 0_u16..=1000, block: bool) {
            let verdict = if block { Decision::Block } else { Decision::Pass };
            let merged = merge(Some(base), security, verdict, Mode::Enforce);
            prop_assert!(merged.score >= base && merged.score <= 1000);
        }

        #[test]
        fn the_parts_add_up(base in 0_u16..=1000, security in 0_u16..=1000, block: bool) {
            let verdict = if block { Decision::Block } else { Decision::Pass };
            let merged = merge(Some(base), security, verdict, Mode::Enforce);
            let adjusted = match merged.adjustment {
                Some(Adjustment::Floor(points)) => merged.joined + points,
                Some(Adjustment::Cap(points)) => merged.joined - points,
                None => merged.joined,
            };
            prop_assert_eq!(adjusted, merged.score);
        }
    }
}
