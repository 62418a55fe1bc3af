//! The command line `koalr`: arguments in, one report and one exit code out.

mod args;
mod audit;
mod backtest;
mod backup;
mod change;
mod change_command;
mod config;
mod connect;
mod demo;
mod deployment;
mod disconnect;
mod hook;
mod host;
mod import;
mod key;
mod plugin;
mod policy;
mod progress;
mod reconstruct;
mod replay;
mod report;
mod serve;
mod shadow;
mod sign_in;
mod status;
mod sync;
mod team;
mod tenant;
mod token;
mod vault;
mod waiver;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use koalr_platform::model::common::Timestamp;
use koalr_store::{DataDir, StoreError, Tenant, TenantId};
use serde::Serialize;

use crate::HostError;
use crate::observe::log_to_standard_error;
use crate::report::json_line;
use args::{Args, Command, Common, Format};
use host::open_host;

/// Exit code of a command that failed.
pub const FAILED: u8 = 2;

/// Runs the command line.
///
/// # Errors
///
/// With one sentence that names the input and the way out. The process then ends with exit code 2.
pub async fn run() -> Result<ExitCode, HostError> {
    let args = Args::read();
    let mut common = args.common;
    // The demo shows what there is without being set up, and the configuration is not used before it is looked at.
    if !matches!(args.command, Command::Demo(_) | Command::Config { .. }) {
        common.settings = config::read(&common, &args.command)?;
    }
    let mut log = common.settings.log;
    if let Some(lines) = args.log_format {
        log.format = lines.into();
    }
    log_to_standard_error(log.verbose(args.verbose));
    match args.command {
        Command::Plugin { command } => plugin::run(&common, command).await,
        Command::Connect(options) => connect::run(&common, options).await,
        Command::Disconnect(options) => disconnect::run(&common, &options),
        Command::Sync(options) => sync::run(&common, options).await,
        Command::Status(options) => status::run(&common, &options),
        Command::Score(options) => change::score(&common, options).await,
        Command::Gate(options) if options.deployment.is_some() => {
            deployment::run(&common, options).await
        }
        Command::Gate(options) => change::gate(&common, options).await,
        Command::Change { command } => change_command::run(&common, &command),
        Command::Override(options) => team::override_change(&common, &options),
        Command::Import(options) => import::run(&common, &options),
        Command::Team { command } => team::run(&common, command),
        Command::Waiver { command } => waiver::run(&common, command).await,
        Command::Audit { command } => audit::run(&common, command),
        Command::Reconstruct(options) => reconstruct::run(&common, options).await,
        Command::Report { command } => report::run(&common, command).await,
        Command::Replay(options) => replay::run(&common, options).await,
        Command::Policy { command } => policy::run(&common, command).await,
        Command::Serve(_) => serve::run(&common).await,
        Command::SignIn(options) => sign_in::run(&common, &options),
        Command::SignOut(options) => sign_in::end(&common, &options),
        Command::Config { command } => config::run(&common, command),
        Command::Hook { command } => hook::run(&common, command),
        Command::Key { command } => key::run(&common, &command),
        Command::Vault { command } => vault::run(&common, &command),
        Command::Tenant { command } => tenant::run(&common, command),
        Command::Backup(options) => backup::run(&common, &options),
        Command::Jobs { command } => hook::jobs(&common, &command),
        Command::Demo(options) => demo::run(&common, options).await,
    }
}

/// The tenant in the data directory; none if either is not there. Creates neither: a mistyped name leaves nothing.
fn find_tenant(common: &Common) -> Result<Option<Tenant>, HostError> {
    let tenant = TenantId::parse(&common.tenant)?;
    let path = data_path(common)?;
    if !path.exists() {
        return Ok(None);
    }
    match DataDir::open(path)?.tenant(&tenant, false) {
        Ok(tenant) => Ok(Some(tenant)),
        Err(StoreError::TenantUnknown { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The same, where nothing can be done without a connection to `integration`.
fn connected_tenant(common: &Common, integration: &str) -> Result<Tenant, HostError> {
    find_tenant(common)?.ok_or_else(|| not_connected(common, integration))
}

fn not_connected(common: &Common, integration: &str) -> HostError {
    HostError::NotConnected {
        integration: integration.to_owned(),
        tenant: common.tenant.clone(),
    }
}

/// The data directory, where it must be there.
fn find_data(common: &Common) -> Result<DataDir, HostError> {
    let path = data_path(common)?;
    if path.exists() {
        Ok(DataDir::open(path)?)
    } else {
        Err(HostError::NotPossible(format!(
            "there is no data directory `{}`; name another with `--data DIR`",
            path.display()
        )))
    }
}

/// The tenant in the data directory, both made where they are missing.
fn create_tenant(common: &Common) -> Result<Tenant, HostError> {
    let tenant = TenantId::parse(&common.tenant)?;
    Ok(DataDir::open(data_path(common)?)?.tenant(&tenant, true)?)
}

fn data_path(common: &Common) -> Result<PathBuf, HostError> {
    if let Some(data) = common.data.as_ref().or(common.settings.data.as_ref()) {
        return Ok(data.clone());
    }
    let set = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    set("XDG_DATA_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".local/share")))
        .map(|directory| directory.join("koalr"))
        .ok_or(HostError::NoDataDirectory)
}

/// The only place of the harness that asks what time it is: everything below takes it as an argument.
fn now(common: &Common) -> Timestamp {
    if let Some(now) = common.now {
        return now;
    }
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Writes a report: the text for people, or one line of JSON.
fn print<T: Serialize>(
    format: Format,
    report: &T,
    text: impl FnOnce(&T) -> String,
) -> Result<(), HostError> {
    let output = match format {
        Format::Text => text(report),
        Format::Json => json_line(&serde_json::to_string(report).map_err(HostError::Json)?),
    };
    let mut out = std::io::stdout().lock();
    out.write_all(output.as_bytes())
        .and_then(|()| out.flush())
        .map_err(HostError::Output)
}

/// Where compiled components are kept in the data directory.
const ARTIFACTS: &str = "artifacts";
