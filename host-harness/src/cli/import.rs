//! `koalr import`.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use super::args::{Common, Import};
use super::{create_tenant, now, print};
use crate::HostError;
use crate::jobs::import;
use crate::report::import_text;

pub(super) fn run(common: &Common, options: &Import) -> Result<ExitCode, HostError> {
    let text = read(&options.file)?;
    let mut tenant = create_tenant(common)?;
    let name = options.file.to_string_lossy();
    let report = import(&mut tenant, &name, &text, now(common))?;
    print(options.format, &report, import_text)?;
    Ok(ExitCode::SUCCESS)
}

fn read(path: &Path) -> Result<String, HostError> {
    let failed = |reason: String| HostError::File {
        path: path.to_owned(),
        reason,
    };
    let input: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(path).map_err(|error| failed(error.to_string()))?)
    };
    let mut text = String::new();
    let mut bounded = input.take(LARGEST_FILE + 1);
    let bytes = bounded.read_to_string(&mut text);
    let bytes = bytes.map_err(|error| failed(error.to_string()))?;
    if u64::try_from(bytes).is_ok_and(|bytes| bytes > LARGEST_FILE) {
        let reason = "it has more than 256 MiB; import it in several files";
        return Err(failed(reason.to_owned()));
    }
    Ok(text)
}

/// Largest file that is imported, in bytes: half a million changes with a title and ten dependencies each.
const LARGEST_FILE: u64 = 256 << 20;
