//! Security debt: what is open, for how long, and how soon it is fixed.
//!
//! A [`Tally`] is a fold over [`Spell`]s: it keeps counts, so that its size does not grow with the number of findings.
//! Spells that begin after the time of the report do not count, and neither do those that end before they begin; both are
//! told. One that ends later than that time is still open.
//!
//! [`gate()`] counts what became of the changes that were judged.

mod figure;
mod flow;
mod gate;
mod level;
mod lifetime;
mod quality;
mod repository;
mod rows;
mod sla;
mod stock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ledger::Scope;
use crate::model::common::Timestamp;
use crate::sla::Windows;
use crate::spell::{Ending, Spell};

pub use figure::{Absent, Figure};
pub use flow::{Flow, Moves, Week};
pub use gate::{GateGroup, GateStatistics, gate};
pub use level::Level;
pub use lifetime::{LevelTimeToFix, Lifetime, StillOpen, TimeToFix, TimesToFix};
pub use quality::{Freshness, Quality};
pub use repository::{Repositories, RepositoryDebt, Worst};
pub use rows::{DebtFigure, DebtRows, DebtSieve};
pub use sla::{Clocks, LevelSla, Sla, SlaCounts};
pub use stock::{Age, Ages, ClassStock, Fixes, LevelStock, Open, Stock};

/// What a report of debt is made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct DebtSettings {
    /// Within how many days findings should be fixed.
    pub sla: Windows,
}

/// A report of debt. Counts are of spells: a finding that came back is one more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Debt {
    /// Where its window begins. Both ends are in it.
    pub from: Timestamp,
    /// Where its window ends: what is open is so at this time.
    pub as_of: Timestamp,
    /// Whose findings were counted. A tally sees no names: who chose the spells fills it in.
    pub scope: Scope,
    /// What it was made with.
    pub settings: DebtSettings,
    /// What is open.
    pub open: Open,
    /// How soon findings are fixed.
    pub time_to_fix: TimesToFix,
    /// Who is late.
    pub sla: Sla,
    /// What came and went.
    pub flow: Flow,
    /// Where the worst is open.
    pub repositories: Repositories,
    /// How much is known.
    pub quality: Quality,
    /// How fresh that is; none while nobody said. A tally sees no walks: who reads them fills it in.
    pub freshness: Option<Freshness>,
    /// Spells that were counted.
    pub counted: u32,
    /// Spells that were left out because they begin later than the report.
    pub future: u32,
    /// Spells that were left out because they end before they begin.
    pub reversed: u32,
}

/// The counts of a report.
#[derive(Debug, Clone)]
pub struct Tally {
    settings: DebtSettings,
    from: Timestamp,
    as_of: Timestamp,
    stock: stock::Stocks,
    lifetimes: lifetime::Lifetimes,
    sla: sla::SlaTally,
    flow: flow::FlowTally,
    repositories: repository::RepositoryTally,
    quality: quality::QualityTally,
    counted: u32,
    future: u32,
    reversed: u32,
}

impl Tally {
    /// Nothing yet, for the window from `from` to `as_of`. No time is in a window that ends before it begins.
    #[must_use]
    pub fn new(settings: &DebtSettings, from: Timestamp, as_of: Timestamp) -> Self {
        Self {
            settings: *settings,
            from,
            as_of,
            stock: stock::Stocks::default(),
            lifetimes: lifetime::Lifetimes::new(),
            sla: sla::SlaTally::new(settings.sla),
            flow: flow::FlowTally::new(from, as_of),
            repositories: repository::RepositoryTally::default(),
            quality: quality::QualityTally::default(),
            counted: 0,
            future: 0,
            reversed: 0,
        }
    }

    /// Counts a spell.
    pub fn add(&mut self, spell: &Spell) {
        if spell.opened_at > self.as_of {
            self.future += 1;
            return;
        }
        if spell.end.is_some_and(|end| end.at < spell.opened_at) {
            self.reversed += 1;
            return;
        }
        self.counted += 1;
        let seen = Seen::of(spell, self.from, self.as_of);
        self.stock.add(&seen);
        self.lifetimes.add(&seen);
        self.sla.add(&seen);
        self.flow.add(&seen);
        if seen.ending.is_none() {
            self.repositories.add(&seen);
            self.quality.add(spell);
        }
    }

    /// The report of what was counted.
    #[must_use]
    pub fn finish(&self) -> Debt {
        Debt {
            from: self.from,
            as_of: self.as_of,
            scope: Scope::default(),
            settings: self.settings,
            open: self.stock.report(),
            time_to_fix: self.lifetimes.report(self.settings.sla),
            sla: self.sla.report(self.settings.sla),
            flow: self.flow.report(),
            repositories: self.repositories.report(),
            quality: self.quality.report(),
            freshness: None,
            counted: self.counted,
            future: self.future,
            reversed: self.reversed,
        }
    }
}

/// A spell as seen at the time of the report.
struct Seen<'a> {
    spell: &'a Spell,
    level: Level,
    /// Whether it began in the window.
    began_in_window: bool,
    /// How it ended; none if it goes on.
    ending: Option<Ending>,
    /// When it ended, else the time of the report.
    until: Timestamp,
    /// Whether it ended in the window.
    ended_in_window: bool,
    /// How long it was open until then, in milliseconds. Never negative.
    lasted: Timestamp,
}

impl<'a> Seen<'a> {
    fn of(spell: &'a Spell, from: Timestamp, as_of: Timestamp) -> Self {
        let end = spell.end.filter(|end| end.at <= as_of);
        let until = end.map_or(as_of, |end| end.at);
        Self {
            spell,
            level: Level::of(spell.severity),
            began_in_window: spell.opened_at >= from,
            ending: end.map(|end| end.how),
            until,
            ended_in_window: end.is_some_and(|end| end.at >= from),
            lasted: until.saturating_sub(spell.opened_at),
        }
    }
}

fn bump(counts: &mut [u32], place: usize) {
    if let Some(count) = counts.get_mut(place) {
        *count += 1;
    }
}

const HOUR: Timestamp = 3_600_000;
const DAY: Timestamp = 24 * HOUR;

#[cfg(test)]
mod tests;
