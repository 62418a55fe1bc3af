//! What versions are made of.

/// One step of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part<'a> {
    /// A rank is one of numbers or of words, never of both.
    pub(super) rank: u8,
    /// Digits of a number, 0 of a word: of two numbers the longer is larger.
    length: usize,
    text: &'a str,
}

impl Part<'_> {
    /// The same at another rank.
    pub(super) fn at(self, rank: u8) -> Self {
        Self { rank, ..self }
    }

    /// Whether it is the number zero or its rank alone.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

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
pub(super) fn runs<'a>(mut text: &'a str, marks: &[u8]) -> Vec<Run<'a>> {
    let mut runs = Vec::new();
    while let Some(first) = text.bytes().next() {
        let is_like_first =
            |byte: &u8| byte.is_ascii_digit() == first.is_ascii_digit() && !marks.contains(byte);
        let length = text
            .as_bytes()
            .iter()
            .take_while(|byte| is_like_first(byte))
            .count();
        let Some((stretch, rest)) = text.split_at_checked(length.max(1)) else {
            break;
        };
        runs.push(match Digits::parse(stretch) {
            Some(number) => Run::Number(number),
            None if length == 0 => Run::Mark(first),
            None => Run::Word(stretch),
        });
        text = rest;
    }
    runs
}

/// A part that is a number.
pub(super) fn number(rank: u8, number: Digits<'_>) -> Part<'_> {
    Part {
        rank,
        length: number.length,
        text: number.digits,
    }
}

/// A part that is a word.
pub(super) fn word(rank: u8, word: &str) -> Part<'_> {
    Part {
        rank,
        length: 0,
        text: word,
    }
}

/// A part that is its rank alone.
pub(super) fn rank(rank: u8) -> Part<'static> {
    word(rank, "")
}
