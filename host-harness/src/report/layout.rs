//! Lines of a terminal of eighty columns.

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// A line of a list, and what of it does not fit below it.
pub(super) fn item(text: &mut String, line: &str) {
    below(text, 2, line);
}

/// The same at an indent of this many columns.
pub(super) fn below(text: &mut String, indent: usize, line: &str) {
    let mut indented = indent;
    for piece in wrap(line, WIDTH - indent - 2) {
        let _ = writeln!(text, "{:indented$}{piece}", "");
        indented = indent + 2;
    }
}

/// A sentence on as many lines as it takes.
pub(super) fn sentence(text: &mut String, sentence: &str) {
    for piece in wrap(sentence, WIDTH) {
        let _ = writeln!(text, "{piece}");
    }
}

/// A command at an indent of two, broken as a shell reads it.
pub(super) fn command(text: &mut String, command: &str) {
    let pieces = if columns(command) <= WIDTH - 2 {
        vec![command.to_owned()]
    } else {
        wrap(command, WIDTH - 6)
    };
    let last = pieces.len().saturating_sub(1);
    for (index, piece) in pieces.into_iter().enumerate() {
        let indent = if index == 0 { "  " } else { "    " };
        let end = if index == last { "" } else { " \\" };
        let _ = writeln!(text, "{indent}{piece}{end}");
    }
}

/// A label and a figure at the right edge, with the label cut rather than the figure.
pub(super) fn row(text: &mut String, indent: usize, label: &str, figure: &str) {
    let room = WIDTH - indent - FIGURE - 1;
    let label = cut(label, room);
    let space = room - columns(&label);
    let _ = writeln!(text, "{:indent$}{label}{:space$} {figure:>FIGURE$}", "", "");
}

/// A line that says how many are left out, if any are.
pub(super) fn rest(text: &mut String, all: usize, shown: usize, where_to: &str) {
    if let Some(more @ 1..) = all.checked_sub(shown) {
        item(text, &format!("and {more} more{where_to}"));
    }
}

/// Breaks a line at spaces; a longer word stands alone.
pub(super) fn wrap(line: &str, width: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut taken = 0;
    for word in line.split(' ') {
        let wide = columns(word);
        if !piece.is_empty() && taken + 1 + wide > width {
            pieces.push(std::mem::take(&mut piece));
        }
        if piece.is_empty() {
            taken = wide;
        } else {
            piece.push(' ');
            taken += 1 + wide;
        }
        piece.push_str(word);
    }
    pieces.push(piece);
    pieces
}

/// The text in at most this many columns, with a mark where it is cut.
pub(super) fn cut(text: &str, room: usize) -> String {
    if columns(text) <= room {
        return text.to_owned();
    }
    let mut taken = 1;
    let fits = |character: &char| {
        taken += character.width().unwrap_or(1);
        taken <= room
    };
    let mut cut: String = text.chars().take_while(fits).collect();
    cut.push('…');
    cut
}

/// How many columns a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// Columns of a report.
pub(super) const WIDTH: usize = 80;

/// Columns of a figure: `+100.0`.
const FIGURE: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_breaks_at_spaces_and_never_inside_a_word() {
        assert_eq!(wrap("aa bb cccccc d", 5), ["aa bb", "cccccc", "d"]);
    }

    #[test]
    fn a_wide_character_takes_two_columns() {
        assert_eq!(wrap("漢字 漢字", 8), ["漢字", "漢字"]);
        assert_eq!(cut("漢字漢字", 6), "漢字…");
    }

    #[test]
    fn a_long_label_is_cut_and_the_figure_stays() {
        let mut text = String::new();
        row(&mut text, 2, &"x".repeat(100), "12.3");
        assert!(text.ends_with("…   12.3\n"), "{text}");
        assert_eq!(columns(text.trim_end()), WIDTH);
    }

    #[test]
    fn a_long_command_is_broken_as_a_shell_reads_it() {
        let mut text = String::new();
        let long = format!("go get {}@v1", "x".repeat(76));
        command(&mut text, &long);
        assert_eq!(text, format!("  go get \\\n    {}@v1\n", "x".repeat(76)));
        assert_eq!(text.replace(" \\\n   ", "").trim(), long);
    }
}
