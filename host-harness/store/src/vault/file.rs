//! The key file. Another one takes its place only in a transaction of the control database.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::key::{KEY_BYTES, Key};

/// The key file's key; none if there is no file.
pub(super) fn read(path: &Path) -> Result<Option<Key>, StoreError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::io("reading key file", path)(error)),
    };
    let metadata = file
        .metadata()
        .map_err(StoreError::io("reading key file", path))?;
    let mode = metadata.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(StoreError::KeyMode {
            path: path.to_owned(),
            mode,
        });
    }
    let mut bytes = Zeroizing::new(vec![0; KEY_BYTES]);
    let length = metadata.len();
    if length != KEY_BYTES as u64 {
        return Err(StoreError::KeyLength {
            path: path.to_owned(),
            length,
        });
    }
    file.read_exact(&mut bytes)
        .map_err(StoreError::io("reading key file", path))?;
    Ok(Key::from_bytes(bytes))
}

/// A fresh key, complete in a file beside the key file and on the disk, so that a crash leaves none or a whole one.
pub(super) fn write_beside(path: &Path) -> Result<Key, StoreError> {
    let key = Key::random()?;
    let new = beside(path);
    let write = || -> std::io::Result<()> {
        remove(&new)?;
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new)?;
        file.write_all(key.bytes())?;
        file.sync_all()?;
        sync_directory(&new)
    };
    write().map_err(StoreError::io("creating key file", &new))?;
    Ok(key)
}

/// Puts the file beside the key file in its place.
pub(super) fn put_in_place(path: &Path) -> Result<(), StoreError> {
    fs::rename(beside(path), path)
        .and_then(|()| sync_directory(path))
        .map_err(StoreError::io("replacing key file", path))
}

/// Where a key is before it is in its place.
pub(super) fn beside(path: &Path) -> PathBuf {
    path.with_extension("key.new")
}

fn remove(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Until then a power failure may take a new name back.
fn sync_directory(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(directory) => File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}
