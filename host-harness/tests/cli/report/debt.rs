//! Debt, from the issues that the mock Snyk serves.

use koalr_upstream::{Issue, Organization, Severity, State, Subject};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{DAY, FROM, HOUR, NOW, Timestamp, assert_near, float, team};

/// A stretch in which an issue was open.
struct Spell {
    repository: Option<String>,
    /// Snyk's word for its severity.
    severity: &'static str,
    opened_at: Timestamp,
    /// When and how it ended.
    end: Option<(Timestamp, End)>,
    origin: &'static str,
    upgradeable: bool,
    /// Whether its class has scores, and whether it has one.
    score: Option<bool>,
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    Fixed,
    Accepted,
}

impl Spell {
    fn is_open(&self) -> bool {
        self.end.is_none()
    }

    fn fixed_at(&self) -> Option<Timestamp> {
        self.end
            .filter(|(_, how)| *how == End::Fixed)
            .map(|(at, _)| at)
    }

    fn lasted(&self) -> Timestamp {
        self.end.map_or(NOW, |(at, _)| at) - self.opened_at
    }
}

#[test]
fn what_is_open_by_severity_and_age_is_what_the_issues_say() {
    assert_open(&team().json("debt")["debt"], |_| true);
}

#[test]
fn a_repository_and_a_service_owe_what_is_theirs() {
    let of = |name: &'static str| move |one: &Spell| one.repository.as_deref() == Some(name);
    let report = team().json("debt --repository ACME/storefront");
    assert_open(&report["debt"], of("acme/storefront"));
    let report = team().json("debt --service checkout");
    assert_open(&report["debt"], of("acme/checkout-api"));
}

#[test]
fn where_the_worst_is_open_is_where_the_issues_are() {
    let report = team().json("debt");
    let spells = spells(&team().organization);
    let worst = report["debt"]["repositories"]["worst"].as_array().unwrap();
    assert_eq!(worst.len(), 5, "{report}");
    for row in worst {
        let place = usize::try_from(row["repository"].as_u64().unwrap()).unwrap();
        let name = report["repositories"][place].as_str();
        let of = |severity: &str| {
            let those = spells.iter().filter(|one| one.is_open());
            let those = those.filter(|one| one.repository.as_deref() == name);
            those
                .filter(|one| severity == "all" || one.severity == severity)
                .count()
        };
        let counts = [of("critical"), of("high"), of("all")];
        let open = &row["open"];
        assert_eq!(
            [&open["critical"], &open["high"], &open["all"]],
            counts,
            "{name:?}"
        );
    }
}

#[test]
fn how_soon_is_fixed_is_kaplan_and_meiers_product_over_the_issues() {
    let report = team().json("debt");
    let spells = spells(&team().organization);
    let times = &report["debt"]["time-to-fix"];
    for (part, from) in [("began-in-window", FROM), ("every", Timestamp::MIN)] {
        let began = || spells.iter().filter(|one| one.opened_at >= from);
        assert_lifetime(&times[part]["all"], &began().collect::<Vec<_>>(), None);
        let levels = times[part]["by-severity"].as_array().unwrap();
        assert_eq!(levels.len(), 6);
        for level in levels {
            let window = WINDOWS.iter().find(|(name, _)| level["severity"] == *name);
            let of = began().filter(|one| level["severity"] == one.severity);
            assert_lifetime(
                &level["lifetime"],
                &of.collect::<Vec<_>>(),
                window.map(|(_, days)| *days),
            );
        }
    }
}

#[test]
fn who_is_late_is_late_by_the_clock() {
    assert_late(&team().json("debt")["debt"], FROM, WINDOWS);
    let shorter = [("critical", 1), ("high", 2), ("medium", 3), ("low", 4)];
    let report = team().json("debt --days 30 --sla 1,2,3,4");
    assert_late(&report["debt"], NOW - 30 * DAY, shorter);
}

