//! What versions are made of.

/// One step of a comparison: first by rank, then by number, then by word.
pub(super) type Part<'a> = (u8, Digits<'a>, &'a str);

/// A number of any length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Digits<'a> {
    /// Of two numbers without leading zeros the longer is larger.
    length: usize,
    digits: &'a str,
}

impl<'a> Digits<'a> {
    pub(crate) const ZERO: Self = Self {
        length: 0,
        digits: "",
    };

    /// None for a text that is empty or has anything but digits.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let digits = text.trim_start_matches('0');
        number.then_some(Self {
            length: digits.len(),
            digits,
        })
    }

    /// How many digits it has without leading zeros.
    pub(super) fn length(self) -> usize {
        self.length
    }
}

/// A stretch of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run<'a> {
    Number(Digits<'a>),
    /// As many bytes as are neither digits nor marks.
    Word(&'a str),
    Mark(u8),
}

/// Cuts a version at these marks, and where digits meet others.
pub(super) fn runs<'a>(text: &'a str, marks: &[u8]) -> Vec<Run<'a>> {
    let kind = |byte: u8| match byte {
        b'0'..=b'9' => Kind::Digit,
        _ if marks.contains(&byte) => Kind::Mark,
        _ => Kind::Other,
    };
    text.as_bytes()
        .chunk_by(|a, b| kind(*a) == kind(*b) && kind(*a) != Kind::Mark)
        .scan(0, |start, chunk| {
            let end = *start + chunk.len();
            let stretch = text.get(*start..end)?;
            *start = end;
            Some(match (Digits::parse(stretch), chunk) {
                (Some(number), _) => Run::Number(number),
                (None, [mark]) if marks.contains(mark) => Run::Mark(*mark),
                _ => Run::Word(stretch),
            })
        })
        .collect()
}

#[derive(PartialEq)]
enum Kind {
    Digit,
    Mark,
    Other,
}

/// A part that is a number.
pub(super) fn number(rank: u8, number: Digits<'_>) -> Part<'_> {
    (rank, number, "")
}

/// A part that is a word.
pub(super) fn word(rank: u8, word: &str) -> Part<'_> {
    (rank, Digits::ZERO, word)
}

/// A part that is its rank alone.
pub(super) fn rank(rank: u8) -> Part<'static> {
    word(rank, "")
}
