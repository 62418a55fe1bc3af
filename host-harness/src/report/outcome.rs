//! Reports of `plugin inspect`, `connect` and `sync` as text.

use std::fmt::Write as _;

use koalr_platform::model::common::{Coverage, CoverageState};
use koalr_platform::model::connection::{Access, Capability, Organization};
use koalr_platform::model::manifest::OriginAddress;

use super::counts::stored;
use super::escape::plain;
use super::text::{item, sentence};
use crate::jobs::{ConnectReport, DisconnectReport, InspectReport, Outcome, SyncReport};

/// What a component is and asks for.
#[must_use]
pub fn inspect_text(report: &InspectReport) -> String {
    let manifest = &report.manifest;
    let mut text = format!(
        "{} {} — {}\n\ncomponent  {}\nsize       {} bytes\nworld      {}\n",
        plain(&manifest.name),
        plain(&manifest.version),
        plain(&manifest.summary),
        report.content_hash,
        report.size_bytes,
        report.world
    );
    list(
        &mut text,
        "Imports",
        report.imports.iter().map(|name| plain(name)),
    );
    list(
        &mut text,
        "Pulls",
        manifest
            .pulls
            .iter()
            .map(|pull| format!("{}: {}", plain(&pull.what), plain(&pull.why))),
    );
    list(
        &mut text,
        "Asks for",
        manifest.permissions.iter().map(|permission| {
            let optional = if permission.required {
                ""
            } else {
                " (optional)"
            };
            format!(
                "{}{optional}: {}",
                plain(&permission.name),
                plain(&permission.why)
            )
        }),
    );
    list(
        &mut text,
        "May send requests to",
        manifest
            .origins
            .iter()
            .map(|origin| format!("{:<14} {}", plain(&origin.id), address(&origin.address))),
    );
    if let Some(origin) = manifest.origins.first() {
        list(
            &mut text,
            &format!("There (the same paths as in {})", plain(&origin.id)),
            origin
                .paths
                .iter()
                .map(|rule| format!("{:<5} {}", rule.method.word(), plain(&rule.template))),
        );
    }
    list(
        &mut text,
        "One session may use",
        report
            .limits
            .iter()
            .map(|limit| format!("{:<15} {} {}", limit.name, limit.value, limit.unit)),
    );
    list(
        &mut text,
        "Gate rules",
        manifest
            .rules
            .iter()
            .map(|rule| format!("{}: {}", plain(&rule.code), plain(&rule.summary))),
    );
    text
}

/// Who is connected, to what, and what the token may do.
#[must_use]
pub fn connect_text(report: &ConnectReport) -> String {
    let account = &report.connection.account;
    let mut text = String::new();
    sentence(
        &mut text,
        &format!(
            "Connected to {} ({}) as {} ({}).",
            plain(&report.origin),
            plain(&report.upstream),
            plain(&account.name),
            plain(&account.kind)
        ),
    );
    list(
        &mut text,
        "Organizations",
        report
            .connection
            .organizations
            .iter()
            .map(|organization| may_read(organization, &report.connection.capabilities)),
    );
    list(
        &mut text,
        "Warnings",
        report
            .connection
            .warnings
            .iter()
            .map(|warning| plain(warning)),
    );
    if report.downloads.is_empty() && !report.downloads_not_permitted.is_empty() {
        text.push('\n');
        let domains: Vec<String> = report
            .downloads_not_permitted
            .iter()
            .map(|domain| plain(domain))
            .collect();
        sentence(
            &mut text,
            &format!(
                "Exports are files on hosts below {}. Without `--allow-download SUFFIX` for the one that yours come from, \
                 checks of pull requests and fixes that only exports tell stay unknown.",
                domains.join(" or ")
            ),
        );
    }
    list(
        &mut text,
        "Downloads permitted from",
        report.downloads.iter().map(|domain| plain(domain)),
    );
    let _ = writeln!(
        text,
        "\nThe token is sealed in the vault. Next: `koalr sync {}`",
        plain(&report.integration)
    );
    text
}

