use std::collections::{BTreeMap, BTreeSet};

use super::AS_OF;
use crate::sample::{
    self, ChangeEnd, DeploymentEnd, History, HistoryChange, HistoryDeployment, HistoryIncident,
};
use crate::{State, Subject, Timestamp};

const HOUR: Timestamp = 3_600_000;
const DAY: Timestamp = 24 * HOUR;

fn history() -> History {
    sample::history(7, AS_OF)
}

/// Several seeds, and ends on other days and hours.
fn histories() -> impl Iterator<Item = History> {
    (0..12).map(|seed| {
        let later = i64::try_from(seed).unwrap();
        sample::history(seed, AS_OF + later * (DAY + 5 * HOUR + 7))
    })
}

/// The repository whose service had this name.
fn repository(history: &History, service: &str) -> &'static str {
    let mut services = history.services.iter();
    let named = services.find(|item| item.name == service || item.alias == Some(service));
    named.expect(service).repository
}

/// The successful deployments of a repository, each with the merged changes it carried first.
fn carried<'a>(
    history: &'a History,
    repository: &str,
) -> Vec<(&'a HistoryDeployment, Vec<&'a HistoryChange>)> {
    let changes = history.changes.iter();
    let mut waiting: Vec<&HistoryChange> = changes
        .filter(|change| change.repository == repository && change.merged_at().is_some())
        .collect();
    waiting.sort_by_key(|change| change.merged_at());
    let mut carried = Vec::new();
    for deployment in &history.deployments {
        if deployment.repository != repository || deployment.end != DeploymentEnd::Succeeded {
            continue;
        }
        let mut shas = waiting.iter().map(|change| change.merge_sha());
        let tip = shas.position(|sha| sha == Some(&deployment.sha));
        let new = waiting.drain(..tip.map_or(0, |tip| tip + 1)).collect();
        carried.push((deployment, new));
    }
    carried
}

/// The nearest successful deployment of the service in the four hours before an incident.
fn blamed<'a>(history: &'a History, incident: &HistoryIncident) -> Option<&'a HistoryDeployment> {
    let repository = repository(history, incident.service);
    let deployments = history.deployments.iter().filter(|item| {
        item.repository == repository
            && item.end == DeploymentEnd::Succeeded
            && (0..=4 * HOUR).contains(&(incident.started_at - item.at))
    });
    deployments.max_by_key(|item| item.at)
}

/// Deployments and those with an incident: of those that carried CVSS 7 or more, and of the others.
fn table(history: &History) -> [(u32, u32); 2] {
    let incidents = history.incidents.iter();
    let blamed: BTreeSet<&str> = incidents
        .filter(|incident| incident.change.is_none())
        .filter_map(|incident| Some(blamed(history, incident)?.id.as_str()))
        .collect();
    let mut table = [(0, 0); 2];
    for service in &history.services {
        for (deployment, changes) in carried(history, service.repository) {
            let serious = changes.iter().any(|change| change.introduced >= Some(70));
            let row = &mut table[usize::from(!serious)];
            row.0 += 1;
            row.1 += u32::from(blamed.contains(deployment.id.as_str()));
        }
    }
    table
}

#[test]
fn a_seed_and_a_time_always_make_the_same_history_and_another_seed_another_one() {
    assert_eq!(history(), history());
    assert_eq!(history().document(), history().document());
    assert_ne!(history().document(), sample::history(8, AS_OF).document());
}

#[test]
fn a_history_has_the_size_of_a_team() {
    for history in histories() {
        let sizes = [
            history.changes.len(),
            history.deployments.len(),
            history.incidents.len(),
        ];
        assert!((370..=430).contains(&sizes[0]), "{sizes:?}");
        assert!((210..=290).contains(&sizes[1]), "{sizes:?}");
        assert!((25..=35).contains(&sizes[2]), "{sizes:?}");
        assert!((12..=15).contains(&history.actors.len()));
        assert!((4..=6).contains(&history.services.len()));
        assert_eq!(history.overrides.len(), 1);
    }
}

#[test]
fn no_two_changes_have_one_id_or_one_commit_and_none_is_the_demos() {
    for history in histories() {
        let mut ids: BTreeSet<String> = sample::changes()
            .iter()
            .map(|change| format!("{}#{}", change.repository, change.number))
            .collect();
        let mut shas = BTreeSet::new();
        for change in &history.changes {
            assert!(ids.insert(change.id()), "{}", change.id());
            assert!(shas.insert(change.head_sha.as_str()));
            assert!(change.merge_sha().is_none_or(|sha| shas.insert(sha)));
        }
        assert!(shas.iter().all(|sha| sha.len() == 40));
    }
}

#[test]
fn every_deployment_is_of_a_service_and_of_a_merge_that_was_there() {
    for history in histories() {
        for deployment in &history.deployments {
            assert_eq!(
                repository(&history, deployment.service),
                deployment.repository
            );
            let mut changes = history.changes.iter();
            let sha = Some(deployment.sha.as_str());
            let change = changes.find(|change| change.merge_sha() == sha).unwrap();
            assert_eq!(change.repository, deployment.repository);
            assert!(
                change.merged_at() < Some(deployment.at),
                "{}",
                deployment.id
            );
            assert!(deployment.id.starts_with("sample-"));
        }
    }
}

