//! `koalr team` and `koalr override`.

use std::process::ExitCode;

use koalr_store::DataDir;

use super::args::{Common, Format, Override, TeamCommand};
use super::{create_tenant, data_path, find_tenant, now, print};
use crate::HostError;
use crate::jobs::{override_change as let_pass, remove_actor, set_roles, sign_out};
use crate::report::{override_text, team_text};

pub(super) fn run(common: &Common, command: TeamCommand) -> Result<ExitCode, HostError> {
    match command {
        TeamCommand::Add { login, roles } => {
            let mut tenant = create_tenant(common)?;
            let roles = roles.into_iter().map(Into::into);
            set_roles(&mut tenant, &login, roles, now(common))?;
            let actor = tenant.actor(&login)?;
            print(Format::Text, &actor.as_slice(), |team| team_text(team))?;
        }
        TeamCommand::List { format } => {
            let team = match find_tenant(common)? {
                Some(tenant) => tenant.actors()?,
                None => Vec::new(),
            };
            print(format, &team, |team| team_text(team))?;
        }
        TeamCommand::Remove { login } => {
            let mut tenant = create_tenant(common)?;
            remove_actor(&mut tenant, &login, now(common))?;
            let data = DataDir::open(data_path(common)?)?;
            sign_out(&data, &tenant, &login)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn override_change(common: &Common, options: &Override) -> Result<ExitCode, HostError> {
    let mut tenant = create_tenant(common)?;
    let about = (&*options.login, &*options.reason);
    let one = let_pass(&mut tenant, (&options.change, None), about, now(common))?;
    print(options.format, &one, override_text)?;
    Ok(ExitCode::SUCCESS)
}
