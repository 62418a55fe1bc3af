//! The REST routes over typed organizations.

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::answer::Answer;
use crate::asked::{Asked, encode};
use crate::data::{Issue, Organization, Project, Severity, Target, Timestamp, Vulnerability};
use crate::page::Paging;
use crate::purl::Purl;
use crate::render;

/// Answers a request. Issues must be in listing order.
pub(crate) fn answer(organizations: &[Organization], asked: &Asked) -> Answer {
    route(organizations, asked).unwrap_or_else(|refusal| refusal)
}

fn route(organizations: &[Organization], asked: &Asked) -> Result<Answer, Answer> {
    let segments = asked.segments();
    let of = |id: &str| {
        let mut found = organizations.iter().filter(|item| item.id == id);
        found
            .next()
            .ok_or_else(|| Answer::not_found("Organization"))
    };
    match segments.as_slice() {
        ["rest", "self"] => {
            asked.check(&[])?;
            let default = organizations.first().map(|item| item.id.as_str());
            Ok(single(&render::account(default)).served("2024-04-22"))
        }
        ["rest", "orgs"] => list_organizations(organizations, asked),
        ["rest", "orgs", id] => {
            asked.check(&[])?;
            Ok(single(&render::organization(of(id)?)).served("2023-05-29"))
        }
        ["rest", "orgs", id, "projects"] => projects(of(id)?, asked),
        ["rest", "orgs", id, "projects", project] => {
            asked.check(&["expand"])?;
            let organization = of(id)?;
            let mut found = organization.projects.iter();
            let project = found
                .find(|item| item.id == *project)
                .ok_or_else(|| Answer::not_found("Project"))?;
            let expand = asked.text("expand") == Some("target");
            Ok(single(&render::project(id, project, expand, None)).served("2024-05-31"))
        }
        ["rest", "orgs", id, "targets"] => targets(of(id)?, asked),
        ["rest", "orgs", id, "issues"] => issues(of(id)?, asked),
        ["rest", "orgs", id, "issues", issue] => {
            asked.check(&[])?;
            let mut found = of(id)?.issues.iter();
            let issue = found
                .find(|item| item.id == *issue)
                .ok_or_else(|| Answer::not_found("Issue"))?;
            Ok(single(&render::issue::feed(id, issue)).served("2024-01-23"))
        }
        ["rest", "orgs", id, "packages", purl, "issues"] => package(of(id)?, purl, asked),
        _ => Err(Answer::not_found("Path")),
    }
}

fn list_organizations(organizations: &[Organization], asked: &Asked) -> Result<Answer, Answer> {
    asked.check(&["limit", "starting_after", "group_id", "slug", "name"])?;
    let is = |name: &str, value: &str| asked.text(name).is_none_or(|wanted| wanted == value);
    let listed: Vec<&Organization> = organizations
        .iter()
        .filter(|item| is("slug", &item.slug) && is("name", &item.name))
        .filter(|item| is("group_id", item.group_id.as_deref().unwrap_or_default()))
        .collect();
    let page = WITH_REST.page(asked, &listed, |item| render::organization(item))?;
    Ok(page.served("2024-02-28"))
}

fn projects(organization: &Organization, asked: &Asked) -> Result<Answer, Answer> {
    asked.check(&[
        "limit",
        "starting_after",
        "expand",
        "meta.latest_issue_counts",
        "target_id",
        "target_reference",
        "target_file",
        "ids",
        "names",
        "names_start_with",
        "origins",
        "types",
    ])?;
    let listed: Vec<&Project> = organization
        .projects
        .iter()
        .filter(|item| {
            let reference = item.target_reference.as_deref().unwrap_or_default();
            asked.admits("target_reference", reference)
                && asked.admits(
                    "target_file",
                    item.target_file.as_deref().unwrap_or_default(),
                )
                && asked.admits("target_id", &item.target.id)
                && asked.admits("ids", &item.id)
                && asked.admits("names", &item.name)
                && asked.admits("origins", &item.origin)
                && asked.admits("types", &item.kind)
        })
        .filter(|item| {
            let prefix = asked.text("names_start_with").unwrap_or_default();
            item.name.starts_with(prefix)
        })
        .collect();
    let expand = asked.text("expand") == Some("target");
    let counted = asked.text("meta.latest_issue_counts") == Some("true");
    let page = WITHOUT_REST.page(asked, &listed, |item| {
        let counts = counted.then(|| counts(organization, &item.id));
        render::project(&organization.id, item, expand, counts)
    })?;
    Ok(page.served("2024-05-31"))
}

/// Open issues of a project, by severity.
fn counts(organization: &Organization, project: &str) -> Value {
    let count = |severity: Severity| {
        let open = organization.issues.iter().filter(|issue| {
            issue.project == project && issue.severity == severity && issue.status() == "open"
        });
        open.count()
    };
    json!({
        "critical": count(Severity::Critical),
        "high": count(Severity::High),
        "medium": count(Severity::Medium),
        "low": count(Severity::Low),
    })
}

fn targets(organization: &Organization, asked: &Asked) -> Result<Answer, Answer> {
    asked.check(&["limit", "starting_after", "display_name", "exclude_empty"])?;
    let prefix = asked.text("display_name").unwrap_or_default();
    let mut listed: Vec<&Target> = Vec::new();
    for project in &organization.projects {
        let target = &project.target;
        if target.display_name.starts_with(prefix) && listed.iter().all(|item| item.id != target.id)
        {
            listed.push(target);
        }
    }
    let page = ANY_LIMIT.page(asked, &listed, |item| render::target(item))?;
    Ok(page.served("2024-02-21"))
}

