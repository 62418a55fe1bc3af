//! The texts of small reports, as they stand on a screen.

use koalr_platform::calibration;
use koalr_platform::correlation::{self, CorrelationSettings};
use koalr_platform::debt::{DebtSettings, Freshness, Tally, gate};
use koalr_platform::decision::Decision;
use koalr_platform::dora::{self, DoraSettings};
use koalr_platform::ledger::{
    Brought, Cause, Delivered, Judged, Ledger, Outage, Scope, Summary, Unlinked,
};
use koalr_platform::links::{Reason, Window};
use koalr_platform::merge::Bands;
use koalr_platform::model::common::{FindingClass, FixState, Severity, Timestamp};
use koalr_platform::model::evidence::Observation;
use koalr_platform::spell::{End, Ending, Origin, Spell};

use super::*;
use crate::jobs::DebtReport;
use crate::report::layout::{WIDTH, columns};

#[test]
fn delivery_is_told_with_what_it_was_counted_of() {
    let settings = DoraSettings::default();
    let report = dora::report(&ledger(), &settings, &Scope::default(), FROM, AS_OF).unwrap();
    assert_text(
        &dora_text(&report),
        "\
DORA, 2026-03-02T00:00:00Z to 2026-04-01T00:00:00Z

Deployment frequency    2.3 a week          high
                        10 successful deployments to production in 30 days
Lead time               60 minutes          elite
                        median from merge to deployment of n = 10 changes; 75 %
                        within 60 minutes, 90 % within 60 minutes
Change failure rate     20.0 %              high
                        2 of 10 deployments had an incident within 4 hours; 95 %
                        interval 5.7 to 51.0 %
Time to restore         90 minutes          high
                        median of n = 1 resolved incident of 2 that began in
                        this time; mean 90 minutes

Each day
  deployments  ██████████                       at most 1
  failed          █  █   ·····················  at most 1
  ·: no deployment, or none old enough to tell

Services
  shop               n = 10     2.3 a week     lead 60 minutes    failed 2 of 10

Left out
  1 incident that goes on, without a time to restore

Tied to no deployment, of all that is stored
  1 incident: it states no service
",
    );
}

#[test]
fn delivery_of_nothing_says_why_there_is_no_figure() {
    let ledger = Ledger {
        as_of: AS_OF,
        ..Ledger::default()
    };
    let settings = DoraSettings::default();
    let report = dora::report(&ledger, &settings, &Scope::default(), FROM, AS_OF).unwrap();
    assert_text(
        &dora_text(&report),
        "\
DORA, 2026-03-02T00:00:00Z to 2026-04-01T00:00:00Z

Deployment frequency    not known: nothing was deployed
                        0 successful deployments to production in 30 days
Lead time               not known: nothing was deployed
                        median from merge to deployment of n = 0 changes
Change failure rate     not known: nothing was deployed
                        0 of 0 deployments had an incident within 4 hours
Time to restore         not known: no incident began
                        median of n = 0 resolved incidents of 0 that began in
                        this time
",
    );
}

