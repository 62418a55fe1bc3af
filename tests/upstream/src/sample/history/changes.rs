//! The changes: who proposed what when, and how it ended.

use std::fmt::Write;

use super::super::{DAY, SampleDependency};
use super::introductions::{Course, INTRODUCTIONS, Introduction};
use super::rooms::{ROOMS, Room};
use super::team::{HOUR, MINUTE, OPERATOR, PEOPLE, Person};
use super::{ChangeEnd, HistoryChange};
use crate::data::Timestamp;
use crate::dice::Dice;

/// All changes of the window, by repository and number.
pub(super) fn changes(seed: u64, from: Timestamp, now: Timestamp) -> Vec<HistoryChange> {
    let mut changes = Vec::new();
    for (place, room) in (0..).zip(&ROOMS) {
        let mut making = Making {
            place,
            room,
            from,
            now,
            dice: Dice::of(&[seed, place, CHANGES]),
            made: Vec::new(),
        };
        making.introductions();
        making.everyday();
        making.reverts();
        changes.extend(making.end());
    }
    changes
}

/// The changes of one repository, while they are made.
struct Making {
    place: u64,
    room: &'static Room,
    from: Timestamp,
    now: Timestamp,
    dice: Dice,
    made: Vec<HistoryChange>,
}

impl Making {
    /// Upgrades that bring a vulnerability, and what follows from them.
    fn introductions(&mut self) {
        let room = self.room;
        for item in INTRODUCTIONS {
            if item.repository != room.repository {
                continue;
            }
            let (brought, gone) = self.times(item);
            if let Some(at) = brought {
                let title = item.title.to_owned();
                let mut change = self.change(title, at, 45);
                change.dependencies = Some(vec![row(room, item, item.before, Some(item.after))]);
                change.introduced = Some(item.score());
                if matches!(item.course, Course::Proposed) {
                    change.opened_at = at;
                    change.end = ChangeEnd::Open;
                }
                self.made.push(change);
            }
            let Some(at) = gone else { continue };
            let (title, to) = if matches!(item.course, Course::Reverted) {
                (revert_of(item.title), item.before)
            } else {
                let title = format!("Update {} to {}", item.package, item.fixed);
                (title, Some(item.fixed))
            };
            let mut change = self.change(title, at, 20);
            change.dependencies = Some(vec![row(room, item, Some(item.after), to)]);
            self.made.push(change);
        }
    }

    /// When the vulnerable version was merged, and when it was replaced.
    fn times(&mut self, item: &Introduction) -> (Option<Timestamp>, Option<Timestamp>) {
        let merger = self.person();
        let (from, now, dice) = (self.from, self.now, &mut self.dice);
        // Snyk looks at the branch some minutes after a merge.
        let mut before = |days: i64| merger.at_or_before(now - days * DAY - 30 * MINUTE, dice);
        match item.course {
            Course::Known(brought, gone) => (brought.map(&mut before), gone.map(before)),
            Course::Fixed => {
                let at = merger.some_time(from + 6 * DAY, now - 18 * DAY, dice);
                let later = at + 3 * DAY + dice.span(11 * DAY);
                (Some(at), Some(merger.at_or_after(later, dice)))
            }
            Course::Lasting => {
                let at = merger.some_time(now - 40 * DAY, now - 12 * DAY, dice);
                (Some(at), None)
            }
            Course::Reverted => {
                let at = merger.some_time(from + 9 * DAY, now - 12 * DAY, dice);
                let later = at + 20 * HOUR + dice.span(DAY);
                (Some(at), Some(merger.at_or_after(later, dice)))
            }
            Course::Proposed => (
                Some(merger.some_time(now - 5 * DAY, now - HOUR, dice)),
                None,
            ),
        }
    }

