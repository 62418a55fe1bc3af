//! Collects breaches, and knows the ranges that several verbs share.

use std::collections::HashSet;
use std::fmt;

use super::breach::Breaches;
use super::place::Place;
use crate::complaint::shown;
use crate::model::common::{Coverage, CoverageState, Tenths, Timestamp};

/// What was found wrong so far in the answer of one verb.
pub(super) struct Check {
    verb: &'static str,
    said: Vec<String>,
    more: usize,
}

impl Check {
    pub(super) fn of(verb: &'static str) -> Self {
        Self {
            verb,
            said: Vec::new(),
            more: 0,
        }
    }

    pub(super) fn end(self) -> Result<(), Breaches> {
        Breaches::new(self.said, self.more)
    }

    /// Notes a breach: the fault completes a sentence that begins with the place.
    pub(super) fn breach(&mut self, at: &Place<'_>, fault: fmt::Arguments<'_>) {
        if self.said.len() < MOST_SENTENCES {
            self.said.push(format!("{}: {at} {fault}", self.verb));
        } else {
            self.more += 1;
        }
    }

    /// A text that names something.
    pub(super) fn named(&mut self, at: &Place<'_>, text: &str) {
        if text.is_empty() {
            self.breach(at, format_args!("is empty"));
        }
    }

    /// A word of small letters, digits and single hyphens.
    pub(super) fn kebab(&mut self, at: &Place<'_>, text: &str) {
        if !is_kebab(text) {
            let text = shown(text);
            self.breach(
                at,
                format_args!("is `{text}`; it is kebab-case, for example `sample-word`"),
            );
        }
    }

    /// A text that nothing before it in the list has.
    pub(super) fn unique<'a>(
        &mut self,
        at: &Place<'_>,
        text: &'a str,
        before: &mut HashSet<&'a str>,
    ) {
        if !before.insert(text) {
            let text = shown(text);
            self.breach(at, format_args!("is `{text}`, which is there before"));
        }
    }

    /// A number from 0 to the most.
    pub(super) fn up_to(&mut self, at: &Place<'_>, number: Tenths, most: Tenths) {
        if number > most {
            self.breach(at, format_args!("is {number}; it is 0 to {most}"));
        }
    }

    /// The same, where it may be absent.
    pub(super) fn perhaps_up_to(&mut self, at: &Place<'_>, number: Option<Tenths>, most: Tenths) {
        if let Some(number) = number {
            self.up_to(at, number, most);
        }
    }

    /// An index into a list of that length.
    pub(super) fn index(&mut self, at: &Place<'_>, index: u32, length: usize, list: &str) {
        if usize::try_from(index).is_ok_and(|index| index < length) {
            return;
        }
        self.breach(
            at,
            format_args!("is {index}, and there are {length} {list}"),
        );
    }

    /// A time from the year 1 to the year 9999.
    pub(super) fn instant(&mut self, at: &Place<'_>, instant: Timestamp) {
        if !(FIRST_INSTANT..=LAST_INSTANT).contains(&instant) {
            self.breach(
                at,
                format_args!(
                    "is {instant} milliseconds since 1970; it is from the year 1 to the year 9999"
                ),
            );
        }
    }

    /// The same, where it may be absent.
    pub(super) fn perhaps_instant(&mut self, at: &Place<'_>, instant: Option<Timestamp>) {
        if let Some(instant) = instant {
            self.instant(at, instant);
        }
    }

    /// Texts in rising order.
    pub(super) fn sorted(&mut self, at: &Place<'_>, texts: &[String]) {
        if !texts.is_sorted() {
            self.breach(at, format_args!("are not sorted"));
        }
    }

    /// A number that is one.
    pub(super) fn finite(&mut self, at: &Place<'_>, number: f64) {
        if !number.is_finite() {
            self.breach(
                at,
                format_args!("is {number}; it is finite: a number that is not known is left out"),
            );
        }
    }

    pub(super) fn coverage(&mut self, at: &Place<'_>, row: &Coverage) {
        self.named(&at.field("route"), &row.route);
        self.perhaps_instant(&at.field("as-of"), row.as_of);
        if row.state == CoverageState::Complete && row.as_of.is_none() {
            self.breach(
                &at.field("as-of"),
                format_args!("is none, and the row is complete: it tells when that was true"),
            );
        }
    }
}

fn is_kebab(text: &str) -> bool {
    let is_word = |word: &str| {
        let mut bytes = word.bytes();
        !word.is_empty() && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    text.starts_with(|first: char| first.is_ascii_lowercase()) && text.split('-').all(is_word)
}

/// Highest CVSS score, in tenths.
pub(super) const MOST_CVSS: Tenths = 100;
/// Most points, highest security score and heaviest weight.
pub(super) const MOST_POINTS: Tenths = 1000;

/// Breaches that are told; of the others only how many: a guest may be wrong in every record.
const MOST_SENTENCES: usize = 20;
/// 0001-01-01T00:00:00Z, in milliseconds since 1970.
const FIRST_INSTANT: Timestamp = -62_135_596_800_000;
/// The last millisecond of 9999-12-31, in milliseconds since 1970.
const LAST_INSTANT: Timestamp = 253_402_300_799_999;
