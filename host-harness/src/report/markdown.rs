//! Text from outside, made inert in GitHub's Markdown.
//!
//! GitHub looks for mentions, references to issues and commits, and emoji in the text of the page that it rendered.
//! Backslashes and entities are gone by then: `\@name` and `&#64;name` notify like `@name`. What it leaves alone is code
//! (SOURCE: <https://github.com/github/cmark-gfm/issues/389>). So a word that it would act on becomes code, and what
//! Markdown itself acts on is escaped. Nothing is put into a word: names can be copied.

/// A text as one line of a paragraph or of a list, with nothing in it that GitHub acts on. At most 2,000 characters.
pub(super) fn inline(text: &str) -> String {
    let words = one_line(text, LONGEST_TEXT);
    let mut out = String::with_capacity(words.len());
    for (index, word) in words.split(' ').enumerate() {
        if index > 0 {
            out.push(' ');
        }
        if is_acted_on(word) {
            span(&mut out, word);
        } else {
            escape(&mut out, word);
        }
    }
    out
}

/// A name as a code span that nothing in it closes. At most 120 characters; `(none)` if it is empty.
pub(super) fn code(name: &str) -> String {
    let name = one_line(name, LONGEST_NAME);
    if name.is_empty() {
        return "(none)".to_owned();
    }
    let mut out = String::with_capacity(name.len() + 2);
    span(&mut out, &name);
    out
}

/// Lines as a code block that nothing in them closes. Spaces stay, because columns matter.
pub(super) fn fence<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut body = String::new();
    for line in lines {
        body.extend(line.chars().map(visible));
        body.push('\n');
    }
    let fence = "`".repeat(longest_run(&body).max(2) + 1);
    format!("{fence}text\n{body}{fence}\n")
}

/// A text on one line: runs of white space are one space, what is invisible or controls is a replacement character, and
/// what is longer than so many characters is cut, with an ellipsis.
pub(super) fn one_line(text: &str, longest: usize) -> String {
    let mut out = String::new();
    let (mut count, mut space) = (0, false);
    for character in text.chars() {
        if character.is_whitespace() {
            space = count > 0;
            continue;
        }
        if count + usize::from(space) >= longest {
            out.push('…');
            break;
        }
        if space {
            out.push(' ');
            count += 1;
            space = false;
        }
        out.push(visible(character));
        count += 1;
    }
    out
}

/// Whether GitHub makes something of a word after Markdown is rendered: a mention or an address (`@`), an issue (`#1`,
/// `GH-1`), mathematics (`$`), an emoji (`:name:`), a link, or a commit.
fn is_acted_on(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    lower.contains(['@', '#', '$'])
        || lower.contains("://")
        || lower.contains("www.")
        || lower.matches(':').count() > 1
        || lower
            .split("gh-")
            .skip(1)
            .any(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
        || lower
            .split(|character: char| !character.is_ascii_alphanumeric())
            .any(|run| run.len() >= SHORTEST_COMMIT && run.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// What Markdown itself acts on, also where a word begins a line, behind backslashes.
fn escape(out: &mut String, word: &str) {
    let only = |marker: char| word.chars().all(|character| character == marker);
    if ['-', '+', '='].into_iter().any(only) && !word.is_empty() {
        out.push('\\');
    }
    let number = word.strip_suffix(['.', ')']);
    let begins_list = number.is_some_and(|digits| {
        !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
    });
    for character in word.chars() {
        if r"\`*_[]<>&~|".contains(character) || (begins_list && ".)".contains(character)) {
            out.push('\\');
        }
        out.push(character);
    }
}

fn span(out: &mut String, text: &str) {
    let fence = "`".repeat(longest_run(text) + 1);
    // A space on both sides is taken off again.
    let pad = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    for part in [&fence, pad, text, pad, &fence] {
        out.push_str(part);
    }
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|character| character != '`').map(str::len);
    runs.max().unwrap_or(0)
}

fn visible(character: char) -> char {
    if character.is_control() || is_hidden(character) {
        '\u{fffd}'
    } else {
        character
    }
}

/// Characters that reorder or hide text, or show nothing.
fn is_hidden(character: char) -> bool {
    // SOURCE: `Default_Ignorable_Code_Point` and `Bidi_Control` of Unicode 16, the line and paragraph separators, and the
    // interlinear annotations.
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Longest text, in characters: a verdict sentence with three names of 400 each fits.
const LONGEST_TEXT: usize = 2000;

/// Longest name, in characters: few packages have more than 60.
pub(super) const LONGEST_NAME: usize = 120;

/// Fewest digits by which GitHub recognises a commit.
const SHORTEST_COMMIT: usize = 7;

#[cfg(test)]
mod tests;
