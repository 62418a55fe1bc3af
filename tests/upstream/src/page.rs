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
        let start = match asked.text("starting_after") {
            Some(cursor) => position(&asked.path, cursor).filter(|at| *at <= items.len()),
            None => Some(0),
        };
        let Some(start) = start else {
            let detail = "Query parameter 'starting_after' is not a cursor of this listing";
            return Err(Answer::bad_parameter(detail, "starting_after"));
        };
        let data: Vec<Value> = items.iter().skip(start).take(limit).map(render).collect();
        let end = start + data.len();
        let next = (end < items.len()).then(|| cursor(&asked.path, end));
        Ok(Answer::document(
            200,
            &json!({
                "jsonapi": {"version": "1.0"},
                "data": data,
                "links": self.links(asked, next.as_deref()),
            }),
        ))
    }

    fn limit(self, asked: &Asked) -> Result<usize, Answer> {
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

/// The cursor of a position in a listing. It means nothing in another one.
fn cursor(path: &str, position: usize) -> String {
    format!("v1.{:08x}{position:08x}==", id::tag(path))
}

fn position(path: &str, text: &str) -> Option<usize> {
    let digits = text.strip_prefix("v1.")?.strip_suffix("==")?;
    let (tag, position) = digits.split_at_checked(8)?;
    (u32::from_str_radix(tag, 16).ok()? == id::tag(path))
        .then(|| usize::from_str_radix(position, 16).ok())?
}

/// Items on a page if no limit is given.
const DEFAULT_LIMIT: usize = 10;
/// Most items on a page.
const MAX_LIMIT: usize = 100;
