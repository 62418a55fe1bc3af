//! Reads recordings.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{FORMAT, Line, Recording};
use crate::contract;
use crate::report::plain;

/// Every recording in a directory, by name and number, or the one of a file, each with its path.
///
/// # Errors
///
/// The directory cannot be read, or holds no recording. What is wrong with a file is told in its place.
#[expect(clippy::type_complexity, reason = "pairs of a path and what is there")]
pub fn read_all(
    path: &Path,
) -> Result<Vec<(PathBuf, Result<Recording, RecordingError>)>, RecordingError> {
    let wrong = |reason: String| RecordingError::File {
        path: path.to_owned(),
        reason,
    };
    let mut paths = if path.is_dir() {
        let entries = fs::read_dir(path).map_err(|error| wrong(error.to_string()))?;
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        paths
            .filter(|path| path.extension().is_some_and(|end| end == "jsonl"))
            .collect()
    } else {
        vec![path.to_owned()]
    };
    if paths.is_empty() {
        let reason = "there is no recording in it, which is a file that ends in `.jsonl`";
        return Err(wrong(reason.to_owned()));
    }
    paths.sort_by_key(|path| order(path));
    Ok(paths
        .into_iter()
        .map(|path| {
            let recording = read(&path);
            (path, recording)
        })
        .collect())
}

/// The name without its number, and the number.
fn order(path: &Path) -> (String, u64, PathBuf) {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let numbered = stem.rsplit_once('-');
    let numbered = numbered.and_then(|(name, number)| Some((name, number.parse().ok()?)));
    let (name, number) = numbered.unwrap_or((&stem, 0));
    (name.to_owned(), number, path.to_owned())
}

fn read(path: &Path) -> Result<Recording, RecordingError> {
    let unread = |error: std::io::Error| RecordingError::File {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let file = File::open(path).map_err(unread)?;
    // What the parser says holds texts of the file.
    let damaged = |line: usize, reason: String| RecordingError::Damaged {
        path: path.to_owned(),
        line,
        reason: plain(&reason),
    };
    let mut header = None;
    let mut exchanges = Vec::new();
    let mut end = None;
    let mut lines = 0;
    for (number, line) in BufReader::new(file.take(LARGEST)).lines().enumerate() {
        let number = number + 1;
        let line = line.map_err(|error| damaged(number, error.to_string()))?;
        if number == 1 {
            understood(path, &line)?;
        }
        let line =
            serde_json::from_str(&line).map_err(|error| damaged(number, error.to_string()))?;
        match line {
            Line::Recording(found) if number == 1 => header = Some(*found),
            Line::Exchange(exchange) if header.is_some() && end.is_none() => {
                exchanges.push(exchange);
            }
            Line::End {
                outcome,
                exchanges,
                cut,
            } if end.is_none() => end = Some((outcome, exchanges, cut)),
            _ => {
                let reason = "it stands where no such line can stand";
                return Err(damaged(number, reason.to_owned()));
            }
        }
        lines = number;
    }
    let (Some(header), Some((outcome, count, cut))) = (header, end) else {
        return Err(RecordingError::Ends {
            path: path.to_owned(),
            lines,
        });
    };
    if let Some(why) = cut {
        return Err(RecordingError::Cut {
            path: path.to_owned(),
            why: plain(&why),
        });
    }
    if usize::try_from(count) != Ok(exchanges.len()) {
        let found = exchanges.len();
        let reason = format!("it names {count} exchanges, and there are {found} before it");
        return Err(damaged(lines, reason));
    }
    Ok(Recording {
        header,
        exchanges,
        outcome,
    })
}

/// Makes sure that the file is a recording that this host can replay, before it reads what may look otherwise there.
fn understood(path: &Path, line: &str) -> Result<(), RecordingError> {
    #[derive(Deserialize)]
    struct First {
        recording: Forms,
    }
    #[derive(Deserialize)]
    struct Forms {
        format: u32,
        contract: String,
    }
    let Ok(First { recording }) = serde_json::from_str(line) else {
        return Err(RecordingError::None {
            path: path.to_owned(),
        });
    };
    let Forms { format, contract } = recording;
    if format == FORMAT && contract == contract::VERSION_LINE {
        return Ok(());
    }
    Err(RecordingError::Other {
        path: path.to_owned(),
        format,
        contract: plain(&contract),
    })
}

/// Why a recording cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// It cannot be read.
    #[error("reading `{}`: {reason}", path.display())]
    File {
        /// The file or directory.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// It is no recording.
    #[error("`{}` is no recording; make one with `--record DIR`", path.display())]
    None {
        /// The file.
        path: PathBuf,
    },
    /// It is of another form, or of another version of the contract.
    #[error(
        "`{}` has format {format} and contract `{contract}`, and this host replays format {FORMAT} and contract `{}`; use the `koalr` that recorded it", path.display(), contract::VERSION_LINE
    )]
    Other {
        /// The file.
        path: PathBuf,
        /// Its form.
        format: u32,
        /// Version line of its contract.
        contract: String,
    },
    /// A line is not what it should be.
    #[error("`{}` is damaged at line {line}: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The last line is missing.
    #[error(
        "`{}` ends after line {lines}, before the call did, so it cannot be replayed; record the call again", path.display()
    )]
    Ends {
        /// The file.
        path: PathBuf,
        /// Lines that are there.
        lines: usize,
    },
    /// It says of itself that exchanges are missing.
    #[error("`{}` is not complete, so it cannot be replayed: {why}", path.display())]
    Cut {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

/// Bytes of a file that are read: four times the bodies that one holds, for what Base64 and escapes add.
const LARGEST: u64 = 1 << 30;

#[cfg(test)]
mod tests;
