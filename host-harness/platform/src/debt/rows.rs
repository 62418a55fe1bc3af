//! The spells that a number of a report counts.

use super::flow::week;
use super::stock::age as place;
use super::{Age, DebtSettings, Level, Seen};
use crate::model::common::{FixState, Timestamp};
use crate::sla::{Standing, Window};
use crate::spell::{Ending, Origin, Spell};

/// A number of a report whose spells can be told from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DebtFigure {
    /// Open.
    Open,
    /// Ended because somebody accepted the finding, whenever that was.
    Accepted,
    /// Ended because the finding is not listed any more, whenever that was.
    Vanished,
    /// Open, and where their window stands. Without a fix there is a clock of its own: those count if they are asked for.
    Clock(Standing),
    /// Fixed in the report's window, within their own.
    FixedInTime,
    /// Began in the report's window like this.
    Came(Origin),
    /// Ended in the report's window like this.
    Went(Ending),
}

impl DebtFigure {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Open,
        Self::Accepted,
        Self::Vanished,
        Self::Clock(Standing::Within),
        Self::Clock(Standing::AtRisk),
        Self::Clock(Standing::Breached),
        Self::FixedInTime,
        Self::Came(Origin::Introduced),
        Self::Came(Origin::Disclosed),
        Self::Came(Origin::ReIntroduced),
        Self::Came(Origin::Unknown),
        Self::Went(Ending::Resolved),
        Self::Went(Ending::Accepted),
        Self::Went(Ending::Vanished),
    ];

    /// Its name in an address.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Vanished => "vanished",
            Self::Clock(Standing::Within) => "in-time",
            Self::Clock(Standing::AtRisk) => "at-risk",
            Self::Clock(Standing::Breached) => "breached",
            Self::FixedInTime => "fixed-in-time",
            Self::Came(Origin::Introduced) => "introduced",
            Self::Came(Origin::Disclosed) => "disclosed",
            Self::Came(Origin::ReIntroduced) => "re-introduced",
            Self::Came(Origin::Unknown) => "origin-unknown",
            Self::Went(Ending::Resolved) => "fixed",
            Self::Went(Ending::Accepted) => "newly-accepted",
            Self::Went(Ending::Vanished) => "newly-vanished",
        }
    }
}

/// Which spells of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DebtRows {
    /// The figure.
    pub figure: DebtFigure,
    /// Only of this severity.
    pub severity: Option<Level>,
    /// Only open for so long, at the end of the report's window or of the spell.
    pub age: Option<Age>,
    /// Only of those whose fix is known like this.
    pub fix: Option<FixState>,
    /// Only what came or went in the week of this time, as in [`Week`](super::Week).
    pub week: Option<Timestamp>,
}

/// Tells the spells of a figure in a report's window.
#[derive(Debug, Clone, Copy)]
pub struct DebtSieve {
    rows: DebtRows,
    settings: DebtSettings,
    from: Timestamp,
    as_of: Timestamp,
}

impl DebtRows {
    /// All of a figure.
    #[must_use]
    pub fn all(figure: DebtFigure) -> Self {
        Self {
            figure,
            severity: None,
            age: None,
            fix: None,
            week: None,
        }
    }

    /// As a report with these settings counts them from `from` to `as_of`, both included.
    #[must_use]
    pub fn of(self, settings: &DebtSettings, from: Timestamp, as_of: Timestamp) -> DebtSieve {
        DebtSieve {
            rows: self,
            settings: *settings,
            from,
            as_of,
        }
    }
}

impl DebtSieve {
    /// Whether the figure counts a spell.
    #[must_use]
    pub fn counts(&self, spell: &Spell) -> bool {
        let is_reversed = spell.end.is_some_and(|end| end.at < spell.opened_at);
        if spell.opened_at > self.as_of || is_reversed {
            return false;
        }
        let DebtRows {
            severity, age, fix, ..
        } = self.rows;
        let seen = Seen::of(spell, self.from, self.as_of);
        severity.is_none_or(|severity| severity == seen.level)
            && fix.is_none_or(|fix| fix == spell.fix)
            && age.is_none_or(|one| one as usize == place(seen.lasted))
            && self.is_of_figure(&seen)
    }

    fn is_of_figure(&self, seen: &Seen<'_>) -> bool {
        let is_open = seen.ending.is_none();
        match self.rows.figure {
            DebtFigure::Open => is_open,
            DebtFigure::Accepted => seen.ending == Some(Ending::Accepted),
            DebtFigure::Vanished => seen.ending == Some(Ending::Vanished),
            DebtFigure::Clock(standing) => {
                let has_clock = self.rows.fix.is_some() || seen.spell.fix != FixState::None;
                is_open && has_clock && self.standing(seen) == Some(standing)
            }
            DebtFigure::FixedInTime => {
                let standing = self.standing(seen);
                seen.ended_in_window
                    && seen.ending == Some(Ending::Resolved)
                    && standing.is_some_and(|standing| standing != Standing::Breached)
            }
            DebtFigure::Came(origin) => {
                let at = seen.spell.opened_at;
                seen.began_in_window && seen.spell.origin == origin && self.is_of_week(at)
            }
            DebtFigure::Went(ending) => {
                let is_of_week = self.is_of_week(seen.until);
                seen.ended_in_window && seen.ending == Some(ending) && is_of_week
            }
        }
    }

    fn is_of_week(&self, at: Timestamp) -> bool {
        self.rows.week.is_none_or(|one| week(one) == week(at))
    }

    fn standing(&self, seen: &Seen<'_>) -> Option<Standing> {
        let severity = seen.level.severity();
        let window: Option<Window> = severity.and_then(|one| self.settings.sla.window(one));
        window.map(|window| window.standing(seen.lasted))
    }
}
