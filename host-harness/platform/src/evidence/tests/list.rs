use super::*;

fn of_list(dependencies: Option<&[DependencyChange]>, list: ListState<'_>) -> Coverage {
    let evidence = gather(&Known {
        dependencies,
        list,
        ..nothing_known(&change())
    });
    let mut rows = evidence.coverage.into_iter();
    rows.find(|row| row.route == DEPENDENCIES).unwrap()
}

#[test]
fn a_list_with_holes_is_partial_and_names_them() {
    let row = of_list(Some(&[]), ListState::Partial("1 component has no purl"));
    assert_eq!(
        (row.state, row.as_of, row.detail.as_str()),
        (CoverageState::Partial, Some(1), "1 component has no purl")
    );
}

#[test]
fn a_list_that_is_not_there_was_true_at_no_time() {
    for (list, state) in [
        (ListState::Awaited("why"), CoverageState::Awaited),
        (ListState::Refused("why"), CoverageState::Refused),
    ] {
        let row = of_list(None, list);
        assert_eq!(
            (row.state, row.as_of, row.detail.as_str()),
            (state, None, "why")
        );
    }
}

#[test]
fn an_absent_list_is_never_complete_whatever_is_said_of_it() {
    for list in [
        ListState::Complete,
        ListState::Partial("holes"),
        ListState::NotAsked,
    ] {
        assert_eq!(of_list(None, list).state, CoverageState::NotAsked);
    }
}
