//! Third verb: a queue of requests, worked through as far as the budget goes.
//!
//! An answer brings records and, in front of the queue, what follows from it. So an organization is read from its projects
//! down to the issues of each branch, and its listings end when nothing of it is left in the queue.

mod answer;
mod state;
pub(crate) mod task;

use crate::contract::sync::{
    Batch, ChangeScope, Diagnostic, Entry, Error, Progress, Request, Scope,
};
use crate::contract::types::{Coverage, CoverageState};
use crate::record::PROJECT_KEY;
use crate::transport::{Fault, Transport};
use answer::{Found, Wait};
use state::{Flaw, FlawKind, State};
use task::{Ask, CHANGE_ROUTES, Project, ROUTES, Task};

/// Pulls the next batch.
///
/// # Errors
///
/// The cursor is stale, the token is no longer accepted, or the scope is not known.
pub fn sync(request: &Request, transport: &mut dyn Transport) -> Result<Batch, Error> {
    match &request.scope {
        Scope::Organizations(organizations) => {
            let begin = || organizations.iter().map(|id| listing(id, None)).collect();
            let state = State::open(
                request.cursor.as_ref(),
                format!("organizations {}", organizations.join(" ")),
                begin,
            )?;
            Call::new(request, None, state).run(transport)
        }
        Scope::Change(scope) => {
            let change = &scope.change;
            let state = State::open(
                request.cursor.as_ref(),
                format!("change {} {}", change.id, change.head_sha),
                || of_change(scope),
            )?;
            Call::new(request, Some(scope), state).run(transport)
        }
        // The listing tells everything there is.
        Scope::Enrichment(scope) => Ok(nothing("enrichment", &scope.organizations)),
        // Issues are told only by branch, so that an id alone finds none of another branch than the main one.
        Scope::Findings(scope) => Ok(nothing(
            "findings",
            std::slice::from_ref(&scope.organization),
        )),
        Scope::Other((kind, _)) => Err(Error::InvalidRequest(format!(
            "the scope `{kind}` is not known; use one of the contract"
        ))),
    }
}

fn listing(organization: &str, like: Option<&str>) -> Task {
    Task::new(Ask::Projects {
        organization: organization.to_owned(),
        like: like.map(str::to_owned),
    })
}

/// The projects of a change's repository: those that an earlier walk met, otherwise those with its name.
fn of_change(scope: &ChangeScope) -> Vec<Task> {
    let change = &scope.change;
    let mut known: Vec<Task> = Vec::new();
    for check in &scope.checks {
        let keys = check.extra.iter().filter(|(key, _)| key == PROJECT_KEY);
        for (_, key) in keys {
            let task = Task::new(Ask::Analysis(Project {
                organization: check.organization.clone(),
                key: key.clone(),
                name: key.clone(),
                repository: Some(change.repository.clone()),
            }));
            if !known.contains(&task) {
                known.push(task);
            }
        }
    }
    if !known.is_empty() {
        return known;
    }
    let (_, name) = (change.repository.rsplit_once('/')).unwrap_or(("", &change.repository));
    let organizations = scope.organizations.iter();
    organizations.map(|id| listing(id, Some(name))).collect()
}

/// A batch of a scope in which there is nothing to ask.
fn nothing(route: &str, organizations: &[String]) -> Batch {
    let row = |subject: &String| Coverage {
        route: route.to_owned(),
        subject: subject.clone(),
        state: CoverageState::Unsupported,
        as_of: None,
        detail: "SonarQube tells nothing beside its listings".to_owned(),
    };
    Batch {
        records: Vec::new(),
        cursor: None,
        done: true,
        progress: Progress {
            done: 0,
            total: Some(0),
        },
        requests: 0,
        resume_after_secs: None,
        coverage: organizations.iter().map(row).collect(),
        diagnostics: Vec::new(),
        extra: Vec::new(),
    }
}

/// One call under way.
struct Call<'a> {
    request: &'a Request,
    /// The change that is asked about; none while organizations are listed.
    change: Option<&'a ChangeScope>,
    state: State,
    records: Vec<Entry>,
    diagnostics: Vec<Diagnostic>,
    requests: u32,
    wait: Option<Wait>,
    /// What was asked for last.
    stage: Option<String>,
}

impl<'a> Call<'a> {
    fn new(request: &'a Request, change: Option<&'a ChangeScope>, state: State) -> Self {
        Self {
            request,
            change,
            state,
            records: Vec::new(),
            diagnostics: Vec::new(),
            requests: 0,
            wait: None,
            stage: None,
        }
    }

