//! Where the configuration is.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Why a configuration file was not read.
#[derive(Debug, thiserror::Error)]
#[error("reading the configuration `{}`: {cause}; name another one with `--config FILE` or `{CONFIG}`", path.display())]
pub struct FileError {
    path: PathBuf,
    cause: std::io::Error,
}

/// The file's name and text: the one that is named, or else `koalr/koalr.toml` in the user's configuration directory,
/// which may be missing.
///
/// # Errors
///
/// - a file that is named is not there
/// - a file cannot be read
pub fn find(named: Option<&Path>) -> Result<Option<(PathBuf, String)>, FileError> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let named = named
        .map(Path::to_owned)
        .or_else(|| set(CONFIG).map(PathBuf::from));
    let usual = || {
        let home = || set("HOME").map(|home| Path::new(&home).join(".config"));
        let directory = set("XDG_CONFIG_HOME").map(PathBuf::from).or_else(home)?;
        Some(directory.join("koalr/koalr.toml"))
    };
    let may_be_missing = named.is_none();
    let Some(path) = named.or_else(usual) else {
        return Ok(None);
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some((path, text))),
        Err(cause) if may_be_missing && is_missing(&cause) => Ok(None),
        Err(cause) => Err(FileError { path, cause }),
    }
}

/// Whether there is no file; a user without a home may have one that is no directory.
fn is_missing(cause: &std::io::Error) -> bool {
    matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// The environment's variables that are meant for this program, with their values, in the order of their names.
#[must_use]
pub fn variables() -> Vec<(String, String)> {
    let all = std::env::vars_os();
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        let [name, value] = [name, value].map(|text| text.to_string_lossy().into_owned());
        (name.starts_with(PREFIX) && !value.is_empty()).then_some((name, value))
    };
    let mut ours: Vec<_> = all.filter_map(text).collect();
    ours.sort();
    ours
}

/// Whether a variable that is no setting is nevertheless no mistake.
pub(super) fn is_of_others(name: &str) -> bool {
    let rest = name.strip_prefix(PREFIX).unwrap_or(name);
    // Kubernetes sets these in every container beside a service whose name begins with `koalr`.
    let of_a_service = rest == "PORT"
        || rest.ends_with("_PORT")
        || rest.contains("SERVICE_HOST")
        || rest.contains("SERVICE_PORT")
        || rest.split("PORT_").nth(1).is_some_and(starts_with_digit);
    // `--token-env` may name the first.
    rest.ends_with("_TOKEN") || of_a_service || name == CONFIG || OF_TESTS.contains(&name)
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|char: char| char.is_ascii_digit())
}

/// How the names of all variables for this program begin.
pub(super) const PREFIX: &str = "KOALR_";

/// The variable that names the file.
const CONFIG: &str = "KOALR_CONFIG";

/// What the project's own tests and benches read.
const OF_TESTS: [&str; 6] = [
    "KOALR_BENCH_ROLE",
    "KOALR_BLESS",
    "KOALR_PULL_REQUEST",
    "KOALR_REFERENCE_DATA",
    "KOALR_REPORTS_FINDINGS",
    "KOALR_SEED",
];
