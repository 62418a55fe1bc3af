//! Other versions of the component, made without building: texts of its manifest stand in its data, so that another text
//! of the same length makes another valid component.

use std::path::{Path, PathBuf};

use crate::support::{Koalr, Ran};

/// The component beside the command line.
pub(super) fn built_in() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_koalr")).with_file_name("koalr-snyk-plugin.wasm")
}

/// The component as another version, of five characters.
#[track_caller]
pub(super) fn version(version: &str) -> Vec<u8> {
    koalr_guests::with_version(&std::fs::read(built_in()).unwrap(), version)
}

/// The same, that may also download from another domain.
#[track_caller]
pub(super) fn wider(to: &str) -> Vec<u8> {
    let (mut wasm, old, new) = (version(to), b"amazonaws.com", b"amazonaws.org");
    let named: Vec<usize> = (0..wasm.len() - old.len())
        .filter(|&at| wasm[at..].starts_with(old))
        .collect();
    assert!(!named.is_empty(), "the component names the domain");
    for at in named {
        wasm[at..at + old.len()].copy_from_slice(new);
    }
    wasm
}

impl Koalr {
    /// Writes a component into the working directory and installs it.
    #[track_caller]
    pub(super) fn install(&self, name: &str, wasm: Vec<u8>) -> Ran {
        self.write(name, wasm);
        let ran = self.run(&["plugin", "install", name]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        ran
    }

    /// Runs `koalr plugin`, and gives what it printed.
    #[track_caller]
    pub(super) fn plugin(&self, args: &[&str]) -> String {
        let ran = self.run(&[&["plugin"], args].concat());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}");
        ran.out
    }
}
