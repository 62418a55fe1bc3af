//! Checks on what an upstream really answered.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::StatusCode;
use koalr_platform::conformance::check_batch;
use koalr_platform::model::common::CoverageState;
use koalr_platform::model::record::Entry;
use koalr_platform::model::walk::{Batch, Cursor, SyncError, SyncRequest};
use koalr_runtime::{
    Answered, Asked as Request, Organizations, PinnedOrigin, Recorded as Exchange, Responder,
    TransportError,
};

use super::Came;
use super::subject::{Called, Counted, Line, Subject};
use crate::HostError;
use crate::recording::{Asked, Outcome, Recording, Way, read_all};

/// The recordings that were given. May be empty.
pub(super) struct Recorded {
    recordings: Vec<Recording>,
}

impl Recorded {
    pub(super) fn read(paths: &[PathBuf]) -> Result<Self, HostError> {
        let mut recordings = Vec::new();
        for path in paths {
            for (_, recording) in read_all(path)? {
                recordings.push(recording?);
            }
        }
        Ok(Self { recordings })
    }

    /// A cursor that the component gave; none if no recording has one.
    pub(super) fn cursor(&self) -> Option<Cursor> {
        self.batches().find_map(|(_, batch)| batch.cursor)
    }

    /// Recorded pulls that brought a batch, with it.
    fn batches(&self) -> impl Iterator<Item = (Pull<'_>, Batch)> {
        self.recordings.iter().filter_map(|recording| {
            let (Asked::Sync(request), Some(way), Outcome::Brought(batch)) = (
                &recording.header.asked,
                &recording.header.way,
                &recording.outcome,
            ) else {
                return None;
            };
            let pull = Pull {
                request,
                way,
                exchanges: &recording.exchanges,
            };
            Some((pull, serde_json::from_value(batch.clone()).ok()?))
        })
    }

    /// The first walk that was recorded from its beginning to its end.
    fn walk(&self) -> Option<Whole<'_>> {
        let all: Vec<_> = self.batches().collect();
        let first = all
            .iter()
            .position(|(pull, _)| pull.request.cursor.is_none())?;
        let mut whole = Whole {
            first: all.get(first)?.0,
            exchanges: Vec::new(),
            records: Vec::new(),
        };
        let mut expected = None;
        for (pull, batch) in all.iter().skip(first) {
            if pull.request.scope != whole.first.request.scope || pull.request.cursor != expected {
                continue;
            }
            whole.exchanges.extend(pull.exchanges);
            whole.records.extend(batch.records.iter().cloned());
            if batch.done {
                return Some(whole);
            }
            expected.clone_from(&batch.cursor);
        }
        None
    }
}

/// A recorded pull.
#[derive(Clone, Copy)]
struct Pull<'a> {
    request: &'a SyncRequest,
    way: &'a Way,
    exchanges: &'a [Exchange],
}

/// A recorded walk.
struct Whole<'a> {
    first: Pull<'a>,
    exchanges: Vec<&'a Exchange>,
    records: Vec<Entry>,
}

pub(super) async fn again(subject: &Subject) -> Came {
    let mut wrong = Vec::new();
    let mut played = 0;
    for (number, (pull, _)) in subject.recorded.batches().enumerate() {
        played += 1;
        let twice = twice(subject, pull).await;
        wrong.extend(
            twice
                .err()
                .map(|why| format!("recorded pull {}: {why}", number + 1)),
        );
    }
    if played == 0 {
        return Came::not_run(NO_RECORDING);
    }
    Came::Tried(wrong)
}

async fn twice(subject: &Subject, pull: Pull<'_>) -> Result<(), String> {
    let play = async || {
        let tape = Tape::of(pull.exchanges.iter(), None);
        play(subject, pull.way, tape, pull.request.clone()).await
    };
    let (first, second) = (play().await?, play().await?);
    if first != second && format!("{first:?}") != format!("{second:?}") {
        return Err("sync: the same answers gave another batch".to_owned());
    }
    if let Ok((batch, counted)) = first {
        let budget = pull.request.request_budget;
        let checked = check_batch(&pull.request.scope, budget, &batch, Some(counted));
        checked.map_err(|breaches| breaches.to_string())?;
    }
    Ok(())
}

