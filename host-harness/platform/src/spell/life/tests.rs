use super::*;
use RemediationStep::{
    FirstSeen, Ignored, Introduced, ReIntroduced, Resolved, UnIgnored, Vanished,
};

const DAY: Timestamp = SCAN_INTERVAL;

/// An open finding that was introduced at 10.
fn open() -> Life {
    Life {
        repository: Some(3),
        class: FindingClass::Container,
        severity: Some(Severity::High),
        cvss: Some(82),
        fix: FixState::Available,
        exploited: true,
        open: true,
        ignored: false,
        updated_at: 100,
        disclosed_at: None,
        vanished_at: None,
        own: Chapter {
            created_at: 10,
            introduced_at: Some(10),
            ..Chapter::default()
        },
        former: vec![],
    }
}

fn with(life: Life, steps: &[(RemediationStep, Timestamp)]) -> Life {
    let steps = steps.to_vec();
    let own = Chapter { steps, ..life.own };
    Life { own, ..life }
}

fn resolved(resolved_at: Option<Timestamp>) -> Life {
    let life = open();
    let own = Chapter {
        resolved_at,
        ..life.own
    };
    Life {
        open: false,
        own,
        ..life
    }
}

/// Beginnings, and ends with how they came.
fn told(life: &Life) -> Vec<(Timestamp, Option<(Timestamp, Ending)>)> {
    let spells = life.spells();
    spells
        .map(|one| (one.opened_at, one.end.map(|end| (end.at, end.how))))
        .collect()
}

#[test]
fn an_open_finding_goes_on_and_carries_what_is_known_of_it() {
    let life = with(open(), &[(FirstSeen, 50)]);
    let spell = Spell {
        repository: Some(3),
        class: FindingClass::Container,
        severity: Some(Severity::High),
        cvss: Some(82),
        fix: FixState::Available,
        exploited: true,
        opened_at: 10,
        origin: Origin::Unknown,
        end: None,
    };
    assert_eq!(life.spells().collect::<Vec<_>>(), [spell]);
}

#[test]
fn a_finding_begins_with_its_introduction_or_else_with_its_creation() {
    let mut life = open();
    life.own.introduced_at = Some(20);
    assert_eq!(told(&life), [(20, None)]);
    life.own.introduced_at = Some(5);
    assert_eq!(told(&life), [(5, None)]);
    life.own.introduced_at = None;
    assert_eq!(told(&life), [(10, None)]);
}

#[test]
fn a_resolution_is_dated_by_the_upstream_then_by_its_step_then_by_the_last_change() {
    let ended = |at| [(10, Some((at, Ending::Resolved)))];
    let stated = with(resolved(Some(30)), &[(Resolved, 40)]);
    assert_eq!(told(&stated), ended(30));
    let stepped = with(resolved(None), &[(Resolved, 40)]);
    assert_eq!(told(&stepped), ended(40));
    assert_eq!(told(&resolved(None)), ended(100));
}

#[test]
fn a_finding_that_comes_back_begins_anew() {
    let steps = [(FirstSeen, 12), (Resolved, 20), (ReIntroduced, 30)];
    let back = with(open(), &steps);
    let first = (10, Some((20, Ending::Resolved)));
    assert_eq!(told(&back), [first, (30, None)]);
    let origins: Vec<_> = back.spells().map(|one| one.origin).collect();
    assert_eq!(origins, [Origin::Unknown, Origin::ReIntroduced]);
    let mut again = with(resolved(Some(50)), &steps);
    again.own.introduced_at = Some(30);
    let second = (30, Some((50, Ending::Resolved)));
    assert_eq!(told(&again), [first, second]);
}

#[test]
fn an_earlier_stretch_that_only_the_upstream_tells_of_is_counted() {
    let mut life = open();
    life.own.introduced_at = Some(30);
    life.own.resolved_at = Some(20);
    let first = (10, Some((20, Ending::Resolved)));
    assert_eq!(told(&life), [first, (30, None)]);
    life.own.resolved_at = Some(30);
    let first = (10, Some((30, Ending::Resolved)));
    assert_eq!(told(&life), [first, (30, None)]);
}

#[test]
fn an_ignored_finding_was_accepted_when_that_was_last_told() {
    let mut life = with(open(), &[(Ignored, 20), (UnIgnored, 30), (Ignored, 40)]);
    assert_eq!(told(&life), [(10, None)]);
    life.ignored = true;
    assert_eq!(told(&life), [(10, Some((40, Ending::Accepted)))]);
    life.own.steps.clear();
    assert_eq!(told(&life), [(10, Some((100, Ending::Accepted)))]);
}

#[test]
fn an_ignored_finding_that_was_resolved_ended_with_the_resolution() {
    let mut life = with(resolved(Some(40)), &[(Ignored, 20), (Resolved, 40)]);
    life.ignored = true;
    assert_eq!(told(&life), [(10, Some((40, Ending::Resolved)))]);
}

#[test]
fn a_finding_that_is_still_ignored_when_it_comes_back_is_accepted_at_once() {
    let mut life = with(open(), &[(Ignored, 15), (Resolved, 20), (ReIntroduced, 30)]);
    life.ignored = true;
    let second = (30, Some((30, Ending::Accepted)));
    assert_eq!(told(&life).last(), Some(&second));
}

