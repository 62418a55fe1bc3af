//! How an organization's issues are spread over time, to read a long listing in parts.

use koalr_integration_kit::model::common::Timestamp;
use serde::Serialize;

use super::chain::Window;
use crate::json::fields;

/// Open issues by the time their project was added: an issue is not older than its project.
#[derive(Debug, Default, Serialize)]
pub(super) struct Spread {
    /// All of them, also those of projects without a date.
    issues: u32,
    /// In order of time.
    buckets: Vec<Bucket>,
}

fields!(Spread { issues buckets });

#[derive(Debug, Default, Serialize)]
struct Bucket {
    from: Timestamp,
    issues: u32,
}

fields!(Bucket { from issues });

impl Spread {
    /// Counts the issues of a project.
    pub(super) fn add(&mut self, created: Option<Timestamp>, issues: u32) {
        self.issues = self.issues.saturating_add(issues);
        let Some(from) = created.filter(|_| issues > 0) else {
            return;
        };
        match self.buckets.binary_search_by_key(&from, |one| one.from) {
            Ok(place) => {
                if let Some(known) = self.buckets.get_mut(place) {
                    known.issues = known.issues.saturating_add(issues);
                }
            }
            Err(place) => self.buckets.insert(place, Bucket { from, issues }),
        }
        if self.buckets.len() > MOST_BUCKETS {
            self.merge();
        }
    }

    /// Merges the two neighbours that hold least.
    fn merge(&mut self) {
        let sums = self.buckets.iter().zip(self.buckets.iter().skip(1));
        let sums = sums.map(|(one, next)| one.issues.saturating_add(next.issues));
        if let Some((place, sum)) = sums.enumerate().min_by_key(|&(_, sum)| sum) {
            self.buckets.remove(place + 1);
            if let Some(one) = self.buckets.get_mut(place) {
                one.issues = sum;
            }
        }
    }

    /// Pages of all issues, as far as they are counted.
    pub(super) fn pages(&self) -> u32 {
        self.issues.div_ceil(PAGE)
    }

    /// Parts of a full listing that overlap and leave nothing out, each with about as many issues. A short listing stays
    /// whole.
    pub(super) fn windows(&self, now: Timestamp) -> Vec<Window> {
        let pages = self.pages();
        let parts = if pages < SPLIT_FROM {
            1
        } else {
            (pages / PAGES_A_PART).min(MOST_PARTS)
        };
        let mut windows = vec![Window::default()];
        for part in 1..parts {
            let Some(at) = self.boundary(part, parts, now) else {
                continue;
            };
            if let Some(last) = windows
                .last_mut()
                .filter(|last| last.created_after < Some(at))
            {
                // The filters exclude the very instant.
                last.created_before = Some(at.saturating_add(SECOND_MS));
                windows.push(Window {
                    created_after: Some(at),
                    ..Window::default()
                });
            }
        }
        windows
    }

    /// When this part of all issues existed, in whole seconds, if half of a project's were there when it was added and
    /// the others came evenly until now. Nobody knows; a part is only longer than another where it was otherwise.
    fn boundary(&self, part: u32, parts: u32, now: Timestamp) -> Option<Timestamp> {
        let sum: i64 = self.buckets.iter().map(|one| i64::from(one.issues)).sum();
        let wanted = 2 * sum * i64::from(part) / i64::from(parts);
        let (mut early, mut late) = (self.buckets.first()?.from, now);
        while early < late {
            let middle = early + late.saturating_sub(early) / 2;
            if self.halves(middle, now) < wanted {
                early = middle + 1;
            } else {
                late = middle;
            }
        }
        Some(early.saturating_sub(early.rem_euclid(SECOND_MS)))
    }

