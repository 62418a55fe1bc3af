//! `koalr change`.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use koalr_platform::sbom::{self, Changes, Document, MAX_DOCUMENT_BYTES};

use super::args::{Common, Format};
use super::{create_tenant, find_tenant, now, print};
use crate::HostError;
use crate::jobs::{Head, hand_in, not_stored};
use crate::report::dependencies_text;

#[derive(Debug, Subcommand)]
pub(super) enum ChangeCommand {
    /// Hand in what a change does to dependencies, for one commit: two documents, or a list.
    ///
    /// Exit codes: 0 stored, 2 failed.
    Dependencies(Dependencies),
}

#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("input").required(true).args(["base", "list"])))]
pub(super) struct Dependencies {
    /// The change by its id, for example `acme/shop#12`.
    change: String,
    /// The dependencies before: `CycloneDX` or SPDX as JSON.
    #[arg(long, value_name = "FILE", requires = "head")]
    base: Option<PathBuf>,
    /// The dependencies after: `CycloneDX` or SPDX as JSON.
    #[arg(long, value_name = "FILE", requires = "base", conflicts_with = "list")]
    head: Option<PathBuf>,
    /// A JSON list of dependencies with versions before and after, as in a change's file; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// The commit that it is about [default: the change's head, as it is stored].
    #[arg(long, value_name = "SHA")]
    head_sha: Option<String>,
    /// Repository of a change that is not stored yet, as `owner/name`.
    #[arg(long, value_name = "NAME")]
    repository: Option<String>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(common: &Common, command: &ChangeCommand) -> Result<ExitCode, HostError> {
    let ChangeCommand::Dependencies(options) = command;
    let (source, changes) = read(options)?;
    let mut tenant = match find_tenant(common)? {
        Some(tenant) => tenant,
        None if options.repository.is_some() && options.head_sha.is_some() => {
            create_tenant(common)?
        }
        None => return Err(not_stored(&options.change)),
    };
    let head = Head {
        change: &options.change,
        repository: options.repository.as_deref(),
        sha: options.head_sha.as_deref(),
    };
    let report = hand_in(&mut tenant, head, (source, changes), now(common))?;
    print(options.format, &report, dependencies_text)?;
    Ok(ExitCode::SUCCESS)
}

/// What is handed in, and where it comes from.
fn read(options: &Dependencies) -> Result<(&'static str, Changes), HostError> {
    if let (Some(base), Some(head)) = (&options.base, &options.head) {
        let (base, head) = (document(base)?, document(head)?);
        return Ok((head.format(), sbom::diff(&base, &head)));
    }
    let path = options.list.as_deref().unwrap_or(Path::new("-"));
    let changes = sbom::list(&path.display().to_string(), &bytes(path)?);
    Ok(("list", changes.map_err(|error| refused(&error))?))
}

fn document(path: &Path) -> Result<Document, HostError> {
    sbom::read(&path.display().to_string(), &bytes(path)?).map_err(|error| refused(&error))
}

fn refused(error: &sbom::SbomError) -> HostError {
    HostError::Change(error.to_string())
}

/// A whole file, or one byte more than is read of any.
fn bytes(path: &Path) -> Result<Vec<u8>, HostError> {
    let most = u64::try_from(MAX_DOCUMENT_BYTES).map_or(u64::MAX, |most| most + 1);
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().take(most).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    match read {
        Ok(_) => Ok(bytes),
        Err(error) => Err(HostError::File {
            path: path.to_owned(),
            reason: error.to_string(),
        }),
    }
}
