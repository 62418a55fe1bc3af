//! Text from an upstream, made safe for a terminal.

use std::fmt::Write as _;

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
        if character.is_control() || is_hidden(character) {
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

/// Characters that reorder or hide text, or show nothing.
pub(super) fn is_hidden(character: char) -> bool {
    // SOURCE: `Default_Ignorable_Code_Point` and `Bidi_Control` of Unicode 16, the line and paragraph separators, and the
    // interlinear annotations.
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// A line of JSON that a terminal shows as it is: what a terminal would act on or not show is escaped. It means the same.
pub(crate) fn json_line(json: &str) -> String {
    let mut line = String::with_capacity(json.len() + 1);
    for character in json.chars() {
        // Outside of strings JSON has none of these.
        if character.is_control() || is_hidden(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(line, "\\u{unit:04x}");
            }
        } else {
            line.push(character);
        }
    }
    line.push('\n');
    line
}

/// Longest text shown, in characters: a sentence that names a page and the reason why it failed has about 250.
const LONGEST: usize = 400;

/// Longest name shown, in columns. Names that are in use are shorter, and a line has eighty.
const LONGEST_NAME: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_json_holds_nothing_that_a_terminal_acts_on_and_means_the_same() {
        let nasty = "a\u{9b}31m\u{7f}\u{202e}\u{e0041}é";
        let line = json_line(&serde_json::to_string(nasty).unwrap());
        assert_eq!(line, "\"a\\u009b31m\\u007f\\u202e\\udb40\\udc41é\"\n");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), nasty);
    }

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
