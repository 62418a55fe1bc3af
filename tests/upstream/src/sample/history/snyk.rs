//! What Snyk found in the course of the history.

use super::introductions::{Course, INTRODUCTIONS, Introduction};
use super::rooms::{ROOMS, Room};
use super::team::MINUTE;
use super::{History, HistoryChange};
use crate::check::{CheckState, PullRequestCheck};
use crate::data::{Issue, Organization, Package, Severity, State, Subject, Timestamp};
use crate::id;
use crate::sample::catalogue::Advisory;
use crate::sample::organization;

impl History {
    /// The sample organization at the history's end, with an issue for every vulnerability that was merged, created
    /// minutes after the merge; with the packages that the changes name; and with Snyk's checks of changes that touch
    /// dependencies.
    #[must_use]
    pub fn organization(&self) -> Organization {
        let mut organization = organization(self.now);
        for item in INTRODUCTIONS {
            let Some(room) = ROOMS.iter().find(|room| room.repository == item.repository) else {
                continue;
            };
            let purl = purl(room.ecosystem, item.package, item.after);
            if !organization.packages.iter().any(|known| known.purl == purl) {
                let vulnerabilities = item
                    .advisories
                    .iter()
                    .map(Advisory::vulnerability)
                    .collect();
                organization.packages.push(Package {
                    purl,
                    vulnerabilities,
                });
            }
            if !matches!(item.course, Course::Known(..) | Course::Proposed) {
                organization.issues.extend(self.issues(room, item));
            }
        }
        for room in ROOMS.iter().filter(|room| !room.project.is_empty()) {
            let own = self
                .changes
                .iter()
                .filter(|change| change.repository == room.repository);
            let touching = own.filter(|change| {
                change
                    .dependencies
                    .as_ref()
                    .is_some_and(|list| !list.is_empty())
            });
            organization
                .checks
                .extend(touching.map(|change| check(room, change, self.now)));
        }
        organization
    }

    /// The issues of one introduction.
    fn issues(&self, room: &Room, item: &Introduction) -> Vec<Issue> {
        let touches = |change: &&HistoryChange, brings: bool| {
            let mut rows = change.dependencies.iter().flatten();
            change.repository == room.repository
                && rows.any(|row| {
                    let version = if brings { row.after } else { row.before };
                    row.name == item.package && version == Some(item.after)
                })
        };
        let found = |brings: bool| -> Option<Timestamp> {
            let mut changes = self.changes.iter();
            let change = changes.find(|change| touches(change, brings))?;
            Some(change.merged_at()? + SCANNED_AFTER).filter(|at| *at <= self.now)
        };
        let Some(created_at) = found(true) else {
            return Vec::new();
        };
        let resolved_at = found(false);
        let advisories = item.advisories.iter();
        advisories
            .map(|advisory| {
                let vulnerability = advisory.vulnerability();
                Issue {
                    id: id::uuid(&format!("{} {}", room.project, vulnerability.id)),
                    project: id::uuid(room.project),
                    title: advisory.title.to_owned(),
                    severity: advisory.severity(),
                    state: resolved_at.map_or(State::Open, State::Resolved),
                    created_at,
                    updated_at: resolved_at.unwrap_or(created_at),
                    risk: None,
                    subject: Subject::Package {
                        pinnable: false,
                        upgradeable: true,
                        vulnerability,
                        name: item.package.to_owned(),
                        version: item.after.to_owned(),
                    },
                }
            })
            .collect()
    }
}

/// Snyk's check of a change. It did not have to succeed for the merge.
fn check(room: &Room, change: &HistoryChange, now: Timestamp) -> PullRequestCheck {
    let of = |what: &str| id::uuid(&format!("{what} Snyk Open Source {}", change.head_sha));
    let new = change.introduced.is_some();
    let fails = change.introduced >= Some(super::deployments::SERIOUS);
    PullRequestCheck {
        id: of("check"),
        group: id::uuid(&format!("checks {}", change.head_sha)),
        test: Some(of("test")),
        project: Some(id::uuid(room.project)),
        created_at: now.min(change.opened_at + MINUTE),
        updated_at: now.min(change.opened_at + 3 * MINUTE),
        pull_request: change.number,
        pull_ref: format!("refs/pull/{}/head", change.number),
        repository: change.repository.to_owned(),
        origin: "github".to_owned(),
        product: "Snyk Open Source".to_owned(),
        state: if fails {
            CheckState::Failed
        } else {
            CheckState::Success
        },
        marked_as_success: false,
        description: if new { "1 new issue" } else { "No new issues" }.to_owned(),
        old_sha: change.base_sha.clone(),
        new_sha: change.head_sha.clone(),
        merge_base_sha: change.base_sha.clone(),
        error: None,
        policy: "only_new".to_owned(),
        threshold: Some(Severity::High),
        only_fixable: false,
    }
}

/// A package URL. Maven's group is its namespace.
fn purl(ecosystem: &str, name: &str, version: &str) -> String {
    format!("pkg:{ecosystem}/{}@{version}", name.replace(':', "/"))
}

/// How long Snyk takes to see a merge.
const SCANNED_AFTER: Timestamp = 12 * MINUTE;
