//! `koalr config`, and what every command reads first.

use std::process::ExitCode;

use super::args::{Common, ConfigCommand, Format};
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
            let config = Config::read(&sources(&common, found, Vec::new()))?;
            config.look()?;
            print(Format::Text, &(), |()| format!("{name} can be used.\n"))?;
        }
        ConfigCommand::Show => {
            let config = read(common, Vec::new())?;
            print(Format::Text, &(), |()| config.spelled_out())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What is set, with these flags and those of every command.
pub(super) fn read(
    common: &Common,
    flags: Vec<(&'static str, String)>,
) -> Result<Config, HostError> {
    let found = find(common.config.as_deref())?;
    Ok(Config::read(&sources(common, found, flags))?)
}

fn sources(
    common: &Common,
    file: Option<(std::path::PathBuf, String)>,
    flags: Vec<(&'static str, String)>,
) -> Sources {
    let mut sources = Sources::of(file);
    sources.flags = flags;
    for (flag, path) in [("--data", &common.data), ("--plugin", &common.plugin)] {
        // Where it is no text, it is used as it is all the same.
        let text = path.as_ref().and_then(|path| path.to_str());
        let given = text.map(|text| (flag, text.to_owned()));
        sources.flags.extend(given);
    }
    sources
}