#[test]
fn debt_is_told_by_severity_age_and_window() {
    let spells = [
        spell(Severity::Critical, 200, None),
        spell(Severity::High, 20, None),
        spell(Severity::High, 12, Some((2, Ending::Resolved))),
        spell(Severity::Medium, 9, Some((1, Ending::Accepted))),
    ];
    assert_text(
        &debt_text(&owed(&spells)),
        "\
Security debt, 2026-03-02T00:00:00Z to 2026-04-01T00:00:00Z

Open (n = 2), by age in days
                0-7    8-30   31-90  91-180    >180       all
  critical        0       0       0       0       1         1  ███████
  high            0       1       0       0       0         1  ███████
  medium          0       0       0       0       0         0
  low             0       0       0       0       0         0
  fix available: 2 of 2 (100.0 %)
  not among them: 1 accepted

Time to fix of what began in the window (n = 3)
  all                   median 10 days
                        n = 3: 1 fixed, 1 open, 1 accepted; none was watched for
                        30 days
  high                  median 10 days
                        n = 2: 1 fixed, 1 open; none was watched for 30 days
  medium                median not reached
                        n = 1: 1 accepted; none was watched for 30 days
  whenever it began (n = 4): median not reached
  Kaplan-Meier: those still open count for as long as they are

Against the time there is to fix
  critical (7 days): open: 1 breached (by up to 193 days); none fixed
  high (30 days): open: 1 in time; fixed in time: 1 of 1 (100.0 %), 95 %
    interval 20.7 to 100.0 %

Each week
  introduced     ███   at most 1; in all 3
  fixed             █  at most 1; in all 1
  accepted          █  at most 1; in all 1
  1 more open than when the window began

Most critical and high ones
  acme/�shop: 1 critical, 1 high, 2 in all

Gate, judged at the time (n = 10 heads)
  passed: 9 of 10 (90.0 %)
  blocked: 1 of 10 (10.0 %)
  let pass by people, of those blocked or not told: 1 of 1 (100.0 %), 95 %
    interval 20.7 to 100.0 %

How much is known of what is open
  without a CVSS score: 0 of 2 (0.0 %), 95 % interval 0.0 to 65.8 %
  without a severity: 0 of 2 (0.0 %), 95 % interval 0.0 to 65.8 %
  without knowledge of a fix: 0 of 2 (0.0 %), 95 % interval 0.0 to 65.8 %
  not known whether introduced or disclosed: 0 of 2 (0.0 %), 95 % interval 0.0
    to 65.8 %
  with a working exploit: 0 of 2 (0.0 %), 95 % interval 0.0 to 65.8 %
  nothing was ever listed completely
",
    );
}

#[test]
fn debt_of_nothing_is_short() {
    assert_text(
        &debt_text(&owed(&[])),
        "\
Security debt, 2026-03-02T00:00:00Z to 2026-04-01T00:00:00Z

Open (n = 0), by age in days

Time to fix of what began in the window (n = 0)
  nothing ever began

Against the time there is to fix
  nothing is open, and nothing was fixed

Each week
  as many are open as when the window began

Gate, judged at the time (n = 10 heads)
  passed: 9 of 10 (90.0 %)
  blocked: 1 of 10 (10.0 %)
  let pass by people, of those blocked or not told: 1 of 1 (100.0 %), 95 %
    interval 20.7 to 100.0 %

How much is known of what is open
  nothing is open
  nothing was ever listed completely
",
    );
}

