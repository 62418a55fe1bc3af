//! The `link` header that leads through pages.
//!
//! SOURCE: RFC 8288, section 3.

use http::HeaderMap;
use http::header::LINK;

/// The address of the next page; none on the last one.
///
/// # Errors
///
/// A header that cannot be read may have named a next page.
pub(super) fn next(headers: &HeaderMap) -> Result<Option<String>, Unreadable> {
    let mut next = None;
    for value in headers.get_all(LINK) {
        let mut rest = value.to_str().map_err(|_| Unreadable)?.trim();
        while !rest.is_empty() {
            let (target, after) = rest
                .strip_prefix('<')
                .and_then(|rest| rest.split_once('>'))
                .ok_or(Unreadable)?;
            let (parameters, after) = until_comma(after)?;
            if is_next(parameters) && next.replace(target.to_owned()).is_some() {
                return Err(Unreadable);
            }
            rest = after.trim_start();
        }
    }
    Ok(next)
}

/// A `link` header that is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

/// The parameters of a link, and what follows the comma after them.
fn until_comma(text: &str) -> Result<(&str, &str), Unreadable> {
    let mut quoted = false;
    for (place, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => {
                let (parameters, after) = text.split_at(place);
                return Ok((parameters, after.trim_start_matches(',')));
            }
            _ => {}
        }
    }
    if quoted {
        Err(Unreadable)
    } else {
        Ok((text, ""))
    }
}

fn is_next(parameters: &str) -> bool {
    parameters.split(';').any(|parameter| {
        let Some((name, value)) = parameter.split_once('=') else {
            return false;
        };
        let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
        name.trim().eq_ignore_ascii_case("rel")
            && relations.any(|relation| relation.eq_ignore_ascii_case("next"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(values: &[&str]) -> Result<Option<String>, Unreadable> {
        let values = values.iter().map(|value| (LINK, value.parse().unwrap()));
        let mut headers = HeaderMap::new();
        for (name, value) in values {
            headers.append(name, value);
        }
        next(&headers)
    }

    #[test]
    fn the_next_page_is_found_wherever_it_stands() {
        for values in [
            &[r#"<https://a/?p=2>; rel="next""#][..],
            &[
                r#"<https://a/?p=0>; rel="prev", <https://a/?p=2>; rel="next", <https://a/?p=9>; rel="last""#,
            ],
            &[
                r#"<https://a/?p=9>; rel="last""#,
                r#"<https://a/?p=2>; rel="next""#,
            ],
            &[r#"<https://a/?p=2>; title="a, b"; rel="last next""#],
            &["<https://a/?p=2>;rel=next"],
        ] {
            assert_eq!(
                read(values),
                Ok(Some("https://a/?p=2".to_owned())),
                "{values:?}"
            );
        }
    }

    #[test]
    fn without_a_next_page_there_is_none() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[r#"<https://a/?next>; rel="prev""#]), Ok(None));
    }

    #[test]
    fn a_header_that_cannot_be_read_is_not_taken_for_the_last_page() {
        for value in [
            "https://a/",
            "<https://a/",
            r#"<https://a/>; rel="next"#,
            r#"<https://a/>; rel="next", <https://b/>; rel="next""#,
        ] {
            assert_eq!(read(&[value]), Err(Unreadable), "{value}");
        }
    }
}
