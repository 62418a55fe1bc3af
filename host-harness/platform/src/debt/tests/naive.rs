//! The report, recomputed from all spells at once in the plainest way.

use proptest::prelude::*;

use super::*;

pub(super) const FROM: Timestamp = MONDAY - 90 * DAY - 5 * HOUR;

/// A spell whose times are whole hours, and of two years.
pub(super) fn spell() -> impl Strategy<Value = Spell> {
    let severity = prop_oneof![
        Just(None),
        Just(Some(Severity::Critical)),
        Just(Some(Severity::High)),
        Just(Some(Severity::Medium)),
        Just(Some(Severity::Low)),
        Just(Some(Severity::Info)),
    ];
    let origin = prop_oneof![
        Just(Origin::Introduced),
        Just(Origin::Disclosed),
        Just(Origin::ReIntroduced),
        Just(Origin::Unknown),
    ];
    let fix = prop_oneof![
        Just(FixState::Available),
        Just(FixState::Partial),
        Just(FixState::None),
        Just(FixState::Unknown),
    ];
    let how = prop_oneof![
        3 => Just(Ending::Resolved),
        1 => Just(Ending::Accepted),
        1 => Just(Ending::Vanished),
    ];
    let lasted = prop_oneof![Just(0_i64), -5..300_i64, 0..4_320_i64];
    let end = prop::option::weighted(0.7, (lasted, how));
    let opened_at = prop_oneof![-20..4_320_i64, 0..17_000_i64];
    (
        severity,
        origin,
        fix,
        opened_at,
        end,
        prop::option::of(0..4_u32),
        any::<bool>(),
    )
        .prop_map(
            |(severity, origin, fix, hours, end, repository, exploited)| {
                let opened_at = MONDAY - hours * HOUR;
                Spell {
                    repository,
                    severity,
                    fix,
                    exploited,
                    origin,
                    end: end.map(|(hours, how)| End {
                        at: opened_at + hours * HOUR,
                        how,
                    }),
                    ..opened(opened_at)
                }
            },
        )
}

/// Spells that count, each with how it ended by the time of the report and how long it lasted until then.
fn counted(spells: &[Spell]) -> Vec<(&Spell, Option<Ending>, Timestamp)> {
    let counted = spells
        .iter()
        .filter(|one| one.opened_at <= MONDAY && one.end.is_none_or(|end| end.at >= one.opened_at));
    counted
        .map(|one| match one.end.filter(|end| end.at <= MONDAY) {
            Some(end) => (one, Some(end.how), end.at - one.opened_at),
            None => (one, None, MONDAY - one.opened_at),
        })
        .collect()
}

/// The share that outlasts a time: a product over all who were fixed by then, one duration at a time.
fn outlast(lived: &[(Timestamp, bool)], time: Timestamp) -> f64 {
    let mut share = 1.0;
    for hour in 0..=time / HOUR {
        let at = hour * HOUR;
        let risk = lived.iter().filter(|(lasted, _)| *lasted >= at).count();
        let fixed = lived.iter().filter(|one| **one == (at, true)).count();
        if fixed > 0 {
            let [risk, fixed] = [risk, fixed].map(|count| f64::from(u32::try_from(count).unwrap()));
            share *= 1.0 - fixed / risk;
        }
    }
    share
}

