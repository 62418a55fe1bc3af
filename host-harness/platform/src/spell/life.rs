//! The stretches of one finding, from its newest state and the steps that were kept.

use super::{End, Ending, Origin, Spell};
use crate::model::common::{FindingClass, FixState, Severity, Tenths, Timestamp};
use crate::model::record::RemediationStep;
use crate::reconstruct::SCAN_INTERVAL;

/// A finding as it is known now, and what is known of its past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// As [`Spell::repository`].
    pub repository: Option<u32>,
    /// As [`Spell::class`].
    pub class: FindingClass,
    /// As [`Spell::severity`].
    pub severity: Option<Severity>,
    /// As [`Spell::cvss`].
    pub cvss: Option<Tenths>,
    /// As [`Spell::fix`].
    pub fix: FixState,
    /// As [`Spell::exploited`].
    pub exploited: bool,
    /// Whether it was open when it was last listed. An ignored finding is open.
    pub open: bool,
    /// Whether the upstream was told to ignore it.
    pub ignored: bool,
    /// When the upstream last changed it.
    pub updated_at: Timestamp,
    /// When the vulnerability became public; none if not stated.
    pub disclosed_at: Option<Timestamp>,
    /// When it vanished; none if it did not. One that is merely missing did not: it may come back.
    pub vanished_at: Option<Timestamp>,
    /// Its own times and steps.
    pub own: Chapter,
    /// Those of the findings that it continues, in any order. Empty unless its project was imported again.
    pub former: Vec<Chapter>,
}

/// What is known of a finding's past in one import of its project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chapter {
    /// When the project was created; none if not stated.
    pub project_created_at: Option<Timestamp>,
    /// When the upstream first recorded the finding in this project.
    pub created_at: Timestamp,
    /// When it last came into the project; none if not stated.
    pub introduced_at: Option<Timestamp>,
    /// When it was last resolved; none if not stated or never.
    pub resolved_at: Option<Timestamp>,
    /// Steps of its life that were kept, in any order, without a vanishing that a new import explains. May be empty.
    pub steps: Vec<(RemediationStep, Timestamp)>,
}

impl Life {
    /// Its stretches in order of time, at least one.
    ///
    /// The last one ends as the newest state says: an open finding's goes on, an ignored one's was accepted when that was
    /// last told, or else when the upstream last changed it. The upstream's own times win over those of the steps. A
    /// resolution without any time is dated by the last change, the latest it can be. No end is before its beginning:
    /// where the times contradict each other, the stretch has no length.
    pub fn spells(&self) -> impl Iterator<Item = Spell> {
        let mut stretches = self.stretches();
        if let Some((began, end)) = stretches.last_mut() {
            *end = self.end(*began, *end);
        }
        let mut origin = None;
        stretches.into_iter().map(move |(opened_at, end)| Spell {
            repository: self.repository,
            class: self.class,
            severity: self.severity,
            cvss: self.cvss,
            fix: self.fix,
            exploited: self.exploited,
            opened_at,
            origin: match origin.replace(Origin::ReIntroduced) {
                None => self.origin(opened_at),
                Some(later) => later,
            },
            end,
        })
    }

    /// Beginnings, and the ends that are not the last one.
    fn stretches(&self) -> Vec<(Timestamp, Option<End>)> {
        let mut turns = Vec::new();
        for chapter in self.former.iter().chain([&self.own]) {
            chapter.turns(&mut turns);
        }
        turns.sort_unstable();
        let mut stretches: Vec<(Timestamp, Option<End>)> = Vec::with_capacity(1);
        for (at, turn) in turns {
            let last = stretches.last_mut().map(|(_, end)| end);
            match (turn.ending(), last) {
                (None, Some(None)) => {}
                (None, _) => stretches.push((at, None)),
                (Some(how), Some(end)) if end.is_none() || turn.explains(*end) => {
                    *end = Some(End { at, how });
                }
                // It was closed already, or nobody knows since when it was open.
                (Some(_), _) => {}
            }
        }
        stretches
    }

