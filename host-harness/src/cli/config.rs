//! `koalr config`, and what every command reads first.

use std::process::ExitCode;

use super::args::{Command, Common, ConfigCommand, Format};
use super::host::reference;
use super::print;
use crate::HostError;
use crate::config::{Config, Sources, find};

pub(super) fn run(common: &Common, command: ConfigCommand) -> Result<ExitCode, HostError> {
    match command {
        ConfigCommand::Check { file } => {
            let mut common = common.clone();
            common.config = file.or(common.config);
            let found = find(common.config.as_deref())?;
            let name = match &found {
                Some((path, _)) => format!("`{}`", path.display()),
                None => "The defaults, without a file,".to_owned(),
            };
            Config::read_and_look(&sources(&common, found, Vec::new()))?;
            print(Format::Text, &(), |()| format!("{name} can be used.\n"))?;
        }
        ConfigCommand::Show => {
            let found = find(common.config.as_deref())?;
            let config = Config::read(&sources(common, found, Vec::new()))?;
            print(Format::Text, &(), |()| config.spelled_out())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What is set, for this command.
pub(super) fn read(common: &Common, command: &Command) -> Result<Config, HostError> {
    let found = find(common.config.as_deref())?;
    let read = match command {
        Command::Serve(options) => Config::read_and_look(&sources(common, found, options.flags())),
        _ => Config::read(&sources(common, found, Vec::new())),
    };
    Ok(read?)
}

fn sources(
    common: &Common,
    file: Option<(std::path::PathBuf, String)>,
    flags: Vec<(&'static str, String)>,
) -> Sources {
    let mut sources = Sources::of(file);
    sources.flags = flags;
    // An installed version is no file.
    let file = common
        .plugin
        .as_ref()
        .filter(|named| reference(named).is_none());
    for (flag, path) in [("--data", common.data.as_ref()), ("--plugin", file)] {
        // Where it is no text, it is used as it is all the same.
        let text = path.and_then(|path| path.to_str());
        let given = text.map(|text| (flag, text.to_owned()));
        sources.flags.extend(given);
    }
    sources
}
