//! Recorded calls, made again by both versions.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use koalr_store::{DataDir, TenantId};
use schemars::JsonSchema;
use serde::Serialize;

use super::cost::{ShadowCost, Watch};
use super::report::Side;
use crate::recording::{Outcome, Recording, Replayed, compare, read_all, replay};
use crate::{Host, HostError};

/// What both versions make of the same recorded calls. What is compared is what both do now, not what was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ShadowRecordings {
    /// How many calls both made again.
    pub replayed: u32,
    /// Of those, how many ask the same and come to the same.
    pub same: u32,
    /// How many ask for something else.
    pub other_requests: u32,
    /// How many bring other records.
    pub other_records: u32,
    /// How many tell otherwise what is complete.
    pub other_coverage: u32,
    /// How many come to something else in any other way.
    pub other_outcomes: u32,
    /// Requests that the version that serves makes in all of them.
    pub serving_requests: u64,
    /// Requests that the candidate makes in all of them.
    pub candidate_requests: u64,
    /// How many calls fail in the candidate alone.
    pub candidate_failed: u32,
    /// How many fail in the version that serves alone.
    pub serving_failed: u32,
    /// How many fail in both, or cannot be read.
    pub unusable: u32,
    /// The first of those that differ, by tenant, verb and number.
    pub examples: Vec<RecordingChange>,
    /// What both spent on them; none if there was none.
    pub cost: Option<ShadowCost>,
}

/// A recorded call that is not the same in both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RecordingChange {
    /// The tenant.
    pub tenant: String,
    /// The recording's file, without its directory.
    pub file: String,
    /// In whom alone it fails; none if it fails in neither.
    pub fails: Option<Side>,
    /// Why, as a sentence; none if it does not.
    pub reason: Option<String>,
    /// The first requests that the candidate alone makes, as method and address.
    pub made: Vec<String>,
    /// The first requests that the version that serves alone makes.
    pub not_made: Vec<String>,
    /// How many places of what they bring differ.
    pub differences: u32,
    /// The first of those, for example `records[17].finding.severity`.
    pub places: Vec<String>,
}

impl ShadowRecordings {
    /// How many calls fail in one version alone.
    #[must_use]
    pub fn failed(&self) -> u32 {
        self.candidate_failed + self.serving_failed
    }
}

/// Counts.
#[derive(Default)]
pub(super) struct Replays {
    counts: ShadowRecordings,
    spent: (Watch, Watch),
}

impl Replays {
    /// Makes all recorded calls of a tenant again.
    pub(super) async fn look_at(
        &mut self,
        data: &DataDir,
        tenant: &TenantId,
        (serving, candidate): (&Host, &Host),
    ) -> Result<(), HostError> {
        for path in files(&data.path().join(RECORDINGS).join(tenant.as_str())) {
            // One at a time: each holds everything that the upstream said.
            let Some(recording) = read(&path) else {
                self.counts.unusable += 1;
                continue;
            };
            if recording.header.integration != serving.manifest().id {
                continue;
            }
            let before = again(serving, &recording, &mut self.spent.0).await;
            let after = again(candidate, &recording, &mut self.spent.1).await;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            self.add((tenant.as_str(), &name), before, after)?;
        }
        Ok(())
    }

    /// What it came to.
    pub(super) fn counts(self) -> ShadowRecordings {
        ShadowRecordings {
            cost: ShadowCost::of(self.spent.0, self.spent.1),
            ..self.counts
        }
    }

