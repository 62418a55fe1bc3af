//! Exports: asked for, waited for, and downloaded from another host.

mod body;
mod checks;
mod columns;
mod csv;
mod host;
mod issues;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::asked::Asked;
use crate::clock;
use crate::data::{Organization, Timestamp};
use crate::fault::Fault;
use crate::feed::Feed;
use crate::id;
use crate::render::put;
use crate::rest;
use body::Order;
pub use host::Download;
pub(crate) use host::Sent;
use host::Ticket;

/// All exports, and how they go.
#[derive(Debug)]
pub(crate) struct Exports {
    /// Requests for the state of an export that find it unfinished.
    pub(crate) polls: u32,
    /// Most rows in a file.
    pub(crate) rows_per_file: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    jobs: Vec<Job>,
    /// When exports were created.
    created: Vec<Instant>,
    tickets: Vec<Ticket>,
    downloads: Vec<Download>,
}

#[derive(Debug)]
struct Job {
    id: String,
    organization: String,
    order: Order,
    created_at: Timestamp,
    polls: u32,
    failed: bool,
    row_count: usize,
    /// The rows as they were when the export was created; none where rows never change and are made when needed.
    rows: Option<Vec<String>>,
}

/// Who asks for exports, and when.
pub(crate) struct Call<'a> {
    pub(crate) asked: &'a Asked,
    pub(crate) hits: &'a [Fault],
    pub(crate) now: Timestamp,
    /// Address of the host of files, without a slash at the end.
    pub(crate) files: &'a str,
}

impl Default for Exports {
    fn default() -> Self {
        Self {
            polls: 1,
            rows_per_file: 10_000,
            state: Mutex::default(),
        }
    }
}

impl Exports {
    /// Answers a request that creates an export, or none if the path is another's.
    pub(crate) fn create(
        &self,
        feed: &dyn Feed,
        call: &Call<'_>,
        body: &[u8],
    ) -> Option<Result<Answer, Answer>> {
        match call.asked.segments().as_slice() {
            ["rest", "orgs", id, "export"] => Some(self.begin(feed, call, id, body)),
            _ => None,
        }
    }

    /// Answers a GET about an export, or none if the path is another's.
    pub(crate) fn read(&self, call: &Call<'_>) -> Option<Result<Answer, Answer>> {
        match call.asked.segments().as_slice() {
            ["rest", "orgs", organization, "jobs", "export", id] => {
                Some(self.job(call, organization, id))
            }
            ["rest", "orgs", organization, "export", id] => {
                Some(self.result(call, organization, id))
            }
            _ => None,
        }
    }

    fn begin(
        &self,
        feed: &dyn Feed,
        call: &Call<'_>,
        organization: &str,
        body: &[u8],
    ) -> Result<Answer, Answer> {
        call.asked
            .check(&["include_deleted", "include_deactivated"])?;
        let at = rest::place(feed, organization)?;
        if call.hits.contains(&Fault::ExportRefused) {
            return Err(Answer::error(403, "Forbidden"));
        }
        let order = Order::parse(body)?;
        let mut state = self.state();
        let now = Instant::now();
        state.created.retain(|at| now.duration_since(*at) < HOUR);
        if state.created.len() >= CREATES_PER_HOUR {
            let oldest = state.created.first().map_or(HOUR, |at| now - *at);
            let wait = HOUR.saturating_sub(oldest).as_secs() + 1;
            let refusal = Answer::error(429, "Too many exports; 20 may be created in an hour");
            return Err(refusal.header("retry-after", wait.to_string()));
        }
        state.created.push(now);
        let id = id::uuid(&format!("export {organization} {}", state.jobs.len()));
        let rows = rows(feed, at, &order);
        let (row_count, rows) = if feed.is_fixed() {
            (rows.count(), None)
        } else {
            let rows: Vec<String> = rows.collect();
            (rows.len(), Some(rows))
        };
        let link = format!("/orgs/{organization}/export/jobs/{id}");
        let data = json!({
            "id": id,
            "type": "resource",
            "attributes": {"created": clock::rfc3339(call.now)},
            "links": {"self": link},
        });
        state.jobs.push(Job {
            id,
            organization: organization.to_owned(),
            order,
            created_at: call.now,
            polls: 0,
            failed: false,
            row_count,
            rows,
        });
        let document = json!({"jsonapi": {"version": "1.0"}, "data": data});
        let answer = Answer::document(202, &document).served(VERSION);
        Ok(answer.header("retry-after", "1"))
    }

