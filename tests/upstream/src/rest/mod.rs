//! The REST routes.

mod issues;
mod packages;
mod projects;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::asked::Asked;
use crate::check::Finding;
use crate::data::Organization;
use crate::feed::Feed;
use crate::page::Paging;
use crate::render;
pub(crate) use issues::{Filter, Line, Range};

/// Answers a GET.
pub(crate) fn answer(feed: &dyn Feed, asked: &Asked) -> Answer {
    route(feed, asked).unwrap_or_else(|refusal| refusal)
}

/// The place of an organization.
///
/// # Errors
/// 404 if there is none of this id.
pub(crate) fn place(feed: &dyn Feed, id: &str) -> Result<usize, Answer> {
    let mut organizations = feed.organizations().iter();
    organizations
        .position(|item| item.id == id)
        .ok_or_else(|| Answer::not_found("Organization"))
}

fn route(feed: &dyn Feed, asked: &Asked) -> Result<Answer, Answer> {
    let organizations = feed.organizations();
    let of = |id: &str| {
        let at = place(feed, id)?;
        organizations
            .get(at)
            .ok_or_else(|| Answer::not_found("Organization"))
    };
    match asked.segments().as_slice() {
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
        ["rest", "orgs", id, "projects"] => projects::list(feed, place(feed, id)?, asked),
        ["rest", "orgs", id, "projects", project] => projects::one(of(id)?, project, asked),
        ["rest", "orgs", id, "targets"] => projects::targets(of(id)?, asked),
        ["rest", "orgs", id, "issues"] => issues::list(feed, place(feed, id)?, asked),
        ["rest", "orgs", id, "issues", issue] => issues::one(feed, place(feed, id)?, issue, asked),
        ["rest", "orgs", id, "packages", purl, "issues"] => {
            packages::look_up(feed, place(feed, id)?, purl, asked)
        }
        ["rest", "orgs", id, "tests", test, "findings"] => findings(of(id)?, test, asked),
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

/// Tests cannot be listed: who does not know of one gets 404.
fn findings(organization: &Organization, test: &str, asked: &Asked) -> Result<Answer, Answer> {
    asked.check(&["limit", "starting_after"])?;
    let mut tests = organization.tests.iter();
    let test = tests
        .find(|item| item.id == test)
        .ok_or_else(|| Answer::not_found("Test"))?;
    let page = ANY_LIMIT.page(asked, &test.findings, |item: &Finding| {
        render::finding::finding(&organization.id, item)
    })?;
    Ok(page.served("2024-10-15~beta"))
}

fn single(data: &Value) -> Answer {
    Answer::document(
        200,
        &json!({"jsonapi": {"version": "1.0"}, "data": data, "links": {}}),
    )
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
/// Targets and findings.
const ANY_LIMIT: Paging = Paging {
    step: 1,
    rest_prefix: false,
};
