//! The bytes of installed components, by what they are.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use koalr_platform::rollout::ContentHash;

use crate::data_dir::{DataDir, create_directory};
use crate::error::StoreError;
use crate::file::{self, Part};

impl DataDir {
    /// The bytes of an installed component. What stands in its file is believed only if it has the hash.
    ///
    /// # Errors
    /// - [`StoreError::ComponentMissing`], [`StoreError::ComponentDamaged`]
    /// - the file cannot be read
    pub fn component(&self, hash: &ContentHash) -> Result<Vec<u8>, StoreError> {
        let path = self.component_path(hash);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(StoreError::ComponentMissing { path });
            }
            Err(error) => return Err(StoreError::io("reading component", &path)(error)),
        };
        if ContentHash::of(&bytes) != *hash {
            return Err(StoreError::ComponentDamaged { path });
        }
        Ok(bytes)
    }

    /// Where the bytes of a component are, or would be.
    #[must_use]
    pub fn component_path(&self, hash: &ContentHash) -> PathBuf {
        self.path().join(place(hash))
    }

    /// The directory of the components, made if it is absent.
    pub(super) fn made_plugins(&self) -> Result<PathBuf, StoreError> {
        let plugins = self.path().join(PLUGINS);
        create_directory(&plugins)?;
        Ok(plugins)
    }
}

/// Puts a component into another data directory; says where in it.
pub(crate) fn put_into(
    data: &Path,
    hash: &ContentHash,
    bytes: &[u8],
) -> Result<PathBuf, StoreError> {
    create_directory(&data.join(PLUGINS))?;
    let place = place(hash);
    put(&data.join(&place), bytes)?;
    Ok(place)
}

/// Puts bytes in a file of this name, whole or not at all, whatever stood there. In our turn.
pub(super) fn put(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let part = Part::of(path)?;
    let write = || {
        let mut options = OpenOptions::new();
        let options = options.write(true).create_new(true).mode(0o600);
        options.open(&part.0)?.write_all(bytes)
    };
    write().map_err(StoreError::io("writing", &part.0))?;
    part.finish()?;
    file::rename(&part.0, path)
}

/// Where a component is in a data directory.
fn place(hash: &ContentHash) -> PathBuf {
    Path::new(PLUGINS).join(format!("{hash}.wasm"))
}

/// Directory of the components.
const PLUGINS: &str = "plugins";
