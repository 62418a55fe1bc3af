//! Arguments of `koalr vault`.

use clap::Subcommand;

use super::Format;

#[derive(Debug, Subcommand)]
pub(crate) enum VaultCommand {
    /// Replace the key that seals everything, while servers run. The old one opens nothing any more.
    ///
    /// Exit codes: 0 replaced, 2 failed: the sentence says what is left to do.
    Rotate {
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}
