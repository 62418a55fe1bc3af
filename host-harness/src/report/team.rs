//! People and what they let pass, as text.

use std::fmt::Write as _;

use koalr_platform::model::common::Timestamp;
use koalr_platform::team::{Actor, Override};
use koalr_platform::waiver::Waiver;

use super::escape::plain;
use super::instant::utc;

/// One line for each, with their roles.
#[must_use]
pub fn team_text(team: &[Actor]) -> String {
    if team.is_empty() {
        return "Nobody is in the team; add somebody with `koalr team add LOGIN --role ROLE`.\n"
            .to_owned();
    }
    let mut text = String::new();
    for actor in team {
        let roles = actor.roles().iter().map(|role| role.word());
        let roles = roles.collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "{}: {roles}", plain(actor.login()));
    }
    text
}

/// Who lets a change pass, and what to do then.
#[must_use]
pub fn override_text(one: &Override) -> String {
    let (note, change) = (plain(&one.note()), plain(&one.change));
    format!("{note}\nIt is in the audit log. `koalr gate '{change}'` says what follows.\n")
}

/// One paragraph for each: what it lets pass, where, until when, on whose name and why.
#[must_use]
pub fn waivers_text(waivers: &[Waiver], as_of: Timestamp) -> String {
    if waivers.is_empty() {
        return "No waiver is stored; approve some with `koalr waiver add FILE --as LOGIN`.\n"
            .to_owned();
    }
    let mut text = String::new();
    for waiver in waivers {
        let ended = if as_of < waiver.expires {
            "until"
        } else {
            "ended"
        };
        let _ = write!(
            text,
            "{}: {}",
            plain(&waiver.id),
            plain(&waiver.vulnerability)
        );
        if let Some(package) = &waiver.package {
            let _ = write!(text, " in {}", plain(package));
            if let Some(version) = &waiver.version {
                let _ = write!(text, "@{}", plain(version));
            }
        }
        if let Some(repository) = &waiver.repository {
            let _ = write!(text, ", {}", plain(repository));
        }
        let _ = writeln!(
            text,
            ", {ended} {}\n  approved by {}: {}",
            utc(waiver.expires),
            plain(&waiver.approver),
            plain(&waiver.reason)
        );
    }
    text
}