#[test]
fn too_few_deployments_are_told_as_too_few() {
    let settings = CorrelationSettings::default();
    let scope = Scope::default();
    let report = correlation::report(&ledger(), &settings, &scope, FROM, AS_OF).unwrap();
    assert_text(
        &correlation_text(&report),
        "\
Security and incidents, 2026-03-02T00:00:00Z to 2026-04-01T00:00:00Z

10 deployments: 10 whose changes were all judged at the time, 0 with one that
was rebuilt later, 0 whose exposure is not known.

Insufficient data: of observed deployments that introduced a vulnerability of
CVSS 7.0 or more, 1 of 1 (100.0 %, 20.7 to 100.0) were followed by an incident
within 14 days; of other deployments that changed dependencies, 1 of 3 (33.3 %,
6.1 to 79.2), n = 4. Needed: 19 more such deployments, 17 more other
deployments, 3 more deployments with an incident. With so few, no risk ratio
could be seen.

                incident   no incident   share, 95 %
  exposed              1             0   100.0 % (20.7 to 100.0)
  others               1             2   33.3 % (6.1 to 79.2)
  in neither arm: 6 without a changed dependency

Insufficient data: of observed deployments that introduced a vulnerability of
CVSS 7.0 or more, 1 of 1 (100.0 %, 20.7 to 100.0) were followed by an incident
within 14 days; of other deployments, 1 of 9 (11.1 %, 2.0 to 43.5), n = 10.
Needed: 19 more such deployments, 11 more other deployments, 3 more deployments
with an incident. With so few, no risk ratio could be seen.

1 deployment brought a change that was let pass in spite of the gate, 1 of them
exposed.
Insufficient data: of observed deployments that introduced a vulnerability of
CVSS 7.0 or more and were let pass by an override, 1 of 1 (100.0 %, 20.7 to
100.0) were followed by an incident within 14 days; of other deployments that
changed dependencies, 1 of 3 (33.3 %, 6.1 to 79.2), n = 4. Needed: 19 more such
deployments, 17 more other deployments, 3 more deployments with an incident.
With so few, no risk ratio could be seen.

With other windows
  4 hours: exposed 1 of 1, others 1 of 3; insufficient data
  7 days: exposed 1 of 1, others 1 of 3; insufficient data
  14 days: exposed 1 of 1, others 1 of 3; insufficient data
  30 days: exposed 0 of 0, others 0 of 0; insufficient data

Free of incidents for 14 days (Kaplan-Meier)
  exposed (n = 1): 0.0 %; for 60 minutes on average
  others (n = 3): 66.7 % (5.4 to 94.5); for 9.3 days on average

Which changes are tied to which incidents
  acme/shop#3 (CVSS 9.8) and i3 \"Shop�[2J is down\" at 2026-03-05T02:00:00Z, 60
    minutes after its deployment: the service's nearest successful deployment
    before the incident, within 4 hours
",
    );
}

#[test]
fn enough_deployments_are_told_with_their_ratios() {
    let settings = CorrelationSettings {
        least_exposed: 1,
        least_others: 1,
        least_incidents: 1,
        window: Window::Hours4,
        ..CorrelationSettings::default()
    };
    let scope = Scope {
        repository: Some("acme/shop".to_owned()),
        service: None,
    };
    let report = correlation::report(&ledger(), &settings, &scope, FROM, AS_OF).unwrap();
    assert_text(
        &correlation_text(&report),
        "\
Security and incidents, 2026-03-02T00:00:00Z to 2026-04-01T00:00:00Z, repository
acme/shop

10 deployments: 10 whose changes were all judged at the time, 0 with one that
was rebuilt later, 0 whose exposure is not known.

Inconclusive: of observed deployments that introduced a vulnerability of CVSS
7.0 or more, 1 of 1 (100.0 %, 20.7 to 100.0) were followed by an incident within
4 hours; of other deployments that changed dependencies, 1 of 3 (33.3 %, 6.1 to
79.2); odds ratio 5.00 (0.03 to unbounded, exact, a half added to each cell),
Fisher's p = 1.0000, n = 4: chance alone may well differ as much. With so few,
no risk ratio could be seen. This is not evidence of no association.

                incident   no incident   share, 95 %
  exposed              1             0   100.0 % (20.7 to 100.0)
  others               1             2   33.3 % (6.1 to 79.2)

              0.1      1       10      100   estimate, 95 %
  risk ratio        ├──┊──●─────┤            2.00 (0.45 to 8.94)*
  odds ratio  ├────────┊─────●───────────▸   5.00 (0.11 to 220.62)*
  * as a cell is empty, a half was added to each
  risk difference +66.7 points (-25.0 to +93.9); Fisher's p = 1.0000
  in neither arm: 6 without a changed dependency

Inconclusive: of observed deployments that introduced a vulnerability of CVSS
7.0 or more, 1 of 1 (100.0 %, 20.7 to 100.0) were followed by an incident within
4 hours; of other deployments, 1 of 9 (11.1 %, 2.0 to 43.5); odds ratio 17.00
(0.10 to unbounded, exact, a half added to each cell), Fisher's p = 0.2000, n =
10: chance alone may well differ as much. With so few, no risk ratio could be
seen. This is not evidence of no association.

1 deployment brought a change that was let pass in spite of the gate, 1 of them
exposed.
Inconclusive: of observed deployments that introduced a vulnerability of CVSS
7.0 or more and were let pass by an override, 1 of 1 (100.0 %, 20.7 to 100.0)
were followed by an incident within 4 hours; of other deployments that changed
dependencies, 1 of 3 (33.3 %, 6.1 to 79.2); odds ratio 5.00 (0.03 to unbounded,
exact, a half added to each cell), Fisher's p = 1.0000, n = 4: chance alone may
well differ as much. With so few, no risk ratio could be seen. This is not
evidence of no association.

With other windows
  4 hours: exposed 1 of 1, others 1 of 3; risk ratio 2.00 (0.45 to 8.94)*
  7 days: exposed 1 of 1, others 1 of 3; risk ratio 2.00 (0.45 to 8.94)*
  14 days: exposed 1 of 1, others 1 of 3; risk ratio 2.00 (0.45 to 8.94)*
  30 days: exposed 0 of 0, others 0 of 0; insufficient data

Free of incidents for 4 hours (Kaplan-Meier)
  exposed (n = 1): 0.0 %; for 60 minutes on average
  others (n = 3): 66.7 % (5.4 to 94.5); for 3 hours on average
  log-rank p = 0.3173

Which changes are tied to which incidents
  acme/shop#3 (CVSS 9.8) and i3 \"Shop�[2J is down\" at 2026-03-05T02:00:00Z, 60
    minutes after its deployment: the service's nearest successful deployment
    before the incident, within 4 hours
",
    );
}

