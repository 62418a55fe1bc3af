//! From a byte of a text to its line and column.

/// Where the lines of a text begin.
pub(super) struct Lines<'t> {
    text: &'t str,
    /// Bytes; the first is 0.
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0)
            .chain(breaks.map(|(at, _)| at + 1))
            .collect();
        Self { text, starts }
    }

    /// The line of a byte, counted from 1.
    pub(super) fn line(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte).max(1)
    }

    /// Line and column of a byte, counted from 1. A byte past the end is the end.
    pub(super) fn place(&self, byte: usize) -> (usize, usize) {
        let byte = byte.min(self.text.len());
        let line = self.line(byte);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let before = self.text.as_bytes().get(start..byte).unwrap_or_default();
        // Every character has one byte that does not continue another.
        let chars = before.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        (line, chars + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let lines = Lines::of("ä = 1\nb = 2");
        assert_eq!(lines.place(3), (1, 3));
        assert_eq!(lines.place(7), (2, 1));
    }

    #[test]
    fn a_byte_past_the_end_is_the_end() {
        assert_eq!(Lines::of("").place(9), (1, 1));
        assert_eq!(Lines::of("a\n").place(9), (2, 1));
    }
}
