//! Tenants as wholes: how they stand, and what was done with them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use koalr_store::{TenantCheck, TenantId, TenantRecord, TenantState};
use serde::Serialize;

use super::escape::plain;
use super::instant::utc;
use super::layout::{command, item, sentence};
use crate::jobs::BackupReport;

/// A tenant that was written into a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Exported {
    /// The tenant.
    pub tenant: TenantId,
    /// The file.
    pub file: PathBuf,
    /// Whether it has credentials or secrets that were left out.
    pub without_secrets: bool,
}

/// A tenant that was restored from a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RestoredTenant {
    /// The tenant.
    pub tenant: TenantId,
    /// The tenant that the file was of.
    pub owner: String,
    /// Schema number of the file. It was brought to that of this program.
    pub schema: usize,
    /// Whether the tenant was not known, and was made.
    pub created: bool,
    /// Integrations that are not connected any more, having no credential that opens here. In alphabetical order.
    pub integrations: Vec<String>,
    /// Names of secrets that did not open and were removed, in alphabetical order.
    pub secrets: Vec<String>,
}

/// A tenant that was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Deleted {
    /// The tenant that was.
    pub tenant: TenantId,
}

/// A line for each.
#[must_use]
pub fn tenants_text(records: &[TenantRecord]) -> String {
    if records.is_empty() {
        return "There is no tenant; make one with `koalr tenant create NAME`.\n".to_owned();
    }
    records.iter().map(tenant_text).collect()
}

/// One line: how it stands, since when, and how large it is.
#[must_use]
pub fn tenant_text(record: &TenantRecord) -> String {
    let id = &record.id;
    let state = match (record.state, record.suspended_at) {
        (TenantState::Suspended, Some(at)) => format!("suspended since {}", utc(at)),
        (TenantState::Suspended, None) => "suspended".to_owned(),
        (TenantState::Active, _) => "active".to_owned(),
        (TenantState::Missing, _) => {
            format!("its file is missing; `koalr tenant restore {id} FILE` brings it back")
        }
    };
    let made = match record.created_at {
        Some(at) => format!(", made {}", utc(at)),
        None => String::new(),
    };
    let size = match record.bytes {
        Some(bytes) => format!(", {}", size(bytes)),
        None => String::new(),
    };
    format!("{id}: {state}{made}{size}\n")
}

/// What was exported, and what not.
#[must_use]
pub fn exported_text(exported: &Exported) -> String {
    let (tenant, file) = (&exported.tenant, exported.file.display());
    let mut text = format!("`{file}` holds tenant `{tenant}` as it was just now.\n");
    if exported.without_secrets {
        text +=
            "Credentials and webhook secrets are not in it: where it is restored, connect again.\n";
    }
    text
}

/// What was restored, and what a person has to do now.
#[must_use]
pub fn restored_text(restored: &RestoredTenant) -> String {
    let tenant = &restored.tenant;
    let mut text = if restored.owner == tenant.as_str() {
        format!("Tenant `{tenant}` is restored.\n")
    } else {
        let owner = plain(&restored.owner);
        format!("Tenant `{tenant}` is restored, from what was `{owner}`'s.\n")
    };
    for integration in &restored.integrations {
        let integration = plain(integration);
        let _ = writeln!(
            text,
            "`{integration}` is not connected, having no credential that opens here: `koalr connect {integration} --tenant {tenant}`"
        );
    }
    for secret in &restored.secrets {
        let _ = writeln!(
            text,
            "Its secret `{}` does not open here and was removed; set it again.",
            plain(secret)
        );
    }
    text
}

/// That it was deleted.
#[must_use]
pub fn deleted_text(deleted: &Deleted) -> String {
    format!(
        "Tenant `{}` is deleted, and its keys open nothing any more.\n",
        deleted.tenant
    )
}

/// What is wrong with a tenant's file.
#[must_use]
pub fn checked_text(check: &TenantCheck) -> String {
    let id = &check.id;
    let mut text = String::new();
    if check.complaints.is_empty() {
        sentence(
            &mut text,
            &format!(
                "Tenant `{id}` is whole ({}).",
                size(check.bytes.unwrap_or_default())
            ),
        );
        if let Some(tip) = &check.audit {
            sentence(
                &mut text,
                &format!("Its audit log ends with {}:{}", tip.seq, tip.hash),
            );
        }
        return text;
    }
    sentence(&mut text, &format!("Tenant `{id}` is not whole:"));
    for complaint in &check.complaints {
        item(&mut text, &plain(complaint));
    }
    text
}

/// What a backup holds, what it lacks, and how it is restored.
#[must_use]
pub fn backup_text(report: &BackupReport, data: &Path, to: &Path) -> String {
    let tenants = match report.tenants.len() {
        1 => "1 tenant".to_owned(),
        many => format!("{many} tenants"),
    };
    let (to, bytes) = (to.display(), size(report.bytes()));
    let mut text = format!("`{to}` holds {tenants} ({bytes}).\n");
    if !report.unsaved.is_empty() {
        text += "These could not be read and are not in it:\n";
        for unsaved in &report.unsaved {
            item(
                &mut text,
                &format!("{}: {}", unsaved.tenant, plain(&unsaved.reason)),
            );
        }
    }
    if !report.unsaved_components.is_empty() {
        text += "These installed components are not in it:\n";
        for reason in &report.unsaved_components {
            item(&mut text, &plain(reason));
        }
    }
    if report.with_key {
        text += "The key file is in it: who has this backup has every credential in it.\n";
    } else {
        let key = data.join("vault.key");
        let _ = writeln!(
            text,
            "The key file is not in it. Keep `{}` apart from it, and put it into `{to}` to restore everything.",
            key.display()
        );
    }
    text += "One tenant is restored by\n";
    command(
        &mut text,
        &format!("koalr tenant restore NAME {to}/tenants/NAME.db"),
    );
    text += "and everything by using the backup, or a copy of it, as the data directory:\n";
    command(&mut text, &format!("koalr serve --data {to}"));
    text
}

/// A size for people: a unit of a thousand, and one decimal below ten.
fn size(bytes: u64) -> String {
    let (mut tenths, mut unit) = (bytes.saturating_mul(10), "bytes");
    for next in ["kB", "MB", "GB"] {
        if tenths < 10_000 {
            break;
        }
        (tenths, unit) = (tenths / 1_000, next);
    }
    if tenths < 100 && unit != "bytes" {
        format!("{}.{} {unit}", tenths / 10, tenths % 10)
    } else {
        format!("{} {unit}", tenths / 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_the_largest_unit_that_it_fills() {
        let told = [
            0,
            999,
            1_000,
            9_949,
            10_000,
            204_800,
            1_500_000,
            20_000_000_000,
        ]
        .map(size);
        assert_eq!(
            told,
            [
                "0 bytes",
                "999 bytes",
                "1.0 kB",
                "9.9 kB",
                "10 kB",
                "204 kB",
                "1.5 MB",
                "20 GB"
            ]
        );
    }
}
