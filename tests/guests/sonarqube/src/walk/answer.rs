//! What an answer brings, and what is asked because of it.

use super::task::{Analysed, Ask, Branch, Project, Task};
use crate::contract::sync::{ChangeFinding, ChangeScope, Entry, Finding, Request};
use crate::contract::types::Timestamp;
use crate::transport::{Fault, Transport, ask};
use crate::{instant, record, wire};

/// What one answer brought.
#[derive(Default)]
pub(super) struct Found {
    pub(super) records: Vec<Entry>,
    /// What follows from it, in order.
    pub(super) follow: Vec<Task>,
    /// What is missing, though the answer came.
    pub(super) flaw: Option<String>,
    /// The answer is not there yet: the same is asked again.
    pub(super) wait: Option<Wait>,
}

/// A pause, and why.
pub(super) struct Wait {
    pub(super) secs: u32,
    pub(super) why: String,
}

/// Carries out one task.
pub(super) fn read(
    task: &Task,
    request: &Request,
    change: Option<&ChangeScope>,
    transport: &mut dyn Transport,
) -> Result<Found, Fault> {
    let address = task.address();
    match &task.ask {
        Ask::Projects { organization, .. } => {
            let listing: wire::Components = ask(transport, &address)?;
            Ok(projects(task, organization, listing))
        }
        Ask::Links(project) => {
            let links: wire::Links = ask(transport, &address)?;
            Ok(links_of(project, &links, change))
        }
        Ask::Branches(project) => {
            let listing: wire::Branches = ask(transport, &address)?;
            Ok(branches(project, &listing, request.as_of))
        }
        Ask::Measures(branch) => {
            let measured: wire::Measured = ask(transport, &address)?;
            let at = branch.analysed_at.unwrap_or(request.as_of);
            let subject = format!("project:{}", branch.id());
            Ok(measures(&subject, &measured, at))
        }
        Ask::Issues { branch, .. } => {
            let page: wire::Issues = ask(transport, &address)?;
            Ok(issues(task, branch, &page, request.since))
        }
        Ask::Checks(project) => {
            let listing: wire::PullRequests = ask(transport, &address)?;
            Ok(checks(project, &listing, request.as_of))
        }
        Ask::Analysis(project) => {
            let listing: wire::PullRequests = ask(transport, &address)?;
            Ok(analysis(project, &listing, change))
        }
        Ask::Gate(one) => {
            let status: wire::GateStatus = ask(transport, &address)?;
            Ok(gate(one, &status.project_status))
        }
        Ask::NewCode(one) => {
            let measured: wire::Measured = ask(transport, &address)?;
            Ok(measures(&subject(one), &measured, one.at))
        }
        Ask::NewIssues(one) => {
            let page: wire::Issues = ask(transport, &address)?;
            Ok(new_issues(task, one, &page))
        }
    }
}

fn projects(task: &Task, organization: &str, listing: wire::Components) -> Found {
    let leads_on = listing.paging.leads_on();
    let empty = listing.components.is_empty();
    let mut follow: Vec<Task> = listing
        .components
        .into_iter()
        .map(|one| {
            Task::new(Ask::Links(Project {
                organization: organization.to_owned(),
                key: one.key,
                name: one.name,
                repository: None,
            }))
        })
        .collect();
    follow.extend((leads_on && !empty).then(|| task.next_page()));
    Found {
        follow,
        flaw: (leads_on && empty).then(|| "is empty, though more should follow".to_owned()),
        ..Found::default()
    }
}

/// A project is read whole where organizations are listed, and only if it is the repository's where a change is asked
/// about.
fn links_of(project: &Project, links: &wire::Links, change: Option<&ChangeScope>) -> Found {
    let mut sources = links.links.iter().filter(|link| link.kind == "scm");
    let repository = sources.find_map(|link| record::repository(&link.url));
    let project = Project {
        repository,
        ..project.clone()
    };
    let follow = match change {
        None => vec![
            Task::new(Ask::Branches(project.clone())),
            Task::new(Ask::Checks(project)),
        ],
        Some(scope) if project.repository.as_ref() == Some(&scope.change.repository) => {
            vec![Task::new(Ask::Analysis(project))]
        }
        Some(_) => Vec::new(),
    };
    Found {
        follow,
        ..Found::default()
    }
}

fn branches(project: &Project, listing: &wire::Branches, as_of: Timestamp) -> Found {
    let mut found = Found::default();
    for one in &listing.branches {
        let branch = Branch {
            project: project.clone(),
            name: one.name.clone(),
            analysed_at: one.analysis_date.as_deref().and_then(instant::parse),
        };
        found.records.push(Entry::Project(record::project(&branch)));
        let status = one.status.as_ref();
        let status = status.and_then(|status| status.quality_gate_status.as_deref());
        let subject = format!("project:{}", branch.id());
        let at = branch.analysed_at.unwrap_or(as_of);
        let passed = status.and_then(|word| record::gate_passed(&subject, word, at));
        found.records.extend(passed.map(Entry::Measurement));
        found.follow.extend([
            Task::new(Ask::Measures(branch.clone())),
            Task::new(Ask::Issues {
                branch,
                after: None,
            }),
        ]);
    }
    found
}

fn measures(subject: &str, measured: &wire::Measured, at: Timestamp) -> Found {
    let all = measured.component.measures.iter();
    let known = all.filter_map(|one| record::measurement(subject, one, at));
    Found {
        records: known.map(Entry::Measurement).collect(),
        ..Found::default()
    }
}

