//! `koalr sign-in`.

use std::process::ExitCode;

use koalr_store::DataDir;

use super::args::{Common, Format, SignIn};
use super::{create_tenant, data_path, now, print};
use crate::HostError;
use crate::jobs::invite;

pub(super) fn run(common: &Common, options: &SignIn) -> Result<ExitCode, HostError> {
    let mut tenant = create_tenant(common)?;
    let data = DataDir::open(data_path(common)?)?;
    let link = invite(&data, &mut tenant, &options.login, now(common))?;
    let url = options.url.trim_end_matches('/');
    print(Format::Text, &(), |()| {
        format!("{url}/sign-in/{}\n", link.reveal())
    })?;
    Ok(ExitCode::SUCCESS)
}
