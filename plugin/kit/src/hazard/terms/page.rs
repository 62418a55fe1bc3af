//! `docs/scoring.md` states the numbers that the code has.

use super::*;

const PAGE: &str = include_str!("../../../../../docs/scoring.md");

#[track_caller]
fn states(sentence: &str) {
    assert!(PAGE.contains(sentence), "the page does not say: {sentence}");
}

#[test]
fn the_page_states_the_base_of_a_hazard() {
    let at = |tenths| format!("{:.2}", base_hazard(tenths));
    states(&format!(
        "0 at 0, {} at 4.0, {} at 6.9; {} at 7.0, {} at 8.9; {} at 9.0, {} at 10;",
        at(40),
        at(69),
        at(70),
        at(89),
        at(90),
        at(100)
    ));
}

#[test]
fn the_page_states_every_multiplier() {
    let bump = bump_multiplier;
    states(&format!(
        "new package {}, minor below version 1 {}, **major {}**",
        bump(Bump::New),
        bump(Bump::ZeroMinor),
        bump(Bump::Major)
    ));
    let exploit = exploit_multiplier;
    states(&format!(
        "proof of concept {}, functional or mature {}, attacked {}",
        exploit(ExploitMaturity::ProofOfConcept),
        exploit(ExploitMaturity::Functional),
        exploit(ExploitMaturity::Attacked)
    ));
    let fix = fix_multiplier;
    states(&format!(
        "partial or unknown {}, none {}, available {}",
        fix(FixState::Unknown),
        fix(FixState::None),
        fix(FixState::Available)
    ));
    let reachability = reachability_multiplier;
    states(&format!(
        "unknown {}, potentially {}, reachable {}, not reachable {}",
        reachability(Reachability::Unknown),
        reachability(Reachability::Potentially),
        reachability(Reachability::Reachable),
        reachability(Reachability::NotReachable)
    ));
    let relation = relation_multiplier;
    states(&format!(
        "unknown {}, a direct dependency {}, otherwise {}",
        relation(Relation::Unknown),
        relation(Relation::Direct),
        relation(Relation::Transitive)
    ));
    states(&format!("min({PRODUCT_CAP}, bump"));
}

#[test]
fn the_page_states_what_a_severity_stands_for() {
    let stands = |severity| crate::cvss::decimal(fallback(severity));
    states(&format!(
        "low {}, medium {}, high {}, critical {}",
        stands(Severity::Low),
        stands(Severity::Medium),
        stands(Severity::High),
        stands(Severity::Critical)
    ));
}
