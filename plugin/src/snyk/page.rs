//! Pages of a listing, and the way from one to the next.

use serde::Serialize;
use thiserror::Error;

use super::endpoint;
use super::wire::{Listing, Named, Record, owned};
use crate::json::{self, Raw, Value, fields};
use crate::transport::Base;

/// A page whose JSON is sound.
pub(crate) struct Page<T> {
    /// What its records say, in order.
    pub(crate) records: Vec<Result<T, Unread>>,
    /// Address of the next page, empty if the link has none; none for the last page.
    next: Option<String>,
}

impl<T> Page<T> {
    /// Whether it links to a next page.
    pub(crate) fn leads_on(&self) -> bool {
        self.next.is_some()
    }
}

/// A record that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unread {
    /// Its id; its number on the page if it has none.
    pub(crate) id: String,
    /// Why it cannot be used.
    pub(crate) reason: Unusable,
}

/// Why a record cannot be used. The text follows the record's name.
pub(crate) type Unusable = String;

/// Why a listing cannot be read on from here.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum PageFault {
    /// No JSON, cut off, or no listing.
    #[error("is not a listing in JSON: {0}")]
    Malformed(String),
    /// The link to the next page leads to another host. The credential must not follow.
    #[error("links to its next page on another host, `{0}`")]
    OffHost(String),
    /// The link to the next page has no usable `starting_after`.
    #[error("links to its next page without saying where it starts")]
    NoStart,
    /// The link to the next page starts where an earlier page started.
    #[error("links back to a page that was read before")]
    Repeats,
}

/// Reads a page. A record of an odd shape, or one that `model` cannot use, does not cost the page.
///
/// # Errors
///
/// [`PageFault::Malformed`].
pub(super) fn read<'a, R: Record<'a>, T>(
    body: &'a str,
    model: impl Fn(&R) -> Result<T, Unusable>,
) -> Result<Page<T>, PageFault> {
    let unread = |index, id: Option<String>, reason| Unread {
        id: id.unwrap_or_else(|| format!("record {}", index + 1)),
        reason,
    };
    let used = |(index, record): (usize, R)| {
        model(&record).map_err(|reason| unread(index, record.id().map(str::to_owned), reason))
    };
    if let Ok((records, next)) = listing(body) {
        let records = records.into_iter().enumerate().map(used).collect();
        return Ok(Page { records, next });
    }
    let (records, next) = listing::<Raw<'a>>(body)?;
    let record = |(index, Raw(json)): (usize, Raw<'a>)| match json::read(json) {
        Ok(record) => used((index, record)),
        Err(error) => Err(unread(index, named(json), error.to_string())),
    };
    let records = records.into_iter().enumerate().map(record).collect();
    Ok(Page { records, next })
}

/// Records of a page, and the address of the next one.
fn listing<'a, T: Value<'a> + Default>(
    body: &'a str,
) -> Result<(Vec<T>, Option<String>), PageFault> {
    let listing: Listing<'a, T> =
        json::read(body).map_err(|error| PageFault::Malformed(error.to_string()))?;
    let records = listing
        .data
        .ok_or_else(|| PageFault::Malformed("it has no `data`".to_owned()))?;
    let next = listing.links.and_then(|links| links.next);
    Ok((records, next.map(|link| link.0.unwrap_or_default().into())))
}

/// Where a listing stands. Part of the cursor, and of constant size.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Position {
    /// `starting_after` of the next page; none for the first.
    pub(crate) after: Option<String>,
    /// The `starting_after` of an earlier page, moved on at every power of two, so that a loop of any length is met.
    mark: Option<String>,
    /// Pages read.
    pub(crate) pages: u32,
}

fields!(Position { after mark pages });

impl Position {
    /// Counts the page that was read and moves on. True if another page follows.
    ///
    /// # Errors
    ///
    /// Every [`PageFault`] but the malformed one; the page itself is counted.
    pub(crate) fn advance<T>(&mut self, page: &Page<T>, base: Base<'_>) -> Result<bool, PageFault> {
        self.pages = self.pages.saturating_add(1);
        let Some(href) = &page.next else {
            return Ok(false);
        };
        let next = start(href, base)?;
        if self.after.as_ref() == Some(&next) || self.mark.as_ref() == Some(&next) {
            return Err(PageFault::Repeats);
        }
        if self.pages.is_power_of_two() {
            self.mark = Some(next.clone());
        }
        self.after = Some(next);
        Ok(true)
    }
}

/// Takes nothing but `starting_after` out of a link: its path comes with and without `/rest`, and its other parameters
/// are ours anyway.
fn start(href: &str, base: Base<'_>) -> Result<String, PageFault> {
    let rest = href
        .strip_prefix("https:")
        .or_else(|| href.strip_prefix("http:"))
        .unwrap_or(href);
    if let Some(rest) = rest.strip_prefix("//") {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let authority = rest.get(..end).unwrap_or_default();
        let port = if base.secure { ":443" } else { ":80" };
        let same = authority.strip_suffix(port).unwrap_or(authority);
        if !same.eq_ignore_ascii_case(base.authority) {
            return Err(PageFault::OffHost(authority.to_owned()));
        }
    }
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    let query = query.split_once('#').map_or(query, |(query, _)| query);
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix("starting_after="))
        .and_then(endpoint::decode)
        .filter(|start| !start.is_empty())
        .ok_or(PageFault::NoStart)
}

