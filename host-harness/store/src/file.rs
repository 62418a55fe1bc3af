//! Files of databases: which one it is, what lies beside it, and how one takes the place of another.
//!
//! A database in use has a write-ahead log beside it that belongs to it by its name alone. So a file takes another's
//! place in two steps: first it stands complete beside it, from when on it is the one that counts; then the former one
//! goes with its log, and it gets the name. Whoever opens the database takes the second step if a crash came between.

use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::error::StoreError;
use crate::key::fill;

/// Which file stands at a path, whatever it holds: one that takes its place is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileMark {
    device: u64,
    inode: u64,
}

impl FileMark {
    /// Of the file at this path; none if there is none.
    pub(crate) fn of(path: &Path) -> Result<Option<Self>, StoreError> {
        Ok(metadata(path)?.map(|metadata| Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }))
    }
}

pub(crate) fn exists(path: &Path) -> Result<bool, StoreError> {
    Ok(metadata(path)?.is_some())
}

/// Bytes of a database with its log; none if there is no such file.
pub(crate) fn bytes(path: &Path) -> Result<Option<u64>, StoreError> {
    let Some(database) = metadata(path)? else {
        return Ok(None);
    };
    let log = metadata(&beside(path, "-wal"))?.map_or(0, |log| log.len());
    Ok(Some(database.len().saturating_add(log)))
}

/// Whether the first step was taken, and another file is the one that counts.
pub(crate) fn is_replaced(path: &Path) -> Result<bool, StoreError> {
    exists(&beside(path, NEXT))
}

/// Takes the second step if the first was taken. In our turn.
pub(crate) fn settle(path: &Path) -> Result<(), StoreError> {
    let next = beside(path, NEXT);
    if !exists(&next)? {
        return Ok(());
    }
    for suffix in LOGS {
        remove(&beside(path, suffix))?;
    }
    rename(&next, path)
}

/// Puts a complete file, of which no handle is open, in the place of a database. In our turn.
pub(crate) fn replace(path: &Path, with: &Path) -> Result<(), StoreError> {
    rename(with, &beside(path, NEXT))?;
    settle(path)
}

/// Removes a database and all that lies beside it; says whether there was anything. In our turn.
pub(crate) fn remove_all(path: &Path) -> Result<bool, StoreError> {
    let mut any = false;
    for suffix in LOGS.into_iter().chain([NEXT, ""]) {
        any |= remove(&beside(path, suffix))?;
    }
    for part in parts(path)? {
        any |= remove(&part)?;
    }
    sync_directory(path)?;
    Ok(any)
}

/// Removes a directory with all that is in it; says whether there was one.
pub(crate) fn remove_directory(path: &Path) -> Result<bool, StoreError> {
    match fs::remove_dir_all(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StoreError::io("removing directory", path)(error)),
    }
}

/// A name beside a path for a file that is being written, which nobody else writes.
pub(crate) fn part_of(path: &Path) -> Result<PathBuf, StoreError> {
    let mut random = [0; 8];
    fill(&mut random)?;
    Ok(beside(
        path,
        &format!(".{:016x}{PART}", u64::from_be_bytes(random)),
    ))
}

/// A file that is being written; it is removed when it is dropped, unless it got its own name before.
pub(crate) struct Part(pub(crate) PathBuf);

impl Part {
    /// Beside this path, where it will stand.
    pub(crate) fn of(path: &Path) -> Result<Self, StoreError> {
        part_of(path).map(Self)
    }

    /// Makes it outlive a power failure, for its owner only. No handle may be open.
    pub(crate) fn finish(&self) -> Result<(), StoreError> {
        let write = || {
            fs::set_permissions(&self.0, Permissions::from_mode(0o600))?;
            File::open(&self.0)?.sync_all()
        };
        write().map_err(StoreError::io("writing", &self.0))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // What is left is removed with its tenant.
        let _ = fs::remove_file(&self.0);
        let _ = fs::remove_file(beside(&self.0, "-journal"));
    }
}

/// Gives a file another name, and makes that outlive a power failure.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::rename(from, to).map_err(StoreError::io("renaming", from))?;
    sync_directory(to)
}

fn sync_directory(path: &Path) -> Result<(), StoreError> {
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(StoreError::io("writing directory", directory))
}

/// Files beside a database that were being written when their writer died, or are now.
fn parts(path: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
        return Ok(Vec::new());
    };
    let read = || -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let other = entry.file_name();
            let rest = other
                .as_encoded_bytes()
                .strip_prefix(name.as_encoded_bytes());
            if rest.is_some_and(|rest| rest.starts_with(b".")) {
                found.push(entry.path());
            }
        }
        Ok(found)
    };
    read().map_err(StoreError::io("reading directory", directory))
}

fn metadata(path: &Path) -> Result<Option<fs::Metadata>, StoreError> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::io("looking for", path)(error)),
    }
}

fn remove(path: &Path) -> Result<bool, StoreError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StoreError::io("removing", path)(error)),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// What `SQLite` keeps beside a database in use.
const LOGS: [&str; 2] = ["-wal", "-shm"];

/// Ends the name of the file that counts from now on.
const NEXT: &str = ".next";

/// Ends the name of a file that is being written.
const PART: &str = ".part";
