//! The issues of an organization, and what selects among them.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::WITH_REST;
use crate::answer::Answer;
use crate::asked::Asked;
use crate::data::{Issue, Timestamp};
use crate::feed::Feed;
use crate::page::{cursor, refused_cursor};
use crate::render::{issue, json};

pub(super) fn list(feed: &dyn Feed, at: usize, asked: &Asked) -> Result<Answer, Answer> {
    let filter = Filter::of(asked)?;
    let limit = WITH_REST.limit(asked)?;
    let after = cursor(asked)?;
    let Some(page) = feed.page(at, &filter, after, limit) else {
        return Err(refused_cursor());
    };
    let id = id_of(feed, at);
    let mut data = String::with_capacity(page.issues.len() * USUAL_LENGTH);
    json::list(&mut data, &page.issues, |out, one| {
        issue::feed(out, id, one);
    });
    let answer = WITH_REST.document(asked, &data, page.next.as_deref());
    Ok(answer.served("2024-01-23"))
}

pub(super) fn one(feed: &dyn Feed, at: usize, id: &str, asked: &Asked) -> Result<Answer, Answer> {
    asked.check(&[])?;
    let issue = feed
        .issue(at, id)
        .ok_or_else(|| Answer::not_found("Issue"))?;
    let mut body = r#"{"jsonapi":{"version":"1.0"},"data":"#.to_owned();
    issue::feed(&mut body, id_of(feed, at), &issue);
    body.push_str(r#","links":{}}"#);
    Ok(Answer::whole(200, body.into_bytes()).served("2024-01-23"))
}

fn id_of(feed: &dyn Feed, at: usize) -> &str {
    let organizations = feed.organizations();
    organizations.get(at).map_or("", |item| item.id.as_str())
}

/// What is asked for of an organization's issues.
#[derive(Debug)]
pub(crate) struct Filter {
    kind: Option<String>,
    statuses: Option<Vec<String>>,
    severities: Option<Vec<String>>,
    ignored: Option<bool>,
    project: Option<String>,
    created: Range,
    updated: Range,
}

/// What a filter sees of an issue.
pub(crate) struct Line<'a> {
    pub(crate) kind: &'a str,
    pub(crate) status: &'a str,
    pub(crate) severity: &'a str,
    pub(crate) ignored: bool,
    pub(crate) project: &'a str,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl Filter {
    /// Reads the query.
    ///
    /// # Errors
    /// 400 naming the parameter that is unknown, repeated or out of its form.
    fn of(asked: &Asked) -> Result<Self, Answer> {
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
        let text = |name: &str| asked.text(name).map(str::to_owned);
        let list = |name: &str| {
            let items = asked.text(name)?.split(',');
            Some(items.map(str::to_owned).collect())
        };
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
        let of_projects = asked.admits("scan_item.type", "project");
        Ok(Self {
            kind: text("type"),
            statuses: list("status"),
            severities: list("effective_severity_level"),
            ignored,
            // No project has an empty id, and nothing here belongs to anything else.
            project: if of_projects {
                text("scan_item.id")
            } else {
                Some(String::new())
            },
            created: Range::of(asked, "created_after", "created_before")?,
            updated: Range::of(asked, "updated_after", "updated_before")?,
        })
    }

    /// Whether an issue is asked for.
    pub(crate) fn holds(&self, line: &Line<'_>) -> bool {
        let among = |list: &Option<Vec<String>>, value: &str| {
            list.as_ref()
                .is_none_or(|list| list.iter().any(|item| item == value))
        };
        let is = |wanted: &Option<String>, value: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == value)
        };
        self.updated.holds(line.updated_at)
            && self.created.holds(line.created_at)
            && self.ignored.is_none_or(|wanted| wanted == line.ignored)
            && among(&self.statuses, line.status)
            && among(&self.severities, line.severity)
            && is(&self.kind, line.kind)
            && is(&self.project, line.project)
    }

    /// What a filter sees of an issue.
    pub(crate) fn line(issue: &Issue) -> Line<'_> {
        Line {
            kind: issue.kind(),
            status: issue.status(),
            severity: issue.severity.word(),
            ignored: issue.is_ignored(),
            project: &issue.project,
            created_at: issue.created_at,
            updated_at: issue.updated_at,
        }
    }
}

/// Exclusive bounds of a time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Range {
    pub(crate) after: Option<Timestamp>,
    pub(crate) before: Option<Timestamp>,
}

impl Range {
    fn of(asked: &Asked, after: &str, before: &str) -> Result<Self, Answer> {
        let bound = |name: &str| {
            let Some(text) = asked.text(name) else {
                return Ok(None);
            };
            let Some(at) = Self::parse(text) else {
                let detail = format!("Query parameter '{name}' must be an RFC 3339 time");
                return Err(Answer::bad_parameter(&detail, name));
            };
            Ok(Some(at))
        };
        Ok(Self {
            after: bound(after)?,
            before: bound(before)?,
        })
    }

    /// The milliseconds of an RFC 3339 text.
    pub(crate) fn parse(text: &str) -> Option<Timestamp> {
        let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        Some(time.unix_timestamp() * 1000 + i64::from(time.millisecond()))
    }

    /// Whether a time lies between the bounds.
    pub(crate) fn holds(self, at: Timestamp) -> bool {
        self.after.is_none_or(|bound| at > bound) && self.before.is_none_or(|bound| at < bound)
    }
}

/// Bytes of a usual issue.
const USUAL_LENGTH: usize = 2_200;
