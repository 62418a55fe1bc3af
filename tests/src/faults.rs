//! What goes wrong upstream, and what a sync makes of it: one case a fault that public clients were measured on.

use std::fmt;
use std::time::Duration;

use koalr_host::jobs::{ConnectOptions, Outcome, SyncOptions, connect, sync};
use koalr_host::{Host, HostSettings};
use koalr_runtime::Secret;
use koalr_store::{DataDir, TenantId};
use koalr_upstream::{Fault, Generated, Hint, Occurrence, Upstream, World};

use crate::component;

/// A fault, and how a sync must end that meets it.
pub struct Case {
    /// What it is called in the table.
    pub name: &'static str,
    /// What spoils the answers.
    pub trouble: Trouble,
    /// Whether every answer is spoiled: some loops only close that way.
    pub always: bool,
    /// How the sync must end.
    pub must: Must,
}

/// What spoils the answers.
pub enum Trouble {
    /// Answers to some requests.
    Faults(Vec<Fault>),
    /// More than so many requests a second are refused.
    Limit(u32),
    /// The token is not accepted.
    Token,
}

/// How a sync must end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Must {
    /// With every issue, and say so.
    Absorb,
    /// With what could be read, and say what is missing.
    Report,
    /// Without a connection.
    Refuse,
}

/// The set of data that every case is run on.
#[derive(Debug, Clone, Copy)]
pub struct Set {
    /// Organizations.
    pub organizations: u32,
    /// Projects in all.
    pub projects: u32,
    /// Issues in all.
    pub issues: u32,
    /// Time to each answer.
    pub latency: Duration,
    /// Whether only requests for the issues of the first organization are hit: these come one after the other, whereas
    /// those of several organizations overtake each other.
    pub in_order: bool,
    /// Which of the requests are hit.
    pub occurrence: Occurrence,
}

/// What became of a case.
pub struct Met {
    /// Outcome of the sync; none if there was no connection.
    pub outcome: Option<Outcome>,
    /// Issues stored.
    pub issues: u64,
    /// Requests sent, those of connecting included.
    pub requests: usize,
    /// Requests sent while a 429 forbade it.
    pub early: usize,
    /// What is said to a person where something is missing.
    pub words: String,
}

/// Every case, in the order of the table.
#[must_use]
pub fn cases() -> Vec<Case> {
    let faults = |name, must, faults: &[Fault]| Case {
        name,
        trouble: Trouble::Faults(faults.to_vec()),
        always: false,
        must,
    };
    let limited = |name, hint| faults(name, Must::Absorb, &[Fault::Limited(hint)]);
    let status = |name, status| faults(name, Must::Absorb, &[Fault::Status(status, None)]);
    let absorb = |name, fault| faults(name, Must::Absorb, &[fault]);
    let report = |name, fault| faults(name, Must::Report, &[fault]);
    vec![
        limited("429, Retry-After in seconds", Hint::Seconds(2)),
        limited("429, no Retry-After", Hint::None),
        limited("429, Retry-After as a date", Hint::Date(2)),
        limited("429, X-RateLimit-Reset alone", Hint::Reset(2)),
        limited("429, structured limit list", Hint::List(2)),
        Case {
            name: "40 requests a second, then refused",
            trouble: Trouble::Limit(40),
            always: false,
            must: Must::Absorb,
        },
        status("503", 503),
        status("502", 502),
        status("500", 500),
        absorb("truncated JSON, right length", Fault::Truncated),
        absorb("connection cut in the body", Fault::CutConnection),
        absorb("connection closed unanswered", Fault::ClosedConnection),
        absorb("200 with a web page", Fault::Html),
        absorb("200 without a body", Fault::EmptyBody),
        Case {
            name: "invalid token",
            trouble: Trouble::Token,
            always: true,
            must: Must::Refuse,
        },
        report("links.next to another host", Fault::OffHostNext),
        report("links.next repeats itself", Fault::RepeatingCursor),
        Case {
            always: true,
            ..report("links.next goes in a circle", Fault::CyclingCursor)
        },
        report("links.next without a cursor", Fault::NextWithoutCursor),
        absorb("links.next without /rest", Fault::NextWithoutRest),
        absorb("links.next with /rest", Fault::NextWithRest),
        absorb("links.next absolute", Fault::AbsoluteNext),
        absorb("links.next as an object", Fault::ObjectNext),
        absorb("an empty page in the middle", Fault::EmptyPageInMiddle),
        faults(
            "severities absent or null; unknown types, fields",
            Must::Absorb,
            &[
                Fault::AbsentSeverities,
                Fault::NullSeverities,
                Fault::UnknownType,
                Fault::UnknownFields,
            ],
        ),
        report("a record without an id", Fault::RecordWithoutId),
        absorb("deprecation headers", Fault::Deprecated),
    ]
}

