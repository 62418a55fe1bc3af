//! Pages, and the `link` header that leads through them.

use serde_json::Value;

use super::refusal::refuse;
use crate::answer::Answer;
use crate::asked::Asked;

/// One page of a list.
pub(super) struct Page {
    /// Its items.
    pub(super) items: Vec<Value>,
    /// The `link` header; none where one page holds all.
    pub(super) link: Option<String>,
}

/// Cuts the page that is asked for out of a list. `usual` is how many items a page has where the request does not say.
pub(super) fn cut(
    items: Vec<Value>,
    usual: usize,
    asked: &Asked,
    base_url: &str,
) -> Result<Page, Answer> {
    let size = number(asked, "per_page")?.map_or(usual, |size| size.min(MAX_PER_PAGE));
    let page = number(asked, "page")?.unwrap_or(1);
    let last = items.len().div_ceil(size).max(1);
    let to = |page: usize, relation: &str| {
        let rest = Asked::new("", &asked.query_without("page")).query_without("per_page");
        let mark = if rest.is_empty() { "" } else { "&" };
        let path = &asked.path;
        format!("<{base_url}{path}?{rest}{mark}per_page={size}&page={page}>; rel=\"{relation}\"")
    };
    let mut links = Vec::new();
    if page > 1 {
        links.push(to(page - 1, "prev"));
    }
    if page < last {
        links.extend([to(page + 1, "next"), to(last, "last")]);
    }
    if page > 1 {
        links.push(to(1, "first"));
    }
    let skipped = (page - 1).saturating_mul(size);
    Ok(Page {
        items: items.into_iter().skip(skipped).take(size).collect(),
        link: (!links.is_empty()).then(|| links.join(", ")),
    })
}

/// Refuses parameters that are not among `known`.
pub(super) fn check(asked: &Asked, known: &[&str]) -> Result<(), Answer> {
    let pairs = asked.query.split('&').filter(|pair| !pair.is_empty());
    let mut names = pairs.map(|pair| pair.split('=').next().unwrap_or_default());
    names
        .find(|name| !known.contains(name))
        .map_or(Ok(()), |name| {
            Err(refuse(400, &format!("Unknown parameter '{name}'"), ""))
        })
}

/// A parameter that counts from 1.
fn number(asked: &Asked, name: &str) -> Result<Option<usize>, Answer> {
    let Some(text) = asked.text(name) else {
        return Ok(None);
    };
    let number = text.parse().ok().filter(|number| *number > 0);
    let wrong = || refuse(422, &format!("'{name}' must be a number from 1"), "");
    number.map(Some).ok_or_else(wrong)
}

/// The most items of a page.
const MAX_PER_PAGE: usize = 100;
