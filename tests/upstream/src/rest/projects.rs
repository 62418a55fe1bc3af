//! Projects and targets.

use serde_json::{Value, json};

use super::{ANY_LIMIT, WITHOUT_REST, single};
use crate::answer::Answer;
use crate::asked::Asked;
use crate::data::{Organization, Project, Target};
use crate::feed::Feed;
use crate::render;

pub(super) fn list(feed: &dyn Feed, at: usize, asked: &Asked) -> Result<Answer, Answer> {
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
    let Some(organization) = feed.organizations().get(at) else {
        return Err(Answer::not_found("Organization"));
    };
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
        let counts = counted.then(|| counts(feed, at, &item.id));
        render::project(&organization.id, item, expand, counts)
    })?;
    Ok(page.served("2024-05-31"))
}

pub(super) fn one(
    organization: &Organization,
    project: &str,
    asked: &Asked,
) -> Result<Answer, Answer> {
    asked.check(&["expand"])?;
    let mut projects = organization.projects.iter();
    let project = projects
        .find(|item| item.id == project)
        .ok_or_else(|| Answer::not_found("Project"))?;
    let expand = asked.text("expand") == Some("target");
    let project = render::project(&organization.id, project, expand, None);
    Ok(single(&project).served("2024-05-31"))
}

pub(super) fn targets(organization: &Organization, asked: &Asked) -> Result<Answer, Answer> {
    asked.check(&["limit", "starting_after", "display_name", "exclude_empty"])?;
    let prefix = asked.text("display_name").unwrap_or_default();
    let mut listed: Vec<&Target> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for project in &organization.projects {
        let target = &project.target;
        if target.display_name.starts_with(prefix) && seen.insert(&target.id) {
            listed.push(target);
        }
    }
    let page = ANY_LIMIT.page(asked, &listed, |item| render::target(item))?;
    Ok(page.served("2024-02-21"))
}

/// Open issues of a project, by severity.
fn counts(feed: &dyn Feed, at: usize, project: &str) -> Value {
    let [_, low, medium, high, critical] = feed.counts(at, project);
    json!({"critical": critical, "high": high, "medium": medium, "low": low})
}
