use super::*;
use crate::testing::{dependency, evidence, fact, introduced};

/// Attribution of the last finding.
#[track_caller]
fn last(evidence: &Evidence) -> Attributed {
    *attribute(evidence).last().unwrap()
}

fn alone(fact: FindingFact) -> Attribution {
    last(&evidence([fact])).attribution
}

/// The vulnerability as the base has it, at the version before.
fn in_base(vulnerability: &str) -> FindingFact {
    FindingFact {
        version: "1.9.9".to_owned(),
        head: Presence::Absent,
        base: Presence::Present,
        ..introduced(vulnerability, 90)
    }
}

#[test]
fn what_an_upgrade_brings_is_introduced() {
    assert_eq!(alone(introduced("V", 90)), Attribution::Introduced);
}

#[test]
fn the_revert_of_a_fix_introduces_whatever_its_history() {
    let mut reverted = evidence([FindingFact {
        seen_before: true,
        ..introduced("V", 90)
    }]);
    reverted.dependencies = Some(vec![dependency("lodash", Some("2.0.1"), Some("2.0.0"))]);
    let attributed = last(&reverted);
    assert_eq!(attributed.attribution, Attribution::Introduced);
    assert_eq!(attributed.bump, Bump::Downgrade);
}

#[test]
fn an_upgrade_that_keeps_a_vulnerability_carries_it() {
    let mut kept = evidence([in_base("V"), introduced("V", 90)]);
    kept.dependencies = Some(vec![dependency("lodash", Some("1.9.9"), Some("2.0.0"))]);
    assert_eq!(
        attribute(&kept),
        [Attributed {
            attribution: Attribution::Carried,
            bump: Bump::Major,
            kept_by_upgrade: true,
        }; 2]
    );
}

#[test]
fn a_second_path_to_a_known_vulnerability_is_carried() {
    let mut second = evidence([
        FindingFact {
            base: Presence::Present,
            ..fact("V")
        },
        FindingFact {
            version: "3.0.0".to_owned(),
            ..introduced("V", 90)
        },
    ]);
    second.dependencies = Some(vec![dependency("lodash", None, Some("3.0.0"))]);
    let attributed = last(&second);
    assert_eq!(attributed.attribution, Attribution::Carried);
    assert!(!attributed.kept_by_upgrade);
}

/// What leaves the base with a module's first path, and what comes with its second.
fn next_major(vulnerability_before: &str, vulnerability_after: &str) -> Evidence {
    let golang = |name: &str, before, after| DependencyChange {
        ecosystem: "golang".to_owned(),
        ..dependency(name, before, after)
    };
    let mut moved = evidence([
        FindingFact {
            package: "example.com/x".to_owned(),
            ..in_base(vulnerability_before)
        },
        FindingFact {
            package: "example.com/x/v2".to_owned(),
            dependency: Some(1),
            ..introduced(vulnerability_after, 90)
        },
    ]);
    moved.dependencies = Some(vec![
        golang("example.com/x", Some("v1.9.0"), None),
        golang("example.com/x/v2", None, Some("v2.0.0")),
    ]);
    moved
}

#[test]
fn a_vulnerability_kept_by_a_go_module_s_next_major_is_carried() {
    assert_eq!(
        attribute(&next_major("V", "V")),
        [Attributed {
            attribution: Attribution::Carried,
            bump: Bump::Major,
            kept_by_upgrade: true,
        }; 2]
    );
}

#[test]
fn a_vulnerability_new_in_a_go_module_s_next_major_is_introduced_by_a_major_bump() {
    let [removed, introduced] = *attribute(&next_major("V", "W")) else {
        panic!("two facts, two answers");
    };
    assert_eq!(removed.attribution, Attribution::Removed);
    assert_eq!(introduced.attribution, Attribution::Introduced);
    assert_eq!(introduced.bump, Bump::Major);
}

#[test]
fn a_go_module_s_next_major_is_not_new_as_a_whole() {
    let mut moved = next_major("V", "W");
    moved.findings[1].base = Presence::Unknown;
    assert_eq!(last(&moved).attribution, Attribution::Unknown);
}

