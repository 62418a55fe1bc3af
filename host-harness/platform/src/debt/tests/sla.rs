use super::*;

fn with(severity: Severity, spell: Spell) -> Spell {
    Spell {
        severity: Some(severity),
        ..spell
    }
}

#[test]
fn open_findings_are_within_their_window_at_risk_or_late() {
    let at = |days| with(Severity::Critical, opened(MONDAY - days * DAY));
    let sla = debt(&[at(5), at(6), at(7), at(8), at(20)]).sla;
    let expected = Clocks {
        within: 1,
        at_risk: 2,
        breached: 2,
        most_overdue_ms: Some(13 * DAY),
    };
    assert_eq!(sla.all.open, expected);
    let row = &sla.by_severity[0];
    assert_eq!((row.severity, row.days), (Level::Critical, 7));
    assert_eq!(row.counts.open, expected);
}

#[test]
fn the_clock_of_what_has_no_fix_is_apart_and_an_unknown_fix_is_not_none() {
    let with = |fix| Spell {
        fix,
        ..opened(MONDAY - 31 * DAY)
    };
    let sla = debt(&[with(FixState::None), with(FixState::Unknown)]).sla;
    assert_eq!((sla.all.no_fix.breached, sla.all.open.breached), (1, 1));
}

#[test]
fn what_has_no_window_is_counted_as_such() {
    let unknown = Spell {
        severity: None,
        ..opened(MONDAY - 900 * DAY)
    };
    let info = with(Severity::Info, opened(MONDAY - 900 * DAY));
    let sla = debt(&[unknown, info, info]).sla;
    assert_eq!((sla.open_unknown, sla.open_info), (1, 2));
    assert_eq!(sla.all.open, Clocks::default());
    assert_eq!(sla.by_severity.len(), 4);
}

#[test]
fn a_fix_counts_if_it_fell_in_the_window_of_the_report() {
    let fixed = |opened_at, days| ended(opened_at, days * DAY, Ending::Resolved);
    let from = MONDAY - 90 * DAY;
    let sla = debt(&[
        fixed(from - 30 * DAY, 30),
        fixed(from - 31 * DAY, 31),
        fixed(from - 31 * DAY, 30),
        ended(from, DAY, Ending::Accepted),
        ended(from, DAY, Ending::Vanished),
    ])
    .sla;
    let share = sla.all.fixed_within;
    assert_eq!((share.count, share.of), (1, 2));
}
