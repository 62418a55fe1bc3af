//! Arguments of every command.

mod config;
mod plugin;
mod report;
mod serve;
mod team;
mod tenant;
mod upstream;
mod vault;

use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use koalr_platform::audit::Tip;
use koalr_platform::model::common::Timestamp;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::change_command::ChangeCommand;
use crate::config::Config;
use crate::observe::LogFormat;
pub(super) use config::ConfigCommand;
pub(super) use plugin::{PluginCommand, Shadow, Stated, VersionCommand};
pub(super) use report::{About, Figure, OutcomeWindow, ReportCommand, TierTable};
pub(super) use serve::Serve;
pub(super) use team::{
    AuditCommand, HookCommand, Import, JobsCommand, KeyCommand, Override, SignIn, SignOut,
    TeamCommand, WaiverCommand,
};
pub(super) use tenant::{Backup, Named, TenantCommand};
pub(super) use upstream::{Connect, Disconnect, Enrichment, Status, Sync};
pub(super) use vault::VaultCommand;

/// Runs a Koalr integration in a sandbox: connect, sync, score and gate.
#[derive(Debug, Parser)]
#[command(name = "koalr", version, disable_help_subcommand = true)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) common: Common,
    /// Log more to standard error; twice for every request.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// How log lines look [default: text].
    #[arg(long, global = true, value_enum, value_name = "FORMAT")]
    pub(super) log_format: Option<LogLines>,
    #[command(subcommand)]
    pub(super) command: Command,
}

impl Args {
    /// Those of this process. Ends it where they are wrong.
    pub(super) fn read() -> Self {
        let matches = Self::command().get_matches();
        let mut args = Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
        args.common.names_tenant = names_tenant(&matches);
        args
    }
}

/// Whether the tenant is given, at whatever depth.
fn names_tenant(matches: &ArgMatches) -> bool {
    matches.value_source("tenant") == Some(ValueSource::CommandLine)
        || matches
            .subcommand()
            .is_some_and(|(_, below)| names_tenant(below))
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogLines {
    /// For people.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

impl From<LogLines> for LogFormat {
    fn from(lines: LogLines) -> Self {
        match lines {
            LogLines::Text => Self::Text,
            LogLines::Json => Self::Json,
        }
    }
}

/// What every command shares.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Common {
    /// Where connections and synced data are kept [default: `koalr` in the user's data directory].
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) data: Option<PathBuf>,
    /// Whose data.
    #[arg(long, global = true, value_name = "NAME", default_value = "default")]
    pub(super) tenant: String,
    /// The integration for this command: a component's file, or an installed `ID` or `ID@VERSION` [default: the version that
    /// serves the tenant, or else the component beside this program].
    #[arg(long, global = true, value_name = "FILE|ID[@VERSION]")]
    pub(super) plugin: Option<PathBuf>,
    /// Take this as the time, for reproducible runs [default: the clock].
    #[arg(long, global = true, value_name = "RFC3339", value_parser = timestamp)]
    pub(super) now: Option<Timestamp>,
    /// The configuration file [default: what `KOALR_CONFIG` names, or else `koalr/koalr.toml` in the user's configuration
    /// directory].
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Write every call of the integration into this directory, so that `koalr replay` makes it again. The files hold what
    /// the upstream said, and no token.
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) record: Option<PathBuf>,
    /// Whether somebody named the tenant.
    #[arg(skip)]
    pub(super) names_tenant: bool,
    /// What it says, once it was read.
    #[arg(skip)]
    pub(super) settings: Config,
}

