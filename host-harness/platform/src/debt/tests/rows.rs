//! The spells of each number.

use proptest::prelude::*;

use super::naive::{FROM, spell};
use super::*;
use crate::sla::Standing;

fn count(spells: &[Spell], rows: DebtRows) -> u32 {
    let sieve = rows.of(&DebtSettings::default(), FROM, MONDAY);
    let counted = spells.iter().filter(|spell| sieve.counts(spell));
    u32::try_from(counted.count()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn as_many_spells_are_told_as_a_number_counts(spells in prop::collection::vec(spell(), 0..80)) {
        let debt = between(FROM, MONDAY, &spells);
        let count = |rows| count(&spells, rows);
        for row in &debt.open.by_severity {
            let of = |figure| DebtRows { severity: Some(row.severity), ..DebtRows::all(figure) };
            let aged = |age| count(DebtRows { age: Some(age), ..of(DebtFigure::Open) });
            let ages = row.stock.ages;
            prop_assert_eq!(aged(Age::UpTo7), ages.up_to_7);
            prop_assert_eq!(aged(Age::UpTo30), ages.up_to_30);
            prop_assert_eq!(aged(Age::UpTo90), ages.up_to_90);
            prop_assert_eq!(aged(Age::UpTo180), ages.up_to_180);
            prop_assert_eq!(aged(Age::Older), ages.older);
            prop_assert_eq!(count(of(DebtFigure::Open)), row.stock.open);
            prop_assert_eq!(count(of(DebtFigure::Accepted)), row.stock.accepted);
            prop_assert_eq!(count(of(DebtFigure::Vanished)), row.stock.vanished);
        }
        let fixed = |fix| count(DebtRows { fix: Some(fix), ..DebtRows::all(DebtFigure::Open) });
        let fixes = debt.open.all.fixes;
        prop_assert_eq!(fixed(FixState::Available), fixes.available);
        prop_assert_eq!(fixed(FixState::Partial), fixes.partial);
        prop_assert_eq!(fixed(FixState::None), fixes.none);
        prop_assert_eq!(fixed(FixState::Unknown), fixes.unknown);
        for row in &debt.sla.by_severity {
            let of = |figure| DebtRows { severity: Some(row.severity), ..DebtRows::all(figure) };
            for (fix, clocks) in [(None, row.counts.open), (Some(FixState::None), row.counts.no_fix)] {
                let stands = |standing| count(DebtRows { fix, ..of(DebtFigure::Clock(standing)) });
                prop_assert_eq!(stands(Standing::Within), clocks.within);
                prop_assert_eq!(stands(Standing::AtRisk), clocks.at_risk);
                prop_assert_eq!(stands(Standing::Breached), clocks.breached);
            }
            prop_assert_eq!(count(of(DebtFigure::FixedInTime)), row.counts.fixed_within.count);
            prop_assert_eq!(count(of(DebtFigure::Went(Ending::Resolved))), row.counts.fixed_within.of);
        }
        prop_assert_eq!(count(DebtRows::all(DebtFigure::FixedInTime)), debt.sla.all.fixed_within.count);
        let all = debt.flow.all;
        let weeks = debt.flow.weeks.iter().map(|week| (Some(week.starts_at), week.moves));
        for (week, moves) in weeks.chain([(None, all)]) {
            let of = |figure| count(DebtRows { week, ..DebtRows::all(figure) });
            prop_assert_eq!(of(DebtFigure::Came(Origin::Introduced)), moves.introduced);
            prop_assert_eq!(of(DebtFigure::Came(Origin::Disclosed)), moves.disclosed);
            prop_assert_eq!(of(DebtFigure::Came(Origin::ReIntroduced)), moves.re_introduced);
            prop_assert_eq!(of(DebtFigure::Came(Origin::Unknown)), moves.origin_unknown);
            prop_assert_eq!(of(DebtFigure::Went(Ending::Resolved)), moves.resolved);
            prop_assert_eq!(of(DebtFigure::Went(Ending::Accepted)), moves.accepted);
            prop_assert_eq!(of(DebtFigure::Went(Ending::Vanished)), moves.vanished);
        }
    }
}