/// A query gives no more than its first 10,000 issues; the next one begins at the creation of the last of them.
fn issues(task: &Task, branch: &Branch, page: &wire::Issues, since: Option<Timestamp>) -> Found {
    let mut found = Found::default();
    for issue in &page.issues {
        match record::finding(issue, &branch.project.organization, &branch.id()) {
            Ok(one) if one.open || one.resolved_at.is_none() || one.resolved_at >= since => {
                let step = record::resolved(&one);
                found.records.push(Entry::Finding(one));
                found.records.extend(step.map(Entry::Remediation));
            }
            Ok(_) => {}
            Err(why) => found.flaw = Some(format!("has an issue that {why}: `{}`", issue.key)),
        }
    }
    let read = u64::from(page.paging.page_index) * u64::from(page.paging.page_size);
    let last = page.issues.last().map(|issue| &issue.creation_date);
    match (page.paging.leads_on(), last) {
        (false, _) => {}
        (true, None) => found.flaw = Some("is empty, though more should follow".to_owned()),
        (true, Some(_)) if read < RESULT_CAP => found.follow.push(task.next_page()),
        (true, Some(last)) => {
            let next = Ask::Issues {
                branch: branch.clone(),
                after: Some(last.clone()),
            };
            if next == task.ask {
                let why = "ends at the cap of 10,000 results, all created in one second";
                found.flaw = Some(why.to_owned());
            } else {
                found.follow.push(Task::new(next));
            }
        }
    }
    found
}

fn checks(project: &Project, listing: &wire::PullRequests, as_of: Timestamp) -> Found {
    let mut found = Found::default();
    for one in &listing.pull_requests {
        let Some(check) = record::check(one, project) else {
            continue;
        };
        let subject = format!("change:{}#{}", check.repository, check.change);
        let passed = record::gate_passed(&subject, &check.state, check.at.unwrap_or(as_of));
        found.records.push(Entry::ChangeCheck(check));
        found.records.extend(passed.map(Entry::Measurement));
    }
    found
}

fn analysis(
    project: &Project,
    listing: &wire::PullRequests,
    change: Option<&ChangeScope>,
) -> Found {
    let Some(change) = change.map(|scope| &scope.change) else {
        return Found::default();
    };
    let number = change.number.map(|number| number.to_string());
    let mut all = listing.pull_requests.iter();
    let own = all.find(|one| Some(&one.key) == number.as_ref());
    let is_head = |one: &&wire::PullRequest| {
        let commit = one.commit.as_ref();
        commit.is_some_and(|commit| commit.sha.eq_ignore_ascii_case(&change.head_sha))
    };
    let at = |one: &wire::PullRequest| one.analysis_date.as_deref().and_then(instant::parse);
    match own.filter(is_head).and_then(|one| Some((one, at(one)?))) {
        Some((one, at)) => {
            let analysed = Analysed {
                project: project.clone(),
                number: one.key.clone(),
                at,
            };
            let check = record::check(one, project);
            let status = check.iter().map(|check| check.state.clone()).next();
            let status = status.unwrap_or_default();
            let passed = record::gate_passed(&subject(&analysed), &status, at);
            Found {
                records: (check.map(Entry::ChangeCheck).into_iter())
                    .chain(passed.map(Entry::Measurement))
                    .collect(),
                follow: vec![
                    Task::new(Ask::Gate(analysed.clone())),
                    Task::new(Ask::NewCode(analysed.clone())),
                    Task::new(Ask::NewIssues(analysed)),
                ],
                ..Found::default()
            }
        }
        None => Found {
            wait: Some(Wait {
                secs: ANALYSIS_SECS,
                why: "the head of the change is not analysed yet".to_owned(),
            }),
            ..Found::default()
        },
    }
}

fn gate(one: &Analysed, gate: &wire::Gate) -> Found {
    let failed = gate.conditions.iter().filter(|of| of.status == "ERROR");
    let findings =
        failed.map(|of| record::failed_condition(of, &one.project, &subject(one), one.at));
    Found {
        records: findings
            .map(|finding| tied(one, "quality-gate", finding))
            .collect(),
        ..Found::default()
    }
}

fn new_issues(task: &Task, one: &Analysed, page: &wire::Issues) -> Found {
    let mut found = Found::default();
    for issue in &page.issues {
        match record::finding(issue, &one.project.organization, "") {
            Ok(finding) => found.records.push(tied(one, "new-issues", finding)),
            Err(why) => found.flaw = Some(format!("has an issue that {why}: `{}`", issue.key)),
        }
    }
    if page.paging.leads_on() {
        found.follow.push(task.next_page());
    }
    found
}

/// A finding that the upstream tied to the change. It tells only what is new, so that the base has none of it.
fn tied(one: &Analysed, route: &str, mut finding: Finding) -> Entry {
    finding.extra.push(("base".to_owned(), "absent".to_owned()));
    Entry::ChangeFinding(ChangeFinding {
        change: one.number.clone(),
        route: route.to_owned(),
        finding,
    })
}

/// What measurements of the change are about.
fn subject(one: &Analysed) -> String {
    let repository = one.project.repository.as_deref().unwrap_or_default();
    format!("change:{repository}#{}", one.number)
}

/// Most results of one query.
const RESULT_CAP: u64 = 10_000;

/// How long to wait for an analysis that is not there, in seconds. Choice: half a minute; analyses take minutes.
const ANALYSIS_SECS: u32 = 30;
