//! `koalr sign-in`.

use std::process::ExitCode;

use koalr_store::{DataDir, Visitor};

use super::args::{Common, Format, SignIn};
use super::{create_tenant, data_path, now, print};
use crate::HostError;
use crate::jobs::invite;

pub(super) fn run(common: &Common, options: &SignIn) -> Result<ExitCode, HostError> {
    let tenant = create_tenant(common)?;
    let visitor = Visitor {
        tenant: tenant.id().clone(),
        login: options.login.clone(),
    };
    let data = DataDir::open(data_path(common)?)?;
    let link = invite(&data, &visitor, now(common))?;
    let url = [&options.url, &common.settings.public_url];
    let url = url.into_iter().flatten().next();
    let url = url.map_or(HERE, |url| url.trim_end_matches('/'));
    print(Format::Text, &(), |()| {
        format!("{url}/sign-in/{}\n", link.reveal())
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Where a server listens that nothing was set for.
const HERE: &str = "http://127.0.0.1:8080";