#[test]
fn what_came_and_went_each_week_is_what_the_issues_say() {
    let report = team().json("debt");
    let spells = spells(&team().organization);
    let flow = &report["debt"]["flow"];
    let moves = |first: Timestamp, last: Timestamp| {
        let within = |at: Timestamp| (first.max(FROM)..=last.min(NOW)).contains(&at);
        let came = |origin: &str| {
            let those = spells.iter().filter(|one| one.origin == origin);
            those.filter(|one| within(one.opened_at)).count()
        };
        let went = |how: End| {
            let ends = spells.iter().filter_map(|one| one.end);
            ends.filter(|(at, one)| *one == how && within(*at)).count()
        };
        let origins = ["introduced", "disclosed", "re-introduced", "unknown"].map(came);
        let (fixed, accepted) = (went(End::Fixed), went(End::Accepted));
        let net = origins.iter().sum::<usize>().cast_signed() - (fixed + accepted).cast_signed();
        json!({
            "introduced": origins[0], "disclosed": origins[1], "re-introduced": origins[2],
            "origin-unknown": origins[3], "resolved": fixed, "accepted": accepted,
            "vanished": 0, "net": net,
        })
    };
    assert_eq!(flow["all"], moves(FROM, NOW));
    let weeks = flow["weeks"].as_array().unwrap();
    let starts: Vec<_> = weeks
        .iter()
        .map(|week| week["starts-at"].as_i64().unwrap())
        .collect();
    // Mondays from the one before the window on.
    assert!(starts[0] <= FROM && FROM < starts[0] + 7 * DAY);
    assert_eq!((starts[0] / DAY + 3) % 7, 0);
    for (week, start) in weeks
        .iter()
        .zip((0..).map(|place| starts[0] + place * 7 * DAY))
    {
        assert_eq!(week["starts-at"], start);
        assert_eq!(
            week["moves"],
            moves(start, start + 7 * DAY - 1),
            "{}",
            week["name"]
        );
    }
    assert!(starts.last().unwrap() + 7 * DAY > NOW);
}

#[test]
fn what_is_not_known_is_counted_of_what_could_be() {
    let report = team().json("debt");
    let quality = &report["debt"]["quality"];
    let spells = spells(&team().organization);
    let open = || spells.iter().filter(|one| one.is_open());
    let rated = open().filter_map(|one| one.score);
    let unrated = open().filter(|one| one.score == Some(false)).count();
    let share = |count: usize, of: usize| (json!(count), json!(of));
    let said = |name: &str| (quality[name]["count"].clone(), quality[name]["of"].clone());
    let all = open().count();
    let fixable = open().filter(|one| one.upgradeable).count();
    assert_eq!(said("without-cvss"), share(unrated, rated.count()));
    assert_eq!(said("without-severity"), share(0, all));
    assert_eq!(said("without-fix-knowledge"), share(all - fixable, all));
    let back = open().filter(|one| one.origin == "re-introduced").count();
    let unknown = open().filter(|one| one.origin == "unknown").count();
    assert_eq!(said("without-disclosure"), share(unknown, all - back));
}

#[test]
fn the_gate_did_what_the_reconstruction_said() {
    let gate = &team().json("debt")["gate"];
    let decisions = &team().rebuilt["decisions"];
    let group = &gate["reconstructed"];
    for (counted, decided) in [
        ("passed", "pass"),
        ("warned", "warn"),
        ("blocked", "block"),
        ("inconclusive", "inconclusive"),
    ] {
        assert_eq!(group[counted], decisions[decided], "{gate}");
    }
    assert_eq!(group["overridden"]["count"], team().history.overrides.len());
    assert_eq!(gate["observed"]["evaluated"], 0);
}

