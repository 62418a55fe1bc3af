//! Whether waivers hold for a change at a time.

use thiserror::Error;

use super::facts::Facts;
use super::read::{bare, is_same_login};
use super::{Condition, Handed, Waiver};
use crate::document::{decimal, rfc3339};
use crate::model::common::{Change, FixState, Tenths, Timestamp};
use crate::model::evidence::Evidence;
use crate::policy::CvssSource;

/// What waivers are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The change.
    pub change: &'a Change,
    /// Login of who wrote the change; none while unknown, and then no waiver holds.
    pub author: Option<&'a str>,
    /// What is known about the change.
    pub evidence: &'a Evidence,
    /// Which CVSS rating counts.
    pub cvss_source: CvssSource,
    /// The time they must hold at.
    pub as_of: Timestamp,
}

/// Which waivers hold, and why the others do not. Both in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judged {
    /// Those that hold, for the gate.
    pub valid: Vec<Handed>,
    /// The others.
    pub rejected: Vec<Rejected>,
}

/// A waiver that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Its id.
    pub id: String,
    /// Why.
    pub why: Why,
}

/// Why a waiver does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Why {
    /// It is for another repository.
    #[error("it is only for repository `{0}`")]
    OtherRepository(String),
    /// It has ended.
    #[error("it expired at {}; approve it anew, or fix the vulnerability", rfc3339(*.0))]
    Expired(Timestamp),
    /// It has not begun.
    #[error("it holds from {} on", rfc3339(*.0))]
    NotYetValid(Timestamp),
    /// Its approver wrote the change.
    #[error("`{0}` approved it and wrote the change; somebody else must approve it")]
    ApprovedByAuthor(String),
    /// Nobody can tell whether its approver wrote the change.
    #[error(
        "it is not known who wrote the change, so that nobody can tell whether it was `{0}`, who approved it; name the author of the change"
    )]
    AuthorUnknown(String),
    /// The score has risen: then and now, in tenths.
    #[error("void by `cvss-rises`: the CVSS score was {} and is {}", decimal(*.0), decimal(*.1))]
    CvssRose(Tenths, Tenths),
    /// Whether the score has risen cannot be told.
    #[error(
        "void by `cvss-rises`: there is no CVSS score now to compare with; approve it without that condition"
    )]
    CvssUnknown,
    /// A fix exists.
    #[error("void by `fix-available`: a fix exists")]
    FixAvailable,
    /// Whether a fix exists cannot be told.
    #[error(
        "void by `fix-available`: it is not known whether a fix exists; approve it without that condition"
    )]
    FixUnknown,
    /// The vulnerability is there at another version than the approved one.
    #[error("void by `version-changes`: the change does not have version `{0}` any more")]
    VersionChanged(String),
}

pub(super) fn valid(waivers: &[Waiver], asked: &Asked<'_>) -> Judged {
    let conditional = waivers.iter().filter(|waiver| !waiver.void_if.is_empty());
    let facts = Facts::of(asked.evidence, asked.cvss_source, conditional);
    let mut judged = Judged::default();
    for waiver in waivers {
        match waiver.hold(asked, &facts) {
            Ok(()) => judged.valid.push(waiver.handed()),
            Err(why) => judged.rejected.push(Rejected {
                id: waiver.id.clone(),
                why,
            }),
        }
    }
    judged
}

impl Waiver {
    fn hold(&self, asked: &Asked<'_>, facts: &Facts<'_>) -> Result<(), Why> {
        if let Some(repository) = &self.repository
            && !repository.eq_ignore_ascii_case(&asked.change.repository)
        {
            return Err(Why::OtherRepository(repository.clone()));
        }
        if asked.as_of >= self.expires {
            return Err(Why::Expired(self.expires));
        }
        if asked.as_of < self.created {
            return Err(Why::NotYetValid(self.created));
        }
        let author = asked.author.map(bare).unwrap_or_default();
        if author.is_empty() {
            return Err(Why::AuthorUnknown(self.approver.clone()));
        }
        if is_same_login(author, &self.approver) {
            return Err(Why::ApprovedByAuthor(self.approver.clone()));
        }
        self.void_if
            .iter()
            .try_for_each(|condition| self.stand(*condition, facts))
    }

    /// Whether a condition leaves it as it is. Without a finding to match, none ends it.
    fn stand(&self, condition: Condition, facts: &Facts<'_>) -> Result<(), Why> {
        if condition == Condition::VersionChanges {
            let version = self.version.clone().unwrap_or_default();
            let elsewhere = facts.at_any_version(self).is_some();
            return match facts.matching(self) {
                None if elsewhere => Err(Why::VersionChanged(version)),
                _ => Ok(()),
            };
        }
        let Some(fact) = facts.matching(self) else {
            return Ok(());
        };
        match (condition, fact.cvss, fact.fix) {
            (Condition::CvssRises(_), None, _) => Err(Why::CvssUnknown),
            (Condition::CvssRises(then), Some(now), _) if now > then => {
                Err(Why::CvssRose(then, now))
            }
            (Condition::FixAvailable, _, FixState::Unknown) => Err(Why::FixUnknown),
            (Condition::FixAvailable, _, FixState::Available | FixState::Partial) => {
                Err(Why::FixAvailable)
            }
            _ => Ok(()),
        }
    }
}
