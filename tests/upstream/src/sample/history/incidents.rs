//! The incidents: most deployments bring none.

use super::deployments::{SERIOUS, service};
use super::rooms::{ROOMS, Room};
use super::team::{HOUR, MINUTE};
use super::{DeploymentEnd, HistoryChange, HistoryDeployment, HistoryIncident};
use crate::data::Timestamp;
use crate::dice::{Dice, entry};
use crate::sample::DAY;

/// All incidents of the window, by time.
pub(super) fn incidents(
    seed: u64,
    from: Timestamp,
    changes: &[HistoryChange],
    deployments: &[HistoryDeployment],
) -> Vec<HistoryIncident> {
    let mut dice = Dice::of(&[seed, INCIDENTS]);
    let mut outcomes = outcomes(changes, deployments);
    outcomes.sort_by_cached_key(|_| dice.draw());
    let (exposed, others): (Vec<_>, Vec<_>) = outcomes.iter().partition(|outcome| outcome.exposed);
    let (mut repaired, mut others): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|outcome| outcome.repaired);
    repaired.truncate(REPAIRED);
    repaired.append(&mut others);
    let exposed_count = 6 + usize::try_from(dice.below(2)).unwrap_or(0);
    let others_count = 20 + usize::try_from(dice.below(4)).unwrap_or(0);
    let struck = exposed.iter().take(exposed_count);
    let mut made: Vec<HistoryIncident> = struck
        .chain(repaired.iter().take(others_count))
        .map(|outcome| {
            let delay = dice.span(outcome.room_for) * (20 + dice.span(80)) / 100;
            let at = outcome.at + 4 * MINUTE + delay;
            incident(outcome.of, at, from, None, &mut dice)
        })
        .collect();
    if let Some(room) = ROOMS.get(2) {
        // Before anything was deployed in the window.
        made.push(incident(room, from + 7 * HOUR, from, None, &mut dice));
    }
    // Found late: only a person knew which change it was.
    if let Some(late) = exposed
        .iter()
        .skip(exposed_count)
        .min_by_key(|item| item.at)
    {
        let at = late.at + 9 * DAY + 17 * MINUTE;
        made.push(incident(late.of, at, from, late.change.clone(), &mut dice));
    }
    made.sort_by(|a, b| (a.started_at, &a.title).cmp(&(b.started_at, &b.title)));
    if let Some(last) = made.last_mut() {
        last.resolved_at = None;
    }
    for (number, incident) in (1..).zip(&mut made) {
        incident.id = format!("sample-incident-{number:02}");
    }
    made
}

/// A successful deployment and what speaks for an incident after it.
struct Outcome {
    of: &'static Room,
    at: Timestamp,
    /// Time until the next one, as far as it matters.
    room_for: Timestamp,
    /// Whether it carried something serious for the first time.
    exposed: bool,
    /// Whether a hotfix came soon after.
    repaired: bool,
    /// Id of the last change it carried.
    change: Option<String>,
}

/// Deployments of services that have incidents, each of which had some time for itself.
fn outcomes(changes: &[HistoryChange], deployments: &[HistoryDeployment]) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for room in ROOMS.iter().filter(|room| !room.ecosystem.is_empty()) {
        let own = changes
            .iter()
            .filter(|change| change.repository == room.repository);
        let mut merges: Vec<(Timestamp, &HistoryChange)> = own
            .clone()
            .filter_map(|change| Some((change.merged_at()?, change)))
            .collect();
        merges.sort_by_key(|(at, change)| (*at, change.number));
        let mut carried = 0;
        let mut succeeded = deployments
            .iter()
            .filter(|item| {
                item.repository == room.repository && item.end == DeploymentEnd::Succeeded
            })
            .peekable();
        while let Some(deployment) = succeeded.next() {
            let mut shas = merges.iter().map(|(_, change)| change.merge_sha());
            let tip = shas.position(|sha| sha == Some(deployment.sha.as_str()));
            let end = tip.map_or(carried, |tip| tip + 1).max(carried);
            let new = merges.get(carried..end).unwrap_or_default();
            carried = end;
            let next = succeeded.peek().map_or(Timestamp::MAX, |next| next.at);
            let room_for = (next - deployment.at - 8 * MINUTE).min(200 * MINUTE);
            if room_for < 10 * MINUTE {
                continue;
            }
            let serious = new
                .iter()
                .find(|(_, change)| change.introduced >= Some(SERIOUS));
            let soon = deployment.at..deployment.at + DAY;
            outcomes.push(Outcome {
                of: room,
                at: deployment.at,
                room_for,
                exposed: serious.is_some(),
                repaired: own
                    .clone()
                    .any(|change| change.hotfix && soon.contains(&change.opened_at)),
                change: serious.map(|(_, change)| change.id()),
            });
        }
    }
    outcomes
}

fn incident(
    room: &Room,
    started_at: Timestamp,
    from: Timestamp,
    change: Option<String>,
    dice: &mut Dice,
) -> HistoryIncident {
    let started_at = started_at - started_at.rem_euclid(1_000);
    let symptom: &str = dice.pick(&SYMPTOMS);
    let answered = started_at + MINUTE + dice.span(17 * MINUTE) / 1_000 * 1_000;
    let lasting = 20 * MINUTE + dice.span(9 * HOUR) * dice.span(100) / 100;
    HistoryIncident {
        id: String::new(),
        service: service(room, started_at, from),
        title: symptom.replace("{}", entry(&room.things, dice.draw())),
        severity: dice.pick(&["P1", "P2", "P2", "P3", "P3", "P3", "P4"]),
        change,
        started_at,
        acknowledged_at: (dice.below(100) < 85).then_some(answered),
        resolved_at: Some(started_at + lasting / 1_000 * 1_000),
    }
}

/// Keeps these dice apart from the others.
const INCIDENTS: u64 = 3;
/// Hotfixes that repair an incident, at most; others repair what nobody was called for.
const REPAIRED: usize = 11;

const SYMPTOMS: [&str; 8] = [
    "Errors in {}",
    "Slow answers: {}",
    "Timeouts around {}",
    "Wrong results: {}",
    "Outage: {}",
    "Memory grows with {}",
    "Work piles up behind {}",
    "Alerts about {}",
];
