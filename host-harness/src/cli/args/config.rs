//! Arguments of `koalr config`.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check a configuration whole: the file, the environment, and the files they name. Starts nothing.
    ///
    /// Exit codes: 0 it can be used, 2 something is wrong: all of it is said, with its place.
    Check {
        /// The file [default: the one that `--config` names, or else the user's own].
        file: Option<PathBuf>,
    },
    /// Print every setting with its default as a file, and what is set differently.
    ///
    /// Exit codes: 0 printed, 2 it cannot be used.
    Show,
}
