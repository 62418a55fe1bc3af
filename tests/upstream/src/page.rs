//! Pages, cursors and the links between pages.

use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::asked::{Asked, encode};
use crate::id;

/// How a listing is cut into pages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paging {
    /// Lowest `limit`; every limit is a multiple of it.
    pub(crate) step: usize,
    /// Whether its links begin with `/rest`. Snyk's own differ from listing to listing.
    pub(crate) rest_prefix: bool,
}

impl Paging {
    /// The page that was asked for.
    ///
    /// # Errors
    /// A `limit` out of range, or a cursor that this listing did not give out.
    pub(crate) fn page<T>(
        self,
        asked: &Asked,
        items: &[T],
        render: impl Fn(&T) -> Value,
    ) -> Result<Answer, Answer> {
        let limit = self.limit(asked)?;
        let start = match cursor(asked)? {
            Some(cursor) => usize::from_str_radix(cursor, 16)
                .ok()
                .filter(|at| *at <= items.len())
                .ok_or_else(refused_cursor)?,
            None => 0,
        };
        let page = items.iter().skip(start).take(limit).map(render);
        let data: Value = page.collect();
        let end = (start + limit).min(items.len());
        let next = (end < items.len()).then(|| format!("{end:08x}"));
        Ok(self.document(asked, &data.to_string(), next.as_deref()))
    }

    /// A page of items that are rendered, with the cursor that leads on.
    pub(crate) fn document(self, asked: &Asked, data: &str, next: Option<&str>) -> Answer {
        let next = next.map(|place| mark(&asked.path, place));
        let links = self.links(asked, next.as_deref());
        let mut body = String::with_capacity(data.len() + 1_024);
        body.push_str(r#"{"jsonapi":{"version":"1.0"},"data":"#);
        body.push_str(data);
        body.push_str(r#","links":"#);
        body.push_str(&links.to_string());
        body.push('}');
        Answer::whole(200, body.into_bytes())
    }

    /// Items that a page is to hold.
    ///
    /// # Errors
    /// A `limit` out of range.
    pub(crate) fn limit(self, asked: &Asked) -> Result<usize, Answer> {
        let Some(text) = asked.text("limit") else {
            return Ok(DEFAULT_LIMIT);
        };
        match text.parse() {
            Ok(limit)
                if (self.step..=MAX_LIMIT).contains(&limit) && limit.is_multiple_of(self.step) =>
            {
                Ok(limit)
            }
            _ => {
                let detail = format!(
                    "Query parameter 'limit' must be a multiple of {} from {} to {MAX_LIMIT}",
                    self.step, self.step
                );
                Err(Answer::bad_parameter(&detail, "limit"))
            }
        }
    }

    /// Absent `next` ends a listing. Listings without the prefix also have no other links, as recorded.
    fn links(self, asked: &Asked, next: Option<&str>) -> Value {
        let path = if self.rest_prefix {
            asked.path.as_str()
        } else {
            asked.path.strip_prefix("/rest").unwrap_or(&asked.path)
        };
        let first = format!("{path}?{}", asked.query_without("starting_after"));
        let mut links = Map::new();
        if self.rest_prefix {
            links.insert("self".into(), json!(format!("{path}?{}", asked.query)));
            links.insert("last".into(), json!(format!("{first}&ending_before=end")));
        }
        if let Some(next) = next {
            let next = format!("{first}&starting_after={}", encode(next));
            links.insert("next".into(), json!(next));
        }
        if self.rest_prefix {
            links.insert("first".into(), json!(first));
        }
        Value::Object(links)
    }
}

/// The place that the cursor of a request means; none if there is none.
///
/// # Errors
/// A cursor that this path did not give out.
pub(crate) fn cursor(asked: &Asked) -> Result<Option<&str>, Answer> {
    match asked.text("starting_after") {
        None => Ok(None),
        Some(cursor) => match place(&asked.path, cursor) {
            Some(place) => Ok(Some(place)),
            None => Err(refused_cursor()),
        },
    }
}

/// 400 about a cursor that the listing did not give out.
pub(crate) fn refused_cursor() -> Answer {
    let detail = "Query parameter 'starting_after' is not a cursor of this listing";
    Answer::bad_parameter(detail, "starting_after")
}

/// The cursor of a place in a listing. It means nothing in another one.
fn mark(path: &str, place: &str) -> String {
    format!("v1.{:08x}{place}==", id::tag(path))
}

fn place<'a>(path: &str, text: &'a str) -> Option<&'a str> {
    let inner = text.strip_prefix("v1.")?.strip_suffix("==")?;
    let (tag, place) = inner.split_at_checked(8)?;
    (u32::from_str_radix(tag, 16).ok()? == id::tag(path)).then_some(place)
}

/// Items on a page if no limit is given.
const DEFAULT_LIMIT: usize = 10;
/// Most items on a page.
const MAX_LIMIT: usize = 100;
