//! Arguments of `koalr plugin shadow`.

use super::Format;

#[derive(Debug, clap::Args)]
pub(crate) struct Shadow {
    /// The integration, by its id.
    #[arg(value_name = "ID")]
    pub(crate) integration: String,
    /// An installed version, by its version or its hash.
    #[arg(value_name = "VERSION|HASH")]
    pub(crate) version: String,
    /// How far back decisions count.
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    pub(crate) days: u32,
    /// Compare for every tenant [default: for the one of `--tenant`].
    #[arg(long)]
    pub(crate) all: bool,
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}