pub(super) async fn one_by_one(subject: &Subject) -> Came {
    let Some(whole) = subject.recorded.walk() else {
        return Came::not_run(NO_WALK);
    };
    let tape = Tape::of(whole.exchanges.iter().copied(), None);
    let walked = walk(subject, whole.first, 1, &tape).await;
    if let Some(address) = tape.unanswered() {
        return Came::NotRun(format!(
            "with a budget of one request it asks for `{address}`, which the recording has no answer to"
        ));
    }
    Came::Tried(match walked {
        Ok(walked) if !walked.ended => {
            vec!["sync: did not end with a budget of one request a call".to_owned()]
        }
        Ok(walked) => {
            let (were, are) = (sorted(&whole.records), sorted(&walked.records));
            let differ = were.iter().zip(&are).find(|(was, is)| was != is);
            if were == are {
                Vec::new()
            } else {
                let differ = differ.map_or(String::new(), |(_, is)| {
                    format!("; the first other one is {}", shortened(is))
                });
                vec![format!(
                    "sync: brought {} records one request at a time, and {} at once{differ}",
                    are.len(),
                    were.len()
                )]
            }
        }
        Err(why) => vec![why],
    })
}

pub(super) async fn fault(subject: &Subject) -> Came {
    let Some(whole) = subject.recorded.walk() else {
        return Came::not_run(NO_WALK);
    };
    let complete = whole.records.iter().filter(|record| is_completed(record));
    let complete = complete.count();
    if complete == 0 {
        return Came::not_run("no listing was completed in the recording");
    }
    let mut wrong = Vec::new();
    for exchange in whole.exchanges.iter().take(MOST_FAULTS) {
        let tape = Tape::of(whole.exchanges.iter().copied(), Some(&exchange.url));
        let budget = whole.first.request.request_budget;
        let said = match walk(subject, whole.first, budget, &tape).await {
            Ok(walked) => missed(&whole, complete, &walked),
            Err(why) => Err(why),
        };
        wrong.extend(
            said.err()
                .map(|why| format!("when `{}` fails: {why}", exchange.url)),
        );
    }
    Came::Tried(wrong)
}

/// Whether a walk that lacks something says so.
fn missed(whole: &Whole<'_>, complete: usize, walked: &Walked) -> Result<(), String> {
    let read = |records: &[Entry]| records.iter().filter(|one| !is_walk(one)).count();
    if !walked.ended || read(&walked.records) >= read(&whole.records) {
        return Ok(());
    }
    let completed = walked
        .records
        .iter()
        .filter(|one| is_completed(one))
        .count();
    if completed >= complete {
        return Err("sync: every listing is completed, and records are missing".to_owned());
    }
    let Some(last) = &walked.last else {
        return Ok(());
    };
    let mut rows = last.coverage.iter();
    let partial = rows.find(|row| row.state != CoverageState::Complete);
    match partial {
        None => Err("sync: all coverage is complete, and records are missing".to_owned()),
        Some(row) if row.detail.is_empty() && !walked.noted => Err(format!(
            "sync: `{}` is not complete, and nothing says what is missing",
            row.route
        )),
        Some(_) => Ok(()),
    }
}

fn is_completed(record: &Entry) -> bool {
    matches!(record, Entry::WalkCompleted(_))
}

fn is_walk(record: &Entry) -> bool {
    matches!(record, Entry::WalkCompleted(_) | Entry::WalkBroken(_))
}

/// What a walk brought.
struct Walked {
    records: Vec<Entry>,
    /// Whether it came to its end.
    ended: bool,
    /// Whether any batch had a diagnostic.
    noted: bool,
    last: Option<Batch>,
}

