//! Markdown that is built of whole sections and never longer than GitHub takes.

use std::fmt::Write as _;

/// Sections, added whole while they fit.
#[derive(Debug, Default)]
pub(super) struct Body {
    text: String,
    left_out: usize,
}

impl Body {
    /// Adds a section, unless it is empty. One that does not fit is counted.
    pub(super) fn add(&mut self, section: &str) {
        if section.is_empty() {
            return;
        }
        if self.text.len() + 1 + section.len() > MAX_BODY - RESERVE {
            self.left_out += 1;
            return;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(section);
    }

    /// The whole, with a line that says how many sections did not fit.
    pub(super) fn finish(mut self) -> String {
        if self.left_out > 0 {
            let count = self.left_out;
            let _ = write!(
                self.text,
                "\nSections left out because they do not fit here: {count}. `koalr gate --format json` has everything.\n"
            );
        }
        self.text
    }
}

/// A heading and its list. What is beyond the list's size is counted: `total` says how many items there are. Empty if
/// there is none.
pub(super) fn list(
    heading: &str,
    total: usize,
    most: usize,
    items: impl Iterator<Item = String>,
) -> String {
    if total == 0 {
        return String::new();
    }
    let mut text = format!("### {heading}\n\n");
    let mut shown = 0;
    for item in items.take(most) {
        if shown > 0 && text.len() + item.len() > MAX_LIST {
            break;
        }
        text.push_str("- ");
        text.push_str(&item);
        text.push('\n');
        shown += 1;
    }
    if shown < total {
        let _ = writeln!(text, "- and {} more", total - shown);
    }
    text
}

/// Longest summary or text, in bytes: GitHub allows 65,535 characters, and no character is shorter than a byte.
pub(super) const MAX_BODY: usize = 65_535;

/// Room for the line about what was left out, in bytes.
const RESERVE: usize = 200;

/// Longest list, in bytes, so that a summary's seven sections fit together.
const MAX_LIST: usize = 7_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_that_does_not_fit_is_counted_and_the_next_one_is_added() {
        let mut body = Body::default();
        body.add("first\n");
        body.add(&"x".repeat(MAX_BODY));
        body.add("");
        body.add("last\n");
        assert_eq!(
            body.finish(),
            "first\n\nlast\n\nSections left out because they do not fit here: 1. \
             `koalr gate --format json` has everything.\n"
        );
    }

    #[test]
    fn a_body_that_is_full_to_the_last_byte_is_not_too_long() {
        let mut body = Body::default();
        body.add(&"x".repeat(MAX_BODY - RESERVE - 1));
        body.add("more");
        let text = body.finish();
        assert!(text.len() <= MAX_BODY, "{}", text.len());
        assert!(text.ends_with("has everything.\n"));
    }

    #[test]
    fn a_list_counts_what_it_does_not_show() {
        let items = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(
            list("Few", 3, 2, items.into_iter()),
            "### Few\n\n- a\n- b\n- and 1 more\n"
        );
    }

    #[test]
    fn a_list_of_long_items_stays_short() {
        let items = std::iter::repeat_with(|| "x".repeat(3_000));
        let text = list("Long", 9, 9, items);
        assert!(text.len() < MAX_LIST + 100);
        assert!(text.ends_with("- and 7 more\n"));
    }

    #[test]
    fn an_empty_list_has_no_heading() {
        assert_eq!(list("None", 0, 9, std::iter::empty()), "");
    }
}