    /// What is done every day.
    fn everyday(&mut self) {
        let offset = self.dice.draw() % 1_000;
        for number in 0..self.room.changes {
            let author = self.person();
            let opened_at = author.some_time(self.from, self.now, &mut self.dice);
            let kind = self.dice.below(100);
            let hotfix = kind < 9;
            let words: &[&str] = if hotfix { &REPAIRS } else { &WORKS };
            let mut change = self.change(title(words, self.room, number + offset), opened_at, 0);
            change.author = author.login;
            change.opened_at = opened_at;
            change.hotfix = hotfix;
            let review = if hotfix {
                10 * MINUTE + self.dice.span(HOUR)
            } else {
                40 * MINUTE + self.dice.span(2 * DAY) * self.dice.span(100) / 100
            };
            let merger = self.person();
            let at = merger.at_or_after(opened_at + review, &mut self.dice);
            change.end = match kind {
                _ if at >= self.now => ChangeEnd::Open,
                94.. => ChangeEnd::Closed,
                _ => merged(at),
            };
            change.base_score = if hotfix { 35 } else { 6 };
            let spread = 6 + self.dice.below(50) * self.dice.below(100) / 100;
            change.base_score += u8::try_from(spread).unwrap_or(0);
            // Nobody wrote down what a few changes do to the dependencies.
            change.dependencies = (self.dice.below(100) >= 4).then(Vec::new);
            change.upgrades = !hotfix && self.dice.below(100) < 24;
            self.made.push(change);
        }
    }

    /// A few merged changes are taken back within a day or two.
    fn reverts(&mut self) {
        for _ in 0..REVERTS {
            let place = self.dice.below(self.made.len() as u64);
            let place = usize::try_from(place).unwrap_or(0);
            let Some(taken) = self.made.get(place).cloned() else {
                continue;
            };
            let ChangeEnd::Merged { at, .. } = taken.end else {
                continue;
            };
            let everyday = taken.introduced.is_none() && !taken.hotfix && !taken.upgrades;
            let later = at + 4 * HOUR + self.dice.span(DAY);
            let later = self.person().at_or_after(later, &mut self.dice);
            if everyday && taken.dependencies == Some(Vec::new()) && later < self.now {
                let change = self.change(revert_of(&taken.title), later, 25);
                self.made.push(change);
            }
        }
    }

    /// A change that was merged then, by somebody, opened some hours before; without dependencies.
    fn change(&mut self, title: String, merged_at: Timestamp, base_score: u8) -> HistoryChange {
        let author = self.person();
        let earlier = merged_at - 50 * MINUTE - self.dice.span(DAY);
        HistoryChange {
            repository: self.room.repository,
            number: 0,
            title,
            author: author.login,
            head_sha: String::new(),
            base_sha: String::new(),
            opened_at: author.at_or_before(earlier, &mut self.dice),
            end: merged(merged_at),
            base_score: base_score + u8::try_from(self.dice.below(18)).unwrap_or(0),
            dependencies: Some(Vec::new()),
            manifest: self.room.manifest,
            introduced: None,
            hotfix: false,
            upgrades: false,
        }
    }

    /// Mostly one of the few who look after the repository.
    fn person(&mut self) -> Person {
        let everybody = PEOPLE.len() as u64;
        let place = match self.dice.below(5) {
            0 => self.dice.below(everybody),
            _ => (self.place * 3 + self.dice.below(4)) % everybody,
        };
        let place = usize::try_from(place).unwrap_or(0);
        PEOPLE.get(place).copied().unwrap_or(OPERATOR)
    }