/// A time as it is written in RFC 3339.
fn timestamp(text: &str) -> Result<Timestamp, String> {
    let wrong = || "write it as in 2026-01-15T09:30:00Z".to_owned();
    let time = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| wrong())?;
    Timestamp::try_from(time.unix_timestamp_nanos() / 1_000_000).map_err(|_| wrong())
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Look at components, install versions of integrations, and say which serves.
    Plugin {
        #[command(subcommand)]
        command: PluginCommand,
    },
    /// Check a token and store the connection, sealed.
    ///
    /// Exit codes: 0 connected, 2 not connected.
    Connect(Connect),
    /// Take a connection away: its token is shredded, what was synced stays.
    ///
    /// Exit codes: 0 disconnected, 2 refused or failed.
    Disconnect(Disconnect),
    /// Pull everything that changed, or go on where the last run stopped.
    ///
    /// Exit codes: 0 complete, 1 partial (old data is kept, what is missing is named), 2 failed.
    Sync(Sync),
    /// Say what is connected, what was synced and what is missing. Sends no request.
    ///
    /// Exit codes: 0 said, 2 failed.
    Status(Status),
    /// Say how risky a change is, and why.
    ///
    /// Exit codes: 0 scored, 2 failed.
    Score(Score),
    /// Decide whether a change may pass, or with `--deployment` whether a commit may be deployed.
    ///
    /// Exit codes: 0 pass or warn, 1 block, 2 failed, 3 pending or inconclusive.
    Gate(Gate),
    /// Tell what is known of a change.
    Change {
        #[command(subcommand)]
        command: ChangeCommand,
    },
    /// Let the present head of a change pass in spite of the gate, as somebody of the team.
    ///
    /// Exit codes: 0 let pass, 2 refused or failed.
    Override(Override),
    /// Approve waivers, or take them back.
    Waiver {
        #[command(subcommand)]
        command: WaiverCommand,
    },
    /// Store changes, deployments, incidents, services and people from a JSON file.
    ///
    /// Exit codes: 0 stored, or known already; 2 something is wrong: all of it is said, and nothing is stored.
    Import(Import),
    /// Say who may what.
    Team {
        #[command(subcommand)]
        command: TeamCommand,
    },
    /// Read and check the log of what was decided and done.
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Judge merged changes that nobody judged while they were open, from what is stored. Sends no request.
    ///
    /// Exit codes: 0 done, also where much could not be rebuilt (its share is said), 2 failed.
    Reconstruct(Reconstruct),
    /// Make recorded calls again, without network, and compare what comes of them.
    ///
    /// Exit codes: 0 the same, 1 not the same, 2 a recording could not be replayed.
    Replay(Replay),
    /// Report on delivery, on debt, and on whether they are tied together. Sends no request.
    Report {
        #[command(subcommand)]
        command: ReportCommand,
    },
    /// Look at a policy of the gate, or set it.
    Policy {
        #[command(subcommand)]
        command: PolicyCommand,
    },
    /// Take webhooks, judge pull requests as they come, and sync every connection by itself.
    ///
    /// Exit codes: 0 ended, 2 failed.
    Serve(Serve),
    /// Make a link that signs a person in to the pages of `koalr serve`, once, within ten minutes.
    ///
    /// Exit codes: 0 made, 2 failed.
    SignIn(SignIn),
    /// End all visits of a person, and take back the links that they did not use.
    ///
    /// Exit codes: 0 ended, 2 failed.
    SignOut(SignOut),
    /// Look at the configuration.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Set up what a tenant's webhooks are signed with. Sealed in its vault.
    Hook {
        #[command(subcommand)]
        command: HookCommand,
    },
    /// Make keys of the HTTP API of `koalr serve`, or take them back.
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Look after the key that seals tokens and secrets.
    Vault {
        #[command(subcommand)]
        command: VaultCommand,
    },
    /// Make tenants, suspend, move and delete them.
    Tenant {
        #[command(subcommand)]
        command: TenantCommand,
    },
    /// Copy everything into a directory, while it is in use.
    ///
    /// Exit codes: 0 complete, 1 a tenant or a component could not be read and is named, 2 failed.
    Backup(Backup),
    /// Look at the jobs of `koalr serve`.
    Jobs {
        #[command(subcommand)]
        command: JobsCommand,
    },
    /// Show the whole path on a sample organization, without a token or a network, and then serve it as pages.
    ///
    /// Exit codes: 0 shown, 2 failed.
    Demo(Demo),
}

#[derive(Debug, Subcommand)]
pub(super) enum PolicyCommand {
    /// Print a policy with every key and every rule, defaults too, as a file to start from.
    ///
    /// Exit codes: 0 printed, 2 it cannot be used.
    Show {
        /// The policy [default: the one that is set, or else an empty one].
        file: Option<PathBuf>,
    },
    /// Check a policy, and waivers under it, against the rules of the integration.
    ///
    /// Exit codes: 0 nothing is wrong, 2 something is: all of it is said, with its place.
    Check {
        /// The policy.
        file: PathBuf,
        /// The waivers.
        #[arg(long, value_name = "FILE")]
        waivers: Option<PathBuf>,
    },
    /// Make a policy the one that applies where no `--policy` is given.
    ///
    /// Exit codes: 0 set, 2 something is wrong with it, or they may not.
    Set {
        /// The policy.
        file: PathBuf,
        /// Login of who sets it.
        #[arg(long = "as", value_name = "LOGIN")]
        login: String,
    },
}

/// What somebody is trusted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Role {
    /// Writes changes.
    Member,
    /// May override the gate and approve waivers.
    Lead,
    /// The same, and may set the policy.
    Security,
    /// May set the policy, connect integrations and run failed jobs again.
    Operator,
}

impl From<Role> for koalr_platform::team::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Member => Self::Member,
            Role::Lead => Self::Lead,
            Role::Security => Self::Security,
            Role::Operator => Self::Operator,
        }
    }
}

/// The end of an audit log, as `koalr audit verify` prints it.
fn tip(text: &str) -> Result<Tip, String> {
    let wrong = || {
        "write it as `koalr audit verify` prints it: a number, a colon, 64 hexadecimal digits"
            .to_owned()
    };
    let (seq, hash) = text.split_once(':').ok_or_else(wrong)?;
    let seq = seq.parse().map_err(|_| wrong())?;
    if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    let hash = hash.to_ascii_lowercase();
    Ok(Tip { seq, hash })
}

