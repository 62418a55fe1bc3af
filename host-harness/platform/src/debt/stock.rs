//! What is open at a time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::level::{ByClass, ByLevel};
use super::{DAY, Level, Seen, bump};
use crate::model::common::{FindingClass, Timestamp};
use crate::spell::Ending;

/// Open findings, and beside them those that are not open and not fixed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Open {
    /// All.
    pub all: Stock,
    /// By severity: each, in falling order.
    pub by_severity: Vec<LevelStock>,
    /// By class: each.
    pub by_class: Vec<ClassStock>,
}

/// Those of a severity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct LevelStock {
    /// The severity.
    pub severity: Level,
    /// Those.
    pub stock: Stock,
}

/// Those of a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ClassStock {
    /// The class.
    pub class: FindingClass,
    /// Those.
    pub stock: Stock,
}

/// Open findings, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Stock {
    /// How many are open.
    pub open: u32,
    /// Those, by age.
    pub ages: Ages,
    /// Those, by whether a fix is available.
    pub fixes: Fixes,
    /// Spells that ended because somebody accepted the finding. Not among the open ones.
    pub accepted: u32,
    /// Spells that ended because the finding is not listed any more, though nobody said that it was fixed. Not among the
    /// open ones.
    pub vanished: u32,
}

/// Open findings by whole days since their spell began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Ages {
    /// 0 to 7.
    pub up_to_7: u32,
    /// 8 to 30.
    pub up_to_30: u32,
    /// 31 to 90.
    pub up_to_90: u32,
    /// 91 to 180.
    pub up_to_180: u32,
    /// 181 and more.
    pub older: u32,
}

/// A row of [`Ages`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// As [`Ages::up_to_7`].
    UpTo7,
    /// As [`Ages::up_to_30`].
    UpTo30,
    /// As [`Ages::up_to_90`].
    UpTo90,
    /// As [`Ages::up_to_180`].
    UpTo180,
    /// As [`Ages::older`].
    Older,
}

/// Open findings by whether a fix is available.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Fixes {
    /// For all of it.
    pub available: u32,
    /// For a part of it.
    pub partial: u32,
    /// None exists.
    pub none: u32,
    /// Nobody knows: not the same as none.
    pub unknown: u32,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Stocks(ByClass<ByLevel<Counts>>);

/// The counts of a [`Stock`], as lists: which one a finding is of is hard to foresee, so none of it is a branch.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    ages: [u32; 5],
    fixes: [u32; 4],
    accepted: u32,
    vanished: u32,
}

impl Stocks {
    pub(super) fn add(&mut self, seen: &Seen<'_>) {
        let counts = self.0.at(seen.spell.class).at(seen.level);
        if seen.ending.is_none() {
            bump(&mut counts.ages, age(seen.lasted));
            bump(&mut counts.fixes, seen.spell.fix as usize);
        }
        counts.accepted += u32::from(seen.ending == Some(Ending::Accepted));
        counts.vanished += u32::from(seen.ending == Some(Ending::Vanished));
    }

    pub(super) fn report(&self) -> Open {
        let mut by_level: ByLevel<Counts> = ByLevel::default();
        let mut all = Counts::default();
        let mut by_class = Vec::new();
        for (class, levels) in self.0.iter() {
            let mut counts = Counts::default();
            for (level, one) in levels.iter() {
                counts.join(one);
                by_level.at(level).join(one);
            }
            all.join(&counts);
            by_class.push(ClassStock {
                class,
                stock: counts.report(),
            });
        }
        let by_severity = by_level.iter().map(|(severity, counts)| LevelStock {
            severity,
            stock: counts.report(),
        });
        Open {
            all: all.report(),
            by_severity: by_severity.collect(),
            by_class,
        }
    }
}

impl Age {
    /// All of them, rising.
    pub const ALL: [Self; 5] = [
        Self::UpTo7,
        Self::UpTo30,
        Self::UpTo90,
        Self::UpTo180,
        Self::Older,
    ];

    /// Its days, for people and for addresses.
    #[must_use]
    pub fn days(self) -> &'static str {
        match self {
            Self::UpTo7 => "0-7",
            Self::UpTo30 => "8-30",
            Self::UpTo90 => "31-90",
            Self::UpTo180 => "91-180",
            Self::Older => "181-",
        }
    }
}

/// The place of an age in milliseconds among those of [`Age`].
pub(super) fn age(lasted: Timestamp) -> usize {
    let days = lasted / DAY;
    let after = |last| usize::from(days > last);
    after(7) + after(30) + after(90) + after(180)
}

impl Counts {
    fn join(&mut self, other: &Self) {
        let lists = [
            (&mut self.ages[..], &other.ages[..]),
            (&mut self.fixes[..], &other.fixes[..]),
        ];
        for (list, others) in lists {
            for (count, other) in list.iter_mut().zip(others) {
                *count += other;
            }
        }
        self.accepted += other.accepted;
        self.vanished += other.vanished;
    }

    fn report(&self) -> Stock {
        let [up_to_7, up_to_30, up_to_90, up_to_180, older] = self.ages;
        // In the order of `FixState`.
        let [unknown, available, partial, none] = self.fixes;
        Stock {
            open: self.ages.iter().sum(),
            ages: Ages {
                up_to_7,
                up_to_30,
                up_to_90,
                up_to_180,
                older,
            },
            fixes: Fixes {
                available,
                partial,
                none,
                unknown,
            },
            accepted: self.accepted,
            vanished: self.vanished,
        }
    }
}
