//! Machine code of components, kept by content hash.
//!
//! Machine code is trusted absolutely by whoever runs it, so this directory holds only what this host wrote: it is open
//! to its owner alone, each file ends with a checksum of the rest against damage, and a file that fails any check is made
//! anew. A sound one is mapped, not copied; files are only ever replaced whole, so that what is mapped stays what it was.

use std::fs;
use std::hash::{BuildHasher as _, DefaultHasher, Hash, Hasher};
use std::io::{self, Read as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::quality::{FixedState, FoldHasher};
use wasmtime::component::Component;

/// A directory of compiled components.
#[derive(Debug)]
pub(crate) struct Artifacts {
    directory: PathBuf,
    compatibility: u64,
}

impl Artifacts {
    /// Opens the directory, and makes it if it is absent.
    pub(crate) fn open(directory: &Path, engine: &wasmtime::Engine) -> io::Result<Self> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(OWNER_ONLY_DIRECTORY)
            .create(directory)?;
        let mode = fs::metadata(directory)?.permissions().mode();
        if mode & OTHERS != 0 {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "others may open it, and it holds code that this host runs; `chmod 700` it or name another",
            ));
        }
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Ok(Self {
            directory: directory.to_path_buf(),
            compatibility: hasher.finish(),
        })
    }

    /// The component compiled earlier; none if there is no sound file for this content, engine version and settings.
    pub(crate) fn load(&self, engine: &wasmtime::Engine, hash: &str) -> Option<Component> {
        let path = self.path(hash);
        if !is_sound(&path).ok()? {
            tracing::warn!(file = %path.display(), "compiled component is damaged; compiling it again");
            return None;
        }
        #[expect(
            unsafe_code,
            reason = "the directory is open to this user alone, and the checksum shows that the bytes are those we wrote"
        )]
        let component = unsafe { Component::deserialize_file(engine, &path) };
        component
            .inspect_err(|cause| tracing::warn!(%cause, "compiled component does not fit; compiling it again"))
            .ok()
    }

    /// Keeps a compiled component. A failure costs time at the next load and nothing else, so it is only logged.
    pub(crate) fn store(&self, component: &Component, hash: &str) {
        let written = component
            .serialize()
            .map_err(io::Error::other)
            .and_then(|code| self.write(&self.path(hash), &code));
        if let Err(cause) = written {
            tracing::warn!(%cause, directory = %self.directory.display(), "cannot keep a compiled component");
        }
    }

    fn write(&self, path: &Path, code: &[u8]) -> io::Result<()> {
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        let temporary = self
            .directory
            .join(format!(".{}-{serial}", std::process::id()));
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(OWNER_ONLY_FILE)
            .open(&temporary)?;
        let mut checksum = Checksum::new();
        code.chunks(CHUNK_BYTES)
            .for_each(|chunk| checksum.add(chunk));
        let written = io::Write::write_all(&mut file, code)
            .and_then(|()| io::Write::write_all(&mut file, &checksum.bytes()))
            .and_then(|()| fs::rename(&temporary, path));
        if written.is_err() {
            // Nothing half-written stays; that the removal fails too is the same failure.
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    fn path(&self, hash: &str) -> PathBuf {
        self.directory
            .join(format!("{hash}-{:016x}{SUFFIX}", self.compatibility))
    }
}

/// Removes the machine code of a component, whatever engine it was made for; says how many files that were. A directory
/// that is absent holds none.
///
/// # Errors
///
/// The directory cannot be read, or a file in it cannot be removed.
pub fn forget_artifacts(directory: &Path, content_hash: &str) -> io::Result<usize> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    let mut removed = 0;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let rest = name
            .to_str()
            .and_then(|name| name.strip_prefix(content_hash));
        if rest.is_some_and(|rest| rest.starts_with('-') && rest.ends_with(SUFFIX)) {
            fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Whether a file ends with the checksum of the rest.
fn is_sound(path: &Path) -> io::Result<bool> {
    let mut file = fs::File::open(path)?;
    let Some(length) = file.metadata()?.len().checked_sub(CHECKSUM_BYTES) else {
        return Ok(false);
    };
    let mut code = (&mut file).take(length);
    let mut checksum = Checksum::new();
    let mut chunk = Vec::with_capacity(CHUNK_BYTES);
    while (&mut code)
        .take(CHUNK_BYTES as u64)
        .read_to_end(&mut chunk)?
        > 0
    {
        checksum.add(&chunk);
        chunk.clear();
    }
    file.read_to_end(&mut chunk)?;
    Ok(chunk == checksum.bytes())
}

/// Fast rather than strong: whoever could forge a file here could forge its checksum too.
struct Checksum(FoldHasher<'static>);

impl Checksum {
    fn new() -> Self {
        Self(FixedState::default().build_hasher())
    }

    /// The next bytes; where they are cut matters.
    fn add(&mut self, chunk: &[u8]) {
        self.0.write(chunk);
    }

    fn bytes(&self) -> [u8; 8] {
        self.0.finish().to_le_bytes()
    }
}

/// Tells apart the temporary files of one process.
static SERIAL: AtomicU64 = AtomicU64::new(0);
/// Ends the name of a file of machine code.
const SUFFIX: &str = ".cwasm";
/// Bytes of a checksum.
const CHECKSUM_BYTES: u64 = 8;
/// Bytes that are summed up at a time.
const CHUNK_BYTES: usize = 64 << 10;
/// Mode bits of a directory only its owner may open.
const OWNER_ONLY_DIRECTORY: u32 = 0o700;
/// Mode bits of a file only its owner may read.
const OWNER_ONLY_FILE: u32 = 0o600;
/// Mode bits that let group and others in.
const OTHERS: u32 = 0o077;