/// Walks from the beginning, call after call.
async fn walk(
    subject: &Subject,
    first: Pull<'_>,
    budget: u32,
    tape: &Arc<Tape>,
) -> Result<Walked, String> {
    let mut walked = Walked {
        records: Vec::new(),
        ended: false,
        noted: false,
        last: None,
    };
    let mut request = first.request.clone();
    request.request_budget = budget;
    for _ in 0..MOST_CALLS {
        let answer = play(subject, first.way, Arc::clone(tape), request.clone()).await?;
        let Ok((batch, counted)) = answer else {
            return Ok(walked);
        };
        let checked = check_batch(&request.scope, budget, &batch, Some(counted));
        checked.map_err(|breaches| breaches.to_string())?;
        walked.records.extend(batch.records.iter().cloned());
        walked.noted |= !batch.diagnostics.is_empty();
        walked.ended = batch.done;
        request.as_of += 1000 * i64::from(batch.resume_after_secs.unwrap_or(0));
        request.cursor.clone_from(&batch.cursor);
        let done = batch.done;
        walked.last = Some(batch);
        if done {
            break;
        }
    }
    Ok(walked)
}

async fn play(
    subject: &Subject,
    way: &Way,
    tape: Arc<Tape>,
    request: SyncRequest,
) -> Called<Counted, SyncError> {
    let line = Line {
        pinned: PinnedOrigin {
            id: way.origin.clone(),
            base: way.base.clone(),
            allow_loopback: way.allow_loopback,
        },
        organizations: Organizations::Bound(way.organizations.iter().flatten().cloned().collect()),
        downloads: &way.downloads,
    };
    let upstream: Arc<dyn Responder> = tape;
    subject
        .sync_on(&subject.plugin, line, &upstream, request)
        .await
}

/// Answers from recordings by method and address, in their order; beyond the last answer, with that one.
struct Tape {
    answers: BTreeMap<(String, String), Vec<Exchange>>,
    /// How often each was given.
    given: Mutex<BTreeMap<(String, String), usize>>,
    /// The address that fails.
    failing: Option<String>,
    /// The first address that it has no answer to.
    unanswered: Mutex<Option<String>>,
}

impl Tape {
    fn unanswered(&self) -> Option<String> {
        self.first_unanswered().clone()
    }

    fn first_unanswered(&self) -> MutexGuard<'_, Option<String>> {
        let first = self.unanswered.lock();
        first.unwrap_or_else(PoisonError::into_inner)
    }

    fn of<'a>(exchanges: impl Iterator<Item = &'a Exchange>, failing: Option<&str>) -> Arc<Self> {
        let mut answers: BTreeMap<_, Vec<Exchange>> = BTreeMap::new();
        for one in exchanges {
            let key = (one.method.clone(), one.url.clone());
            answers.entry(key).or_default().push(one.clone());
        }
        Arc::new(Self {
            answers,
            given: Mutex::default(),
            failing: failing.map(str::to_owned),
            unanswered: Mutex::default(),
        })
    }
}

impl Responder for Tape {
    fn answer(&self, asked: &Request) -> Result<Answered, TransportError> {
        let key = (asked.method.to_string(), asked.url.to_string());
        if self.failing.as_ref() == Some(&key.1) {
            return Ok(Answered {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                ..Answered::default()
            });
        }
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let place = given.entry(key.clone()).or_default();
        let answers = self.answers.get(&key);
        let answer = answers.and_then(|all| all.get(*place).or(all.last()));
        *place += 1;
        answer.map_or_else(
            || {
                self.first_unanswered().get_or_insert(key.1.clone());
                Err(TransportError::Broken {
                    host: asked.url.host().unwrap_or_default().to_owned(),
                    cause: "the recording has no answer to this request".to_owned(),
                })
            },
            Exchange::answer,
        )
    }
}

fn sorted(records: &[Entry]) -> Vec<String> {
    let mut texts: Vec<String> = records.iter().map(|one| format!("{one:?}")).collect();
    texts.sort_unstable();
    texts
}

fn shortened(text: &str) -> String {
    text.chars().take(200).collect()
}

const NO_RECORDING: &str = "no recording of `sync` was given; make one with `--record DIR`, and give it with `--recording`";
const NO_WALK: &str = "no recording of a whole walk was given; make one with `--record DIR`, and give all its files with `--recording`";
/// Exchanges that fail, one after the other.
const MOST_FAULTS: usize = 8;
/// Calls of one walk.
const MOST_CALLS: u32 = 10_000;
