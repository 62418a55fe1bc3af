//! Pages that are not as they should be: odd links, odd items.

use serde_json::{Value, json};

use super::Fault;
use crate::answer::Answer;
use crate::asked::{Asked, decode, encode};
use crate::render::put;

/// Rewrites a page. Answers that are not documents of a listing stay as they are.
pub(super) fn rewrite(fault: &Fault, asked: &Asked, base: &str, answer: &mut Answer) {
    let mut document = match serde_json::from_slice::<Value>(&answer.body) {
        Ok(document) if document.get("data").is_some_and(Value::is_array) => document,
        _ => return,
    };
    match link(fault, asked, base, &document) {
        Some(link) => put(&mut document, "links", json!({"next": link})),
        None => change_items(fault, asked, &mut document),
    }
    if *fault == Fault::EmptyPageInMiddle {
        put(&mut document, "data", json!([]));
    }
    answer.body = document.to_string().into_bytes();
}

/// The query without the marks that faults left on its cursor.
pub(crate) fn unmark(path: &str, query: &str) -> Asked {
    let asked = Asked::new(path, query);
    let Some(marked) = asked.text("starting_after") else {
        return asked;
    };
    let cursor = marked.split(BACK).next().unwrap_or_default();
    let cursor = cursor.trim_end_matches(AGAIN);
    if cursor == marked {
        return asked;
    }
    let mut rest = asked.query_without("starting_after");
    if !cursor.is_empty() {
        rest = format!("{rest}&starting_after={}", encode(cursor));
    }
    Asked::new(path, &rest)
}

/// The `starting_after` of a document's `links.next`, in text or object form.
pub(crate) fn next_cursor(document: &Value) -> Option<String> {
    let next = document.get("links")?.get("next")?;
    let href = next.as_str().or_else(|| next.get("href")?.as_str())?;
    let (_, query) = href.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, cursor) = pairs.find(|(name, _)| *name == "starting_after")?;
    Some(decode(cursor, true))
}

/// What `links.next` becomes; none if it stays.
fn link(fault: &Fault, asked: &Asked, base: &str, document: &Value) -> Option<Value> {
    let own = asked.text("starting_after");
    let to = |cursor: &str| {
        let query = asked.query_without("starting_after");
        json!(format!(
            "{}?{query}&starting_after={}",
            asked.path,
            encode(cursor)
        ))
    };
    let next = document.pointer("/links/next").and_then(Value::as_str);
    let rooted = next.map(|next| next.strip_prefix("/rest").unwrap_or(next));
    match fault {
        Fault::RepeatingCursor => own.map(to),
        // The page that leads back is told by its cursor where to.
        Fault::CyclingCursor => match own?.split_once(BACK) {
            Some((_, back)) => Some(to(back)),
            None => Some(to(&format!("{}{BACK}{}", next_cursor(document)?, own?))),
        },
        Fault::EmptyPageInMiddle => Some(to(&format!("{}{AGAIN}", own.unwrap_or_default()))),
        Fault::OffHostNext => rooted.map(|next| json!(format!("{ELSEWHERE}/rest{next}"))),
        Fault::AbsoluteNext => rooted.map(|next| json!(format!("{base}/rest{next}"))),
        Fault::NextWithRest => rooted.map(|next| json!(format!("/rest{next}"))),
        Fault::NextWithoutRest => rooted.map(|next| json!(next)),
        Fault::NextWithoutCursor => next.map(|_| {
            let query = asked.query_without("starting_after");
            json!(format!("{}?{query}", asked.path))
        }),
        Fault::ObjectNext => next.map(|next| json!({"href": next, "meta": {}})),
        _ => None,
    }
}

fn change_items(fault: &Fault, asked: &Asked, document: &mut Value) {
    let Some(items) = document.get_mut("data").and_then(Value::as_array_mut) else {
        return;
    };
    let count = match fault {
        Fault::UnknownType | Fault::RecordWithoutId | Fault::BoundaryItem => 1,
        _ => items.len(),
    };
    for item in items.iter_mut().take(count) {
        match fault {
            Fault::RecordWithoutId => remove(item, "id"),
            Fault::UnknownFields => put(item, "novelty", json!({"level": 1})),
            _ => {}
        }
        if *fault == Fault::UnknownFields
            && let Some(relationships) = item.get_mut("relationships")
        {
            put(relationships, "novelty", json!({"data": []}));
        }
        let Some(attributes) = item.get_mut("attributes") else {
            continue;
        };
        match fault {
            Fault::UnknownType => put(attributes, "type", json!("novelty")),
            Fault::UnknownFields => put(attributes, "novelty", json!([{"deep": [null, 1]}])),
            Fault::AbsentSeverities => remove(attributes, "severities"),
            Fault::NullSeverities => put(attributes, "severities", Value::Null),
            Fault::BoundaryItem => {
                for (bound, name) in BOUNDS {
                    if let Some(at) = asked.text(bound) {
                        put(attributes, name, json!(at));
                    }
                }
            }
            _ => {}
        }
    }
}

fn remove(object: &mut Value, name: &str) {
    if let Some(members) = object.as_object_mut() {
        members.remove(name);
    }
}

/// Parameters with a bound, and what they bound.
const BOUNDS: [(&str, &str); 4] = [
    ("created_after", "created_at"),
    ("created_before", "created_at"),
    ("updated_after", "updated_at"),
    ("updated_before", "updated_at"),
];
/// Ends the cursor of an inserted empty page, so that it differs from the cursor it stands for.
const AGAIN: &str = "~again";
/// Parts a cursor from the one that its page leads back to.
const BACK: &str = "~back~";
/// A host that no test may reach; the top-level domain is reserved.
const ELSEWHERE: &str = "https://api.elsewhere.invalid";