    fn add(
        &mut self,
        (tenant, file): (&str, &str),
        before: Result<Replayed, String>,
        after: Result<Replayed, String>,
    ) -> Result<(), HostError> {
        let counts = &mut self.counts;
        let mut change = RecordingChange {
            tenant: tenant.to_owned(),
            file: file.to_owned(),
            fails: None,
            reason: None,
            made: Vec::new(),
            not_made: Vec::new(),
            differences: 0,
            places: Vec::new(),
        };
        match (before, after) {
            (Err(_), Err(_)) => {
                counts.unusable += 1;
                return Ok(());
            }
            (Err(reason), Ok(_)) => {
                counts.serving_failed += 1;
                change.fails = Some(Side::Serving);
                change.reason = Some(reason);
            }
            (Ok(_), Err(reason)) => {
                counts.candidate_failed += 1;
                change.fails = Some(Side::Candidate);
                change.reason = Some(reason);
            }
            (Ok(before), Ok(after)) => {
                counts.replayed += 1;
                counts.serving_requests += u64::from(before.requests);
                counts.candidate_requests += u64::from(after.requests);
                let places = compare(&before.outcome, &after.outcome)?;
                let places: Vec<String> = places.into_iter().map(|one| one.path).collect();
                let (made, not_made) = requests(&before, &after);
                let asks =
                    before.requests != after.requests || !made.is_empty() || !not_made.is_empty();
                if places.is_empty() && !asks {
                    counts.same += 1;
                    return Ok(());
                }
                let at = |part: &str| places.iter().any(|place| place.starts_with(part));
                let (records, coverage) = (at(RECORDS), at(COVERAGE));
                let is_other =
                    |place: &&String| !place.starts_with(RECORDS) && !place.starts_with(COVERAGE);
                counts.other_requests += u32::from(asks);
                counts.other_records += u32::from(records);
                counts.other_coverage += u32::from(coverage);
                counts.other_outcomes += u32::from(places.iter().any(|place| is_other(&place)));
                change.made = first(made);
                change.not_made = first(not_made);
                change.differences = u32::try_from(places.len()).unwrap_or(u32::MAX);
                change.places = first(places);
            }
        }
        if counts.examples.len() < MOST_EXAMPLES {
            counts.examples.push(change);
        }
        Ok(())
    }
}

/// What one version makes of a call; the sentence if that fails.
async fn again(host: &Host, recording: &Recording, watch: &mut Watch) -> Result<Replayed, String> {
    let replayed = replay(host, recording).await;
    let replayed = replayed.map_err(|error| error.to_string())?;
    watch.replayed(&replayed);
    match &replayed.outcome {
        Outcome::Failed { reason, .. } => Err(reason.clone()),
        Outcome::Brought(_) | Outcome::Refused(_) => Ok(replayed),
    }
}

/// What the candidate alone asks, and what the other one alone asks.
fn requests(before: &Replayed, after: &Replayed) -> (Vec<String>, Vec<String>) {
    let set = |names: &[String]| names.iter().cloned().collect::<BTreeSet<_>>();
    // Both sides tell what they ask beyond the recording, and what of it they do not.
    let (new, old) = (set(&after.unanswered), set(&before.unanswered));
    let (left, kept) = (set(&after.not_made), set(&before.not_made));
    let made = new.difference(&old).chain(kept.difference(&left));
    let not_made = old.difference(&new).chain(left.difference(&kept));
    (made.cloned().collect(), not_made.cloned().collect())
}

fn first(mut all: Vec<String>) -> Vec<String> {
    all.truncate(MOST_NAMED);
    all
}

/// The recordings of a directory, by name; none if there is no such directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten();
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "jsonl"))
        .collect();
    paths.sort();
    paths
}

fn read(path: &Path) -> Option<Recording> {
    let recording = read_all(path).ok()?.pop()?.1;
    match recording {
        Ok(recording) => Some(recording),
        Err(error) => {
            tracing::warn!("{error}");
            None
        }
    }
}

/// Where the calls of each tenant are recorded in the data directory. Deleting a tenant removes its own.
pub(crate) const RECORDINGS: &str = "recordings";
/// What a batch brings.
const RECORDS: &str = "records";
/// What of it is complete.
const COVERAGE: &str = "coverage";
/// So many recordings are told one by one.
const MOST_EXAMPLES: usize = 20;
/// So many requests and places of each.
const MOST_NAMED: usize = 5;
