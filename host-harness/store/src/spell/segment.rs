//! The bytes of a segment: records of one width, little-endian.

use koalr_platform::model::common::{FindingClass, FixState, Severity};
use koalr_platform::spell::{End, Ending, Origin, Spell};

/// A stretch and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    /// Row of the connection.
    pub(super) connection: i64,
    pub(super) spell: Spell,
}

/// Number of the form that is written here. Segments of another one do not count, and are replaced.
pub(super) const FORMAT: i64 = 1;

/// Adds a record to a segment.
pub(super) fn write(record: &Record, bytes: &mut Vec<u8>) {
    let Record { connection, spell } = record;
    let repository = spell.repository.map_or(0, |number| u64::from(number) + 1);
    let severity = spell.severity.map_or(0, |severity| severity as u64 + 1);
    let ending = spell.end.map_or(0, |end| end.how as u64 + 1);
    let packed = Packer(0)
        .push(u64::from(spell.exploited), 1)
        .push(ending, 2)
        .push(spell.origin as u64, 2)
        .push(spell.fix as u64, 2)
        .push(severity, 3)
        .push(spell.class as u64, 3)
        .push(spell.cvss.map_or(0, |score| u64::from(score) + 1), 17)
        .push(repository, 33);
    let Packer(packed) = packed;
    let end = spell.end.map_or(0, |end| end.at);
    bytes.extend(connection.to_le_bytes());
    bytes.extend(spell.opened_at.to_le_bytes());
    bytes.extend(end.to_le_bytes());
    bytes.extend(packed.to_le_bytes());
}

/// The records of a segment; none unless all of it is whole.
pub(super) fn read(bytes: &[u8]) -> Option<impl Iterator<Item = Record>> {
    let (records, rest) = bytes.as_chunks::<WIDTH>();
    let is_whole = rest.is_empty() && records.iter().all(|bytes| record(bytes).is_some());
    is_whole.then(|| records.iter().filter_map(record))
}

fn record(bytes: &[u8; WIDTH]) -> Option<Record> {
    let (fields, _) = bytes.as_chunks::<8>();
    let [connection, opened_at, end, packed] = fields else {
        return None;
    };
    let mut packed = Unpacker(u64::from_le_bytes(*packed));
    let repository = packed.take(33).checked_sub(1);
    let cvss = packed.take(17).checked_sub(1);
    let class = packed.pick(&CLASSES, 3)?;
    let severity = packed.pick(&SEVERITIES, 3)?;
    let fix = packed.pick(&FIXES, 2)?;
    let origin = packed.pick(&ORIGINS, 2)?;
    let ending = packed.pick(&ENDINGS, 2)?;
    let at = i64::from_le_bytes(*end);
    Some(Record {
        connection: i64::from_le_bytes(*connection),
        spell: Spell {
            repository: repository.map(u32::try_from).transpose().ok()?,
            class,
            severity,
            cvss: cvss.map(u16::try_from).transpose().ok()?,
            fix,
            exploited: packed.take(1) == 1,
            opened_at: i64::from_le_bytes(*opened_at),
            origin,
            end: ending.map(|how| End { at, how }),
        },
    })
}

/// Small numbers in one, the first one highest.
struct Packer(u64);

impl Packer {
    fn push(self, number: u64, bits: u32) -> Self {
        Self(self.0 << bits | number)
    }
}

/// The same, the last one first.
struct Unpacker(u64);

impl Unpacker {
    fn take(&mut self, bits: u32) -> u64 {
        let number = self.0 & ((1 << bits) - 1);
        self.0 >>= bits;
        number
    }

    fn pick<T: Copy>(&mut self, list: &[T], bits: u32) -> Option<T> {
        list.get(usize::try_from(self.take(bits)).ok()?).copied()
    }
}

/// Bytes of a record: connection, beginning, end, and the rest in bits.
const WIDTH: usize = 32;

/// The values by their numbers. Another order is another [`FORMAT`].
const CLASSES: [FindingClass; 6] = [
    FindingClass::PackageVulnerability,
    FindingClass::License,
    FindingClass::Container,
    FindingClass::Infrastructure,
    FindingClass::Code,
    FindingClass::Other,
];

const SEVERITIES: [Option<Severity>; 6] = [
    None,
    Some(Severity::Info),
    Some(Severity::Low),
    Some(Severity::Medium),
    Some(Severity::High),
    Some(Severity::Critical),
];

const FIXES: [FixState; 4] = [
    FixState::Unknown,
    FixState::Available,
    FixState::Partial,
    FixState::None,
];

const ORIGINS: [Origin; 4] = [
    Origin::Introduced,
    Origin::Disclosed,
    Origin::ReIntroduced,
    Origin::Unknown,
];

const ENDINGS: [Option<Ending>; 4] = [
    None,
    Some(Ending::Resolved),
    Some(Ending::Accepted),
    Some(Ending::Vanished),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn records() -> Vec<Record> {
        let mut records = Vec::new();
        for number in 0..24 {
            let spell = Spell {
                repository: [None, Some(0), Some(u32::MAX)][number % 3],
                class: CLASSES[number % 6],
                severity: SEVERITIES[number / 2 % 6],
                cvss: [None, Some(0), Some(98), Some(u16::MAX)][number % 4],
                fix: FIXES[number / 2 % 4],
                exploited: number % 2 == 0,
                opened_at: [i64::MIN, -1, 0, 1_790_000_000_123][number % 4],
                origin: ORIGINS[number / 3 % 4],
                end: ENDINGS[number / 5 % 4].map(|how| End { at: i64::MAX, how }),
            };
            let connection = i64::MAX;
            records.push(Record { connection, spell });
        }
        records
    }

    #[test]
    fn a_segment_reads_back_to_the_millisecond() {
        let mut bytes = Vec::new();
        for record in records() {
            write(&record, &mut bytes);
        }
        assert_eq!(bytes.len(), 24 * WIDTH);
        let back: Vec<_> = read(&bytes).unwrap().collect();
        assert_eq!(back, records());
    }

    #[test]
    fn a_segment_that_is_not_whole_is_none() {
        let mut bytes = Vec::new();
        write(&records()[0], &mut bytes);
        assert!(read(&bytes[1..]).is_none());
        bytes[WIDTH - 8..].fill(0xff);
        assert!(read(&bytes).is_none());
        assert_eq!(read(&[]).unwrap().count(), 0);
    }
}
