//! `koalr replay`.

use std::path::Path;
use std::process::ExitCode;

use super::args::{Common, Replay};
use super::{FAILED, open_host, print};
use crate::recording::{Recording, RecordingError, read_all, replay};
use crate::report::{ReplayReport, ReplayState, replay_text};
use crate::{Host, HostError};

pub(super) async fn run(common: &Common, options: Replay) -> Result<ExitCode, HostError> {
    let found = read_all(&options.path)?;
    // What is wrong with the only one is this command's own failure.
    let is_one = found.len() == 1;
    let host = open_host(common, common.settings.rate_share).await?;
    let mut code = 0;
    for (path, recording) in found {
        let report = match again(&host, &path, recording).await {
            Ok(report) => report,
            Err(error) if is_one => return Err(error),
            Err(error) => ReplayReport::failed(&path, error.to_string()),
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

async fn again(
    host: &Host,
    path: &Path,
    recording: Result<Recording, RecordingError>,
) -> Result<ReplayReport, HostError> {
    let recording = recording?;
    let replayed = replay(host, &recording).await?;
    Ok(ReplayReport::of(path, &recording.header, replayed))
}

/// Exit code of a call that does not come to the same.
const DIFFERENT: u8 = 1;