#[test]
fn every_time_is_in_the_window_and_in_order() {
    for history in histories() {
        let window = history.now - 90 * DAY..=history.now;
        for change in &history.changes {
            let merged = change.merged_at().unwrap_or(history.now);
            assert!(change.opened_at < merged, "{}", change.id());
            assert!(change.opened_at > history.now - 93 * DAY && merged <= history.now);
        }
        for deployment in &history.deployments {
            assert!(window.contains(&deployment.at), "{}", deployment.id);
        }
        for incident in &history.incidents {
            let steps = [incident.acknowledged_at, incident.resolved_at];
            for at in steps.into_iter().flatten() {
                assert!(
                    at > incident.started_at && at <= history.now,
                    "{}",
                    incident.id
                );
            }
            assert!(window.contains(&incident.started_at), "{}", incident.id);
            assert!(incident.id.starts_with("sample-"));
        }
    }
}

#[test]
fn people_work_on_weekdays_in_the_daytime() {
    for history in histories() {
        for change in &history.changes {
            for at in [Some(change.opened_at), change.merged_at()]
                .into_iter()
                .flatten()
            {
                let weekday = (at.div_euclid(DAY) + 3).rem_euclid(7);
                let hour = at.rem_euclid(DAY) / HOUR;
                assert!(weekday < 5 && (7..18).contains(&hour), "{}", change.id());
            }
            let mut actors = history.actors.iter();
            assert!(actors.any(|actor| actor.login == change.author));
        }
    }
}

#[test]
fn only_one_incident_comes_before_every_deployment_of_its_service() {
    for history in histories() {
        let before = history.incidents.iter().filter(|incident| {
            let repository = repository(&history, incident.service);
            let mut deployments = history.deployments.iter();
            !deployments.any(|item| item.repository == repository && item.at < incident.started_at)
        });
        assert_eq!(before.count(), 1);
    }
}

#[test]
fn what_carries_a_serious_vulnerability_is_followed_by_incidents_about_twice_as_often() {
    for history in histories() {
        let [(serious, struck), (others, others_struck)] = table(&history);
        assert!(serious >= 20 && struck * 2 < serious, "{serious} {struck}");
        let rate = |part: u32, of: u32| f64::from(part) / f64::from(of);
        let ratio = rate(struck, serious) / rate(others_struck, others);
        assert!((1.5..3.5).contains(&ratio), "{ratio}");
    }
}

#[test]
fn what_happens_in_teams_happens_here() {
    for history in histories() {
        let title = |start: &str| {
            let changes = history.changes.iter();
            changes
                .filter(|change| change.title.starts_with(start))
                .count()
        };
        assert!(title("Revert") >= 3);
        assert!(
            history
                .changes
                .iter()
                .filter(|change| change.hotfix)
                .count()
                >= 10
        );
        let ended = |end: &ChangeEnd| history.changes.iter().any(|change| change.end == *end);
        assert!(ended(&ChangeEnd::Open) && ended(&ChangeEnd::Closed));
        let names: BTreeSet<&str> = history
            .deployments
            .iter()
            .map(|item| item.service)
            .collect();
        assert!(names.contains("checkout") && names.contains("checkout-api"));
        assert!(
            history
                .incidents
                .iter()
                .all(|item| item.service != "platform")
        );
        let causes = history
            .incidents
            .iter()
            .filter_map(|item| item.change.as_deref());
        let causes: Vec<&str> = causes.collect();
        assert!(history.changes.iter().any(|change| causes == [change.id()]));
        assert!(
            history
                .changes
                .iter()
                .any(|change| change.dependencies.is_none())
        );
        assert!(
            history
                .deployments
                .iter()
                .any(|item| item.end == DeploymentEnd::Failed)
        );
        let never = history.services.iter().any(|service| {
            let deployments = history.deployments.iter();
            let last = deployments.filter(|item| item.repository == service.repository);
            let last = last.map(|item| item.at).max();
            let mut changes = history.changes.iter();
            changes
                .any(|change| change.repository == service.repository && change.merged_at() > last)
        });
        assert!(never, "a change that was never deployed");
        let twins = history.deployments.iter().filter(|item| {
            let mut others = history.deployments.iter();
            others.any(|other| {
                other.id != item.id
                    && other.repository == item.repository
                    && other.end == item.end
                    && (other.at - item.at).abs() <= 5 * 60_000
            })
        });
        assert!(twins.count() >= 2);
    }
}

#[test]
fn an_override_is_of_a_commit_and_not_by_its_author() {
    for history in histories() {
        for item in &history.overrides {
            let mut changes = history.changes.iter();
            let change = changes
                .find(|change| change.head_sha == item.head_sha)
                .unwrap();
            assert_eq!(change.id(), item.change);
            assert_ne!(change.author, item.actor);
            let mut actors = history.actors.iter();
            let actor = actors.find(|actor| actor.login == item.actor).unwrap();
            assert!(actor.roles.contains(&"security") || actor.roles.contains(&"lead"));
        }
    }
}

