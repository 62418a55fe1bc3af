//! Makes a recorded call again, without network.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use koalr_platform::model::assessment::{Assessment, ScoreError};
use koalr_platform::model::connection::{ConnectError, Connection};
use koalr_platform::model::verdict::{GateError, Verdict};
use koalr_platform::model::walk::{Batch, SyncError};
use koalr_runtime::{
    self as runtime, Answered, CallError, CameTo, Egress, EgressPolicy, Organizations,
    PinnedOrigin, Recorded, Recorder, Redactor, Responder, Session, TransportError,
};
use serde::Serialize;
use serde_json::Value;

use super::difference::{Difference, differences};
use super::{Asked, Header, Outcome, Recording, Way, by_name};
use crate::contract::Mirror;
use crate::{Host, HostError};

/// What came of a call that was made again.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// What came of it now.
    pub outcome: Outcome,
    /// Where that is not what was recorded, and where a request has another body. Empty if it is the same.
    pub differences: Vec<Difference>,
    /// Requests that were made, those that were denied among them.
    pub requests: u32,
    /// Requests that were recorded and not made now, as method, address and, from the second of the same on, its number.
    pub not_made: Vec<String>,
    /// Requests that the recording has no answer to, in the same form.
    pub unanswered: Vec<String>,
    /// What is not as it was when it was recorded, as sentences: another component, another limit.
    pub otherwise: Vec<String>,
    /// Time by the clock.
    pub wall: Duration,
    /// Computing time, in ticks of [`Limits::TICK`](koalr_runtime::Limits::TICK).
    pub cpu_ticks: u64,
    /// Largest linear memory, in bytes.
    pub memory_peak: u64,
}

impl Replayed {
    /// Whether nothing is different, neither in the outcome nor in what was asked.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.differences.is_empty() && self.not_made.is_empty() && self.unanswered.is_empty()
    }
}

/// Makes a recorded call again on this host's component. Whatever the integration asks is answered from the recording, by
/// method, address and how often it was asked before.
///
/// # Errors
///
/// The component is another integration; its manifest lets nothing out to where the recorded call went; no instance can
/// be made. What the call itself comes to is no error.
pub async fn replay(host: &Host, recording: &Recording) -> Result<Replayed, HostError> {
    let header = &recording.header;
    host.check_integration(&header.integration)?;
    let answers = Arc::new(Answers::new(&recording.exchanges));
    let (egress, made) = match &header.way {
        Some(way) => {
            let policy = policy(host, way)?;
            let (recorder, made) = watch(policy.clone());
            let responder = Arc::<Answers>::clone(&answers);
            let egress = Egress::answered_by(policy, responder).recorded(recorder.clone());
            (egress, Some((recorder, made)))
        }
        None => (Egress::closed(), None),
    };
    let mut session = host.plugin().open_session(egress).await?;
    let began = Instant::now();
    let outcome = ask(&mut session, &header.asked).await?;
    let wall = began.elapsed();
    let usage = session.usage();
    let made = made.map_or_else(Vec::new, |(recorder, made)| {
        let _ = recorder.finish();
        std::mem::take(&mut *made.lock().unwrap_or_else(PoisonError::into_inner))
    });
    let mut all = compare(&recording.outcome, &outcome)?;
    all.extend(other_bodies(&recording.exchanges, &made));
    Ok(Replayed {
        differences: all,
        requests: u32::try_from(made.len()).unwrap_or(u32::MAX),
        not_made: not_made(&recording.exchanges, &made),
        unanswered: answers.unanswered(),
        otherwise: otherwise(host, header),
        outcome,
        wall,
        cpu_ticks: usage.cpu_ticks,
        memory_peak: usage.memory_peak_bytes,
    })
}

fn policy(host: &Host, way: &Way) -> Result<EgressPolicy, HostError> {
    let pinned = PinnedOrigin {
        id: way.origin.clone(),
        base: way.base.clone(),
        allow_loopback: way.allow_loopback,
    };
    let organizations = match &way.organizations {
        None => Organizations::Connecting,
        Some(ids) => Organizations::Bound(ids.iter().cloned().collect()),
    };
    let declared = host.declared();
    Ok(
        EgressPolicy::from_manifest(declared, pinned, organizations)?
            .with_downloads(declared, &way.downloads)?,
    )
}

type Made = Arc<Mutex<Vec<Recorded>>>;

/// Keeps what is asked now, in the form in which it was recorded.
fn watch(policy: EgressPolicy) -> (Recorder, Made) {
    let made = Made::default();
    let kept = Arc::clone(&made);
    let sink = move |recorded: &Recorded| {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(recorded.clone());
        Ok(())
    };
    // There is no secret in a recording any more.
    let redactor = Redactor::new([], Some(policy));
    (Recorder::new(redactor, Box::new(sink)), made)
}

