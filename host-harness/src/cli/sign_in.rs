//! `koalr sign-in` and `koalr sign-out`.

use std::process::ExitCode;

use koalr_store::DataDir;

use super::args::{Common, Format, SignIn, SignOut};
use super::{create_tenant, data_path, now, print};
use crate::HostError;
use crate::jobs::{invite, sign_out};

pub(super) fn run(common: &Common, options: &SignIn) -> Result<ExitCode, HostError> {
    let mut tenant = create_tenant(common)?;
    let data = DataDir::open(data_path(common)?)?;
    let link = invite(&data, &mut tenant, &options.login, now(common))?;
    let url = [&options.url, &common.settings.public_url];
    let url = url.into_iter().flatten().next();
    let url = url.map_or(HERE, |url| url.trim_end_matches('/'));
    print(Format::Text, &(), |()| {
        format!("{url}/sign-in/{}\n", link.reveal())
    })?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn end(common: &Common, options: &SignOut) -> Result<ExitCode, HostError> {
    let tenant = create_tenant(common)?;
    let data = DataDir::open(data_path(common)?)?;
    let ended = sign_out(&data, &tenant, &options.login)?;
    print(Format::Text, &(), |()| match ended {
        1 => "1 visit ended\n".to_owned(),
        _ => format!("{ended} visits ended\n"),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Where a server listens that nothing was set for.
const HERE: &str = "http://127.0.0.1:8080";
