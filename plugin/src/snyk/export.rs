//! Exports: what is asked for, what Snyk says about them, and what their files hold.

mod check;
mod csv;
mod fix;

use std::collections::BTreeSet;

use koalr_integration_kit::model::common::Timestamp;
use koalr_integration_kit::model::record::Entry;
use serde::Serialize;
use time::OffsetDateTime;

use self::csv::{Fields, Reader, Record};
use crate::json::{self, Raw, Text, objects, words};

/// What an export holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DataSet {
    /// Checks that Snyk ran on changes.
    #[default]
    Checks,
    /// Issues, of which only what is said about fixes is used.
    Fixes,
}

words!(DataSet {
    Checks = "checks"
    Fixes = "fixes"
});

/// The document that asks for an export of what was updated in a span of time.
pub(crate) fn document(set: DataSet, from: Timestamp, to: Timestamp) -> String {
    let (name, columns) = match set {
        DataSet::Checks => ("pr_checks", check::COLUMNS),
        DataSet::Fixes => ("issues", fix::COLUMNS),
    };
    let (columns, from, to) = (columns.join(r#"",""#), moment(from), moment(to));
    format!(
        r#"{{"data":{{"type":"resource","attributes":{{"dataset":"{name}","formats":["csv"],"columns":["{columns}"],"filters":{{"updated":{{"from":"{from}","to":"{to}"}}}},"url_expiration_seconds":{URL_SECS}}}}}}}"#
    )
}

/// The id of an export that was created.
///
/// # Errors
///
/// What is wrong with the answer, as a phrase that follows its name.
pub(crate) fn created(body: &str) -> Result<String, String> {
    let job = job(body)?;
    let id = job.id.as_ref().and_then(Text::filled);
    id.map(str::to_owned)
        .ok_or_else(|| "names no export".to_owned())
}

/// How far an export is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Not ready, in a word of Snyk's.
    Waiting(String),
    Finished,
    /// It came to nothing, in a word of Snyk's.
    Failed(String),
}

/// What Snyk says about an export's progress.
///
/// # Errors
///
/// What is wrong with the answer, as a phrase that follows its name.
pub(crate) fn progress(body: &str) -> Result<Progress, String> {
    let job = job(body)?;
    let status = job.attributes.as_ref().and_then(|all| all.status.as_ref());
    let status = status.and_then(Text::filled).ok_or("states no status")?;
    Ok(match status {
        "FINISHED" => Progress::Finished,
        // The documentation and the specification spell it differently.
        "ERRORED" | "ERROR" => Progress::Failed(status.to_owned()),
        _ => Progress::Waiting(status.to_owned()),
    })
}

/// What a finished export consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Files {
    /// Addresses of the files, in Snyk's order. Their queries are secret.
    pub(crate) urls: Vec<String>,
    /// Rows of all files; none if it is not stated.
    pub(crate) rows: Option<i64>,
}

/// The files of an export.
///
/// # Errors
///
/// What is wrong with the answer, as a phrase that follows its name.
pub(crate) fn files(body: &str) -> Result<Files, String> {
    let attributes = job(body)?.attributes.unwrap_or_default();
    // The specification gives results no shape.
    let url = |result: &Raw<'_>| {
        let file: ExportFile<'_> = json::read(result.0).ok()?;
        file.url?.filled().map(str::to_owned)
    };
    Ok(Files {
        urls: attributes.results.iter().filter_map(url).collect(),
        rows: attributes.row_count,
    })
}

fn job(body: &str) -> Result<Export<'_>, String> {
    let document: ExportDocument<'_> =
        json::read(body).map_err(|error| format!("is not about an export: {error}"))?;
    document.data.ok_or_else(|| "has no `data`".to_owned())
}

objects! {
    /// The answer to every request about an export.
    ExportDocument<'a> {
        data: Option<Export<'a>> = "data",
    }

    Export<'a> {
        id: Option<Text<'a>> = "id",
        attributes: Option<ExportAttributes<'a>> = "attributes",
    }

    ExportAttributes<'a> {
        status: Option<Text<'a>> = "status",
        row_count: Option<i64> = "row_count",
        results: Vec<Raw<'a>> = "results",
    }

    ExportFile<'a> {
        url: Option<Text<'a>> = "url",
    }
}

/// A file of an export, read while it comes.
pub(crate) struct Sheet<'a> {
    reader: Reader,
    rows: Rows<'a>,
}

