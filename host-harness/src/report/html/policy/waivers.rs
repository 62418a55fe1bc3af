//! Waivers: those that hold, those that ask for something to be done, and those that have ended.

use koalr_platform::model::common::Timestamp;
use koalr_platform::waiver::Waiver;
use maud::{Markup, html};

use super::{DAYS, Held, PolicyRoom, day, days};
use crate::report::escape::plain;
use crate::report::html::frame::Frame;
use crate::report::html::part::{badge, form, table};

pub(super) fn section(frame: &Frame, room: &PolicyRoom) -> Markup {
    let (mut holding, ended): (Vec<&Held>, Vec<&Held>) =
        room.waivers.iter().partition(|one| one.status.holds);
    holding.sort_by_key(|one| one.status.waiver.expires);
    html! {
        section #waivers {
            h2 { "Waivers that hold (" (holding.len()) ")" }
            @if holding.is_empty() {
                p { "No waiver holds: what the rules block is blocked. One is asked for on the page of the change that needs it." }
            } @else {
                (summary(&holding, room.now))
                (table("Waivers that hold", &["Waiver", "Lets pass", "Why, and who approved it", "Ends", "Take it back"], html! {
                    @for one in &holding { (row(frame, room, one)) }
                }))
                @if let Some(refused) = &room.may_not_revoke { p.quiet { "You cannot take one back: " (plain(refused)) "." } }
            }
            @if !ended.is_empty() { (over(&ended, room.now)) }
        }
    }
}

/// What asks for something to be done.
fn summary(holding: &[&Held], now: Timestamp) -> Markup {
    let ending = holding.iter().filter(|one| is_ending(one, now)).count();
    let unused = holding.iter().filter(|one| !one.is_used).count();
    html! {
        p {
            @if ending > 0 { strong { (ending) } " about to end: fix what they cover, or ask again. " }
            @if unused > 0 { strong { (unused) } " let nothing pass in the last " (DAYS) " days: fixed since, misspelt, or not needed yet." }
        }
    }
}

fn row(frame: &Frame, room: &PolicyRoom, one: &Held) -> Markup {
    let waiver = &one.status.waiver;
    html! {
        tr {
            td {
                (plain(&waiver.id))
                @if is_ending(one, room.now) { " " (badge("warn", "about to end")) }
                @if !one.is_used { " " (badge("", "unused")) }
            }
            td { (subject(waiver)) }
            td { (plain(&waiver.reason)) p.quiet { (plain(&waiver.approver)) } }
            td { (left(waiver.expires, room.now)) p.quiet { (day(waiver.expires)) } }
            td {
                @if room.may_not_revoke.is_none() {
                    details {
                        summary { "Take back" span.unseen { " " (plain(&waiver.id)) } }
                        (form(frame, "/policy/revoke", html! {
                            input type="hidden" name="waiver" value=(waiver.id);
                            p.quiet { "What it lets pass is blocked again, and its id is not given twice." }
                            button.bad { "Take it back for good" }
                        }))
                    }
                } @else { span.quiet { "–" } }
            }
        }
    }
}

/// What a waiver is about.
fn subject(waiver: &Waiver) -> Markup {
    let version = waiver.version.as_deref().unwrap_or_default();
    html! {
        (plain(&waiver.vulnerability))
        p.quiet {
            @match &waiver.package {
                Some(package) => { "in " (plain(package)) " " (plain(version)) },
                None => "in any package",
            }
            ", "
            @match &waiver.repository {
                Some(repository) => (plain(repository)),
                None => "in any repository",
            }
        }
    }
}

fn over(ended: &[&Held], now: Timestamp) -> Markup {
    let rows = html! {
        @for one in ended {
            @let waiver = &one.status.waiver;
            tr {
                td { (plain(&waiver.id)) }
                td { (subject(waiver)) }
                td {
                    @match one.status.revoked_at {
                        Some(at) => { "taken back on " (day(at)) },
                        None if waiver.created > now => { "holds from " (day(waiver.created)) },
                        None => { "ended on " (day(waiver.expires)) },
                    }
                }
            }
        }
    };
    html! {
        details {
            summary { "Waivers that do not hold (" (ended.len()) ")" }
            (table("Waivers that do not hold", &["Waiver", "Let pass", "Since"], rows))
        }
    }
}

/// How long is left, in whole days.
fn left(expires: Timestamp, now: Timestamp) -> String {
    let whole = expires.saturating_sub(now).div_euclid(DAY_MS);
    match u32::try_from(whole) {
        Ok(0) => "within a day".to_owned(),
        Ok(whole) => format!("{} left", days(whole)),
        Err(_) => "now".to_owned(),
    }
}

fn is_ending(one: &Held, now: Timestamp) -> bool {
    one.status.waiver.expires.saturating_sub(now) <= ENDING_DAYS * DAY_MS
}

/// A week before it ends somebody should know.
const ENDING_DAYS: Timestamp = 7;

const DAY_MS: Timestamp = 86_400_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_left_are_whole_ones() {
        assert_eq!(left(3 * DAY_MS, DAY_MS + 1), "1 day left");
        assert_eq!(left(DAY_MS, 1), "within a day");
        assert_eq!(left(0, 1), "now");
    }
}