#[test]
fn scores_are_told_by_band_with_what_was_seen() {
    let report =
        calibration::report(&ledger(), Bands::default(), &Scope::default(), FROM, AS_OF).unwrap();
    assert_text(
        &calibration_text(&report),
        "\
Calibration, 2026-03-02T00:00:00Z to 2026-04-01T00:00:00Z
How many changes of each score were followed by an incident within 14 days. It
changes no score and no gate.

Judged at the time (n = 10 changes, 10 deployments)
                        incidents   share, 95 %             prior of 1 in 10
  low, from 0.0            1 of 9   11.1 % (2.0 to 43.5)    10.5 % █
  medium, from 30.0        0 of 0   nothing counted         10.0 % █
  high, from 60.0          0 of 0   nothing counted         10.0 % █
  critical, from 80.0      1 of 1   100.0 % (20.7 to 100.0) 18.2 % █▉
  no fitted curve: there are fewer than 200 deployments
",
    );
}

#[test]
fn one_of_something_is_not_several() {
    assert_eq!(counted(1, "incident", "incidents"), "1 incident");
    assert_eq!(counted(1_000, "incident", "incidents"), "1,000 incidents");
    assert_eq!(present(&[(0, "old"), (2, "young")]).unwrap(), "2 young");
    assert_eq!(present(&[(0, "old")]), None);
}

#[test]
fn a_time_is_told_in_the_largest_unit_that_it_has_two_of() {
    let minutes = |count: f64| span(count * 60_000.0);
    assert_eq!(minutes(119.0), "119 minutes");
    assert_eq!(minutes(150.0), "2.5 hours");
    assert_eq!(minutes(14.0 * 24.0 * 60.0), "14 days");
    assert_eq!(minutes(0.025), "1.5 seconds");
    assert_eq!(minutes(0.0), "0 seconds");
}

#[test]
fn a_p_too_small_to_show_is_no_zero() {
    assert_eq!(chance(0.000_01), "p < 0.0001");
    assert_eq!(chance(0.05), "p = 0.0500");
}

/// A text is as expected, fits, and holds nothing that a terminal would obey.
#[track_caller]
fn assert_text(text: &str, expected: &str) {
    assert!(text.lines().all(|line| columns(line) <= WIDTH), "{text}");
    assert!(text.chars().all(|one| one == '\n' || !one.is_control()));
    assert!(text == expected, "{text}");
}

