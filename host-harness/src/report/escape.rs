//! Text from an upstream, made safe for a terminal.

use super::layout::cut;

/// The text on one line, without control characters or bidirectional overrides, cut at 400 characters.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut plain = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == LONGEST {
            plain.push('…');
            break;
        }
        if character.is_control() || is_invisible(character) {
            plain.push('\u{fffd}');
        } else {
            plain.push(character);
        }
    }
    plain
}

/// A package, version or id, short enough that a line holds it: the same, cut at 60 columns.
pub(super) fn name(text: &str) -> String {
    cut(&plain(text), LONGEST_NAME)
}

/// Characters that reorder or hide the text around them.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Longest text shown, in characters: a sentence that names a page and the reason why it failed has about 250.
const LONGEST: usize = 400;

/// Longest name shown, in columns. Names that are in use are shorter, and a line has eighty.
const LONGEST_NAME: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_in_a_package_name_does_not_reach_the_terminal() {
        assert_eq!(plain("left\u{1b}[31mpad"), "left\u{fffd}[31mpad");
    }

    #[test]
    fn a_right_to_left_override_is_shown_as_a_replacement() {
        assert_eq!(plain("a\u{202e}b"), "a\u{fffd}b");
    }

    #[test]
    fn a_name_of_a_megabyte_is_cut() {
        let name_of_a_megabyte = "x".repeat(1 << 20);
        assert_eq!(plain(&name_of_a_megabyte).chars().count(), LONGEST + 1);
        assert_eq!(name(&name_of_a_megabyte).chars().count(), LONGEST_NAME);
    }
}