#[track_caller]
fn assert_open(debt: &Value, within: impl Fn(&Spell) -> bool) {
    let spells = spells(&team().organization);
    let within: Vec<&Spell> = spells.iter().filter(|one| within(one)).collect();
    let open = |severity: &str| -> Vec<&Spell> {
        let those = within.iter().filter(|one| one.is_open());
        let those = those.filter(|one| severity == "all" || one.severity == severity);
        those.copied().collect()
    };
    let accepted = |severity: &str| {
        let those = within
            .iter()
            .filter(|one| severity == "all" || one.severity == severity);
        those
            .filter(|one| one.end.is_some_and(|(_, how)| how == End::Accepted))
            .count()
    };
    let stock = |severity: &str| {
        let open = open(severity);
        let aged = |first: i64, last: i64| {
            let ages = open.iter().map(|one| (NOW - one.opened_at) / DAY);
            ages.filter(|age| (first..=last).contains(age)).count()
        };
        let fixable = open.iter().filter(|one| one.upgradeable).count();
        json!({
            "open": open.len(),
            "ages": {
                "up-to-7": aged(0, 7), "up-to-30": aged(8, 30), "up-to-90": aged(31, 90),
                "up-to-180": aged(91, 180), "older": aged(181, i64::MAX),
            },
            "fixes": {
                "available": fixable, "partial": 0, "none": 0, "unknown": open.len() - fixable,
            },
            "accepted": accepted(severity),
            "vanished": 0,
        })
    };
    assert!(!open("all").is_empty());
    assert_eq!(debt["open"]["all"], stock("all"));
    for row in debt["open"]["by-severity"].as_array().unwrap() {
        let severity = row["severity"].as_str().unwrap();
        assert_eq!(row["stock"], stock(severity), "{severity}");
    }
    assert_eq!(debt["counted"], within.len());
}

#[track_caller]
fn assert_late(debt: &Value, from: Timestamp, windows: [(&str, i64); 4]) {
    let spells = spells(&team().organization);
    let rows = debt["sla"]["by-severity"].as_array().unwrap();
    assert_eq!(rows.len(), windows.len());
    for (row, (severity, days)) in rows.iter().zip(windows) {
        assert_eq!(
            (&row["severity"], &row["days"]),
            (&json!(severity), &json!(days))
        );
        let of = || spells.iter().filter(|one| one.severity == severity);
        let mut clocks = [0; 3];
        let mut overdue = None;
        for one in of().filter(|one| one.is_open()) {
            let late = one.lasted() - days * DAY;
            let is_risky = one.lasted() * 10 >= days * DAY * 8;
            let place = if late > 0 { 2 } else { usize::from(is_risky) };
            clocks[place] += 1;
            overdue = overdue.max(Some(late).filter(|late| *late > 0));
        }
        let said = &row["counts"]["open"];
        assert_eq!(
            [&said["within"], &said["at-risk"], &said["breached"]],
            clocks,
            "{severity}"
        );
        assert_eq!(said["most-overdue-ms"], json!(overdue), "{severity}");
        let fixed = || of().filter(|one| one.fixed_at().is_some_and(|at| at >= from));
        let in_time = fixed().filter(|one| one.lasted() <= days * DAY).count();
        let said = &row["counts"]["fixed-within"];
        assert_eq!(
            [&said["count"], &said["of"]],
            [in_time, fixed().count()],
            "{severity}"
        );
    }
}

