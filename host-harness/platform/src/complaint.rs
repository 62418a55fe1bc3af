//! What is wrong in a file that a person wrote, and where.

use thiserror::Error;

/// Something wrong at a place of a file. Prefix it with the file's name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct Complaint {
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1. At most one past the end of the line.
    pub column: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong, and the way out. Texts of the file are shortened and without control characters.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Problem {
    /// Not the file's language: what the parser says.
    #[error("not TOML: {0}")]
    Syntax(String),
    /// More bytes than are read.
    #[error("the file has {bytes} bytes; at most {limit} are read")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A key that nothing reads.
    #[error("unknown key `{key}`; {way_out}")]
    UnknownKey {
        /// The key.
        key: String,
        /// What to write instead.
        way_out: String,
    },
    /// A rule that the integration does not declare.
    #[error("unknown rule `{rule}`; {way_out}")]
    UnknownRule {
        /// Its code.
        rule: String,
        /// What to write instead.
        way_out: String,
    },
    /// A value of the wrong type, out of range or not among the words.
    #[error("`{key}` is `{given}`; {way_out}")]
    WrongValue {
        /// The key.
        key: String,
        /// The value as it is written.
        given: String,
        /// What to write instead.
        way_out: String,
    },
    /// A key that must be there.
    #[error("`{key}` is missing; {why}")]
    Missing {
        /// The key.
        key: &'static str,
        /// What it is for.
        why: &'static str,
    },
    /// A cause that no policy may let pass.
    #[error(
        "`{0}` never opens: what could not be evaluated only makes the gate stricter; leave it out"
    )]
    NeverOpens(&'static str),
    /// Bands that overlap.
    #[error("bands begin at {medium}, {high} and {critical}; each must begin above the one before")]
    BandsDoNotRise {
        /// Where medium begins.
        medium: String,
        /// Where high begins.
        high: String,
        /// Where critical begins.
        critical: String,
    },
    /// Two waivers of one id; neither holds.
    #[error(
        "waiver `{id}` is there more than once, and none of them holds; give each an id of its own"
    )]
    DuplicateWaiver {
        /// The id.
        id: String,
    },
    /// A waiver approved by who wrote it.
    #[error("`{approver}` wrote this waiver; somebody else must approve it")]
    OwnApproval {
        /// The approver.
        approver: String,
    },
    /// A waiver that ends before it begins.
    #[error("it expires at {expires}, and was created at {created}; it would never hold")]
    NeverHolds {
        /// When it ends.
        expires: String,
        /// When it begins.
        created: String,
    },
    /// A waiver for longer than the policy allows.
    #[error(
        "it expires {days} days after it was created; the policy's `waiver-max-days` is {limit}, so let it expire by {by}"
    )]
    LivesTooLong {
        /// Days from creation to expiry, rounded up.
        days: i64,
        /// The policy's limit.
        limit: u32,
        /// The last moment allowed.
        by: String,
    },
    /// What no key or value is to blame for alone.
    #[error("{0}")]
    Contradiction(String),
    /// So many more.
    #[error("{0} more problems are not shown; correct these first")]
    More(usize),
}

impl Problem {
    /// The key that is to be written otherwise; none if no single one is to blame.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::UnknownKey { key, .. } | Self::WrongValue { key, .. } => Some(key),
            Self::Missing { key, .. } => Some(key),
            Self::OwnApproval { .. } => Some("author"),
            Self::NeverHolds { .. } | Self::LivesTooLong { .. } => Some("expires"),
            _ => None,
        }
    }
}

/// A text of the file as it may be repeated: short, and on one line.
#[must_use]
pub fn shown(text: &str) -> String {
    let clean = |char: char| if char.is_control() { '\u{fffd}' } else { char };
    let mut shown: String = text.chars().take(SHOWN_CHARS).map(clean).collect();
    if text.chars().nth(SHOWN_CHARS).is_some() {
        shown.push('…');
    }
    shown
}

/// What to write instead of a word: the nearest known one if it is near, otherwise all of them.
#[must_use]
pub fn way_out<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let near = known
        .clone()
        .filter_map(|known| Some((distance(word, known)?, known)))
        .min();
    if let Some((_, known)) = near {
        return format!("did you mean `{known}`?");
    }
    let mut listed: Vec<String> = known.map(|word| format!("`{}`", shown(word))).collect();
    let last = listed.pop();
    match (listed.is_empty(), last) {
        (_, None) => "nothing is expected here".to_owned(),
        (true, Some(last)) => format!("expected {last}"),
        (false, Some(last)) => format!("expected {} or {last}", listed.join(", ")),
    }
}

/// Edits from one word to the other: inserted, left out or replaced characters, and swapped neighbours. None if that is
/// more than a third of the known word.
pub(crate) fn distance(word: &str, known: &str) -> Option<usize> {
    let allowed = (known.len() / 3).max(1);
    if word.len().abs_diff(known.len()) > allowed || known.len() > SHOWN_CHARS {
        return None;
    }
    let (word, known) = (word.as_bytes(), known.as_bytes());
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=known.len()).collect();
    let mut last: Option<u8> = None;
    for (row, &typed) in word.iter().enumerate() {
        let mut here = vec![row + 1];
        for (column, &meant) in known.iter().enumerate() {
            let at = |cells: &[usize], column: usize| cells.get(column).copied().unwrap_or(row);
            let mut edits = (at(&above, column) + usize::from(typed != meant))
                .min(at(&above, column + 1) + 1)
                .min(at(&here, column) + 1);
            let swapped = column
                .checked_sub(1)
                .filter(|&left| known.get(left) == Some(&typed) && last == Some(meant));
            if let Some(left) = swapped {
                edits = edits.min(at(&before, left) + 1);
            }
            here.push(edits);
        }
        before = std::mem::replace(&mut above, here);
        last = Some(typed);
    }
    above.last().copied().filter(|edits| *edits <= allowed)
}

/// Characters of a name or value that are repeated. Longer than any key that is known.
const SHOWN_CHARS: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_word_is_proposed() {
        let known = ["threshold", "active"];
        assert_eq!(
            way_out("treshold", known.into_iter()),
            "did you mean `threshold`?"
        );
        assert_eq!(
            way_out("actvie", known.into_iter()),
            "did you mean `active`?"
        );
    }

    #[test]
    fn where_no_word_is_near_all_are_listed() {
        assert_eq!(
            way_out("colour", ["mode", "bands", "rules"].into_iter()),
            "expected `mode`, `bands` or `rules`"
        );
        assert_eq!(way_out("x", ["mode"].into_iter()), "expected `mode`");
        assert_eq!(way_out("x", [].into_iter()), "nothing is expected here");
    }

    #[test]
    fn swapped_neighbours_are_one_edit() {
        assert_eq!(distance("wran", "warn"), Some(1));
        assert_eq!(distance("w", "warn"), None);
    }

    #[test]
    fn what_is_repeated_is_short_and_on_one_line() {
        assert_eq!(shown("a\nb\u{1b}"), "a\u{fffd}b\u{fffd}");
        assert_eq!(shown(&"x".repeat(1 << 20)).chars().count(), 61);
    }
}