/// What was taken away, and what stays.
#[must_use]
pub fn disconnect_text(report: &DisconnectReport) -> String {
    let integration = plain(&report.integration);
    let mut text = String::new();
    sentence(
        &mut text,
        &format!(
            "Disconnected {integration} from {}. The token is in no file any more; take it back at the upstream too. What \
             was synced stays, and `koalr connect {integration}` goes on there.",
            plain(&report.upstream)
        ),
    );
    text
}

/// What a rotation of the vault key did.
#[must_use]
pub fn rotated_text(data_keys: usize) -> String {
    let mut text = String::new();
    let noun = if data_keys == 1 { "key" } else { "keys" };
    let sentence_text = format!(
        "A new vault key seals {data_keys} data {noun}; the old one opens nothing any more. Back up `vault.key` and \
         `control.db` together again."
    );
    sentence(&mut text, &sentence_text);
    text
}

/// What was read, and what is missing.
#[must_use]
pub fn sync_text(report: &SyncReport) -> String {
    let word = match report.outcome {
        Outcome::Ok => "Complete",
        Outcome::Partial => "Partial, older data is kept",
        Outcome::Error => "Failed, older data is kept",
    };
    let mut text = String::new();
    sentence(
        &mut text,
        &format!(
            "{word}: {} findings in {} projects stored; {} received, {} new or changed, {} requests.",
            report.issues, report.projects, report.rows, report.written, report.requests
        ),
    );
    if let Some(secs) = report.resume_after_secs {
        sentence(
            &mut text,
            &format!("The upstream asks to wait {secs} seconds; run the same command again then."),
        );
    }
    list(
        &mut text,
        "Stored",
        stored(
            &report.classes,
            report.open,
            &report.fixes,
            report.missing,
            report.vanished,
        )
        .into_iter(),
    );
    incomplete(&mut text, &report.coverage);
    let told = |message: &str| {
        report
            .coverage
            .iter()
            .any(|row| row.detail.contains(message))
    };
    let diagnostics = report.diagnostics.iter().filter(|one| !told(&one.message));
    list(
        &mut text,
        "Skipped or odd",
        diagnostics.map(|one| {
            format!(
                "{}: {} ({})",
                plain(&one.subject),
                plain(&one.message),
                plain(&one.code)
            )
        }),
    );
    text
}

/// An organization, and what the token may do in it.
pub(super) fn may_read(organization: &Organization, capabilities: &[Capability]) -> String {
    let routes: Vec<_> = capabilities
        .iter()
        .filter(|one| one.organization == organization.id)
        .map(|one| format!("{} {}", plain(&one.route), access(one.access)))
        .collect();
    format!("{} ({})", plain(&organization.name), routes.join(", "))
}

/// Rows that do not say all there is.
pub(super) fn incomplete(text: &mut String, coverage: &[Coverage]) {
    let rows = coverage
        .iter()
        .filter(|row| row.state != CoverageState::Complete);
    list(
        text,
        "Not complete",
        rows.map(|row| {
            format!(
                "{} of {}: {}",
                plain(&row.route),
                plain(&row.subject),
                plain(&row.detail)
            )
        }),
    );
}

pub(super) fn list(text: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_some() {
        let _ = writeln!(text, "\n{title}");
        for line in lines {
            item(text, &line);
        }
    }
}

pub(super) fn address(address: &OriginAddress) -> String {
    match address {
        OriginAddress::Fixed(base) | OriginAddress::Template(base) => plain(base),
        OriginAddress::CustomerSupplied => "an HTTPS address of your own".to_owned(),
        OriginAddress::Download(suffixes) => {
            format!("downloads below {}", plain(&suffixes.join(", ")))
        }
        OriginAddress::Other(text) => {
            format!(
                "nothing: this form of address is not known here ({})",
                plain(text)
            )
        }
    }
}

pub(super) fn access(access: Access) -> &'static str {
    match access {
        Access::Allowed => "allowed",
        Access::Refused => "refused",
        Access::Unknown => "not known",
    }
}
