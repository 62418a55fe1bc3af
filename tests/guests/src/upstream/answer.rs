//! The mock's answers, one function an endpoint.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::world::{Issue, Project, PullRequest, World};

/// The answer to a GET; none where there is nothing.
pub(super) fn answer(world: &World, path: &str, query: &str) -> Option<Value> {
    let query = Query::read(query);
    let project = |name: &str| world.project(query.text(name));
    match path {
        "/api/authentication/validate" => Some(json!({ "valid": true })),
        "/api/users/current" => {
            Some(json!({ "isLoggedIn": true, "login": "ci", "name": "CI of Acme" }))
        }
        "/api/organizations/search" => {
            let own = json!({ "key": world.organization, "name": "Acme" });
            Some(json!({ "paging": paging(1, 100, 1), "organizations": [own] }))
        }
        "/api/components/search" => Some(components(world, &query)),
        "/api/project_links/search" => Some(links(project("projectKey")?)),
        "/api/project_branches/list" => {
            project("project")?;
            let main = json!({
                "name": "main", "isMain": true, "analysisDate": ANALYSED,
                "status": { "qualityGateStatus": "OK" },
            });
            Some(json!({ "branches": [main] }))
        }
        "/api/project_pull_requests/list" => {
            let all = project("project")?.pull_requests.iter().map(pull_request);
            Some(json!({ "pullRequests": all.collect::<Vec<_>>() }))
        }
        "/api/measures/component" => measures(project("component")?, &query),
        "/api/issues/search" => issues(project("componentKeys")?, &query),
        "/api/qualitygates/project_status" => {
            let one = query.pull_request(project("projectKey")?)?;
            Some(json!({ "projectStatus": gate(one) }))
        }
        _ => None,
    }
}

fn components(world: &World, query: &Query) -> Value {
    let like = query.text("q");
    let fitting = world.projects.iter().filter(|one| one.key.contains(like));
    let fitting: Vec<_> = fitting
        .map(|one| json!({ "key": one.key, "name": one.key, "qualifier": "TRK" }))
        .collect();
    let size = query.number("ps").min(world.page_size);
    let page = query.number("p");
    let total = fitting.len();
    let shown: Vec<_> = (fitting.into_iter())
        .skip(size * (page - 1))
        .take(size)
        .collect();
    json!({ "paging": paging(page, size, total), "components": shown })
}

fn links(project: &Project) -> Value {
    let url = project.repository.iter();
    let links = url.map(|url| json!({ "id": "1", "type": "scm", "url": url }));
    json!({ "links": links.collect::<Vec<_>>() })
}

fn pull_request(one: &PullRequest) -> Value {
    json!({
        "key": one.number.to_string(),
        "branch": "feature",
        "base": "main",
        "status": { "qualityGateStatus": word(one.passes()) },
        "analysisDate": ANALYSED,
        "commit": { "sha": one.sha },
    })
}

fn gate(one: &PullRequest) -> Value {
    let conditions = one.conditions.iter().map(|condition| {
        json!({
            "status": word(condition.holds()),
            "metricKey": condition.metric,
            "comparator": "LT",
            "errorThreshold": condition.threshold.to_string(),
            "actualValue": condition.actual.to_string(),
        })
    });
    json!({ "status": word(one.passes()), "conditions": conditions.collect::<Vec<_>>() })
}

fn measures(project: &Project, query: &Query) -> Option<Value> {
    let measure = if query.text("pullRequest").is_empty() {
        json!({ "metric": "coverage", "value": project.coverage.to_string() })
    } else {
        let value = query.pull_request(project)?.coverage.to_string();
        json!({ "metric": "new_coverage", "period": { "index": 1, "value": value } })
    };
    Some(json!({ "component": { "key": project.key, "measures": [measure] } }))
}

fn issues(project: &Project, query: &Query) -> Option<Value> {
    let all = if query.text("pullRequest").is_empty() {
        &project.issues
    } else {
        &query.pull_request(project)?.issues
    };
    let shown: Vec<_> = all.iter().map(|one| issue(project, one)).collect();
    let paging = paging(query.number("p"), query.number("ps"), shown.len());
    Some(json!({ "paging": paging, "issues": shown }))
}

fn issue(project: &Project, one: &Issue) -> Value {
    json!({
        "key": one.key,
        "rule": one.rule,
        "severity": one.severity,
        "component": format!("{}:src/lib.rs", project.key),
        "project": project.key,
        "line": 42,
        "hash": one.key,
        "status": if one.closed { "CLOSED" } else { "OPEN" },
        "resolution": one.closed.then_some("FIXED"),
        "message": format!("Invented weakness of {}", one.rule),
        "type": "CODE_SMELL",
        "creationDate": "2026-01-10T08:00:00+0000",
        "updateDate": "2026-01-11T08:00:00+0000",
        "closeDate": one.closed.then_some("2026-01-11T08:00:00+0000"),
    })
}

fn paging(index: usize, size: usize, total: usize) -> Value {
    json!({ "pageIndex": index, "pageSize": size, "total": total })
}

fn word(passes: bool) -> &'static str {
    if passes { "OK" } else { "ERROR" }
}

/// A query whose values are not encoded, as all that is invented here.
struct Query<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Query<'a> {
    fn read(text: &'a str) -> Self {
        Self(
            text.split('&')
                .filter_map(|pair| pair.split_once('='))
                .collect(),
        )
    }

    /// Empty if it is not there.
    fn text(&self, name: &str) -> &'a str {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// 1 if it is not there.
    fn number(&self, name: &str) -> usize {
        self.text(name).parse().unwrap_or(1)
    }

    fn pull_request(&self, project: &'a Project) -> Option<&'a PullRequest> {
        let number = self.text("pullRequest").parse::<u32>().ok()?;
        let mut all = project.pull_requests.iter();
        all.find(|one| one.number == number)
    }
}

/// When everything was analysed.
const ANALYSED: &str = "2026-01-15T10:30:00+0000";
