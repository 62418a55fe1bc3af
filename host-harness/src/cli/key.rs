//! `koalr key`.

use std::process::ExitCode;

use koalr_store::DataDir;
use serde::Serialize;

use super::args::{Common, Format, KeyCommand};
use super::{create_tenant, data_path, find_tenant, now, print};
use crate::HostError;
use crate::jobs::{NewKey, create_key, revoke_key};
use crate::report::{key_text, keys_text};

/// The one document that a key is in.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Created<'a> {
    id: &'a str,
    key: &'a str,
}

pub(super) fn run(common: &Common, command: &KeyCommand) -> Result<ExitCode, HostError> {
    match command {
        KeyCommand::Create {
            name,
            scopes,
            login,
            format,
        } => {
            let data = DataDir::open(data_path(common)?)?;
            let mut tenant = create_tenant(common)?;
            let scopes = scopes.iter().map(|scope| (*scope).into()).collect();
            let wanted = NewKey {
                name,
                scopes: &scopes,
                login: login.as_deref(),
            };
            let (key, record) = create_key(&data, &mut tenant, wanted, now(common))?;
            let created = Created {
                id: &record.id,
                key: key.reveal(),
            };
            print(*format, &created, |created| key_text(created.key, &record))?;
        }
        KeyCommand::List { format } => {
            let keys = match find_tenant(common)? {
                Some(tenant) => DataDir::open(data_path(common)?)?.api_keys(tenant.id())?,
                None => Vec::new(),
            };
            print(*format, &keys, |keys| keys_text(keys))?;
        }
        KeyCommand::Revoke { id } => {
            let data = DataDir::open(data_path(common)?)?;
            let mut tenant = create_tenant(common)?;
            revoke_key(&data, &mut tenant, id, now(common))?;
            print(Format::Text, &(), |()| {
                format!("`{id}` opens nothing any more.\n")
            })?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
