//! Where the Snyk component is.

use std::env;
use std::path::PathBuf;

/// The component that was built with this program: beside it, or one directory up for a test binary.
///
/// # Errors
///
/// With the places that were looked at, when it is in none of them.
pub fn component_path() -> Result<PathBuf, String> {
    let program = env::current_exe()
        .map_err(|error| format!("finding this program's own directory: {error}"))?;
    let mut looked_at = Vec::new();
    for directory in program.ancestors().skip(1).take(2) {
        let candidate = directory.join(FILE);
        if candidate.is_file() {
            return Ok(candidate);
        }
        looked_at.push(format!("`{}`", candidate.display()));
    }
    Err(format!(
        "the component is not at {}; build it with `cargo build --release -p koalr-host`, or name one with `--plugin FILE`",
        looked_at.join(" or ")
    ))
}

const FILE: &str = "koalr-snyk-plugin.wasm";
