//! Versions of integrations: what is installed, what serves whom, and what was changed.

use std::fmt::Write as _;

use koalr_platform::rollout::{Cohort, Paused, Release, Rollout, Swap};
use koalr_platform::widening::Widening;

use super::escape::plain;
use super::instant::utc;
use super::layout::{item, sentence};
use super::status::status_text;
use crate::registry::{Changed, InstallReport, ListedPlugin, ListedVersion, Removed, Served};

/// What was installed, and where it goes beyond what serves.
#[must_use]
pub fn installed_text(report: &InstallReport) -> String {
    let (integration, version) = (plain(&report.integration), plain(&report.release.version));
    let mut text = String::new();
    let said = if report.is_new {
        format!(
            "Installed {version} of `{integration}` ({} bytes).",
            report.size_bytes
        )
    } else {
        format!("{version} of `{integration}` is installed already, with these bytes.")
    };
    sentence(&mut text, &said);
    let _ = writeln!(text, "hash       {}", report.release.hash);
    let signed = report.signed_by.as_deref();
    let signed = signed.map_or("nobody".to_owned(), |key| format!("key {}", plain(key)));
    let _ = writeln!(text, "signed by  {signed}");
    match &report.serving {
        Some(serving) if *serving == report.release => sentence(&mut text, "It serves."),
        Some(serving) => {
            beyond(&mut text, &report.beyond, serving);
            let command = format!("koalr plugin swap {integration} {version}");
            sentence(&mut text, &format!("It serves nobody yet: `{command}`."));
        }
        None => sentence(
            &mut text,
            &format!("Nothing serves yet: `koalr plugin swap {integration} {version}`."),
        ),
    }
    text
}

/// What was changed, and what serves now.
#[must_use]
pub fn changed_text(changed: &Changed) -> String {
    let mut text = line(&changed.swap);
    if changed.downgrade {
        sentence(&mut text, "That is an older version than the one before.");
    }
    if let Some(from) = &changed.swap.moved.from {
        if changed.beyond.is_empty() {
            return text + &serves(&changed.rollout);
        }
        beyond(&mut text, &changed.beyond, from);
    }
    text + &serves(&changed.rollout)
}

/// That a version was removed.
#[must_use]
pub fn removed_text(removed: &Removed) -> String {
    let (integration, version) = (plain(&removed.integration), plain(&removed.release.version));
    format!("{version} of `{integration}` is removed; the history keeps what it was.\n")
}

/// Every integration with its versions.
#[must_use]
pub fn plugins_text(plugins: &[ListedPlugin]) -> String {
    if plugins.is_empty() {
        return "Nothing is installed; the component beside the program serves.\n".to_owned();
    }
    plugins.iter().map(plugin_text).collect()
}

/// A line for each change.
#[must_use]
pub fn history_text(swaps: &[Swap]) -> String {
    if swaps.is_empty() {
        return "Nothing was done with versions yet.\n".to_owned();
    }
    swaps.iter().map(line).collect()
}

/// The status of a connection, and what serves it.
#[must_use]
pub fn served_text(served: &Served) -> String {
    let mut text = status_text(&served.status);
    let integration = plain(&served.status.connection.integration);
    if let Some(release) = &served.release {
        let version = plain(&release.version);
        let _ = writeln!(text);
        sentence(&mut text, &format!("{version} of `{integration}` serves."));
    }
    if let Some(paused) = &served.paused {
        pause(&mut text, paused);
    }
    text
}

fn plugin_text(plugin: &ListedPlugin) -> String {
    let mut text = format!("{}\n", plain(&plugin.integration));
    for version in &plugin.versions {
        item(&mut text, &version_line(version));
    }
    match &plugin.rollout {
        Some(rollout) => text + &serves(rollout),
        None => text + "No version of it was swapped in yet.\n",
    }
}

fn version_line(version: &ListedVersion) -> String {
    let signed = version.signed_by.as_deref();
    let signed = signed.map_or(String::new(), |key| format!(", signed by {}", short(key)));
    let uses = match version.uses.as_slice() {
        [] => String::new(),
        uses => format!(": {}", plain(&uses.join(", "))),
    };
    format!(
        "{} ({}{signed}), installed {}{uses}",
        plain(&version.release.version),
        short(version.release.hash.as_str()),
        utc(version.installed_at)
    )
}

/// What serves whom, a sentence for each.
fn serves(rollout: &Rollout) -> String {
    let mut text = String::new();
    let integration = plain(&rollout.integration);
    let version = |release: &Release| plain(&release.version);
    let current = rollout.pinned.as_ref().unwrap_or(&rollout.current);
    let pinned = if rollout.pinned.is_some() {
        ", pinned"
    } else {
        ""
    };
    let said = format!("{} of `{integration}` serves{pinned}.", version(current));
    sentence(&mut text, &said);
    if let Some(candidate) = &rollout.candidate {
        let said = format!(
            "{} is tried with {}.",
            version(&candidate.release),
            whom(&candidate.cohort)
        );
        sentence(&mut text, &said);
    }
    for (tenant, release) in &rollout.pins {
        let said = format!("{} is pinned for `{}`.", version(release), plain(tenant));
        sentence(&mut text, &said);
    }
    if let Some(previous) = &rollout.previous {
        sentence(
            &mut text,
            &format!("A rollback goes back to {}.", version(previous)),
        );
    }
    if let Some(paused) = &rollout.paused {
        pause(&mut text, paused);
    }
    text
}

fn pause(text: &mut String, paused: &Paused) {
    let (since, why) = (utc(paused.since), plain(&paused.why));
    sentence(text, &format!("It is paused since {since}: {why}"));
}

fn beyond(text: &mut String, beyond: &[Widening], from: &Release) {
    let version = plain(&from.version);
    if beyond.is_empty() {
        sentence(text, &format!("It does not go beyond {version}."));
        return;
    }
    sentence(text, &format!("It goes beyond {version}:"));
    for one in beyond {
        item(text, &plain(&one.to_string()));
    }
}

fn line(swap: &Swap) -> String {
    let mut text = String::new();
    let moved = &swap.moved;
    let version = |release: &Option<Release>| release.as_ref().map(|one| plain(&one.version));
    let change = match (version(&moved.from), version(&moved.to)) {
        (Some(from), Some(to)) => format!(" {from} → {to}"),
        (Some(one), None) | (None, Some(one)) => format!(" {one}"),
        (None, None) => String::new(),
    };
    let tenant = moved.tenant.as_deref();
    let tenant = tenant.map_or(String::new(), |one| format!(" for `{}`", plain(one)));
    let cohort = moved.cohort.as_ref();
    let cohort = cohort.map_or(String::new(), |one| format!(" with {}", whom(one)));
    let note = match moved.note.as_str() {
        "" => String::new(),
        note => format!(": {}", plain(note)),
    };
    sentence(
        &mut text,
        &format!(
            "{} {} {}{change}{tenant}{cohort} by {}{note}",
            utc(swap.at),
            plain(&swap.integration),
            moved.action.word(),
            plain(&swap.actor)
        ),
    );
    for accepted in &moved.accepted {
        item(&mut text, &format!("agreed: {}", plain(accepted)));
    }
    text
}

fn whom(cohort: &Cohort) -> String {
    match cohort {
        Cohort::Percent(percent) => format!("{} % of the tenants", percent.get()),
        Cohort::Tenants(tenants) => {
            let tenants: Vec<String> = tenants
                .iter()
                .map(|one| format!("`{}`", plain(one)))
                .collect();
            tenants.join(", ")
        }
    }
}

/// The beginning of a hash, enough to name it by.
fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}