    /// How the last stretch ended, where the steps say `told`.
    fn end(&self, began: Timestamp, told: Option<End>) -> Option<End> {
        let (at, how) = if !self.open {
            let told = told.filter(|end| end.how == Ending::Resolved);
            let mut known = self
                .own
                .resolved_at
                .into_iter()
                .chain(told.map(|end| end.at));
            let at = known.find(|at| *at >= began);
            (at.unwrap_or(self.updated_at), Ending::Resolved)
        } else if let Some(at) = self.vanished_at {
            (at, Ending::Vanished)
        } else if self.ignored {
            let steps = self.own.steps.iter();
            let ignored = steps.filter(|(step, _)| *step == RemediationStep::Ignored);
            let at = ignored.map(|(_, at)| *at).max();
            (at.unwrap_or(self.updated_at), Ending::Accepted)
        } else {
            return None;
        };
        let at = at.max(began);
        Some(End { at, how })
    }

    /// How the first stretch began.
    ///
    /// Choice: what became public at most two days before it was opened, or later, was there before, if its project was:
    /// upstreams look at a project once a day, and may list a vulnerability some time after its disclosure. In a project
    /// that is not older than that, or of unknown age, it cannot be told. The error: a package that came in within two
    /// days of a disclosure counts as disclosed, and a vulnerability that the upstream listed later than that as
    /// introduced.
    fn origin(&self, opened_at: Timestamp) -> Origin {
        let recent = opened_at.saturating_sub(LISTED_WITHIN);
        let chapters = self.former.iter().chain([&self.own]);
        let project = chapters.filter_map(|one| one.project_created_at).min();
        match self.disclosed_at {
            Some(disclosed) if disclosed < recent => Origin::Introduced,
            Some(_) if project.is_some_and(|created| created < recent) => Origin::Disclosed,
            Some(_) | None => Origin::Unknown,
        }
    }
}

impl Chapter {
    /// When it opened and closed, as far as that is known.
    fn turns(&self, turns: &mut Vec<(Timestamp, Turn)>) {
        let first = turns.len();
        turns.extend(self.resolved_at.map(|at| (at, Turn::Resolved)));
        turns.extend(self.steps.iter().filter_map(|(step, at)| {
            let turn = match step {
                RemediationStep::Introduced | RemediationStep::ReIntroduced => Turn::Opened,
                RemediationStep::Resolved => Turn::Resolved,
                RemediationStep::Vanished => Turn::Vanished,
                RemediationStep::FirstSeen
                | RemediationStep::Ignored
                | RemediationStep::UnIgnored => return None,
            };
            Some((*at, turn))
        }));
        let (created, came) = (self.created_at, self.introduced_at);
        let came = came.unwrap_or(created);
        // The introduction is the last one: what ended before it had begun with the creation.
        let mut ended = turns.iter().skip(first);
        let is_before =
            |(at, turn): &(_, Turn)| turn.ending().is_some() && created < *at && *at <= came;
        if created >= came || ended.any(is_before) {
            turns.push((created, Turn::Opened));
        }
        turns.push((came, Turn::Opened));
    }
}

/// A turn in a finding's life. What opens at the moment that it closes is open: that comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Vanished,
    Resolved,
    Opened,
}

impl Turn {
    fn ending(self) -> Option<Ending> {
        match self {
            Self::Vanished => Some(Ending::Vanished),
            Self::Resolved => Some(Ending::Resolved),
            Self::Opened => None,
        }
    }

    /// Whether this says how something ended that had only vanished.
    fn explains(self, end: Option<End>) -> bool {
        self == Self::Resolved && end.is_some_and(|end| end.how == Ending::Vanished)
    }
}

/// Two looks at a project, in milliseconds.
const LISTED_WITHIN: Timestamp = 2 * SCAN_INTERVAL;

#[cfg(test)]
mod tests;