/// Connects to a fresh upstream, and syncs everything through the real component while the trouble is on.
pub async fn meet(case: &Case, set: Set) -> Met {
    let mut world = World::generated(Generated {
        organizations: set.organizations,
        projects: set.projects,
        issues: set.issues,
        seed: 7,
        now: NOW,
    })
    .with_latency(set.latency);
    match case.trouble {
        Trouble::Limit(per_second) => world = world.with_limit(per_second, 1_620),
        Trouble::Token => world = world.token("another"),
        Trouble::Faults(_) => {}
    }
    let upstream = Upstream::start(world).await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let data = DataDir::open(directory.path().join("data")).unwrap();
    let mut tenant = data.tenant(&TenantId::parse("t").unwrap(), true).unwrap();
    let host = Host::open(HostSettings {
        artifact_dir: Some(component::folder().join("artifacts")),
        ..HostSettings::default()
    })
    .await
    .unwrap();
    let options = ConnectOptions {
        upstream: Some(upstream.base_url().to_owned()),
        allow_loopback: true,
        secret: Secret::parse("00000000-0000-4000-8000-000000000000").unwrap(),
        organizations: Vec::new(),
        roots: None,
        downloads: Vec::new(),
    };
    let connected = match connect(&host, &mut tenant, options, NOW).await {
        Ok(connected) => connected,
        Err(error) => return met(&upstream, None, 0, error.to_string()),
    };
    if let Trouble::Faults(faults) = &case.trouble {
        let occurrence = if case.always {
            Occurrence::Every
        } else {
            set.occurrence
        };
        let organizations = &connected.connection.organizations;
        let prefix = if set.in_order {
            format!("/rest/orgs/{}/issues", organizations.first().unwrap().id)
        } else {
            "/rest/orgs/".to_owned()
        };
        for fault in faults {
            upstream.fault(&prefix, occurrence, fault.clone());
        }
    }
    let options = SyncOptions {
        window_days: None,
        full: false,
    };
    match sync(&host, &mut tenant, options, NOW, |_| {}).await {
        Ok(report) => {
            let missing = report.coverage.iter().find(|row| !row.detail.is_empty());
            let words = missing.map(|row| row.detail.clone()).unwrap_or_default();
            met(&upstream, Some(report.outcome), report.issues, words)
        }
        Err(error) => met(&upstream, Some(Outcome::Error), 0, error.to_string()),
    }
}

fn met(upstream: &Upstream, outcome: Option<Outcome>, issues: u64, words: String) -> Met {
    Met {
        outcome,
        issues,
        requests: upstream.requests().len(),
        early: upstream.early_requests(),
        words,
    }
}

impl Met {
    /// Why this is not how the case must end; none if it is.
    #[must_use]
    pub fn complaint(&self, must: Must, set: Set) -> Option<String> {
        let whole = self.issues == u64::from(set.issues);
        let fits = match must {
            Must::Absorb => self.outcome == Some(Outcome::Ok) && whole,
            Must::Report => self.outcome == Some(Outcome::Partial) && !self.words.is_empty(),
            Must::Refuse => self.outcome.is_none() && self.requests == 1,
        };
        (!fits || self.early > 0).then(|| format!("{must:?} was to be expected: {self}"))
    }
}

impl fmt::Display for Met {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.outcome {
            None => write!(formatter, "no connection")?,
            Some(Outcome::Ok) => write!(formatter, "ok, {} issues", self.issues)?,
            Some(Outcome::Partial) => write!(formatter, "partial, {} issues", self.issues)?,
            Some(Outcome::Error) => write!(formatter, "error")?,
        }
        write!(
            formatter,
            ", {} requests, {} early",
            self.requests, self.early
        )?;
        if !self.words.is_empty() {
            write!(formatter, ": {}", self.words)?;
        }
        Ok(())
    }
}

/// When the generated data was true.
const NOW: i64 = 1_790_000_000_000;