/// Durations are whole hours, rounded up, and whole days beyond 180 days.
#[track_caller]
fn assert_lifetime(said: &Value, spells: &[&Spell], window: Option<i64>) {
    let hours = |one: &Spell| {
        let hours = (one.lasted() + HOUR - 1) / HOUR;
        if hours > 180 * 24 {
            (hours + 23) / 24 * 24
        } else {
            hours
        }
    };
    let fixed: Vec<i64> = spells
        .iter()
        .filter(|one| one.fixed_at().is_some())
        .map(|one| hours(one))
        .collect();
    let seen: Vec<i64> = spells.iter().map(|one| hours(one)).collect();
    assert_eq!([&said["n"], &said["fixed"]], [seen.len(), fixed.len()]);
    let longest = seen.iter().copied().max();
    // The share still open after so many hours: at each hour, those that were not fixed of those still watched.
    let open_at = |time: i64| {
        (0..=time).fold(1.0, |open, hour| {
            let fixed = fixed.iter().filter(|one| **one == hour).count();
            let watched = seen.iter().filter(|one| **one >= hour).count();
            if fixed == 0 {
                open
            } else {
                open * (1.0 - float(fixed) / float(watched))
            }
        })
    };
    let Some(longest) = longest else {
        assert_eq!(said["median-ms"], json!({"absent": "no-spells"}));
        return;
    };
    for (name, share) in [("median-ms", 0.5), ("upper-quartile-ms", 0.25)] {
        let reached = (0..=longest).find(|hour| open_at(*hour) <= share + 1e-12);
        let expected = reached.map_or(
            json!({"absent": "not-reached"}),
            |hour| json!({"value": hour * HOUR}),
        );
        assert_eq!(said[name], expected, "{name}");
    }
    let shares = [
        ("fixed-in-30-days", Some(30)),
        ("fixed-in-90-days", Some(90)),
        ("fixed-in-window", window),
    ];
    for (name, days) in shares {
        let Some(hours) = days.map(|days| days * 24) else {
            assert_eq!(said[name], json!({"absent": "no-window"}));
            continue;
        };
        if longest < hours && open_at(hours) > 0.0 {
            assert_eq!(said[name], json!({"absent": "not-watched"}), "{name}");
        } else {
            assert_near(&said[name]["value"]["value"], 1.0 - open_at(hours), name);
        }
    }
}

/// The stretches of all issues: one each, and one more of an issue that came back.
fn spells(organization: &Organization) -> Vec<Spell> {
    organization
        .issues
        .iter()
        .flat_map(|issue| of_issue(organization, issue))
        .collect()
}

fn of_issue(organization: &Organization, issue: &Issue) -> Vec<Spell> {
    let project = organization
        .projects
        .iter()
        .find(|one| one.id == issue.project)
        .unwrap();
    let (disclosed, upgradeable, score) = match &issue.subject {
        Subject::Package {
            vulnerability,
            upgradeable,
            pinnable,
            ..
        } => (
            Some(midnight(&vulnerability.disclosed_on)),
            *upgradeable || *pinnable,
            Some(!vulnerability.ratings.is_empty()),
        ),
        _ => (None, false, None),
    };
    let spell = |opened_at, end, came_back: bool| Spell {
        repository: (project.origin == "github").then(|| project.target.display_name.clone()),
        severity: word(issue.severity),
        opened_at,
        end,
        // What was public two days before came in; what was not was there, as all projects are older than that.
        origin: match disclosed {
            _ if came_back => "re-introduced",
            None => "unknown",
            Some(at) if at < opened_at - 2 * DAY => "introduced",
            Some(_) => "disclosed",
        },
        upgradeable,
        score,
    };
    let first = |end| spell(issue.created_at, end, false);
    match issue.state {
        State::Open => vec![first(None)],
        // Snyk does not say since when: it was accepted when that was first seen.
        State::Ignored => vec![first(Some((NOW, End::Accepted)))],
        State::Resolved(at) => vec![first(Some((at, End::Fixed)))],
        State::Reintroduced {
            resolved,
            introduced,
        } => vec![
            first(Some((resolved, End::Fixed))),
            spell(introduced, None, true),
        ],
    }
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
        Severity::Info => "info",
    }
}

fn midnight(day: &str) -> Timestamp {
    let at = OffsetDateTime::parse(&format!("{day}T00:00:00Z"), &Rfc3339).unwrap();
    at.unix_timestamp() * 1_000
}

/// Days to fix, unless told otherwise.
const WINDOWS: [(&str, i64); 4] = [("critical", 7), ("high", 30), ("medium", 90), ("low", 120)];
