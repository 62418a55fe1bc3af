//! The workspace that these tests check.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{Metadata, MetadataCommand};

/// The folder of the root manifest.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("`tests` lies in the workspace")
}

/// What cargo knows about the packages that this machine and the component are built from, by the lock file.
#[must_use]
pub fn metadata() -> Metadata {
    let mut options = vec!["--locked".to_owned()];
    for target in [&host(), "wasm32-wasip2", "wasm32-unknown-unknown"] {
        options.extend(["--filter-platform".to_owned(), target.to_owned()]);
    }
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .other_options(options)
        .exec()
        .unwrap_or_else(|error| panic!("`cargo metadata --locked` failed: {error}"))
}

/// What cargo compiles for this machine if it builds these packages (options of `cargo tree`; none: all that a plain
/// `cargo test` does): a package's name, version and features each.
#[must_use]
pub fn compiled(selection: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(root())
        .args(["tree", "--locked", "--quiet", "--prefix", "none"])
        .args(["--target", &host(), "--format", "{p} ({f})"])
        .args(selection)
        .output()
        .expect("cargo is here, since it started this");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`cargo tree` failed: {said}");
    let listed = String::from_utf8_lossy(&output.stdout);
    listed
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| line.trim_end_matches(" (*)").to_owned())
        .collect()
}

/// Selects what `cargo run -p koalr-host` compiles.
pub const PROGRAM: &[&str] = &["-p", "koalr-host", "--edges", "normal,build"];

/// A file of the workspace as text, by its path below the root.
#[must_use]
pub fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("reading `{}`: {error}", path.display()))
}

/// All files below a folder of the workspace with one of these extensions, sorted, as paths below the root.
///
/// Build output and version control are left out.
#[must_use]
pub fn files(folder: &str, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the workspace is readable") {
            let path = entry.expect("its entries too").path();
            let name = path.file_name().and_then(|name| name.to_str());
            if path.is_dir() {
                if !matches!(name, Some("target" | ".git")) {
                    folders.push(path);
                }
            } else if path
                .extension()
                .is_some_and(|extension| extensions.iter().any(|one| extension == *one))
            {
                let below = path.strip_prefix(root()).expect("it is below the root");
                found.push(below.to_path_buf());
            }
        }
    }
    found.sort();
    found
}

/// The target that the compiler builds for by itself.
fn host() -> String {
    let output = Command::new("rustc")
        .arg("-vV")
        .output()
        .expect("`rustc` is beside cargo");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .expect("`rustc -vV` names the host")
        .to_owned()
}