/// Ten deployments of a service, a day apart. The third brought something serious and an incident followed; the fifth and
/// sixth changed other dependencies, and an incident followed the latter.
pub(in crate::report) fn ledger() -> Ledger {
    let mut ledger = Ledger {
        as_of: AS_OF,
        services: vec!["shop".to_owned()],
        repositories: vec!["acme/shop".to_owned()],
        merged: 10,
        unlinked: vec![Unlinked {
            kind: "incident".to_owned(),
            why: "it states no service".to_owned(),
            count: 1,
        }],
        ..Ledger::default()
    };
    for place in 0..10_u32 {
        let at = FROM + Timestamp::from(place) * DAY + HOUR;
        ledger.deployments.push(Delivered {
            id: format!("d{place}"),
            service: 0,
            repository: Some(0),
            at,
        });
        let change = format!("acme/shop#{place}");
        ledger.brought.push(Brought {
            change: change.clone(),
            deployment: place,
            repository: 0,
            merged_at: at - HOUR,
            lead_ms: HOUR,
            judged: Some(place),
        });
        let high = u32::from(place == 3);
        ledger.judged.push(Judged {
            change,
            repository: 0,
            head_sha: format!("{place}"),
            as_of: at - HOUR,
            observation: Observation::Observed,
            summary: Summary {
                decision: if high > 0 {
                    Decision::Block
                } else {
                    Decision::Pass
                },
                enforced: true,
                told: true,
                introduced_high: high,
                introduced_low: 0,
                introduced_unscored: 0,
                introduced_highest: (high > 0).then_some(98),
                unattributed: 0,
                dependencies: Some(u32::from((3..7).contains(&place))),
                waived: 0,
                security: 0,
                score: if high > 0 { 900 } else { 200 },
            },
            overridden: high > 0,
            marked_as_success: false,
        });
    }
    for place in [3, 6_u32] {
        let started_at = FROM + Timestamp::from(place) * DAY + 2 * HOUR;
        ledger.outages.push(Outage {
            id: format!("i{place}"),
            title: "Shop\u{1b}[2J is down".to_owned(),
            severity: None,
            service: Some(0),
            started_at,
            resolved_at: (place == 3).then_some(started_at + 90 * MINUTE),
            open: place != 3,
            cause: Some(Cause {
                deployment: place,
                after_ms: HOUR,
                reason: Reason::NearestBefore(Window::Hours4),
            }),
            change: None,
        });
    }
    ledger
}

/// A stretch that began so many days ago, and how it ended how long ago.
fn spell(severity: Severity, days: Timestamp, end: Option<(Timestamp, Ending)>) -> Spell {
    Spell {
        repository: Some(0),
        class: FindingClass::PackageVulnerability,
        severity: Some(severity),
        cvss: Some(75),
        fix: FixState::Available,
        exploited: false,
        opened_at: AS_OF - days * DAY,
        origin: Origin::Introduced,
        end: end.map(|(days, how)| End {
            at: AS_OF - days * DAY,
            how,
        }),
    }
}

fn owed(spells: &[Spell]) -> DebtReport {
    let mut tally = Tally::new(&DebtSettings::default(), FROM, AS_OF);
    for spell in spells {
        tally.add(spell);
    }
    let mut debt = tally.finish();
    debt.freshness = Some(Freshness {
        oldest_complete_walk: None,
        newest: None,
        partial: vec![],
    });
    DebtReport {
        integration: "snyk".to_owned(),
        debt,
        repositories: vec!["acme/\u{1b}shop".to_owned()],
        gate: gate(&ledger(), None, FROM, AS_OF),
    }
}

/// 2 March 2026, a Monday, and thirty days later.
pub(in crate::report) const FROM: Timestamp = 1_772_409_600_000;
pub(in crate::report) const AS_OF: Timestamp = FROM + 30 * DAY;
const DAY: Timestamp = 24 * HOUR;
const HOUR: Timestamp = 60 * MINUTE;
const MINUTE: Timestamp = 60_000;
