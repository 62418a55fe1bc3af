//! Lookups of package versions.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::asked::{Asked, encode};
use crate::feed::Feed;
use crate::purl::Purl;
use crate::render::lookup;

pub(super) fn look_up(
    feed: &dyn Feed,
    at: usize,
    url: &str,
    asked: &Asked,
) -> Result<Answer, Answer> {
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
            Ok(number) if (least..=MAX_LIMIT).contains(&number) => Ok(number),
            _ => {
                let detail = format!("Query parameter '{name}' is out of range");
                Err(Answer::bad_parameter(&detail, name))
            }
        },
    };
    let limit = number("limit", MAX_LIMIT, 1)?;
    let offset = number("offset", 0, 0)?;
    let vulnerabilities = feed.vulnerabilities(at, url);
    let page = vulnerabilities.iter().skip(offset).take(limit);
    let data: Value = page
        .map(|item| lookup::vulnerability(url, &purl, item))
        .collect();
    let organizations = feed.organizations();
    let id = organizations.get(at).map_or("", |item| item.id.as_str());
    let path = format!("/orgs/{id}/packages/{}/issues", encode(url));
    let body = json!({
        "jsonapi": {"version": "1.0"},
        "data": data,
        "links": {"self": format!("{path}?{}", asked.query)},
        "meta": {"package": lookup::package(url, &purl)},
    });
    Ok(Answer::document(200, &body).served("2025-11-05"))
}

/// Most vulnerabilities in one package lookup, and the number sent if no limit is given.
const MAX_LIMIT: usize = 1000;
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