    fn job(&self, call: &Call<'_>, organization: &str, id: &str) -> Result<Answer, Answer> {
        call.asked.check(&[])?;
        let mut state = self.state();
        let job = state.job(organization, id)?;
        job.polls += 1;
        job.failed |= call.hits.contains(&Fault::ExportErrored);
        let attributes = json!({
            "status": job.status(self.polls + 1),
            "created": clock::rfc3339(job.created_at),
            "formats": ["csv"],
        });
        Ok(document(organization, id, &attributes))
    }

    fn result(&self, call: &Call<'_>, organization: &str, id: &str) -> Result<Answer, Answer> {
        call.asked.check(&[])?;
        let mut state = self.state();
        let issued = state.tickets.len();
        let job = state.job(organization, id)?;
        let status = match job.status(self.polls) {
            "STARTED" => "PENDING",
            other => other,
        };
        let mut attributes = json!({
            "status": status,
            "row_count": 0,
            "created": clock::rfc3339(job.created_at),
            "formats": ["csv"],
        });
        if status == "FINISHED" {
            let mut tickets = Vec::new();
            for first in (0..job.row_count).step_by(self.rows_per_file.max(1)) {
                let number = issued + tickets.len();
                tickets.push(Ticket {
                    path: format!("/exports/{id}/{}.csv", tickets.len() + 1),
                    signature: id::uuid(&format!("signature {id} {number}")),
                    job: id.to_owned(),
                    rows: first..(first + self.rows_per_file).min(job.row_count),
                    until: Instant::now() + job.order.url_lives,
                    used: false,
                    faults: call.hits.to_vec(),
                });
            }
            let urls = tickets.iter().map(|ticket| {
                let url = format!(
                    "{}{}?signature={}",
                    call.files, ticket.path, ticket.signature
                );
                json!({"url": url})
            });
            put(&mut attributes, "row_count", json!(job.row_count));
            put(&mut attributes, "results", urls.collect::<Value>());
            put(&mut attributes, "finished", json!(clock::rfc3339(call.now)));
            state.tickets.append(&mut tickets);
        }
        Ok(document(organization, id, &attributes))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn job(&mut self, organization: &str, id: &str) -> Result<&mut Job, Answer> {
        let mut jobs = self.jobs.iter_mut();
        jobs.find(|job| job.id == id && job.organization == organization)
            .ok_or_else(|| Answer::not_found("Export"))
    }
}

impl Job {
    /// Its state when it is finished with so many polls.
    fn status(&self, polls: u32) -> &'static str {
        if self.failed {
            "ERRORED"
        } else if self.polls >= polls {
            "FINISHED"
        } else if self.polls <= 1 {
            "PENDING"
        } else {
            "STARTED"
        }
    }
}

/// The rows that are asked for, without the line of names.
fn rows<'a>(
    feed: &'a dyn Feed,
    at: usize,
    order: &'a Order,
) -> Box<dyn Iterator<Item = String> + 'a> {
    let Some(organization) = feed.organizations().get(at) else {
        return Box::new(std::iter::empty());
    };
    if order.set == columns::Set::Issues {
        issues::rows(feed, at, organization, order)
    } else {
        checks::rows(organization, order)
    }
}

fn document(organization: &str, id: &str, attributes: &Value) -> Answer {
    let document = json!({
        "jsonapi": {"version": "1.0"},
        "data": {"id": id, "type": "resource", "attributes": attributes},
        "links": {"self": format!("/orgs/{organization}/export/{id}")},
    });
    Answer::document(200, &document).served(VERSION)
}

/// The columns that every data set says about the organization; none for any other column.
fn of_organization(organization: &Organization, column: &str) -> Option<String> {
    Some(match column {
        "ORG_PUBLIC_ID" => organization.id.clone(),
        "ORG_SLUG" => organization.slug.clone(),
        "ORG_DISPLAY_NAME" => organization.name.clone(),
        "GROUP_PUBLIC_ID" => organization.group_id.clone().unwrap_or_default(),
        _ => return None,
    })
}

/// Exports that may be created in an hour.
const CREATES_PER_HOUR: usize = 20;
const HOUR: Duration = Duration::from_hours(1);
/// The version of the export's paths.
const VERSION: &str = "2024-10-15";