#[test]
fn the_same_vulnerability_in_another_package_is_introduced_all_the_same() {
    let other = FindingFact {
        package: "lodash-es".to_owned(),
        ..in_base("V")
    };
    assert_eq!(
        last(&evidence([other, introduced("V", 90)])).attribution,
        Attribution::Introduced
    );
}

#[test]
fn a_disclosure_about_an_untouched_package_is_not_the_change_s() {
    assert_eq!(alone(fact("V")), Attribution::DisclosedSince);
}

#[test]
fn a_vulnerability_back_in_an_untouched_package_is_re_opened() {
    assert_eq!(
        alone(FindingFact {
            seen_before: true,
            ..fact("V")
        }),
        Attribution::ReOpened
    );
}

#[test]
fn a_row_that_moves_no_version_touches_nothing() {
    let mut still = evidence([introduced("V", 90)]);
    still.dependencies = Some(vec![dependency("lodash", Some("2.0.0"), Some("2.0.0"))]);
    assert_eq!(last(&still).attribution, Attribution::DisclosedSince);
    assert_eq!(last(&still).bump, Bump::Unchanged);
}

#[test]
fn what_only_the_base_has_is_removed() {
    assert_eq!(alone(in_base("V")), Attribution::Removed);
}

#[test]
fn an_unknown_side_cannot_be_told() {
    for (head, base) in [
        (Presence::Present, Presence::Unknown),
        (Presence::Unknown, Presence::Absent),
        (Presence::Unknown, Presence::Present),
        (Presence::Absent, Presence::Unknown),
        (Presence::Absent, Presence::Absent),
    ] {
        assert_eq!(
            alone(FindingFact {
                head,
                base,
                ..introduced("V", 90)
            }),
            Attribution::Unknown,
            "{head:?} {base:?}"
        );
    }
}

#[test]
fn one_gap_in_the_base_makes_every_version_unknown() {
    let gap = FindingFact {
        base: Presence::Unknown,
        head: Presence::Absent,
        version: "1.9.9".to_owned(),
        ..fact("V")
    };
    assert_eq!(
        last(&evidence([gap, introduced("V", 90)])).attribution,
        Attribution::Unknown
    );
}

#[test]
fn the_base_cannot_have_a_new_package() {
    let mut new = evidence([FindingFact {
        base: Presence::Unknown,
        ..introduced("V", 90)
    }]);
    new.dependencies = Some(vec![dependency("lodash", None, Some("2.0.0"))]);
    assert_eq!(last(&new).attribution, Attribution::Introduced);
}

#[test]
fn a_package_that_only_moves_between_manifests_is_not_new() {
    let mut moved = evidence([FindingFact {
        base: Presence::Unknown,
        ..introduced("V", 90)
    }]);
    moved.dependencies = Some(vec![
        dependency("lodash", None, Some("2.0.0")),
        dependency("lodash", Some("2.0.0"), None),
    ]);
    assert_eq!(last(&moved).attribution, Attribution::Unknown);
}

#[test]
fn without_a_dependency_list_only_the_base_can_clear_a_finding() {
    let unlisted = |fact| {
        let mut unlisted = evidence([fact]);
        unlisted.dependencies = None;
        last(&unlisted)
    };
    assert_eq!(unlisted(fact("V")).attribution, Attribution::Unknown);
    assert_eq!(unlisted(fact("V")).bump, Bump::Unknown);
    assert_eq!(
        unlisted(FindingFact {
            base: Presence::Present,
            ..fact("V")
        })
        .attribution,
        Attribution::Carried
    );
}

#[test]
fn a_dependency_list_says_nothing_about_images_and_files() {
    for class in [
        FindingClass::Container,
        FindingClass::Infrastructure,
        FindingClass::Code,
        FindingClass::Other,
    ] {
        assert_eq!(
            alone(FindingFact { class, ..fact("V") }),
            Attribution::Unknown,
            "{class:?}"
        );
    }
    assert_eq!(
        alone(FindingFact {
            class: FindingClass::License,
            ..fact("V")
        }),
        Attribution::DisclosedSince
    );
}
