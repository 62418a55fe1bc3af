//! `koalr vault`.

use std::process::ExitCode;

use koalr_store::DataDir;
use serde::Serialize;

use super::args::{Common, VaultCommand};
use super::{data_path, print};
use crate::HostError;
use crate::report::rotated_text;

/// What a rotation did.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Rotated {
    /// How many data keys were wrapped anew: one for each tenant.
    data_keys: usize,
}

pub(super) fn run(common: &Common, command: &VaultCommand) -> Result<ExitCode, HostError> {
    match command {
        VaultCommand::Rotate { format } => {
            let path = data_path(common)?;
            if !path.is_dir() {
                return Err(HostError::NotPossible(format!(
                    "there is no data directory `{}`; name another one with `--data DIR`",
                    path.display()
                )));
            }
            let data_keys = DataDir::open(path)?.rotate_vault_key()?;
            let rotated = Rotated { data_keys };
            print(*format, &rotated, |rotated| rotated_text(rotated.data_keys))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
