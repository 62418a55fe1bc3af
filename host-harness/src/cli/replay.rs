//! `koalr replay`.

use std::process::ExitCode;

use super::args::{Common, Replay};
use super::{FAILED, open_host, print};
use crate::HostError;
use crate::recording::{read_all, replay};
use crate::report::{ReplayReport, ReplayState, replay_text};

pub(super) async fn run(common: &Common, options: Replay) -> Result<ExitCode, HostError> {
    let mut found = read_all(&options.path)?;
    let is_one = found.len() == 1;
    // What is wrong with the only file is this command's own failure.
    if is_one && let Some((_, Err(error))) = found.pop_if(|(_, recording)| recording.is_err()) {
        return Err(error.into());
    }
    let host = open_host(common, common.settings.rate_share).await?;
    let mut code = 0;
    for (path, recording) in found {
        let replayed = match &recording {
            Ok(recording) => replay(&host, recording)
                .await
                .map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let report = match (&recording, replayed) {
            (Ok(recording), Ok(replayed)) => ReplayReport::of(&path, &recording.header, replayed),
            (_, Err(reason)) if is_one => return Err(HostError::NotPossible(reason)),
            (recording, Err(reason)) => {
                let header = recording.as_ref().ok().map(|recording| &recording.header);
                ReplayReport::failed(&path, header, reason)
            }
            (Err(error), Ok(_)) => ReplayReport::failed(&path, None, error.to_string()),
        };
        code = code.max(match report.state {
            ReplayState::Same => 0,
            ReplayState::Different => DIFFERENT,
            ReplayState::NotReplayed => FAILED,
        });
        print(options.format, &report, replay_text)?;
    }
    Ok(ExitCode::from(code))
}

/// Exit code of a call that does not come to the same.
const DIFFERENT: u8 = 1;
