//! Who brought what and what followed, found out from the imported document alone, by looking at everything each time.

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{DAY, NOW, Timestamp};

/// What the document says.
pub(super) struct Ground {
    /// Those that succeeded, by time.
    pub(super) deployments: Vec<Deployed>,
    /// Those that were merged.
    pub(super) changes: Vec<Merged>,
    pub(super) incidents: Vec<Happened>,
}

pub(super) struct Deployed {
    pub(super) id: String,
    /// Its present name.
    pub(super) service: String,
    pub(super) repository: String,
    pub(super) at: Timestamp,
    sha: String,
}

pub(super) struct Merged {
    pub(super) id: String,
    pub(super) repository: String,
    pub(super) at: Timestamp,
    /// Place of the deployment that brought it.
    pub(super) brought_by: Option<usize>,
    /// Whether it changes a version; none if nobody said what it does to dependencies.
    pub(super) changes_versions: Option<bool>,
    sha: String,
}

pub(super) struct Happened {
    pub(super) id: String,
    /// Present name.
    pub(super) service: String,
    pub(super) started_at: Timestamp,
    pub(super) resolved_at: Option<Timestamp>,
    pub(super) names: Option<String>,
    /// Place of the deployment that it is tied to, and how long after.
    pub(super) cause: Option<(usize, Timestamp)>,
}

impl Ground {
    pub(super) fn of(document: &Value) -> Self {
        let present = |stated: &str| service(document, stated);
        let mut deployments: Vec<Deployed> = rows(document, "deployments")
            .filter(|row| row["state"] == "succeeded")
            .map(|row| {
                let (service, repository) = present(text(&row["service"]));
                let at = time_of(&row["at"]).unwrap();
                assert!(at <= NOW, "the sample ends now");
                assert_eq!(row["environment"], "production");
                Deployed {
                    id: text(&row["id"]).to_owned(),
                    service,
                    repository,
                    at,
                    sha: text(&row["sha"]).to_owned(),
                }
            })
            .collect();
        deployments.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
        let mut ground = Self {
            deployments,
            changes: rows(document, "changes").filter_map(merged).collect(),
            incidents: Vec::new(),
        };
        let brought: Vec<_> = ground
            .changes
            .iter()
            .map(|one| ground.brought(one))
            .collect();
        for (change, brought) in ground.changes.iter_mut().zip(brought) {
            change.brought_by = brought;
        }
        for row in rows(document, "incidents") {
            let mut incident = Happened {
                id: text(&row["id"]).to_owned(),
                service: present(text(&row["service"])).0,
                started_at: time_of(&row["started-at"]).unwrap(),
                resolved_at: time_of(&row["resolved-at"]),
                names: row["change"].as_str().map(str::to_owned),
                cause: None,
            };
            incident.cause = ground.cause(&incident);
            ground.incidents.push(incident);
        }
        ground
    }

    /// What a deployment brought.
    pub(super) fn load(&self, place: usize) -> impl Iterator<Item = &Merged> {
        self.changes
            .iter()
            .filter(move |one| one.brought_by == Some(place))
    }

    /// From a deployment to the first incident that is tied to it.
    pub(super) fn first_incident(&self, place: usize) -> Option<Timestamp> {
        let causes = self.incidents.iter().filter_map(|one| one.cause);
        causes
            .filter(|(cause, _)| *cause == place)
            .map(|(_, after)| after)
            .min()
    }

    /// The first deployment since the merge that has the merge's commit; else the first of a commit whose merge came
    /// later, or that no merge made.
    fn brought(&self, change: &Merged) -> Option<usize> {
        let since = || {
            let all = self.deployments.iter().enumerate();
            all.filter(|(_, one)| one.repository == change.repository && one.at >= change.at)
        };
        let same = since().find(|(_, one)| one.sha == change.sha);
        let holds = |sha: &str| {
            let made_by = self.changes.iter().find(|one| one.sha == sha);
            made_by.is_none_or(|made_by| made_by.at >= change.at)
        };
        let found = same.or_else(|| since().find(|(_, one)| holds(&one.sha)));
        found.map(|(place, _)| place)
    }

    /// That of the change it names, else the last one before it in its service, at most 30 days ago.
    fn cause(&self, incident: &Happened) -> Option<(usize, Timestamp)> {
        let place = match &incident.names {
            Some(named) => {
                let change = self.changes.iter().find(|one| one.id == *named).unwrap();
                change.brought_by?
            }
            None => self.deployments.iter().rposition(|one| {
                one.service == incident.service && one.at <= incident.started_at
            })?,
        };
        let after = incident.started_at - self.deployments[place].at;
        let in_time = (0..=30 * DAY).contains(&after);
        (in_time || incident.names.is_some()).then_some((place, after))
    }
}

fn merged(row: &Value) -> Option<Merged> {
    let list = row["dependencies"].as_array();
    Some(Merged {
        id: text(&row["id"]).to_owned(),
        repository: text(&row["repository"]).to_owned(),
        at: time_of(&row["merged-at"])?,
        brought_by: None,
        changes_versions: list.map(|list| list.iter().any(|one| one["before"] != one["after"])),
        sha: text(&row["merge-sha"]).to_owned(),
    })
}

/// The present name of a service, and the one repository that it is built from.
fn service(document: &Value, stated: &str) -> (String, String) {
    let found = rows(document, "services").find(|row| {
        let aliases = row["aliases"].as_array().unwrap();
        row["name"] == stated || aliases.iter().any(|alias| alias == stated)
    });
    let row = found.expect(stated);
    assert_eq!(row["repositories"].as_array().unwrap().len(), 1);
    let of = |value| text(value).to_owned();
    (of(&row["name"]), of(&row["repositories"][0]))
}

fn rows<'a>(document: &'a Value, part: &str) -> impl Iterator<Item = &'a Value> {
    document[part].as_array().unwrap().iter()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn time_of(value: &Value) -> Option<Timestamp> {
    let parsed = OffsetDateTime::parse(value.as_str()?, &Rfc3339).unwrap();
    Some(Timestamp::try_from(parsed.unix_timestamp_nanos() / 1_000_000).unwrap())
}
