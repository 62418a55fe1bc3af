//! The bytes of a segment: runs of a connection's records, all of one width, little-endian.

use koalr_platform::model::common::{FindingClass, FixState, Severity};
use koalr_platform::spell::{End, Ending, Origin, Spell};

/// A stretch and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    /// Row of the connection.
    pub(super) connection: i64,
    /// The lowest [`ROW_BITS`] of the finding's row.
    pub(super) place: u16,
    pub(super) spell: Spell,
}

impl Record {
    /// Whether its finding is not among these rows of its segment, in order.
    pub(super) fn holds(&self, changed: &[i64]) -> bool {
        changed
            .binary_search_by_key(&self.place, |row| place_of(*row))
            .is_err()
    }
}

/// Number of the form that is written here. Segments of another one do not count, and are replaced.
pub(super) const FORMAT: i64 = 3;

/// The rows of a segment are those whose number is the segment's without so many of its lowest bits.
pub(super) const ROW_BITS: u32 = 9;

/// The lowest bits of a row.
const PLACE: i64 = (1 << ROW_BITS) - 1;

/// The segment of a row.
pub(super) fn segment_of(row: i64) -> u32 {
    u32::try_from(row >> ROW_BITS).unwrap_or(u32::MAX)
}

/// The place of a row in its segment.
pub(super) fn place_of(row: i64) -> u16 {
    u16::try_from(row & PLACE).unwrap_or_default()
}

/// The first and the last row of a segment.
pub(super) fn rows_of(segment: u32) -> (i64, i64) {
    let first = i64::from(segment) << ROW_BITS;
    (first, first | PLACE)
}

/// The bytes of a segment with these records.
pub(super) fn write(records: &[Record]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEAD + records.len() * WIDTH);
    for run in records.chunk_by(|one, next| one.connection == next.connection) {
        let connection = run.first().map_or(0, |one| one.connection);
        bytes.extend(connection.to_le_bytes());
        bytes.extend((run.len() as u64).to_le_bytes());
        for record in run {
            bytes.extend(packed(&record.spell));
        }
        for record in run {
            bytes.extend(record.place.to_le_bytes());
        }
    }
    bytes
}

/// Reads the stretches of a connection into an empty list; says no unless all of them are whole.
pub(super) fn read(mut bytes: &[u8], connection: i64, spells: &mut Vec<Spell>) -> bool {
    while !bytes.is_empty() {
        let Some((run, rest)) = first_run(bytes) else {
            return false;
        };
        if run.connection == connection {
            spells.reserve(run.records.len());
            for record in run.records {
                let Some(spell) = unpacked(record) else {
                    return false;
                };
                spells.push(spell);
            }
        }
        bytes = rest;
    }
    true
}

/// All records, in the order in which they were written; none unless all of them are whole.
pub(super) fn records(mut bytes: &[u8]) -> Option<Vec<Record>> {
    let mut records = Vec::with_capacity(bytes.len() / (WIDTH + 2));
    while !bytes.is_empty() {
        let (run, rest) = first_run(bytes)?;
        for (record, place) in run.records.iter().zip(run.places) {
            records.push(Record {
                connection: run.connection,
                place: u16::from_le_bytes(*place),
                spell: unpacked(record)?,
            });
        }
        bytes = rest;
    }
    Some(records)
}

/// Records of one connection, one after the other.
struct Run<'a> {
    connection: i64,
    records: &'a [[u8; WIDTH]],
    /// Of the finding of each.
    places: &'a [[u8; 2]],
}

/// The first run, and what comes after it; none unless it is whole.
fn first_run(bytes: &[u8]) -> Option<(Run<'_>, &[u8])> {
    let (connection, rest) = bytes.split_first_chunk()?;
    let (count, rest) = rest.split_first_chunk()?;
    let count = usize::try_from(u64::from_le_bytes(*count)).ok()?;
    let (records, rest) = rest.split_at_checked(count.checked_mul(WIDTH)?)?;
    let (places, rest) = rest.split_at_checked(count.checked_mul(2)?)?;
    let run = Run {
        connection: i64::from_le_bytes(*connection),
        records: records.as_chunks().0,
        places: places.as_chunks().0,
    };
    Some((run, rest))
}