    /// Twice the issues that existed at a time.
    fn halves(&self, at: Timestamp, now: Timestamp) -> i64 {
        let known = self.buckets.iter().take_while(|one| one.from <= at);
        known
            .map(|one| {
                let issues = i64::from(one.issues);
                let lasted = now.saturating_sub(one.from).max(1);
                let come = at.saturating_sub(one.from).saturating_mul(issues) / lasted;
                issues.saturating_add(come)
            })
            .fold(0, i64::saturating_add)
    }
}

/// Most buckets that are kept: the cursor stays small, and a part is at most an eighth of all.
const MOST_BUCKETS: usize = 64;

/// Issues on a page.
const PAGE: u32 = 100;

/// Expected pages from which on a listing is read in parts.
const SPLIT_FROM: u32 = 100;

/// Expected pages of a part, at least.
const PAGES_A_PART: u32 = 50;

/// Most parts of a listing.
const MOST_PARTS: u32 = 8;

const SECOND_MS: i64 = 1_000;

#[cfg(test)]
mod tests {
    use super::{MOST_BUCKETS, Spread};

    const NOW: i64 = 1_000_000_000;

    fn spread(projects: &[(i64, u32)]) -> Spread {
        let mut spread = Spread::default();
        for &(created, issues) in projects {
            spread.add(Some(created), issues);
        }
        spread
    }

    /// Boundaries between parts, checked to overlap by a second and to be open at both ends.
    #[track_caller]
    fn boundaries(spread: &Spread) -> Vec<i64> {
        let windows = spread.windows(NOW);
        let ends: Vec<_> = windows.iter().map(|one| one.created_before).collect();
        let starts: Vec<_> = windows.iter().map(|one| one.created_after).collect();
        assert_eq!((starts[0], ends[ends.len() - 1]), (None, None));
        let starts: Vec<_> = starts.into_iter().flatten().collect();
        let shifted: Vec<_> = starts.iter().map(|at| Some(at + 1_000)).collect();
        assert_eq!(ends[..ends.len() - 1], shifted);
        starts
    }

    #[test]
    fn a_listing_below_a_hundred_pages_stays_whole() {
        assert!(boundaries(&spread(&[(0, 9_900)])).is_empty());
        assert!(boundaries(&Spread::default()).is_empty());
    }

    #[test]
    fn half_of_a_project_s_issues_are_taken_to_have_come_with_it_and_half_evenly_since() {
        assert_eq!(boundaries(&spread(&[(0, 9_901)])), [0]);
        assert_eq!(boundaries(&spread(&[(0, 20_000)])), [0, 500_000_000]);
        let eighths = [0, 250_000_000, 500_000_000, 750_000_000];
        assert_eq!(boundaries(&spread(&[(0, 1_000_000)])), eighths);
    }

    #[test]
    fn parts_follow_the_projects_in_time() {
        let spread = spread(&[(2_000_000, 5_000), (1_000_000, 5_000), (3_000_000, 10_000)]);
        assert_eq!(boundaries(&spread), [2_000_000, 3_000_000, 501_199_000]);
    }

    #[test]
    fn where_there_is_no_time_between_there_is_no_part() {
        assert_eq!(boundaries(&spread(&[(NOW, 100_000)])), [NOW]);
        let mut undated = Spread::default();
        undated.add(None, 100_000);
        assert_eq!((boundaries(&undated), undated.pages()), (vec![], 1_000));
    }

    #[test]
    fn many_projects_make_no_more_than_so_many_buckets_and_lose_no_issue() {
        let projects: Vec<_> = (0..1_000).map(|day| (day * 1_000_000, 100)).collect();
        let spread = spread(&projects);
        assert_eq!(spread.buckets.len(), MOST_BUCKETS);
        let boundaries = boundaries(&spread);
        assert_eq!(boundaries.len(), 7);
        for (part, at) in (1..).zip(boundaries) {
            // Those that came later make each part end later than the projects alone would.
            let projects = part * 125_000_000;
            assert!((projects..NOW).contains(&at), "{part}: {at}");
        }
    }
}