async fn ask(session: &mut Session, asked: &Asked) -> Result<Outcome, HostError> {
    match asked {
        Asked::Connect(request) => outcome::<Connection, ConnectError, _, _>(
            session.connect(&request.clone().mirror()).await,
        ),
        Asked::Sync(request) => {
            outcome::<Batch, SyncError, _, _>(session.sync(&request.clone().mirror()).await)
        }
        Asked::Score(request) => {
            outcome::<Assessment, ScoreError, _, _>(session.score(&request.clone().mirror()).await)
        }
        Asked::Gate(request) => {
            outcome::<Verdict, GateError, _, _>(session.gate(&request.clone().mirror()).await)
        }
    }
}

fn outcome<M, N, T, E>(answer: Result<Result<T, E>, CallError>) -> Result<Outcome, HostError>
where
    T: Mirror<M>,
    E: Mirror<N>,
    M: Serialize,
    N: Serialize,
{
    Ok(match answer {
        Ok(Ok(brought)) => Outcome::Brought(as_written(&brought.mirror())?),
        Ok(Err(refused)) => Outcome::Refused(as_written(&refused.mirror())?),
        Err(error) => Outcome::from(&error),
    })
}

/// A value after it was written and read, so that it is compared with one to which the same happened.
fn as_written(value: &impl Serialize) -> Result<Value, HostError> {
    let text = serde_json::to_string(value).map_err(HostError::Json)?;
    serde_json::from_str(&text).map_err(HostError::Json)
}

/// Where what came of a call is not what came of it another time.
pub(crate) fn compare(
    recorded: &Outcome,
    replayed: &Outcome,
) -> Result<Vec<Difference>, HostError> {
    Ok(match (recorded, replayed) {
        (Outcome::Brought(before), Outcome::Brought(after)) => differences("", before, after),
        (before, after) => differences("outcome", &as_written(before)?, &as_written(after)?),
    })
}

/// Bodies of requests that were made both times and are not the same.
fn other_bodies(recorded: &[Recorded], made: &[Recorded]) -> Vec<Difference> {
    let recorded: BTreeMap<_, _> = recorded.iter().map(|one| (name(one), one)).collect();
    let body = |one: &Recorded| serde_json::to_value(&one.sent).ok();
    made.iter()
        .filter_map(|one| {
            let before = recorded.get(&name(one))?;
            (before.sent != one.sent).then(|| Difference {
                path: format!("body of {}", name(one)),
                recorded: body(before),
                replayed: body(one),
            })
        })
        .collect()
}

fn not_made(recorded: &[Recorded], made: &[Recorded]) -> Vec<String> {
    let made: BTreeSet<_> = made.iter().map(name).collect();
    let names = recorded.iter().map(name);
    names.filter(|name| !made.contains(name)).collect()
}

fn name(one: &Recorded) -> String {
    named(&one.method, &one.url, one.occurrence)
}

fn named(method: &str, url: &str, occurrence: u32) -> String {
    match occurrence {
        0 => format!("{method} {url}"),
        before => format!("{method} {url} (number {})", before.saturating_add(1)),
    }
}

/// What is not as it was, as sentences.
fn otherwise(host: &Host, header: &Header) -> Vec<String> {
    let mut all = Vec::new();
    let component = host.plugin().content_hash();
    if component != header.component {
        let version = &host.manifest().version;
        all.push(format!(
            "another component: recorded with {} ({}), replayed with {version} ({component})",
            header.version, header.component
        ));
    }
    for (limit, value) in by_name(host.plugin().limits()) {
        match header.limits.get(&limit) {
            Some(before) if *before == value => {}
            Some(before) => all.push(format!("limit `{limit}`: {before} → {value}")),
            None => all.push(format!("limit `{limit}`: none → {value}")),
        }
    }
    all
}

/// Answers from a recording.
struct Answers {
    recorded: BTreeMap<String, Recorded>,
    unanswered: Mutex<Vec<String>>,
}

impl Answers {
    fn new(exchanges: &[Recorded]) -> Self {
        let denied = |one: &&Recorded| matches!(one.came_to, CameTo::Denied(_));
        Self {
            // What the present policy lets out was not asked then.
            recorded: (exchanges.iter().filter(|one| !denied(one)))
                .map(|one| (name(one), one.clone()))
                .collect(),
            unanswered: Mutex::default(),
        }
    }

    fn unanswered(&self) -> Vec<String> {
        self.list().clone()
    }

    fn list(&self) -> MutexGuard<'_, Vec<String>> {
        self.unanswered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Responder for Answers {
    fn answer(&self, asked: &runtime::Asked) -> Result<Answered, TransportError> {
        let name = named(
            asked.method.as_str(),
            &asked.url.to_string(),
            asked.occurrence,
        );
        if let Some(recorded) = self.recorded.get(&name) {
            return recorded.answer();
        }
        self.list().push(name);
        Err(TransportError::Broken {
            host: asked.url.host().unwrap_or_default().to_owned(),
            cause: "the recording has no answer to this request".to_owned(),
        })
    }
}
