//! Arguments of the commands around the gate: people, imports, the log and the server.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use koalr_platform::access;
use koalr_platform::audit::Tip;

use super::{Format, Role, tip};

#[derive(Debug, clap::Args)]
pub(crate) struct SignIn {
    /// Login of the person.
    #[arg(long = "as", value_name = "LOGIN")]
    pub(crate) login: String,
    /// Where the pages are, as their browser reaches them [default: `server.public-url`, or port 8080 of this machine].
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SignOut {
    /// Login of the person.
    #[arg(long = "as", value_name = "LOGIN")]
    pub(crate) login: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HookCommand {
    /// GitHub: what it signs with, and a token for comparisons and check runs.
    ///
    /// Exit codes: 0 stored, 2 failed.
    Github {
        /// File with the webhook's secret.
        #[arg(long, value_name = "FILE")]
        secret_file: PathBuf,
        /// File with a token that has Contents: read, Checks: write and Deployments: write.
        #[arg(long, value_name = "FILE")]
        token_file: Option<PathBuf>,
        /// Address of the API [default: GitHub's own].
        #[arg(long, value_name = "URL")]
        api: Option<String>,
        /// Permit an address of this machine, for a mock.
        #[arg(long)]
        allow_loopback: bool,
    },
    /// `PagerDuty`: what it signs with.
    ///
    /// Exit codes: 0 stored, 2 failed.
    Pagerduty {
        /// File with the webhook's secret.
        #[arg(long, value_name = "FILE")]
        secret_file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key, and print it once.
    ///
    /// Exit codes: 0 made, 2 failed.
    Create {
        /// What to call it, so that its holder is found.
        #[arg(long, value_name = "TEXT")]
        name: String,
        /// What it opens; may be repeated.
        #[arg(long = "scope", value_enum, value_name = "SCOPE", required = true)]
        scopes: Vec<Scope>,
        /// Login of the person it approves as, with that person's roles.
        #[arg(long = "as", value_name = "LOGIN")]
        login: Option<String>,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Say which keys were made, and when they were last used.
    ///
    /// Exit codes: 0 said, 2 failed.
    List {
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Take a key back, at once.
    ///
    /// Exit codes: 0 taken back, 2 there is no such key.
    Revoke {
        /// Its id.
        id: String,
    },
}

/// What a key opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scope {
    /// Read what is stored.
    Read,
    /// Hand in changes, deployments, incidents and dependencies, and have a connection synced.
    Import,
    /// Ask for decisions.
    Gate,
    /// Give an integration its credential, and take it away.
    Connect,
    /// Let changes pass, as the person given with `--as`.
    Approve,
}

impl From<Scope> for access::Scope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Read => Self::Read,
            Scope::Import => Self::Import,
            Scope::Gate => Self::Gate,
            Scope::Connect => Self::Connect,
            Scope::Approve => Self::Approve,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum JobsCommand {
    /// Say what was given up and why, and what waits.
    ///
    /// Exit codes: 0 said, 2 failed.
    List {
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Let a job that was given up wait again, for the next start of `koalr serve`.
    ///
    /// Exit codes: 0 it waits, 2 there is no such job.
    Replay {
        /// Its number.
        id: i64,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum TeamCommand {
    /// Give somebody roles, in place of those they had.
    ///
    /// Exit codes: 0 given, 2 failed.
    Add {
        /// Their login.
        login: String,
        /// What they are trusted with; may be repeated.
        #[arg(long = "role", value_enum, value_name = "ROLE", required = true)]
        roles: Vec<Role>,
    },
    /// Say who is in the team.
    ///
    /// Exit codes: 0 said, 2 failed.
    List {
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Take somebody out of the team. Their visits of the pages end.
    ///
    /// Exit codes: 0 taken out, 2 failed.
    Remove {
        /// Their login.
        login: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum WaiverCommand {
    /// Approve the waivers of a file, all or none. They hold until they expire, wherever no `--waivers` is given.
    ///
    /// Exit codes: 0 stored, or known already; 2 refused or failed.
    Add {
        /// The waiver file, as `koalr gate --waivers` reads it.
        file: PathBuf,
        /// Login of the approver, who did not ask for any of them.
        #[arg(long = "as", value_name = "LOGIN")]
        login: String,
    },
    /// Say which waivers are stored, the expired ones too.
    ///
    /// Exit codes: 0 said, 2 failed.
    List {
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Take a waiver back.
    ///
    /// Exit codes: 0 taken back, 2 refused or failed.
    Revoke {
        /// Its id.
        id: String,
        /// Login of who takes it back.
        #[arg(long = "as", value_name = "LOGIN")]
        login: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Print the log, oldest entry first.
    ///
    /// Exit codes: 0 printed, 2 failed.
    List {
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Check that no entry was altered, removed, added or moved, and print the end to keep elsewhere.
    ///
    /// Exit codes: 0 it is as it was written, 1 it is not, 2 failed.
    Verify {
        /// An end that was printed before: without it, a log that was cut off or written anew is not noticed.
        #[arg(long, value_name = "SEQ:HASH", value_parser = tip)]
        tip: Option<Tip>,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct Override {
    /// The stored change by id, for example `acme/shop#12`.
    pub(crate) change: String,
    /// Login of who lets it pass, who is not its author.
    #[arg(long = "as", value_name = "LOGIN")]
    pub(crate) login: String,
    /// Why it may pass.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Import {
    /// The file; `-` is standard input.
    pub(crate) file: PathBuf,
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}