    fn run(mut self, transport: &mut dyn Transport) -> Result<Batch, Error> {
        while self.wait.is_none()
            && self.requests < self.request.request_budget
            && let Some(task) = self.state.queue.pop_front()
        {
            self.requests += 1;
            self.stage = Some(task.about());
            match answer::read(&task, self.request, self.change, transport) {
                Ok(found) => self.take(&task, found),
                Err(fault) => self.fail(task, fault)?,
            }
        }
        let done = self.state.queue.is_empty();
        if let (true, Some(scope)) = (done, self.change) {
            self.conclude(scope);
        }
        let waiting = self.wait.as_ref();
        let mut coverage = self.state.coverage();
        coverage.extend(self.awaited());
        Ok(Batch {
            cursor: (!done).then(|| self.state.cursor()).transpose()?,
            done,
            progress: Progress {
                done: self.state.pages,
                total: Some(self.state.pages.saturating_add(left(&self.state))),
            },
            requests: self.requests,
            resume_after_secs: waiting.map(|wait| wait.secs),
            coverage,
            records: self.records,
            diagnostics: self.diagnostics,
            extra: (self.stage.into_iter())
                .map(|stage| ("stage".to_owned(), stage))
                .collect(),
        })
    }

    fn take(&mut self, task: &Task, found: Found) {
        let subject = self.subject(task);
        let routes = task.routes(self.change.is_some());
        if found.wait.is_some() {
            self.wait = found.wait;
            self.state.queue.push_front(task.clone());
            return;
        }
        let records = u32::try_from(found.records.len()).unwrap_or(u32::MAX);
        self.state.count(routes, &subject, records);
        self.records.extend(found.records);
        for task in found.follow.into_iter().rev() {
            self.state.queue.push_front(task);
        }
        if let Some(why) = found.flaw {
            self.spoil(task, FlawKind::Partial, &why);
        }
        self.end_of(task);
    }

    /// A page that may come later is asked for again; one that does not come leaves its listing partial.
    fn fail(&mut self, mut task: Task, fault: Fault) -> Result<(), Error> {
        match fault {
            Fault::Unauthorized => return Err(Error::BadCredential),
            Fault::Limited(secs) => {
                self.wait = Some(Wait {
                    secs,
                    why: "the upstream asks to wait before it answers".to_owned(),
                });
                self.state.queue.push_front(task);
            }
            Fault::Passing(_) if task.failed + 1 < MOST_TRIES => {
                task.failed += 1;
                self.state.queue.push_front(task);
            }
            Fault::Refused if matches!(task.ask, Ask::Projects { .. }) => {
                self.spoil(&task, FlawKind::Refused, &fault.to_string());
                self.end_of(&task);
            }
            fault => {
                self.spoil(&task, FlawKind::Partial, &fault.to_string());
                self.end_of(&task);
            }
        }
        Ok(())
    }

    fn spoil(&mut self, task: &Task, kind: FlawKind, why: &str) {
        let about = task.about();
        let flaw = Flaw {
            kind,
            detail: format!("{about} {why}"),
        };
        let subject = self.subject(task);
        let routes = task.routes(self.change.is_some());
        self.state.spoil(routes, &subject, &flaw);
        self.diagnostics.push(Diagnostic {
            code: "page-failed".to_owned(),
            subject: about,
            message: flaw.detail,
        });
    }

    /// An organization ends when nothing of it is left to ask.
    fn end_of(&mut self, task: &Task) {
        let organization = task.organization();
        let mut queue = self.state.queue.iter();
        if self.change.is_none() && !queue.any(|left| left.organization() == organization) {
            self.state.end(&ROUTES, organization, self.request.as_of);
            self.records.extend(self.state.ends(organization));
        }
    }

    /// What a walk over a change came to.
    fn conclude(&mut self, scope: &ChangeScope) {
        let (change, as_of) = (&scope.change, self.request.as_of);
        if !self.state.was_analysed() {
            let flaw = Flaw {
                kind: FlawKind::Unsupported,
                detail: "no project that the token sees has a link to the repository".to_owned(),
            };
            self.state.spoil(&CHANGE_ROUTES, &change.id, &flaw);
        }
        self.state.end(&CHANGE_ROUTES, &change.id, as_of);
    }

    /// Rows of a change that is waited for.
    fn awaited(&self) -> Vec<Coverage> {
        let (Some(scope), Some(wait)) = (self.change, &self.wait) else {
            return Vec::new();
        };
        let row = |route: &&str| Coverage {
            route: (*route).to_owned(),
            subject: scope.change.id.clone(),
            state: CoverageState::Awaited,
            as_of: None,
            detail: wait.why.clone(),
        };
        let known = self.state.coverage();
        let is_open = |route: &&&str| known.iter().all(|row| row.route != **route);
        CHANGE_ROUTES.iter().filter(is_open).map(row).collect()
    }

    /// What a task's routes are about.
    fn subject(&self, task: &Task) -> String {
        let organization = || task.organization().to_owned();
        self.change
            .map_or_else(organization, |scope| scope.change.id.clone())
    }
}

fn left(state: &State) -> u32 {
    u32::try_from(state.queue.len()).unwrap_or(u32::MAX)
}

/// How often a page is asked for before its listing goes on without it. Choice: three.
const MOST_TRIES: u32 = 3;

#[cfg(test)]
mod tests;
