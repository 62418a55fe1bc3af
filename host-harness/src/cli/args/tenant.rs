//! Arguments of the commands about tenants as wholes.

use std::path::PathBuf;

use clap::Subcommand;

use super::Format;

#[derive(Debug, Subcommand)]
pub(crate) enum TenantCommand {
    /// Make a tenant; connecting or making a key does that too.
    ///
    /// Exit codes: 0 made, 2 there is one, or failed.
    Create(Named),
    /// Say which tenants there are, how they stand and how large they are. Opens none of them.
    ///
    /// Exit codes: 0 said, 2 failed.
    List {
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Leave a tenant alone: nobody is answered about it, and its jobs wait until it is resumed.
    ///
    /// Exit codes: 0 suspended, 2 failed.
    Suspend(Named),
    /// Bring a suspended tenant back.
    ///
    /// Exit codes: 0 it is served, 2 failed.
    Resume(Named),
    /// Write all of a tenant but its credentials into one file, while it is in use.
    ///
    /// Exit codes: 0 written, 2 failed.
    Export {
        /// The tenant.
        name: String,
        /// The file, which is not there yet.
        file: PathBuf,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Put an exported or backed-up file in the place of what a tenant has, after checking it; makes the tenant if there is
    /// none.
    ///
    /// Exit codes: 0 restored, 2 failed: then the tenant has what it had.
    Restore {
        /// The tenant.
        name: String,
        /// The file. It is only read.
        file: PathBuf,
        /// Take it although it was another tenant's.
        #[arg(long)]
        rename: bool,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Delete a tenant for good, with its keys.
    ///
    /// Exit codes: 0 deleted, 2 refused or failed.
    Delete {
        /// The tenant.
        name: String,
        /// Do not ask for its name again.
        #[arg(long)]
        yes: bool,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Read a tenant's whole file, and say what is wrong with it.
    ///
    /// Exit codes: 0 nothing is, 1 something is, 2 failed.
    Check(Named),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Named {
    /// The tenant.
    pub(crate) name: String,
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Backup {
    /// The directory, new or empty.
    pub(crate) directory: PathBuf,
    /// Copy the key file too: who has such a backup has every credential in it.
    #[arg(long)]
    pub(crate) with_key: bool,
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}