/// How results are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON document a line.
    Json,
}

#[derive(Debug, clap::Args)]
pub(super) struct Score {
    /// A stored change by id, for example `acme/shop#12`, or a JSON file that describes one; `-` is standard input.
    pub(super) change: String,
    #[command(flatten)]
    pub(super) judge: Judge,
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Gate {
    #[command(subcommand)]
    pub(super) command: Option<GateCommand>,
    /// A stored change by id, for example `acme/shop#12`, or a JSON file that describes one; `-` is standard input.
    #[arg(required_unless_present = "deployment")]
    pub(super) change: Option<String>,
    /// Decide over all changes that this commit brings to a service instead; at least its first seven digits.
    #[arg(
        long,
        value_name = "SHA",
        requires = "service",
        conflicts_with = "change"
    )]
    pub(super) deployment: Option<String>,
    /// The service that is to be deployed, by its name or an alias.
    #[arg(long, value_name = "NAME", requires = "deployment")]
    pub(super) service: Option<String>,
    /// The environment it is to be deployed to. Changes count since the last deployment to production in any case.
    #[arg(
        long,
        value_name = "NAME",
        default_value = "production",
        requires = "deployment"
    )]
    pub(super) environment: String,
    #[command(flatten)]
    pub(super) judge: Judge,
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: GateFormat,
}

#[derive(Debug, Subcommand)]
pub(super) enum GateCommand {
    /// Say what another policy would have decided about every stored change, and whether that would have been right. Sends
    /// no request.
    ///
    /// Exit codes: 0 said, 2 failed.
    Backtest(Backtest),
}

#[derive(Debug, clap::Args)]
pub(super) struct Backtest {
    /// The policy to try, a TOML file.
    #[arg(long, value_name = "FILE")]
    pub(super) policy: PathBuf,
    /// Waivers to try with it, a TOML file. They hold for decisions made between their creation and their expiry.
    #[arg(long, value_name = "FILE")]
    pub(super) waivers: Option<PathBuf>,
    /// How far back, in days.
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    pub(super) days: u32,
    /// Which integration decided.
    #[arg(long, value_name = "NAME", default_value = "snyk")]
    pub(super) integration: String,
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

#[derive(Debug, clap::Args)]
pub(super) struct Reconstruct {
    /// How far back, in days.
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    pub(super) days: u32,
    /// Judge also what was rebuilt before. What was decided at the time stays.
    #[arg(long)]
    pub(super) again: bool,
    /// The policy to judge by, a TOML file [default: what `koalr policy show` prints].
    #[arg(long, value_name = "FILE")]
    pub(super) policy: Option<PathBuf>,
    /// Which integration judges.
    #[arg(long, value_name = "NAME", default_value = "snyk")]
    pub(super) integration: String,
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

#[derive(Debug, clap::Args)]
pub(super) struct Replay {
    /// A recording that `--record` or the server made, or a directory of them.
    #[arg(value_name = "FILE|DIR")]
    pub(super) path: PathBuf,
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

/// How a gate's answer is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum GateFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON document a line.
    Json,
    /// For GitHub, about a change: what creates a check run, as one JSON document a line.
    CheckRun,
    /// For GitHub, about a deployment: what answers its protection rule, as one JSON document a line.
    Github,
}

#[derive(Debug, clap::Args)]
pub(super) struct Judge {
    /// Which integration judges [default: the one that is loaded].
    #[arg(long, value_name = "NAME")]
    pub(super) integration: Option<String>,
    /// The customer's policy, a TOML file [default: the one that is set, which `koalr policy show` prints].
    #[arg(long, value_name = "FILE")]
    pub(super) policy: Option<PathBuf>,
    /// The customer's waivers, a TOML file. One with a mistake does not hold; the others do [default: those that are
    /// stored].
    #[arg(long, value_name = "FILE")]
    pub(super) waivers: Option<PathBuf>,
    /// What its decision binds, whatever the policy says [default: the policy's mode].
    #[arg(long, value_enum)]
    pub(super) mode: Option<Mode>,
    /// Show the whole arithmetic, every rule with its parameters, and all that is known or missing.
    #[arg(long)]
    pub(super) explain: bool,
}

/// What a decision binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Mode {
    /// Nothing: it is only recorded.
    Observe,
    /// What would block warns.
    Warn,
    /// What blocks, blocks.
    Enforce,
}

impl From<Mode> for koalr_platform::policy::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Observe => Self::Observe,
            Mode::Warn => Self::Warn,
            Mode::Enforce => Self::Enforce,
        }
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct Demo {
    /// End after printing; otherwise pages are served, with a link that signs you in, until Ctrl-C.
    #[arg(long)]
    pub(super) once: bool,
    /// Print what 90 days of a made-up team tell too: its changes, deployments and incidents, judged in hindsight.
    #[arg(long)]
    pub(super) team: bool,
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}