    /// Numbers, commits and harmless upgrades, in the order in which the changes were opened.
    fn end(mut self) -> Vec<HistoryChange> {
        let mut made = std::mem::take(&mut self.made);
        for change in &mut made {
            change.opened_at -= change.opened_at.rem_euclid(1_000);
            if let ChangeEnd::Merged { at, .. } = &mut change.end {
                *at -= at.rem_euclid(1_000);
            }
        }
        made.sort_by(|a, b| (a.opened_at, &a.title).cmp(&(b.opened_at, &b.title)));
        let taken = super::super::changes();
        let mut numbers = (FIRST_NUMBER..).filter(|number| {
            let mut taken = taken.iter();
            !taken.any(|item| item.repository == self.room.repository && item.number == *number)
        });
        let root = self.sha();
        for change in &mut made {
            change.number = numbers.next().unwrap_or(0);
            change.head_sha = self.sha();
            if let ChangeEnd::Merged { sha, .. } = &mut change.end {
                *sha = self.sha();
            }
        }
        self.upgrade(&mut made);
        let mut merges: Vec<(Timestamp, String)> = made
            .iter()
            .filter_map(|change| Some((change.merged_at()?, change.merge_sha()?.to_owned())))
            .collect();
        merges.sort();
        for change in &mut made {
            let before = merges.partition_point(|(at, _)| *at <= change.opened_at);
            let tip = before.checked_sub(1).and_then(|place| merges.get(place));
            change.base_sha = tip.map_or_else(|| root.clone(), |(_, sha)| sha.clone());
        }
        made
    }

    /// Moves packages up their ladders, one after the other.
    fn upgrade(&self, made: &mut [HistoryChange]) {
        let length = self.room.ladders.len();
        let mut turn = 0;
        for change in made.iter_mut().filter(|change| change.upgrades) {
            let place = turn % length.max(1);
            let step = turn / length.max(1);
            let Some((name, versions)) = self.room.ladders.get(place) else {
                continue;
            };
            let (Some(before), Some(after)) = (versions.get(step), versions.get(step + 1)) else {
                turn += usize::from(change.merged_at().is_some());
                continue;
            };
            change.title = format!("Update {name} to {after}");
            change.dependencies = Some(vec![SampleDependency {
                ecosystem: self.room.ecosystem,
                name,
                before: Some(before),
                after: Some(after),
                direct: true,
            }]);
            turn += usize::from(change.merged_at().is_some());
        }
    }

    fn sha(&mut self) -> String {
        let mut text = String::with_capacity(48);
        for _ in 0..3 {
            // Writing to a string does not fail.
            let _ = write!(text, "{:016x}", self.dice.draw());
        }
        text.truncate(40);
        text
    }
}

fn merged(at: Timestamp) -> ChangeEnd {
    let sha = String::new();
    ChangeEnd::Merged { at, sha }
}

fn row(
    room: &Room,
    item: &Introduction,
    before: Option<&'static str>,
    after: Option<&'static str>,
) -> SampleDependency {
    SampleDependency {
        ecosystem: room.ecosystem,
        name: item.package,
        before,
        after,
        direct: item.direct,
    }
}

fn revert_of(title: &str) -> String {
    format!("Revert \"{title}\"")
}

/// Every number up to the size of the table makes another title.
fn title(words: &[&str], room: &Room, number: u64) -> String {
    let (words_count, things) = (words.len() as u64, room.things.len() as u64);
    let number = number * STRIDE % (words_count * things);
    let at = |count: u64| usize::try_from(count).unwrap_or(0);
    let word = words.get(at(number / things)).copied().unwrap_or_default();
    let thing = room
        .things
        .get(at(number % things))
        .copied()
        .unwrap_or_default();
    word.replace("{}", thing)
}

/// Keeps these dice apart from those of deployments and incidents.
const CHANGES: u64 = 1;
/// The repositories are older than the window.
const FIRST_NUMBER: u32 = 11;
const REVERTS: usize = 2;
/// Coprime to the sizes of both tables.
const STRIDE: u64 = 73;

const WORKS: [&str; 15] = [
    "Simplify {}",
    "Speed up {}",
    "Test {} more closely",
    "Rework {}",
    "Handle missing values in {}",
    "Document {}",
    "Log more about {}",
    "Remove dead code around {}",
    "Make {} configurable",
    "Check the input of {}",
    "Split {} into smaller parts",
    "Measure {}",
    "Name things in {} as people do",
    "Cover {} by an alert",
    "Prepare {} for the next release",
];
const REPAIRS: [&str; 5] = [
    "Fix a crash in {}",
    "Stop timeouts in {}",
    "Repair {} after the last release",
    "Fix wrong results of {}",
    "Give {} more room",
];