fn packed(spell: &Spell) -> [u8; WIDTH] {
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
    let mut bytes = [0; WIDTH];
    let fields = [
        spell.opened_at.to_le_bytes(),
        end.to_le_bytes(),
        packed.to_le_bytes(),
    ];
    for (place, field) in bytes.chunks_exact_mut(8).zip(fields) {
        place.copy_from_slice(&field);
    }
    bytes
}

fn unpacked(bytes: &[u8; WIDTH]) -> Option<Spell> {
    let (fields, _) = bytes.as_chunks::<8>();
    let [opened_at, end, packed] = fields else {
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
    Some(Spell {
        repository: repository.map(u32::try_from).transpose().ok()?,
        class,
        severity,
        cvss: cvss.map(u16::try_from).transpose().ok()?,
        fix,
        exploited: packed.take(1) == 1,
        opened_at: i64::from_le_bytes(*opened_at),
        origin,
        end: ending.map(|how| End { at, how }),
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

/// Bytes of a record: beginning, end, and the rest in bits.
const WIDTH: usize = 24;

/// Bytes before the records of a run: their connection, and how many they are.
const HEAD: usize = 16;

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
            records.push(Record {
                connection: i64::MAX,
                place: u16::try_from(number / 2).unwrap(),
                spell,
            });
        }
        records
    }

    fn back(bytes: &[u8], connection: i64) -> Option<Vec<Spell>> {
        let mut spells = Vec::new();
        read(bytes, connection, &mut spells).then_some(spells)
    }

    #[test]
    fn a_segment_reads_back_to_the_millisecond() {
        let records = records();
        let bytes = write(&records);
        assert_eq!(bytes.len(), HEAD + 24 * (WIDTH + 2));
        let spells: Vec<_> = records.iter().map(|record| record.spell).collect();
        assert_eq!(back(&bytes, i64::MAX), Some(spells));
        assert_eq!(super::records(&bytes), Some(records));
    }

    #[test]
    fn each_connection_reads_its_own() {
        let mut records = records();
        for (record, number) in records.iter_mut().zip(0..) {
            record.connection = number / 3 % 2;
        }
        let bytes = write(&records);
        for connection in [0, 1, 2] {
            let own = records.iter().filter(|one| one.connection == connection);
            let own: Vec<_> = own.map(|one| one.spell).collect();
            assert_eq!(back(&bytes, connection), Some(own));
        }
    }

    #[test]
    fn a_segment_that_is_not_whole_is_none() {
        let mut bytes = write(&records()[..1]);
        for shorter in 1..bytes.len() {
            assert_eq!(back(&bytes[..shorter], i64::MAX), None);
            assert_eq!(super::records(&bytes[..shorter]), None);
        }
        bytes[HEAD + WIDTH - 8..HEAD + WIDTH].fill(0xff);
        assert_eq!(back(&bytes, i64::MAX), None);
        bytes[8..HEAD].fill(0xff);
        assert_eq!(back(&bytes, i64::MAX), None);
        assert_eq!(back(&[], i64::MAX), Some(vec![]));
    }

    #[test]
    fn the_triggers_remove_segments_of_as_many_rows() {
        let sql = [
            include_str!("../../migrations/tenant/0003.sql"),
            include_str!("../../migrations/tenant/0007.sql"),
        ]
        .concat();
        let shifts: Vec<_> = sql.split(" >> ").skip(1).collect();
        assert!(shifts.len() > 8);
        let expected = ROW_BITS.to_string();
        assert!(shifts.iter().all(|after| {
            after.split(|after: char| !after.is_ascii_digit()).next() == Some(&*expected)
        }));
    }
}
