//! A reader of CSV (RFC 4180) that comes in pieces.
//!
//! Its own, because the published readers bring their own buffers and a parser generator's tables, which the component
//! would carry for two files.

/// Reads records from pieces that may be cut anywhere. It holds one record, however long the file is.
#[derive(Default)]
pub(super) struct Reader {
    /// The record's text so far, without quotes and separators.
    text: Vec<u8>,
    /// Where its finished fields end in the text.
    ends: Vec<usize>,
    place: Place,
    /// Bytes of a byte order mark met at the file's beginning.
    mark: usize,
    /// The file's text has begun.
    begun: bool,
    /// The record has a quote: it is one even if it is empty.
    quoted: bool,
    too_long: bool,
}

/// Where in a record the next byte stands.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    /// Before a field's first byte.
    #[default]
    Start,
    Plain,
    Quoted,
    /// After a quote inside a quoted field: another one is a quote, anything else ends the quoting.
    Quote,
}

/// What became of a record.
#[derive(Clone, Copy)]
pub(super) enum Record<'a> {
    /// Its fields.
    Read(Fields<'a>),
    /// It is longer than a record may be, or not text: why.
    Unreadable(&'static str),
}

/// The fields of a record.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    text: &'a str,
    ends: &'a [usize],
}

impl<'a> Fields<'a> {
    pub(super) fn iter(self) -> impl Iterator<Item = &'a str> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let field = self.text.get(start..end).unwrap_or_default();
            start = end;
            field
        })
    }

    pub(super) fn count(self) -> usize {
        self.ends.len()
    }
}

