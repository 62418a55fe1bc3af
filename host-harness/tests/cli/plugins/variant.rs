//! Other versions of the component, made without building: texts of its manifest stand in its data, so that another text
//! of the same length makes another valid component.

use std::path::{Path, PathBuf};

use crate::support::{Koalr, Ran};

/// What the manifest says of its version, with what stands behind it in the data.
const VERSION: &str = "0.1.0Scores and gates";

/// The component beside the command line.
pub(super) fn built_in() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_koalr")).with_file_name("koalr-snyk-plugin.wasm")
}

/// The component with other texts of the same length, each of which stands in it once.
#[track_caller]
pub(super) fn changed(changes: &[(&str, &str)]) -> Vec<u8> {
    let mut wasm = std::fs::read(built_in()).unwrap();
    for (old, new) in changes {
        assert_eq!(old.len(), new.len(), "{new}");
        let at: Vec<usize> = (0..wasm.len() - old.len())
            .filter(|&at| wasm[at..].starts_with(old.as_bytes()))
            .collect();
        assert_eq!(at.len(), 1, "{old}");
        wasm[at[0]..at[0] + old.len()].copy_from_slice(new.as_bytes());
    }
    wasm
}

/// The component as another version, of five characters.
#[track_caller]
pub(super) fn version(version: &str) -> Vec<u8> {
    let new = VERSION.replacen("0.1.0", version, 1);
    changed(&[(VERSION, &new)])
}

/// The same, that may also download from another domain.
#[track_caller]
pub(super) fn wider(version: &str) -> Vec<u8> {
    let new = VERSION.replacen("0.1.0", version, 1);
    let (old, domain) = ("amazonaws.comstorage", "amazonaws.orgstorage");
    changed(&[(VERSION, &new), (old, domain)])
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