fn named(record: &str) -> Option<String> {
    let named: Named<'_> = json::read(record).ok()?;
    owned(named.id.as_ref())
}

#[cfg(test)]
mod tests {
    use super::super::wire::Issue;
    use super::{Page, PageFault, Position, Unusable, start};
    use crate::transport::Base;

    const BASE: Base<'_> = Base {
        secure: true,
        authority: "api.snyk.io",
    };

    /// A page of issues that can all be used but for those without an id.
    fn read(body: &str) -> Result<Page<()>, PageFault> {
        super::read(body, |issue: &Issue<'_>| match issue.id {
            Some(_) => Ok(()),
            None => Err(Unusable::from("it has no id")),
        })
    }

    #[track_caller]
    fn advance(position: &mut Position, links: &str) -> Result<bool, PageFault> {
        let body = format!(r#"{{"data":[],"links":{links}}}"#);
        let page = read(&body).unwrap();
        position.advance(&page, BASE)
    }

    #[test]
    fn a_link_leads_on_with_and_without_rest_as_text_and_as_object_and_absolute() {
        for next in [
            r#""/rest/orgs/o/issues?starting_after=v1.a%3D&limit=10""#,
            r#""/orgs/o/issues?limit=10&starting_after=v1.a%3D""#,
            r#"{"href":"/orgs/o/issues?starting_after=v1.a%3D#x","meta":{}}"#,
            r#""https://api.snyk.io/rest/orgs/o/issues?starting_after=v1.a%3D""#,
            r#""https://API.snyk.io:443/rest/orgs/o/issues?starting_after=v1.a%3D""#,
        ] {
            let mut position = Position::default();
            let more = advance(&mut position, &format!(r#"{{"next":{next}}}"#));
            assert_eq!(more, Ok(true), "{next}");
            assert_eq!(position.after.as_deref(), Some("v1.a="), "{next}");
        }
    }

    #[test]
    fn a_listing_ends_without_links_or_without_a_next_one() {
        for links in [
            "null",
            "{}",
            r#"{"next":null}"#,
            r#"{"prev":"/x?ending_before=a"}"#,
        ] {
            assert_eq!(
                advance(&mut Position::default(), links),
                Ok(false),
                "{links}"
            );
        }
    }

    #[test]
    fn a_link_to_another_host_is_refused() {
        for href in [
            "https://evil.example/rest?starting_after=a",
            "//evil.example?starting_after=a",
            "https://api.snyk.io.evil.example/?starting_after=a",
            "https://api.snyk.io@evil.example/?starting_after=a",
            "https://api.snyk.io:8443/?starting_after=a",
        ] {
            assert!(
                matches!(start(href, BASE), Err(PageFault::OffHost(_))),
                "{href}"
            );
        }
    }

    #[test]
    fn a_link_without_a_start_is_refused() {
        for href in [
            "/rest/orgs",
            "/rest/orgs?starting_after=",
            "/rest/orgs?starting_after=%4",
        ] {
            assert_eq!(start(href, BASE), Err(PageFault::NoStart), "{href}");
        }
    }

    #[test]
    fn a_loop_of_any_length_is_met() {
        for length in 1..12 {
            let mut position = Position::default();
            let met = (0..50).position(|page| {
                let next = format!(r#"{{"next":"/x?starting_after=c{}"}}"#, page % length);
                advance(&mut position, &next) == Err(PageFault::Repeats)
            });
            assert!(
                met.is_some_and(|page| page <= 3 * length),
                "{length}: {met:?}"
            );
        }
    }

    #[test]
    fn a_record_that_cannot_be_used_does_not_cost_its_page() {
        let body =
            r#"{"data":[{"id":"a"},{"id":"b","attributes":7},{"attributes":{}},{"id":"c"}]}"#;
        let page = read(body).unwrap();
        let unread = |index: usize| {
            let unread = page.records[index].as_ref().unwrap_err();
            (unread.id.as_str(), unread.reason.as_str())
        };
        let odd = "expected an object, found a number at line 1 column 24";
        assert_eq!(unread(1), ("b", odd));
        assert_eq!(unread(2), ("record 3", "it has no id"));
        assert!(page.records[0].is_ok() && page.records[3].is_ok());
    }

    #[test]
    fn a_cut_off_page_is_malformed() {
        for body in [
            "",
            "{",
            r#"{"data":[{"id":"a"}"#,
            "<html>",
            r#"{"jsonapi":{}}"#,
            "null",
        ] {
            assert!(matches!(read(body), Err(PageFault::Malformed(_))), "{body}");
        }
    }
}
