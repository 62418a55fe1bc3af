use super::*;

fn of(repository: Option<u32>, severity: Severity) -> Spell {
    Spell {
        repository,
        severity: Some(severity),
        ..opened(MONDAY)
    }
}

#[test]
fn the_worst_are_those_with_the_most_critical_and_high_findings() {
    let repositories = debt(&[
        of(Some(5), Severity::High),
        of(Some(5), Severity::High),
        of(Some(9), Severity::Critical),
        of(Some(9), Severity::High),
        of(Some(2), Severity::Low),
        of(None, Severity::Critical),
        ended(MONDAY - DAY, DAY, Ending::Accepted),
    ])
    .repositories;
    let worst = |critical, high, all| Worst {
        critical,
        high,
        all,
    };
    let listed: Vec<_> = repositories
        .worst
        .iter()
        .map(|one| (one.repository, one.open))
        .collect();
    assert_eq!(listed, [(9, worst(1, 1, 2)), (5, worst(0, 2, 2))]);
    assert_eq!((repositories.with_open, repositories.more), (3, 0));
    assert_eq!(repositories.unknown, worst(1, 0, 1));
}

#[test]
fn a_long_list_says_how_many_more_there_are() {
    let spells: Vec<Spell> = (0..25).map(|one| of(Some(one), Severity::High)).collect();
    let repositories = debt(&spells).repositories;
    let listed: Vec<u32> = repositories
        .worst
        .iter()
        .map(|one| one.repository)
        .collect();
    assert_eq!((listed, repositories.more), ((0..20).collect(), 5));
}

#[test]
fn a_number_beyond_all_lists_takes_no_memory_and_is_counted() {
    let repositories = debt(&[of(Some(u32::MAX), Severity::High)]).repositories;
    assert_eq!((repositories.beyond.high, repositories.worst.len()), (1, 0));
}