#[track_caller]
fn same(lifetime: &Lifetime, lived: &[(Timestamp, bool)]) {
    assert_eq!(usize::try_from(lifetime.n).unwrap(), lived.len());
    for (days, figure) in [
        (30, lifetime.fixed_in_30_days),
        (90, lifetime.fixed_in_90_days),
    ] {
        let time = days * DAY;
        let open = outlast(lived, time);
        let watched = lived.iter().any(|(lasted, _)| *lasted >= time);
        match figure {
            Figure::Value(share) => assert!((1.0 - open - share.value).abs() < 1e-9),
            Figure::Absent(Absent::NoSpells) => assert!(lived.is_empty()),
            Figure::Absent(_) => assert!(!watched && open > 0.0),
        }
    }
    let mut times: Vec<Timestamp> = lived.iter().map(|one| one.0).collect();
    times.sort_unstable();
    let median = times
        .into_iter()
        .find(|time| outlast(lived, *time) <= 0.5 + 1e-9);
    assert_eq!(lifetime.median_ms.value(), median);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_report_is_what_the_plainest_count_says(spells in prop::collection::vec(spell(), 0..60)) {
        let debt = between(FROM, MONDAY, &spells);
        let rows = counted(&spells);
        let count = |holds: &dyn Fn(&Spell, Option<Ending>, Timestamp) -> bool| {
            let rows = rows.iter().filter(|(one, how, lasted)| holds(one, *how, *lasted));
            u32::try_from(rows.count()).unwrap()
        };
        prop_assert_eq!(debt.counted, count(&|_, _, _| true));
        prop_assert_eq!(debt.counted + debt.future + debt.reversed, u32::try_from(spells.len()).unwrap());
        for row in &debt.open.by_severity {
            let is = |one: &Spell| Level::of(one.severity) == row.severity;
            let aged = |low, high| count(&|one, how, lasted| {
                is(one) && how.is_none() && (low * DAY..high * DAY).contains(&lasted)
            });
            let expected = Ages {
                up_to_7: aged(0, 8),
                up_to_30: aged(8, 31),
                up_to_90: aged(31, 91),
                up_to_180: aged(91, 181),
                older: aged(181, 100_000),
            };
            prop_assert_eq!(row.stock.ages, expected);
            prop_assert_eq!(row.stock.open, count(&|one, how, _| is(one) && how.is_none()));
            prop_assert_eq!(row.stock.accepted, count(&|one, how, _| is(one) && how == Some(Ending::Accepted)));
        }
        let fixes = |fix| count(&|one, how, _| how.is_none() && one.fix == fix);
        let expected = Fixes {
            available: fixes(FixState::Available),
            partial: fixes(FixState::Partial),
            none: fixes(FixState::None),
            unknown: fixes(FixState::Unknown),
        };
        prop_assert_eq!(debt.open.all.fixes, expected);

        for row in &debt.sla.by_severity {
            let window = Timestamp::from(row.days) * DAY;
            let late = |without: bool| count(&|one, how, lasted| {
                Level::of(one.severity) == row.severity && how.is_none()
                    && (one.fix == FixState::None) == without && lasted > window
            });
            prop_assert_eq!(row.counts.open.breached, late(false));
            prop_assert_eq!(row.counts.no_fix.breached, late(true));
        }

        let in_window = |one: &Spell, lasted| one.opened_at + lasted >= FROM;
        let fixed = count(&|one, how, lasted| how == Some(Ending::Resolved) && in_window(one, lasted));
        prop_assert_eq!(debt.flow.all.resolved, fixed);
        let listed: i64 = debt.flow.weeks.iter().map(|week| week.moves.net).sum();
        prop_assert_eq!(listed, debt.flow.all.net);
        // What is open now without what was open just before the window.
        let before = between(FROM, FROM - 1, &spells).open.all.open;
        prop_assert_eq!(debt.flow.all.net, i64::from(debt.open.all.open) - i64::from(before));

        let lived = |since: Timestamp| -> Vec<(Timestamp, bool)> {
            let rows = rows.iter().filter(|(one, _, _)| one.opened_at >= since);
            rows.map(|(_, how, lasted)| (whole(*lasted), *how == Some(Ending::Resolved))).collect()
        };
        same(&debt.time_to_fix.began_in_window.all, &lived(FROM));
        same(&debt.time_to_fix.every.all, &lived(Timestamp::MIN));
    }
}

/// Beyond 180 days a duration is told in whole days.
fn whole(lasted: Timestamp) -> Timestamp {
    if lasted <= 180 * DAY {
        lasted
    } else {
        (lasted + DAY - 1) / DAY * DAY
    }
}
