//! Who is late.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::level::ByLevel;
use super::{Level, Seen};
use crate::backtest::Proportion;
use crate::model::common::{FixState, Timestamp};
use crate::sla::{Standing, Window, Windows};
use crate::spell::Ending;

/// Findings against the windows in which they should be fixed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Sla {
    /// All that have a window.
    pub all: SlaCounts,
    /// By severity: each that has a window, in falling order.
    pub by_severity: Vec<LevelSla>,
    /// Open findings that only inform: they have no window.
    pub open_info: u32,
    /// Open findings of unknown severity: nobody knows their window.
    pub open_unknown: u32,
}

/// Those of a severity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct LevelSla {
    /// The severity.
    pub severity: Level,
    /// Its window, in days.
    pub days: u32,
    /// Those.
    pub counts: SlaCounts,
}

/// Findings against their windows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SlaCounts {
    /// Open ones: those with a fix, a partial one, or of which that is not known.
    pub open: Clocks,
    /// Open ones for which no fix exists. They wait for others: when a fix comes out is when their clock should begin, so
    /// late here is not late there.
    pub no_fix: Clocks,
    /// Of those that were fixed in the report's window, whenever they began: how many within their own.
    pub fixed_within: Proportion,
}

/// Where open findings stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Clocks {
    /// There is time.
    pub within: u32,
    /// The window ends soon.
    pub at_risk: u32,
    /// The window has ended.
    pub breached: u32,
    /// The longest time since a window ended, in milliseconds; none if none has.
    pub most_overdue_ms: Option<Timestamp>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct SlaTally {
    windows: ByLevel<Option<Window>>,
    counts: ByLevel<Counts>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    open: Clocks,
    no_fix: Clocks,
    fixed: u32,
    fixed_within: u32,
    /// Open ones without a window.
    unbound: u32,
}

impl SlaTally {
    pub(super) fn new(windows: Windows) -> Self {
        let mut tally = Self::default();
        for level in Level::ALL {
            let window = level.severity().and_then(|one| windows.window(one));
            *tally.windows.at(level) = window;
        }
        tally
    }

    pub(super) fn add(&mut self, seen: &Seen<'_>) {
        let is_fixed = seen.ending == Some(Ending::Resolved) && seen.ended_in_window;
        if seen.ending.is_some() && !is_fixed {
            return;
        }
        let counts = self.counts.at(seen.level);
        let Some(window) = *self.windows.at(seen.level) else {
            counts.unbound += u32::from(!is_fixed);
            return;
        };
        let standing = window.standing(seen.lasted);
        if is_fixed {
            counts.fixed += 1;
            counts.fixed_within += u32::from(standing != Standing::Breached);
        } else {
            let clocks = match seen.spell.fix {
                FixState::None => &mut counts.no_fix,
                _ => &mut counts.open,
            };
            clocks.add(standing, seen.lasted.saturating_sub(window.ms()));
        }
    }

    pub(super) fn report(&self, windows: Windows) -> Sla {
        let mut all = Counts::default();
        let mut by_severity = Vec::new();
        let (mut open_info, mut open_unknown) = (0, 0);
        for (level, counts) in self.counts.iter() {
            match level.severity().map(|one| windows.days(one)) {
                Some(Some(days)) => {
                    all.join(counts);
                    by_severity.push(LevelSla {
                        severity: level,
                        days,
                        counts: counts.report(),
                    });
                }
                Some(None) => open_info += counts.unbound,
                None => open_unknown += counts.unbound,
            }
        }
        Sla {
            all: all.report(),
            by_severity,
            open_info,
            open_unknown,
        }
    }
}

impl Counts {
    fn join(&mut self, other: &Self) {
        self.open.join(other.open);
        self.no_fix.join(other.no_fix);
        self.fixed += other.fixed;
        self.fixed_within += other.fixed_within;
    }

    fn report(&self) -> SlaCounts {
        SlaCounts {
            open: self.open,
            no_fix: self.no_fix,
            fixed_within: Proportion::new(self.fixed_within, self.fixed),
        }
    }
}

impl Clocks {
    fn add(&mut self, standing: Standing, overdue: Timestamp) {
        self.within += u32::from(standing == Standing::Within);
        self.at_risk += u32::from(standing == Standing::AtRisk);
        if standing == Standing::Breached {
            self.breached += 1;
            self.most_overdue_ms = self.most_overdue_ms.max(Some(overdue));
        }
    }

    fn join(&mut self, other: Self) {
        self.within += other.within;
        self.at_risk += other.at_risk;
        self.breached += other.breached;
        self.most_overdue_ms = self.most_overdue_ms.max(other.most_overdue_ms);
    }
}