impl<'a> Sheet<'a> {
    /// A file of this organization's export of data up to a time. Its first `skip` rows were taken before, and no more
    /// than `room` records are taken now.
    pub(crate) fn new(
        set: DataSet,
        (organization, as_of): (&'a str, Timestamp),
        (skip, room): (u32, usize),
        records: &'a mut Vec<Entry>,
    ) -> Self {
        Self {
            reader: Reader::default(),
            rows: Rows {
                set,
                organization,
                as_of,
                names: Vec::new(),
                counts: Counts::default(),
                skip,
                known: BTreeSet::new(),
                full: records.len() + room,
                records,
            },
        }
    }

    /// Takes a piece of the file.
    pub(crate) fn feed(&mut self, piece: &[u8]) {
        let Self { reader, rows } = self;
        reader.feed(piece, &mut |record| rows.take(record));
    }

    /// Ends the file.
    pub(crate) fn finish(self) -> Counts {
        let Self { reader, mut rows } = self;
        let whole = reader.finish(&mut |record| rows.take(record));
        rows.counts.headless = whole && rows.names.is_empty() && rows.counts.fault.is_none();
        if !whole {
            rows.counts.fault = Some("it ends in the middle of a row".to_owned());
        }
        rows.counts
    }
}

/// How much of a file was taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Rows taken so far, in this call and before.
    pub(crate) taken: u32,
    /// Rows left for another call.
    pub(crate) left: u32,
    /// Rows taken now that could not be used.
    pub(crate) unusable: u32,
    /// Why the first of them could not be used: its row and the reason. Empty without one.
    pub(crate) why: String,
    /// The file has not even a header.
    pub(crate) headless: bool,
    /// What is wrong with the file as a whole; none if nothing is.
    pub(crate) fault: Option<String>,
}

struct Rows<'a> {
    set: DataSet,
    organization: &'a str,
    as_of: Timestamp,
    /// The header's names, in capitals. Empty before it is read.
    names: Vec<String>,
    counts: Counts,
    skip: u32,
    /// What the file said before, by the record's key.
    known: BTreeSet<String>,
    /// How many records are enough.
    full: usize,
    records: &'a mut Vec<Entry>,
}

impl Rows<'_> {
    fn take(&mut self, record: Record<'_>) {
        if self.counts.fault.is_some() {
            return;
        }
        if self.names.is_empty() {
            return self.header(record);
        }
        if self.records.len() >= self.full {
            self.counts.left += 1;
            return;
        }
        self.counts.taken += 1;
        if self.counts.taken <= self.skip {
            return;
        }
        let row = match record {
            Record::Unreadable(why) => Err(why),
            // Of the last row of a file that was cut off nobody knows what it would have said.
            Record::Read(fields) if fields.count() != self.names.len() => {
                Err("it has not as many fields as the header")
            }
            Record::Read(fields) => Ok(Row {
                names: &self.names,
                fields,
            }),
        };
        let known = &mut self.known;
        let entry = row.and_then(|row| match self.set {
            DataSet::Checks => check::read(row, self.organization).map(Some),
            DataSet::Fixes => Ok(fix::read(row, self.organization, self.as_of, known)),
        });
        match entry {
            Ok(entry) => self.records.extend(entry),
            Err(why) => {
                self.counts.unusable += 1;
                if self.counts.why.is_empty() {
                    self.counts.why = format!("row {}: {why}", self.counts.taken);
                }
            }
        }
    }

    fn header(&mut self, record: Record<'_>) {
        let Record::Read(fields) = record else {
            self.counts.fault = Some("its header cannot be read".to_owned());
            return;
        };
        let name = |name: &str| name.trim().to_ascii_uppercase();
        self.names = fields.iter().map(name).collect();
        let required = match self.set {
            DataSet::Checks => check::REQUIRED,
            DataSet::Fixes => fix::REQUIRED,
        };
        let missing = required
            .iter()
            .find(|&&one| !self.names.iter().any(|name| name == one));
        self.counts.fault = missing.map(|name| format!("it has no column `{name}`"));
    }
}

/// A row, whose cells go by the header's names.
#[derive(Clone, Copy)]
struct Row<'a> {
    names: &'a [String],
    fields: Fields<'a>,
}

impl<'a> Row<'a> {
    /// A cell; none if it is empty or there is none of that name.
    fn cell(self, name: &str) -> Option<&'a str> {
        let index = self.names.iter().position(|one| one == name)?;
        let cell = self.fields.iter().nth(index)?.trim();
        Some(cell).filter(|cell| !cell.is_empty() && !cell.eq_ignore_ascii_case("null"))
    }

    /// A cell that is yes or no; none if it is neither.
    fn flag(self, name: &str) -> Option<bool> {
        let cell = self.cell(name)?.to_ascii_lowercase();
        match cell.as_str() {
            "true" | "t" | "yes" | "1" => Some(true),
            "false" | "f" | "no" | "0" => Some(false),
            _ => None,
        }
    }
}

/// A time as Snyk's filters want it.
fn moment(at: Timestamp) -> String {
    let date = OffsetDateTime::from_unix_timestamp(at.div_euclid(1_000))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (month, day) = (u8::from(date.month()), date.day());
    let (hour, minute, second) = date.to_hms();
    let year = date.year();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// How long the addresses of files are valid, in seconds: the longest Snyk permits.
const URL_SECS: u32 = 3_600;

#[cfg(test)]
mod tests;
