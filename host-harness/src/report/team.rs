//! People and what they let pass, as text.

use std::fmt::Write as _;

use koalr_platform::team::{Actor, Override};

use super::escape::plain;

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
