//! Pages of a list. Each begins where the one before ended, so that what is stored meanwhile neither repeats nor hides an
//! item.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use koalr_platform::model::common::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// Which items of a list are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Behind which one they begin; none means with the first.
    pub after: Option<After>,
    /// Most items of it, from 1 on.
    pub limit: u32,
}

/// An item of a list that is ordered by time, newest first, and then by id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// Its time, in milliseconds since 1970.
    pub at: Timestamp,
    /// Its id.
    pub id: String,
}

/// Items of a list.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Items<T> {
    /// The items, in the list's order. May be empty.
    pub items: Vec<T>,
    /// Where the next page begins; none if this is the last.
    pub next_cursor: Option<String>,
}

impl<T> Items<T> {
    /// A page of items of which one more than its limit was fetched, if there are so many.
    pub fn cut(mut items: Vec<T>, page: &Page, place: impl Fn(&T) -> After) -> Self {
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next_cursor = items.last().filter(|_| more).map(|last| place(last).text());
        Self { items, next_cursor }
    }
}

impl After {
    /// As a text that stands in an address.
    #[must_use]
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{} {}", self.at, self.id))
    }

    /// Reads what [`text`](Self::text) wrote.
    pub(super) fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (at, id) = text.split_once(' ')?;
        Some(Self {
            at: at.parse().ok()?,
            id: id.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(id: &&str) -> After {
        After {
            at: -1,
            id: format!("acme/shop #{id}"),
        }
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let after = place(&"7");
        assert_eq!(After::read(&after.text()), Some(after));
        for text in ["", "x", "eA", "eCB4"] {
            assert_eq!(After::read(text), None, "{text}");
        }
    }

    #[test]
    fn only_a_page_with_another_one_behind_it_has_a_cursor() {
        let page = Page {
            after: None,
            limit: 2,
        };
        let full = Items::cut(vec!["1", "2", "3"], &page, place);
        assert_eq!(
            (full.items, full.next_cursor),
            (vec!["1", "2"], Some(place(&"2").text()))
        );
        let last = Items::cut(vec!["1", "2"], &page, place);
        assert_eq!((last.items, last.next_cursor), (vec!["1", "2"], None));
    }
}
