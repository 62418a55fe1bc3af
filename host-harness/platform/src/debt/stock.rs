//! What is open at a time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::level::{ByClass, ByLevel};
use super::{DAY, Level, Seen};
use crate::model::common::{FindingClass, FixState, Timestamp};
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
pub(super) struct Stocks(ByClass<ByLevel<Stock>>);

impl Stocks {
    pub(super) fn add(&mut self, seen: &Seen<'_>) {
        let stock = self.0.at(seen.spell.class).at(seen.level);
        match seen.ending {
            None => {
                stock.open += 1;
                *stock.ages.of(seen.lasted) += 1;
                *stock.fixes.of(seen.spell.fix) += 1;
            }
            Some(Ending::Accepted) => stock.accepted += 1,
            Some(Ending::Vanished) => stock.vanished += 1,
            Some(Ending::Resolved) => {}
        }
    }

    pub(super) fn report(&self) -> Open {
        let mut by_level: ByLevel<Stock> = ByLevel::default();
        let mut all = Stock::default();
        let mut by_class = Vec::new();
        for (class, levels) in self.0.iter() {
            let mut stock = Stock::default();
            for (level, one) in levels.iter() {
                stock.join(one);
                by_level.at(level).join(one);
            }
            all.join(&stock);
            by_class.push(ClassStock { class, stock });
        }
        let by_severity = by_level.iter().map(|(severity, stock)| LevelStock {
            severity,
            stock: *stock,
        });
        Open {
            all,
            by_severity: by_severity.collect(),
            by_class,
        }
    }
}

impl Stock {
    fn join(&mut self, other: &Self) {
        self.open += other.open;
        self.ages.up_to_7 += other.ages.up_to_7;
        self.ages.up_to_30 += other.ages.up_to_30;
        self.ages.up_to_90 += other.ages.up_to_90;
        self.ages.up_to_180 += other.ages.up_to_180;
        self.ages.older += other.ages.older;
        self.fixes.available += other.fixes.available;
        self.fixes.partial += other.fixes.partial;
        self.fixes.none += other.fixes.none;
        self.fixes.unknown += other.fixes.unknown;
        self.accepted += other.accepted;
        self.vanished += other.vanished;
    }
}

impl Ages {
    fn of(&mut self, age: Timestamp) -> &mut u32 {
        match age / DAY {
            ..=7 => &mut self.up_to_7,
            8..=30 => &mut self.up_to_30,
            31..=90 => &mut self.up_to_90,
            91..=180 => &mut self.up_to_180,
            _ => &mut self.older,
        }
    }
}

impl Fixes {
    fn of(&mut self, fix: FixState) -> &mut u32 {
        match fix {
            FixState::Available => &mut self.available,
            FixState::Partial => &mut self.partial,
            FixState::None => &mut self.none,
            FixState::Unknown => &mut self.unknown,
        }
    }
}
