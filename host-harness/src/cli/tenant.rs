//! `koalr tenant`.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use koalr_store::{DataDir, TenantId};

use super::args::{Common, Format, Named, TenantCommand};
use super::{data_path, find_data, now, print};
use crate::HostError;
use crate::report::{
    Deleted, Exported, RestoredTenant, checked_text, deleted_text, exported_text, restored_text,
    tenant_text, tenants_text,
};

pub(super) fn run(common: &Common, command: TenantCommand) -> Result<ExitCode, HostError> {
    match command {
        TenantCommand::Create(Named { name, format }) => {
            let tenant = TenantId::parse(&name)?;
            let data = DataDir::open(data_path(common)?)?;
            data.create_tenant(&tenant, now(common))?;
            show(&data, &tenant, format)?;
        }
        TenantCommand::List { format } => {
            let records = find_data(common)?.tenant_records()?;
            print(format, &records, |records| tenants_text(records))?;
        }
        TenantCommand::Suspend(Named { name, format }) => {
            let (tenant, data) = (TenantId::parse(&name)?, find_data(common)?);
            data.suspend(&tenant, now(common))?;
            show(&data, &tenant, format)?;
        }
        TenantCommand::Resume(Named { name, format }) => {
            let (tenant, data) = (TenantId::parse(&name)?, find_data(common)?);
            data.resume(&tenant)?;
            show(&data, &tenant, format)?;
        }
        TenantCommand::Export { name, file, format } => {
            let tenant = TenantId::parse(&name)?;
            let without_secrets = find_data(common)?.export(&tenant, &file)?;
            let exported = Exported {
                tenant,
                file,
                without_secrets,
            };
            print(format, &exported, exported_text)?;
        }
        TenantCommand::Restore {
            name,
            file,
            rename,
            format,
        } => {
            let restored = restore(common, &name, &file, rename)?;
            print(format, &restored, restored_text)?;
        }
        TenantCommand::Delete { name, yes, format } => {
            let (tenant, data) = (TenantId::parse(&name)?, find_data(common)?);
            if !yes {
                confirm(&tenant)?;
            }
            data.delete(&tenant)?;
            print(format, &Deleted { tenant }, deleted_text)?;
        }
        TenantCommand::Check(Named { name, format }) => {
            let tenant = TenantId::parse(&name)?;
            let check = find_data(common)?.check_tenant(&tenant)?;
            print(format, &check, checked_text)?;
            if !check.complaints.is_empty() {
                return Ok(ExitCode::from(WRONG));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints how a tenant stands now.
fn show(data: &DataDir, tenant: &TenantId, format: Format) -> Result<(), HostError> {
    let records = data.tenant_records()?;
    let record = records.into_iter().find(|record| record.id == *tenant);
    // Somebody else may have deleted it since.
    let Some(record) = record else { return Ok(()) };
    print(format, &record, tenant_text)
}

fn restore(
    common: &Common,
    name: &str,
    file: &Path,
    rename: bool,
) -> Result<RestoredTenant, HostError> {
    let tenant = TenantId::parse(name)?;
    let data = DataDir::open(data_path(common)?)?;
    let restored = data.restore(&tenant, file, rename, now(common))?;
    Ok(RestoredTenant {
        tenant,
        owner: restored.owner,
        schema: restored.schema,
        created: restored.created,
        integrations: restored.integrations,
        secrets: restored.secrets,
    })
}

/// Has the tenant's name typed again.
fn confirm(tenant: &TenantId) -> Result<(), HostError> {
    let refused = |reason: &str| {
        Err(HostError::NotPossible(format!(
            "tenant `{tenant}` was not deleted: {reason}"
        )))
    };
    if !std::io::stdin().is_terminal() {
        return refused("nobody is there to confirm it; add `--yes`");
    }
    let mut prompt = std::io::stderr().lock();
    let mut typed = String::new();
    write!(
        prompt,
        "This cannot be undone. Type the tenant's name to delete it for good: "
    )
    .and_then(|()| prompt.flush())
    .and_then(|()| std::io::stdin().read_line(&mut typed))
    .map_err(HostError::Output)?;
    if typed.trim() == tenant.as_str() {
        Ok(())
    } else {
        refused("another name was typed")
    }
}

/// Exit code of a tenant with whose file something is wrong.
const WRONG: u8 = 1;
