use super::*;

#[test]
fn weeks_begin_on_monday_in_utc() {
    let flow = between(
        MONDAY - 7 * DAY,
        MONDAY + DAY,
        &[opened(MONDAY - 1), opened(MONDAY)],
    )
    .flow;
    let weeks: Vec<_> = flow
        .weeks
        .iter()
        .map(|week| (&*week.name, week.starts_at, week.moves.introduced, week.cut))
        .collect();
    let expected = [
        ("2026-W05", MONDAY - 7 * DAY, 1, false),
        ("2026-W06", MONDAY, 1, true),
    ];
    assert_eq!(weeks, expected);
}

#[test]
fn the_last_days_of_a_year_may_be_of_the_first_week_of_the_next() {
    // 2024-12-31T12:00:00Z, a Tuesday.
    let tuesday = 1_735_646_400_000;
    let flow = between(tuesday, tuesday, &[]).flow;
    assert_eq!(flow.weeks[0].name, "2025-W01");
    // 1969-12-31, a Wednesday.
    let flow = between(-DAY, -DAY, &[]).flow;
    assert_eq!(flow.weeks[0].name, "1970-W01");
}

#[test]
fn every_way_to_come_and_to_go_is_a_series_of_its_own() {
    let of = |origin, how| Spell {
        origin,
        ..ended(MONDAY - 3 * DAY, DAY, how)
    };
    let flow = debt(&[
        of(Origin::Introduced, Ending::Resolved),
        of(Origin::Disclosed, Ending::Accepted),
        of(Origin::ReIntroduced, Ending::Vanished),
        Spell {
            origin: Origin::Unknown,
            ..opened(MONDAY)
        },
    ])
    .flow;
    let expected = Moves {
        introduced: 1,
        disclosed: 1,
        re_introduced: 1,
        origin_unknown: 1,
        resolved: 1,
        accepted: 1,
        vanished: 1,
        net: 1,
    };
    assert_eq!(flow.all, expected);
}

#[test]
fn a_week_holds_only_what_is_in_the_window() {
    let spells = [MONDAY - 1, MONDAY, MONDAY + 1].map(opened);
    let flow = between(MONDAY, MONDAY, &spells).flow;
    assert_eq!((flow.all.introduced, flow.weeks.len()), (1, 1));
    assert!(flow.weeks[0].cut);
}

#[test]
fn a_window_of_many_years_lists_the_last_weeks_and_counts_all() {
    let flow = between(Timestamp::MIN, MONDAY, &[opened(0), opened(MONDAY)]).flow;
    assert_eq!((flow.weeks.len(), flow.all.introduced), (522, 2));
    let listed: u32 = flow.weeks.iter().map(|week| week.moves.introduced).sum();
    assert_eq!(listed, 1);
    assert!(flow.earlier_weeks > 1_000);
    assert_eq!(flow.weeks.last().unwrap().starts_at, MONDAY);
}

#[test]
fn a_window_that_ends_before_it_begins_has_no_weeks() {
    let flow = between(MONDAY, MONDAY - DAY, &[opened(0)]).flow;
    assert_eq!((flow.weeks.len(), flow.earlier_weeks), (0, 0));
    assert_eq!(flow.all, Moves::default());
}
