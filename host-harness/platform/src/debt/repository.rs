//! Where the worst is open.

use std::cmp::Reverse;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Level, Seen};

/// Open findings by repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Repositories {
    /// Those with the most critical and high findings, the most first. At most 20, and none without such a finding.
    pub worst: Vec<RepositoryDebt>,
    /// How many more have such findings.
    pub more: u32,
    /// How many have open findings of any severity.
    pub with_open: u32,
    /// Findings of which the repository is not known.
    pub unknown: Worst,
    /// Findings of repositories whose number is too high to be kept apart: 1,048,576 and more.
    pub beyond: Worst,
}

/// A repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RepositoryDebt {
    /// Its number in the list that goes with the spells.
    pub repository: u32,
    /// Its open findings.
    pub open: Worst,
}

/// Open findings, the worst apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Worst {
    /// Critical ones.
    pub critical: u32,
    /// High ones.
    pub high: u32,
    /// All, those included.
    pub all: u32,
}

#[derive(Debug, Clone, Default)]
pub(super) struct RepositoryTally {
    /// By number.
    known: Vec<Worst>,
    unknown: Worst,
    beyond: Worst,
}

impl RepositoryTally {
    /// Counts an open one. Allocates only when a number is higher than all before.
    pub(super) fn add(&mut self, seen: &Seen<'_>) {
        let worst = match seen.spell.repository.map(usize::try_from) {
            None => &mut self.unknown,
            Some(Ok(number)) if number < MOST_REPOSITORIES => {
                if number >= self.known.len() {
                    let len = (number + 1).next_power_of_two();
                    self.known.resize(len, Worst::default());
                }
                match self.known.get_mut(number) {
                    Some(known) => known,
                    None => &mut self.beyond,
                }
            }
            Some(_) => &mut self.beyond,
        };
        worst.all += 1;
        worst.critical += u32::from(seen.level == Level::Critical);
        worst.high += u32::from(seen.level == Level::High);
    }

    pub(super) fn report(&self) -> Repositories {
        let numbered = (0_u32..).zip(&self.known);
        let mut worst: Vec<RepositoryDebt> = numbered
            .filter(|(_, open)| open.most() > 0)
            .map(|(repository, open)| RepositoryDebt {
                repository,
                open: *open,
            })
            .collect();
        worst.sort_unstable_by_key(|one| {
            let open = one.open;
            (Reverse((open.most(), open.critical)), one.repository)
        });
        let more = worst.len().saturating_sub(MOST_LISTED);
        worst.truncate(MOST_LISTED);
        let with_open = self.known.iter().filter(|open| open.all > 0).count();
        Repositories {
            worst,
            more: u32::try_from(more).unwrap_or(u32::MAX),
            with_open: u32::try_from(with_open).unwrap_or(u32::MAX),
            unknown: self.unknown,
            beyond: self.beyond,
        }
    }
}

impl Worst {
    fn most(self) -> u64 {
        u64::from(self.critical) + u64::from(self.high)
    }
}

/// A screen of them.
const MOST_LISTED: usize = 20;

/// Twelve bytes each: a wrong number must not take the memory.
const MOST_REPOSITORIES: usize = 1 << 20;