impl Reader {
    /// Takes a piece and hands on every record that ends in it. A blank line is none.
    pub(super) fn feed(&mut self, piece: &[u8], each: &mut dyn FnMut(Record<'_>)) {
        for &byte in piece {
            if !self.begun && self.is_mark(byte) {
                continue;
            }
            self.take(byte, each);
        }
    }

    /// Ends the file: what follows the last line break is its last record. False if it ends inside quotes, and that
    /// record is lost.
    pub(super) fn finish(mut self, each: &mut dyn FnMut(Record<'_>)) -> bool {
        if self.place == Place::Quoted {
            return false;
        }
        self.end_record(each);
        true
    }

    /// Whether the byte belongs to a byte order mark at the file's beginning. A part of one is text.
    fn is_mark(&mut self, byte: u8) -> bool {
        if MARK.get(self.mark) == Some(&byte) {
            self.mark += 1;
            return true;
        }
        self.begun = true;
        if self.mark < MARK.len() {
            for &byte in MARK.iter().take(self.mark) {
                self.push(byte);
                self.place = Place::Plain;
            }
        }
        false
    }

    fn take(&mut self, byte: u8, each: &mut dyn FnMut(Record<'_>)) {
        match (self.place, byte) {
            (Place::Quoted, b'"') => self.place = Place::Quote,
            (Place::Quoted, _) => self.push(byte),
            (Place::Quote, b'"') => {
                self.push(byte);
                self.place = Place::Quoted;
            }
            (Place::Start, b'"') => {
                self.quoted = true;
                self.place = Place::Quoted;
            }
            (_, b',') => {
                self.end_field();
                self.place = Place::Start;
            }
            (_, b'\n') => self.end_record(each),
            // What follows a closing quote is kept, as it is not lost that way; another quote there opens nothing.
            _ => {
                self.push(byte);
                self.place = Place::Plain;
            }
        }
    }

    fn push(&mut self, byte: u8) {
        if self.text.len() < MAX_RECORD_BYTES {
            self.text.push(byte);
        } else {
            self.too_long = true;
        }
    }

    fn end_field(&mut self) {
        if self.ends.len() < MAX_FIELDS {
            self.ends.push(self.text.len());
        } else {
            self.too_long = true;
        }
    }

    fn end_record(&mut self, each: &mut dyn FnMut(Record<'_>)) {
        if self.place == Place::Plain && self.text.last() == Some(&b'\r') {
            self.text.pop();
        }
        if self.quoted || self.too_long || !self.text.is_empty() || !self.ends.is_empty() {
            self.end_field();
            each(if self.too_long {
                Record::Unreadable("it is longer than 1 MiB")
            } else {
                match str::from_utf8(&self.text) {
                    Ok(text) => Record::Read(Fields {
                        text,
                        ends: &self.ends,
                    }),
                    Err(_) => Record::Unreadable("it is not UTF-8"),
                }
            });
        }
        self.text.clear();
        self.ends.clear();
        self.quoted = false;
        self.too_long = false;
        self.place = Place::Start;
    }
}

/// Longest record, in bytes. Snyk's longest cell is a check's description.
const MAX_RECORD_BYTES: usize = 1 << 20;

/// Most fields of a record. Snyk's widest data set has fewer than a hundred.
const MAX_FIELDS: usize = 1 << 10;

/// What some writers put before UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{MAX_RECORD_BYTES, Reader, Record};

    /// Records of a file that comes in these pieces; none if it ends inside quotes.
    fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Option<Vec<Vec<String>>> {
        let mut records = Vec::new();
        let mut each = |record: Record<'_>| {
            records.push(match record {
                Record::Read(fields) => fields.iter().map(str::to_owned).collect(),
                Record::Unreadable(why) => vec![format!("({why})")],
            });
        };
        let mut reader = Reader::default();
        for piece in pieces {
            reader.feed(piece, &mut each);
        }
        reader.finish(&mut each).then_some(records)
    }

    /// As few quotes as RFC 4180 permits, and some more.
    fn write(records: &[Vec<String>], ending: &str, all: bool) -> String {
        let mut out = String::new();
        for record in records {
            let cells = record.iter().map(|cell| {
                let plain = !all && !cell.contains([',', '"', '\r', '\n']);
                let plain = plain && (record.len() > 1 || !cell.is_empty());
                if plain {
                    cell.clone()
                } else {
                    format!("\"{}\"", cell.replace('"', "\"\""))
                }
            });
            out += &cells.collect::<Vec<_>>().join(",");
            out += ending;
        }
        out
    }

    #[test]
    fn a_quote_cut_by_a_piece_is_read() {
        let text = "a,\"b \"\"c\"\"\r\nd\"\r\n\"\",\"\"\"\"\n";
        let expected = [["a", "b \"c\"\r\nd"], ["", "\""]];
        for at in 0..=text.len() {
            let (one, two) = text.as_bytes().split_at(at);
            assert_eq!(read([one, two]).unwrap(), expected, "{at}");
        }
    }

    #[test]
    fn a_quote_behind_a_closed_field_opens_nothing() {
        assert_eq!(
            read([&b"\"a\"b\"c,d\n\"e\"\rf\"\r\ng"[..]]).unwrap(),
            [vec!["ab\"c", "d"], vec!["e\rf\""], vec!["g"]]
        );
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_name() {
        assert_eq!(
            read([&b"\xEF\xBB"[..], b"\xBF\"a\",b"]).unwrap(),
            [["a", "b"]]
        );
        assert_eq!(
            read(["\u{f000},b".as_bytes()]).unwrap(),
            [["\u{f000}", "b"]]
        );
    }

    #[test]
    fn blank_lines_and_a_missing_last_line_break_are_no_records() {
        assert_eq!(
            read([&b"\r\na,b\r\n\n\nc,"[..]]).unwrap(),
            [["a", "b"], ["c", ""]]
        );
        assert_eq!(read([&b""[..]]).unwrap(), Vec::<Vec<String>>::new());
    }

    #[test]
    fn a_file_that_ends_inside_quotes_is_cut_off() {
        assert_eq!(read([&b"a,\"b"[..]]), None);
    }

    #[test]
    fn a_record_that_is_too_long_costs_no_other_and_no_memory() {
        let long = "x".repeat(MAX_RECORD_BYTES + 1);
        let text = format!("a\n{long}\n{}\nb", ",".repeat(2_000));
        let longer = "(it is longer than 1 MiB)";
        assert_eq!(
            read([text.as_bytes()]).unwrap(),
            [["a"], [longer], [longer], ["b"]]
        );
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_back_wherever_it_is_cut(
            records in prop::collection::vec(prop::collection::vec("[ab,\"\r\nä€]{0,6}", 1..4), 0..5),
            windows in any::<bool>(),
            all in any::<bool>(),
            cuts in prop::collection::vec(1_usize..9, 1..20),
        ) {
            let text = write(&records, if windows { "\r\n" } else { "\n" }, all);
            let mut rest = text.as_bytes();
            let mut pieces = Vec::new();
            for &cut in cuts.iter().cycle() {
                let (piece, left) = rest.split_at(cut.min(rest.len()));
                pieces.push(piece);
                rest = left;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(read(pieces), Some(records));
        }
    }
}
