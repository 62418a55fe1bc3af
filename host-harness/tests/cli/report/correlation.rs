//! Exposure and incidents, from the imported document and from what the sample knows that each change brought in.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::ground::Ground;
use super::{DAY, FROM, HOUR, NOW, Timestamp, assert_near, team};

/// A deployment, by the sample's own truth.
struct Row {
    repository: String,
    exposure: Exposure,
    changes_versions: bool,
    age: Timestamp,
    first_incident: Option<Timestamp>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Exposure {
    Exposed,
    Not,
    /// It brought nothing.
    NoChange,
    /// Of a change that it brought nobody said what it does to dependencies.
    NoList,
}

/// The truth of each deployment of the window. A change that brought something of 7.0 or more exposes its deployment,
/// whatever came with it; otherwise a change without a dependency list leaves it unknown.
fn truth() -> Vec<Row> {
    let ground = Ground::of(&team().document);
    let introduced: BTreeMap<String, Option<u16>> = team()
        .history
        .changes
        .iter()
        .map(|one| (one.id(), one.introduced))
        .collect();
    let deployments = ground.deployments.iter().enumerate();
    let deployments = deployments.filter(|(_, one)| one.at >= FROM);
    deployments
        .map(|(place, one)| {
            let load: Vec<_> = ground.load(place).collect();
            let exposure = if load.iter().any(|change| introduced[&change.id] >= Some(70)) {
                Exposure::Exposed
            } else if load.is_empty() {
                Exposure::NoChange
            } else if load.iter().any(|change| change.changes_versions.is_none()) {
                Exposure::NoList
            } else {
                Exposure::Not
            };
            Row {
                repository: one.repository.clone(),
                exposure,
                changes_versions: load.iter().any(|one| one.changes_versions == Some(true)),
                age: NOW - one.at,
                first_incident: ground.first_incident(place),
            }
        })
        .collect()
}

/// Exposed with and without an incident, then the others.
fn table<'a>(
    rows: impl Iterator<Item = &'a Row>,
    window: Timestamp,
    is_other: impl Fn(&Row) -> bool,
) -> [u32; 4] {
    let mut table = [0; 4];
    for row in rows.filter(|row| row.age >= window) {
        let quiet = row.first_incident.is_none_or(|after| after > window);
        match row.exposure {
            Exposure::Exposed => table[usize::from(quiet)] += 1,
            Exposure::Not if is_other(row) => table[2 + usize::from(quiet)] += 1,
            _ => {}
        }
    }
    table
}

#[test]
fn the_cohort_is_that_of_the_samples_own_truth() {
    let report = team().json("correlation");
    let truth = truth();
    let count = |exposure| truth.iter().filter(|row| row.exposure == exposure).count();
    let known = count(Exposure::Exposed) + count(Exposure::Not);
    assert_eq!(
        report["cohort"],
        json!({
            "deployments": truth.len(),
            "observed": 0,
            "reconstructed": known,
            "unknown": {
                "no-change": count(Exposure::NoChange), "never-judged": 0,
                "not-told": count(Exposure::NoList), "unattributed": 0, "unscored": 0,
            },
            "scope-unknown": 0,
        })
    );
    assert!(count(Exposure::Exposed) >= 20 && count(Exposure::Not) >= 100);
}

#[test]
fn the_tables_are_those_of_the_samples_own_truth() {
    let truth = truth();
    for (asked, window) in [
        ("correlation", 14 * DAY),
        ("correlation --window 4h", 4 * HOUR),
    ] {
        let series = &team().json(asked)["reconstructed"];
        let headline = table(truth.iter(), window, |row| row.changes_versions);
        assert_table(&series["headline"]["table"], headline);
        let all = table(truth.iter(), window, |_| true);
        assert_table(&series["all-others"]["table"], all);
        let quiet = truth.iter().filter(|row| row.exposure == Exposure::Not);
        let unchanged = quiet.filter(|row| !row.changes_versions).count();
        let left_out = &series["headline"]["left-out"];
        assert_eq!(left_out["unchanged-dependencies"], unchanged);
        let young = truth.iter().filter(|row| row.age < window);
        let young = young.filter(|row| match row.exposure {
            Exposure::Exposed => true,
            Exposure::Not => row.changes_versions,
            _ => false,
        });
        assert_eq!(left_out["too-young"], young.count());
    }
}

#[test]
fn each_repository_and_each_window_has_a_table_of_its_own() {
    let truth = truth();
    let report = team().json("correlation");
    let series = &report["reconstructed"];
    let window = 14 * DAY;
    let repositories = series["repositories"].as_array().unwrap();
    assert_eq!(repositories.len(), 4, "{report}");
    for one in repositories {
        let own = truth
            .iter()
            .filter(|row| one["repository"] == row.repository.as_str());
        assert_table(
            &one["table"],
            table(own, window, |row| row.changes_versions),
        );
    }
    let windows = series["windows"].as_array().unwrap();
    for (one, window) in windows.iter().zip([4 * HOUR, 7 * DAY, 14 * DAY, 30 * DAY]) {
        let expected = table(truth.iter(), window, |row| row.changes_versions);
        assert_table(&one["table"], expected);
    }
    let own = team().json("correlation --repository acme/analytics");
    let analytics = truth
        .iter()
        .filter(|row| row.repository == "acme/analytics");
    let expected = table(analytics, window, |row| row.changes_versions);
    assert_table(&own["reconstructed"]["headline"]["table"], expected);
}