#[test]
fn a_vanished_finding_ended_and_one_listed_again_began_anew() {
    let mut life = with(open(), &[(Vanished, 40)]);
    life.vanished_at = Some(40);
    let gone = (10, Some((40, Ending::Vanished)));
    assert_eq!(told(&life), [gone]);
    life.vanished_at = None;
    life.own.steps.push((ReIntroduced, 60));
    assert_eq!(told(&life), [gone, (60, None)]);
}

#[test]
fn a_resolution_explains_a_vanishing() {
    for (resolved_at, at) in [(Some(30), 30), (Some(50), 50), (None, 60)] {
        let life = with(resolved(resolved_at), &[(Vanished, 40), (Resolved, 60)]);
        assert_eq!(told(&life), [(10, Some((at, Ending::Resolved)))]);
    }
}

#[test]
fn the_newest_state_wins_over_the_steps() {
    let life = with(open(), &[(Resolved, 20)]);
    assert_eq!(told(&life), [(10, None)]);
    let life = with(resolved(None), &[(Resolved, 20), (ReIntroduced, 30)]);
    let first = (10, Some((20, Ending::Resolved)));
    assert_eq!(told(&life), [first, (30, Some((100, Ending::Resolved)))]);
}

#[test]
fn a_finding_imported_again_goes_on_from_its_first_beginning() {
    let mut life = open();
    life.own.created_at = 70;
    life.own.introduced_at = Some(70);
    life.former = vec![open().own];
    assert_eq!(told(&life), [(10, None)]);
    // It had vanished for a while before its project was imported again.
    life.former[0].steps = vec![(Vanished, 40)];
    assert_eq!(
        told(&life),
        [(10, Some((40, Ending::Vanished))), (70, None)]
    );
}

#[test]
fn what_became_public_after_its_package_was_there_is_told_apart() {
    let origin = |disclosed: Option<Timestamp>, project: Option<Timestamp>| {
        let mut life = open();
        life.disclosed_at = disclosed.map(|day| day * DAY);
        life.own.project_created_at = project.map(|day| day * DAY);
        life.own.introduced_at = Some(10 * DAY);
        life.spells().next().unwrap().origin
    };
    assert_eq!(origin(None, Some(1)), Origin::Unknown);
    assert_eq!(origin(Some(7), Some(1)), Origin::Introduced);
    assert_eq!(origin(Some(7), None), Origin::Introduced);
    for disclosed in [8, 9, 10, 11] {
        assert_eq!(origin(Some(disclosed), Some(7)), Origin::Disclosed);
        for project in [Some(8), Some(10), None] {
            assert_eq!(origin(Some(disclosed), project), Origin::Unknown);
        }
    }
}

#[test]
fn a_new_import_does_not_make_a_project_young() {
    let mut life = open();
    life.disclosed_at = Some(9 * DAY);
    life.own.project_created_at = Some(50 * DAY);
    life.own.introduced_at = Some(50 * DAY);
    life.former = vec![Chapter {
        project_created_at: Some(DAY),
        introduced_at: Some(10 * DAY),
        ..Chapter::default()
    }];
    assert_eq!(life.spells().next().unwrap().origin, Origin::Disclosed);
}

/// Every life that these times, states and up to two steps can make.
#[test]
fn no_end_is_before_its_beginning_and_stretches_do_not_overlap() {
    let times = [Timestamp::MIN, -1, 0, 7, Timestamp::MAX];
    let steps = [Introduced, ReIntroduced, Resolved, Vanished, Ignored];
    let mut steps: Vec<_> = steps
        .into_iter()
        .flat_map(|step| times.map(|at| vec![(step, at)]))
        .collect();
    for (index, first) in steps.clone().iter().enumerate() {
        for second in &steps.clone()[index..25] {
            steps.push([&first[..], second].concat());
        }
    }
    for (steps, number) in steps.iter().zip(0_usize..) {
        for state in 0..8 {
            for (shift, own_time) in times.into_iter().enumerate() {
                let at = |place: usize| times[(number + shift + place) % 5];
                let life = Life {
                    open: state & 1 == 0,
                    ignored: state & 2 == 0,
                    vanished_at: (state & 4 == 0).then(|| at(1)),
                    disclosed_at: Some(at(2)),
                    updated_at: at(3),
                    own: Chapter {
                        created_at: own_time,
                        introduced_at: Some(at(4)),
                        resolved_at: Some(at(0)).filter(|_| number % 2 == 0),
                        project_created_at: Some(at(3)),
                        steps: steps.clone(),
                    },
                    ..open()
                };
                check(&life);
            }
        }
    }
}

#[track_caller]
fn check(life: &Life) {
    let spells: Vec<_> = life.spells().collect();
    for spell in &spells {
        assert!(
            spell.end.is_none_or(|end| end.at >= spell.opened_at),
            "{life:?}"
        );
    }
    for pair in spells.windows(2) {
        let end = pair[0].end.unwrap();
        assert!(end.at <= pair[1].opened_at, "{life:?}");
    }
    let how = spells.last().unwrap().end.map(|end| end.how);
    let expected = match (life.open, life.vanished_at, life.ignored) {
        (false, _, _) => Some(Ending::Resolved),
        (true, Some(_), _) => Some(Ending::Vanished),
        (true, None, true) => Some(Ending::Accepted),
        (true, None, false) => None,
    };
    assert_eq!(how, expected, "{life:?}");
}
