//! The deployments: which merges they carry.

use super::rooms::{ROOMS, Room};
use super::team::{HOUR, MINUTE, OPERATOR};
use super::{DeploymentEnd, HistoryChange, HistoryDeployment};
use crate::data::Timestamp;
use crate::dice::Dice;
use crate::sample::DAY;

/// All deployments of the window, by time.
pub(super) fn deployments(
    seed: u64,
    (from, now): (Timestamp, Timestamp),
    changes: &[HistoryChange],
) -> Vec<HistoryDeployment> {
    let mut deployments = Vec::new();
    for (place, room) in (0..).zip(&ROOMS) {
        let mut dice = Dice::of(&[seed, place, DEPLOYMENTS]);
        deployments.extend(of_room(room, &mut dice, (from, now), changes));
    }
    deployments.sort_by(|a, b| (a.at, &a.sha).cmp(&(b.at, &b.sha)));
    for (number, deployment) in (1..).zip(&mut deployments) {
        deployment.id = format!("sample-deployment-{number:03}");
    }
    deployments
}

fn of_room(
    room: &'static Room,
    dice: &mut Dice,
    (from, now): (Timestamp, Timestamp),
    changes: &[HistoryChange],
) -> Vec<HistoryDeployment> {
    let own = changes
        .iter()
        .filter(|change| change.repository == room.repository);
    let mut merges: Vec<(Timestamp, &HistoryChange)> = own
        .filter_map(|change| Some((change.merged_at()?, change)))
        .collect();
    merges.sort_by_key(|(at, change)| (*at, change.number));
    let mut made: Vec<HistoryDeployment> = Vec::new();
    for (merged_at, change) in &merges {
        let asked =
            change.hotfix || change.introduced >= Some(SERIOUS) || dice.below(100) < room.deployed;
        let at = merged_at + 8 * MINUTE + dice.span(70 * MINUTE);
        let at = if change.hotfix {
            at
        } else {
            OPERATOR.at_or_after(at, dice)
        };
        let at = at - at.rem_euclid(1_000);
        if !asked || at < from + 2 * DAY || at >= now - room.frozen * DAY - 6 * HOUR {
            continue;
        }
        // The tip of the branch, as far as its build is done.
        let built = merges.partition_point(|(merged, _)| merged + 8 * MINUTE <= at);
        let tip = built.checked_sub(1).and_then(|place| merges.get(place));
        let sha = tip.and_then(|(_, change)| change.merge_sha());
        let deployment = HistoryDeployment {
            id: String::new(),
            service: service(room, at, from),
            repository: room.repository,
            sha: sha.unwrap_or_default().to_owned(),
            end: DeploymentEnd::Succeeded,
            at,
        };
        if dice.below(100) < 4 {
            let failed_at = at - 6 * MINUTE;
            made.push(HistoryDeployment {
                end: DeploymentEnd::Failed,
                at: failed_at,
                ..deployment.clone()
            });
        }
        made.push(deployment);
    }
    overlap(&mut made);
    made
}

/// Two deployments that end within minutes: nobody can tell which of them broke something.
fn overlap(made: &mut Vec<HistoryDeployment>) {
    if let Some(twin) = made.get(made.len() / 2).cloned() {
        made.push(HistoryDeployment {
            end: DeploymentEnd::Succeeded,
            at: twin.at + 3 * MINUTE,
            ..twin
        });
    }
}

/// What the service was called then.
pub(super) fn service(room: &Room, at: Timestamp, from: Timestamp) -> &'static str {
    if room.former.is_empty() || at >= from + RENAMED_AFTER {
        room.service
    } else {
        room.former
    }
}

/// Keeps these dice apart from the others.
const DEPLOYMENTS: u64 = 2;
/// CVSS score in tenths from which a vulnerability is high or critical.
pub(super) const SERIOUS: u16 = 70;
/// When a service got its present name.
const RENAMED_AFTER: Timestamp = 38 * DAY;