#[test]
fn a_package_begins_with_the_version_that_it_last_had() {
    for history in histories() {
        let changes = history.changes.iter();
        let mut merged: Vec<&HistoryChange> = changes.filter(|c| c.merged_at().is_some()).collect();
        merged.sort_by_key(|change| change.merged_at());
        let mut versions = BTreeMap::new();
        for change in merged {
            for row in change.dependencies.iter().flatten() {
                let last = versions.insert((change.repository, row.name), row.after);
                assert!(
                    last.is_none_or(|last| last == row.before),
                    "{}",
                    change.id()
                );
            }
        }
    }
}

#[test]
fn what_a_merge_brings_is_an_issue_soon_after_it_and_known_of_the_package() {
    for history in histories() {
        let organization = history.organization();
        for change in history
            .changes
            .iter()
            .filter(|change| change.introduced.is_some())
        {
            for row in change.dependencies.iter().flatten() {
                let version = row.after.unwrap();
                let name = row.name.replace(':', "/");
                let purl = format!("pkg:{}/{name}@{version}", row.ecosystem);
                assert!(
                    organization.packages.iter().any(|item| item.purl == purl),
                    "{purl}"
                );
                let Some(merged_at) = change.merged_at() else {
                    continue;
                };
                let mut issues = organization.issues.iter();
                let issue = issues.find(|issue| match &issue.subject {
                    Subject::Package {
                        name,
                        version: found,
                        ..
                    } => {
                        let of = |item: &&crate::Project| item.id == issue.project;
                        let project = organization.projects.iter().find(of).unwrap();
                        *name == row.name
                            && found == version
                            && project.target.display_name == change.repository
                    }
                    _ => false,
                });
                let after = issue.expect(&purl).created_at - merged_at;
                assert!((1..4 * DAY).contains(&after), "{purl}: {after}");
            }
        }
    }
}

#[test]
fn the_organization_is_the_samples_with_more_issues_of_which_no_two_have_one_id() {
    let grown = history().organization();
    let sample = sample::organization(AS_OF);
    assert_eq!(grown.projects, sample.projects);
    assert_eq!(grown.issues[..sample.issues.len()], sample.issues);
    let ids: BTreeSet<&str> = grown.issues.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(ids.len(), grown.issues.len());
    for issue in &grown.issues {
        if let State::Resolved(at) = issue.state {
            assert!(issue.created_at < at && at <= AS_OF, "{}", issue.title);
        }
    }
}

#[test]
fn the_document_names_what_is_known_and_leaves_out_the_rest() {
    let history = history();
    let document = history.document();
    let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
    let mut expected = ["services", "actors", "changes", "deployments", "incidents"];
    expected.sort_unstable();
    assert_eq!(keys, expected);
    for (change, value) in history
        .changes
        .iter()
        .zip(document["changes"].as_array().unwrap())
    {
        let merged = value["state"] == "merged";
        assert_eq!(value.get("merged-at").is_some(), merged);
        assert_eq!(value.get("merge-sha").is_some(), merged);
        assert_eq!(
            value.get("dependencies").is_some(),
            change.dependencies.is_some()
        );
        assert!(
            value
                .as_object()
                .unwrap()
                .values()
                .all(|field| !field.is_null())
        );
    }
    let incidents = document["incidents"].as_array().unwrap();
    let open = incidents.iter().filter(|item| item["open"] == true);
    assert_eq!(
        open.filter(|item| item.get("resolved-at").is_none())
            .count(),
        1
    );
}

#[test]
fn github_compares_an_open_change_to_what_the_change_says() {
    for history in histories() {
        let repositories = history.repositories();
        let mut upgrades = 0;
        for change in history
            .changes
            .iter()
            .filter(|change| change.end == ChangeEnd::Open)
        {
            let Some(rows) = &change.dependencies else {
                continue;
            };
            upgrades += usize::from(!rows.is_empty());
            let mut known = repositories.iter();
            let repository = known
                .find(|item| item.full_name == change.repository)
                .unwrap();
            let components = |sha: &str| -> BTreeSet<(String, String)> {
                let mut commits = repository.commits.iter();
                let (_, held) = commits.find(|(known, _)| known == sha).unwrap();
                let pairs = held
                    .iter()
                    .map(|item| (item.name.clone(), item.version.clone()));
                pairs.collect()
            };
            let (base, head) = (components(&change.base_sha), components(&change.head_sha));
            let side =
                |version: Option<&str>, name: &str| Some((name.to_owned(), version?.to_owned()));
            let removed = rows.iter().filter_map(|row| side(row.before, row.name));
            let added = rows.iter().filter_map(|row| side(row.after, row.name));
            assert_eq!(
                base.difference(&head).cloned().collect::<BTreeSet<_>>(),
                removed.collect()
            );
            assert_eq!(
                head.difference(&base).cloned().collect::<BTreeSet<_>>(),
                added.collect()
            );
        }
        assert!(upgrades >= 4, "{upgrades}");
    }
}
