//! `dependency-graph/compare`: what changed between two commits, computed from what they hold.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::content::GitHub;
use super::page;
use super::refusal::{document, not_found, refuse};
use super::repository::{Component, Repository};
use crate::answer::Answer;
use crate::asked::Asked;

/// Answers a comparison. The two commits are compared as they are: this mock knows no history, and so no merge base.
pub(super) fn answer(
    github: &GitHub,
    repository: &Repository,
    basehead: &str,
    asked: &Asked,
    base_url: &str,
) -> Result<Answer, Answer> {
    page::check(asked, &["name", "per_page", "page"])?;
    if !repository.dependency_graph {
        return Err(refuse(403, "Forbidden", ""));
    }
    let ends = basehead.split_once("...").and_then(|(base, head)| {
        let base = repository.resolve(base)?;
        Some((&base.1, &repository.resolve(head)?.1))
    });
    let Some((base, head)) = ends else {
        return Err(not_found(DOCUMENTATION));
    };
    let rows = rows(base, head, asked.text("name"));
    let page = page::cut(rows, github.rows_per_page, asked, base_url)?;
    let answer = document(200, &Value::Array(page.items));
    Ok(match page.link {
        Some(link) => answer.header("link", link),
        None => answer,
    })
}

/// What is in one of two lists and not in the other, by manifest and name. An update is a removal and an addition.
fn rows(base: &[Component], head: &[Component], manifest: Option<&str>) -> Vec<Value> {
    let mut sides: BTreeMap<_, (Option<&Component>, Option<&Component>)> = BTreeMap::new();
    for component in base {
        sides.entry(key(component)).or_default().0 = Some(component);
    }
    for component in head {
        sides.entry(key(component)).or_default().1 = Some(component);
    }
    let changes = sides.into_values().filter_map(|sides| match sides {
        (Some(removed), None) => Some(("removed", removed)),
        (None, Some(added)) => Some(("added", added)),
        _ => None,
    });
    changes
        .filter(|(_, component)| manifest.is_none_or(|manifest| component.manifest == manifest))
        .map(|(change, component)| row(change, component))
        .collect()
}

fn key(component: &Component) -> [&str; 4] {
    let Component {
        manifest,
        ecosystem,
        name,
        version,
        ..
    } = component;
    [manifest, ecosystem, name, version]
}

fn row(change: &str, component: &Component) -> Value {
    let advisories = component.advisories.iter().map(|advisory| {
        json!({
            "severity": advisory.severity,
            "advisory_ghsa_id": advisory.ghsa_id,
            "advisory_summary": advisory.summary,
            "advisory_url": format!("https://github.com/advisories/{}", advisory.ghsa_id),
        })
    });
    json!({
        "change_type": change,
        "manifest": component.manifest,
        "ecosystem": component.ecosystem,
        "name": component.name,
        "version": component.version,
        "package_url": component.package_url,
        "license": component.license,
        "source_repository_url": component.source_repository_url,
        "scope": component.usage.word(),
        "vulnerabilities": advisories.collect::<Vec<_>>(),
    })
}

const DOCUMENTATION: &str =
    "/dependency-graph/dependency-review#get-a-diff-of-the-dependencies-between-commits";