#[test]
fn the_ratios_follow_from_the_table() {
    let report = team().json("correlation");
    let headline = &report["reconstructed"]["headline"];
    let table = table(truth().iter(), 14 * DAY, |row| row.changes_versions);
    let [a, b, c, d] = table.map(f64::from);
    let ratios = &headline["crude"]["known"];
    let (risk, others) = (a / (a + b), c / (c + d));
    assert_near(
        &ratios["risk-difference"]["value"],
        risk - others,
        "difference",
    );
    let spread = (1.0 / a - 1.0 / (a + b) + 1.0 / c - 1.0 / (c + d)).sqrt();
    assert_ratio(&ratios["risk-ratio"], risk / others, spread);
    let spread = (1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d).sqrt();
    assert_ratio(&ratios["odds-ratio"], a * d / (b * c), spread);
    assert_near(&ratios["fisher-p"], fisher(table), "Fisher's p");
}

#[test]
fn mantels_and_haenszels_ratio_follows_from_the_repositories() {
    let report = team().json("correlation");
    let series = &report["reconstructed"];
    let (mut over, mut under) = (0.0, 0.0);
    for one in series["repositories"].as_array().unwrap() {
        let cell = |name: &str| one["table"][name].as_f64().unwrap();
        let (a, b) = (cell("exposed-event"), cell("exposed-no-event"));
        let (c, d) = (cell("unexposed-event"), cell("unexposed-no-event"));
        over += a * d / (a + b + c + d);
        under += b * c / (a + b + c + d);
    }
    let said = &series["headline"]["stratified"]["known"]["odds-ratio"]["value"];
    assert_near(said, over / under, "odds ratio");
}

#[test]
fn the_pairs_are_the_exposing_changes_and_what_followed_them() {
    let report = team().json("correlation");
    let ground = Ground::of(&team().document);
    let changes = &team().history.changes;
    let introduced = |id: &str| {
        changes
            .iter()
            .find(|one| one.id() == id)
            .unwrap()
            .introduced
    };
    let mut expected = Vec::new();
    for incident in &ground.incidents {
        let Some((place, after)) = incident.cause else {
            continue;
        };
        if ground.deployments[place].at < FROM {
            continue;
        }
        for change in ground.load(place) {
            let is_meant = incident
                .names
                .as_ref()
                .is_none_or(|named| *named == change.id);
            if is_meant && introduced(&change.id) >= Some(70) {
                expected.push((incident.id.clone(), change.id.clone(), after));
            }
        }
    }
    let said = report["ties"]["listed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let text = |name: &str| one[name].as_str().unwrap().to_owned();
            (
                text("incident"),
                text("change"),
                one["after-ms"].as_i64().unwrap(),
            )
        });
    let mut said: Vec<_> = said.collect();
    said.sort();
    expected.sort();
    assert_eq!(said, expected);
    assert!(!said.is_empty());
}

#[test]
fn it_never_speaks_of_causes() {
    for asked in ["correlation", "correlation --format json"] {
        let text = team().ran(asked).out.to_lowercase();
        for word in ["cause", "caused", "because of", "due to", "led to"] {
            assert!(!text.contains(word), "{word}");
        }
    }
}

#[track_caller]
fn assert_table(said: &Value, expected: [u32; 4]) {
    let cells = [
        "exposed-event",
        "exposed-no-event",
        "unexposed-event",
        "unexposed-no-event",
    ];
    assert_eq!(
        cells.map(|name| said[name].as_u64().unwrap()),
        expected.map(u64::from)
    );
}

/// An estimate whose logarithm has this standard error.
#[track_caller]
fn assert_ratio(said: &Value, value: f64, spread: f64) {
    let z = 1.959_963_984_540_054;
    assert_near(&said["value"], value, "ratio");
    assert_near(&said["low"], (value.ln() - z * spread).exp(), "low");
    assert_near(&said["high"], (value.ln() + z * spread).exp(), "high");
}

/// How often a table with these margins is as rare as this one or rarer, counted over all of them.
fn fisher([a, b, c, d]: [u32; 4]) -> f64 {
    let ways =
        |n: u32, k: u32| (0..k).fold(1.0, |ways, i| ways * f64::from(n - i) / f64::from(i + 1));
    let (events, exposed, all) = (a + c, a + b, a + b + c + d);
    let chance =
        |hit: u32| ways(exposed, hit) * ways(all - exposed, events - hit) / ways(all, events);
    let possible = events.saturating_sub(all - exposed)..=events.min(exposed);
    let own = chance(a) * (1.0 + 1e-9);
    possible.map(chance).filter(|one| *one <= own).sum()
}