fn issues(organization: &Organization, asked: &Asked) -> Result<Answer, Answer> {
    asked.check(&[
        "limit",
        "starting_after",
        "type",
        "status",
        "effective_severity_level",
        "ignored",
        "scan_item.id",
        "scan_item.type",
        "created_after",
        "created_before",
        "updated_after",
        "updated_before",
    ])?;
    if asked.text("scan_item.id").is_some() != asked.text("scan_item.type").is_some() {
        let detail = "Query parameters 'scan_item.id' and 'scan_item.type' go together";
        return Err(Answer::bad_parameter(detail, "scan_item.type"));
    }
    let ignored = match asked.text("ignored") {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(_) => {
            let detail = "Query parameter 'ignored' must be true or false";
            return Err(Answer::bad_parameter(detail, "ignored"));
        }
    };
    let created = Range::of(asked, "created_after", "created_before")?;
    let updated = Range::of(asked, "updated_after", "updated_before")?;
    let of_projects = asked.admits("scan_item.type", "project");
    let listed: Vec<&Issue> = organization
        .issues
        .iter()
        .filter(|_| of_projects)
        .filter(|item| asked.text("type").is_none_or(|kind| kind == item.kind()))
        .filter(|item| asked.admits("status", item.status()))
        .filter(|item| asked.admits("effective_severity_level", item.severity.word()))
        .filter(|item| ignored.is_none_or(|wanted| wanted == item.is_ignored()))
        .filter(|item| asked.admits("scan_item.id", &item.project))
        .filter(|item| created.holds(item.created_at) && updated.holds(item.updated_at))
        .collect();
    let page = WITH_REST.page(asked, &listed, |item| {
        render::issue::feed(&organization.id, item)
    })?;
    Ok(page.served("2024-01-23"))
}

fn package(organization: &Organization, url: &str, asked: &Asked) -> Result<Answer, Answer> {
    asked.check(&["limit", "offset"])?;
    let Some(purl) = Purl::parse(url) else {
        return Err(Answer::error(
            400,
            "Purl must have a type, a name and a version",
        ));
    };
    if !ECOSYSTEMS.contains(&purl.kind) {
        return Err(Answer::error(400, "Unsupported Ecosystem"));
    }
    let number = |name: &str, default: usize, least: usize| match asked.text(name) {
        None => Ok(default),
        Some(text) => match text.parse() {
            Ok(number) if (least..=MAX_PACKAGE_LIMIT).contains(&number) => Ok(number),
            _ => {
                let detail = format!("Query parameter '{name}' is out of range");
                Err(Answer::bad_parameter(&detail, name))
            }
        },
    };
    let limit = number("limit", MAX_PACKAGE_LIMIT, 1)?;
    let offset = number("offset", 0, 0)?;
    let known = organization.packages.iter().filter(|item| item.purl == url);
    let vulnerabilities: Vec<&Vulnerability> =
        known.flat_map(|item| &item.vulnerabilities).collect();
    let page = vulnerabilities.iter().skip(offset).take(limit);
    let data: Value = page
        .map(|item| render::issue::lookup(url, &purl, item))
        .collect();
    let path = format!("/orgs/{}/packages/{}/issues", organization.id, encode(url));
    let body = json!({
        "jsonapi": {"version": "1.0"},
        "data": data,
        "links": {"self": format!("{path}?{}", asked.query)},
        "meta": {"package": render::issue::package(url, &purl)},
    });
    Ok(Answer::document(200, &body).served("2025-11-05"))
}

fn single(data: &Value) -> Answer {
    Answer::document(
        200,
        &json!({"jsonapi": {"version": "1.0"}, "data": data, "links": {}}),
    )
}

/// Exclusive bounds of a time.
struct Range {
    after: Option<Timestamp>,
    before: Option<Timestamp>,
}

impl Range {
    fn of(asked: &Asked, after: &str, before: &str) -> Result<Self, Answer> {
        let bound = |name: &str| {
            let Some(text) = asked.text(name) else {
                return Ok(None);
            };
            let time = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| {
                let detail = format!("Query parameter '{name}' must be an RFC 3339 time");
                Answer::bad_parameter(&detail, name)
            })?;
            Ok(Some(millis(time)))
        };
        Ok(Self {
            after: bound(after)?,
            before: bound(before)?,
        })
    }

    fn holds(&self, at: Timestamp) -> bool {
        self.after.is_none_or(|bound| at > bound) && self.before.is_none_or(|bound| at < bound)
    }
}

fn millis(time: OffsetDateTime) -> Timestamp {
    time.unix_timestamp() * 1000 + i64::from(time.millisecond())
}

/// Organizations and issues.
const WITH_REST: Paging = Paging {
    step: 10,
    rest_prefix: true,
};
/// Projects.
const WITHOUT_REST: Paging = Paging {
    step: 10,
    rest_prefix: false,
};
/// Targets.
const ANY_LIMIT: Paging = Paging {
    step: 1,
    rest_prefix: false,
};
/// Most vulnerabilities in one package lookup, and the number sent if no limit is given.
const MAX_PACKAGE_LIMIT: usize = 1000;
/// Package URL types that can be looked up.
const ECOSYSTEMS: [&str; 14] = [
    "apk",
    "cargo",
    "cocoapods",
    "composer",
    "deb",
    "gem",
    "golang",
    "hex",
    "maven",
    "npm",
    "nuget",
    "pub",
    "pypi",
    "rpm",
];
