//! Words and addresses of changes.

use std::fmt::Write as _;

use koalr_platform::decision::Decision;
use koalr_platform::merge::Band;
use koalr_platform::model::common::{Tenths, Timestamp};
use koalr_store::ChangeState;
use maud::{Markup, Render, html};

use super::super::figure::{Axis, bar};
use super::super::part::badge;
use crate::report::escape::plain;
use crate::report::figure::tenths;
use crate::report::instant::utc;

/// Where a change's page is.
pub(crate) fn path(change: &str) -> String {
    format!("/changes/{}", encoded(change))
}

/// A text as one segment of a path, or as a value of a query.
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// A decision's word.
pub(super) fn decision(decision: Decision) -> Markup {
    let kind = match decision {
        Decision::Pass => "good",
        Decision::Warn | Decision::Inconclusive => "warn",
        Decision::Block => "bad",
        Decision::Pending => "",
    };
    badge(kind, decision.word())
}

/// How far a change is.
pub(super) fn state(state: ChangeState) -> &'static str {
    match state {
        ChangeState::Unknown => "state not known",
        known => known.word(),
    }
}

/// A score of a hundred as a bar.
pub(super) fn score(score: Tenths, band: Band) -> Markup {
    bar(Axis::between(0.0, 1000.0), score.into(), kind(band))
}

/// The colour of a band.
pub(super) fn kind(band: Band) -> &'static str {
    match band {
        Band::Low => "good",
        Band::Medium => "",
        Band::High => "warn",
        Band::Critical => "bad",
    }
}

/// A score and its band.
pub(super) fn scored(score: Tenths, band: Band) -> Markup {
    html! { strong { (tenths(score)) } " " span.quiet.band { (band.word()) } }
}

/// A table that scrolls by itself on a narrow screen; each head with the class of its column.
pub(super) fn table(caption: &str, heads: &[(&str, &str)], rows: impl Render) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table {
                caption.unseen { (caption) }
                thead { tr { @for (head, class) in heads { th scope="col" class=[(!class.is_empty()).then_some(class)] { (head) } } } }
                tbody { (rows) }
            }
        }
    }
}

/// A commit, short.
pub(super) fn short(sha: &str) -> Markup {
    let sha = plain(sha);
    let short: String = sha.chars().take(SHORT_SHA_CHARS).collect();
    html! { code title=(sha) { (short) } }
}

/// How long ago something was, with the time itself on it.
pub(super) fn ago(at: Timestamp, now: Timestamp) -> Markup {
    let at_utc = utc(at);
    html! { time datetime=(at_utc) title=(at_utc) { (since(at, now)) } }
}

/// The day of a time.
pub(super) fn day(at: Timestamp) -> String {
    utc(at).chars().take(DAY_CHARS).collect()
}

/// The largest unit of which there is one at least.
fn since(at: Timestamp, now: Timestamp) -> String {
    let minutes = now.saturating_sub(at).div_euclid(60_000);
    let units = [
        (525_600, "year"),
        (43_200, "month"),
        (1_440, "day"),
        (60, "hour"),
        (1, "minute"),
    ];
    let fitting = units.into_iter().find(|(unit, _)| minutes >= *unit);
    match fitting.map(|(unit, name)| (minutes / unit, name)) {
        Some((1, name)) => format!("1 {name} ago"),
        Some((count, name)) => format!("{count} {name}s ago"),
        None if minutes < 0 => utc(at),
        None => "just now".to_owned(),
    }
}

/// Characters of a day as in `2026-01-15`.
const DAY_CHARS: usize = 10;

/// Digits of a commit that tell it apart.
const SHORT_SHA_CHARS: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_one_segment_of_an_address() {
        assert_eq!(path("acme/shop#7"), "/changes/acme%2Fshop%237");
        assert_eq!(encoded("é ?&\"<.."), "%C3%A9%20%3F%26%22%3C..");
    }

    #[test]
    fn an_age_is_said_in_its_largest_unit() {
        let minute = 60_000;
        for (ms, text) in [
            (0, "just now"),
            (minute, "1 minute ago"),
            (59 * minute, "59 minutes ago"),
            (25 * 60 * minute, "1 day ago"),
            (400 * 1_440 * minute, "1 year ago"),
        ] {
            assert_eq!(since(0, ms), text);
        }
        assert_eq!(since(1_768_469_400_000, 0), "2026-01-15T09:30:00Z");
    }
}
