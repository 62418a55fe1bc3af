//! What is kept against what the rows say, over random syncs.

use std::collections::BTreeMap;

use super::*;
use crate::FindingFilter;

/// A small generator of pseudo-random numbers (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }

    fn of<T: Clone>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.below(list.len() as u64)).unwrap()].clone()
    }

    fn one_in(&mut self, number: u64) -> bool {
        self.below(number) == 0
    }
}

#[test]
fn what_is_kept_is_what_the_rows_say_and_what_is_counted() {
    let mut met = BTreeSet::new();
    for seed in 1..=3 {
        sync_at_random(&mut Dice(seed << 32 | 0x9e37_79b9), &mut met);
    }
    let expected = [
        "accepted",
        "built",
        "continued",
        "disclosed",
        "introduced",
        "kept",
        "re-introduced",
        "resolved",
        "several segments",
        "vanished",
    ];
    assert_eq!(met.into_iter().collect::<Vec<_>>(), expected);
}

fn sync_at_random(dice: &mut Dice, met: &mut BTreeSet<&'static str>) {
    let (_directory, mut tenant, first) = connected();
    let mut record = connection();
    record.integration = "another".to_owned();
    let second = tenant.save_connection(&record, "another token").unwrap();
    let mut records = random_records(dice, 1_000);
    records.retain(|entry| !matches!(entry, Entry::Remediation(_)));
    apply(&mut tenant, &first, records, 1_000);
    // The rows around the border of two segments.
    run(
        &mut tenant,
        "PRAGMA defer_foreign_keys = 1;
         UPDATE findings SET row = row + 500;
         UPDATE remediations SET finding = finding + 500;
         DELETE FROM finding_resolutions;
         INSERT INTO finding_resolutions
           SELECT connection, row >> 9, min(resolved_at) FROM findings GROUP BY 1, 2",
    );
    for round in 2..60 {
        if dice.one_in(2) {
            tenant.refresh_spells(u32::MAX).unwrap();
        }
        let as_of = round * 1_000 - i64::try_from(dice.below(1_500)).unwrap();
        let connection = dice.of(&[&first, &first, &second]);
        let records = random_records(dice, as_of);
        let batch = Batch {
            done: !dice.one_in(3),
            ..batch(records)
        };
        // A step of a finding that is not stored is refused; that stores nothing.
        let _ = tenant.apply_batch(connection, &organizations(), &batch, as_of);
        for connection in [&first, &second] {
            check(&mut tenant, connection, met);
        }
    }
    let counted = tenant.database.read(|database| {
        let query = "SELECT count(*) > 0 FROM findings WHERE continues IS NOT NULL";
        Ok(database.query_row(query, [], |row| row.get(0))?)
    });
    if counted.unwrap() {
        met.insert("continued");
    }
}

/// Compares what is read with what the rows alone give; what is kept stays.
fn check(tenant: &mut Tenant, connection: &StoredConnection, met: &mut BTreeSet<&'static str>) {
    let told = |tenant: &Tenant| {
        let mut spells = Vec::new();
        let rows = tenant
            .spells(connection, SpellFilter::default(), &mut |spell| {
                spells.push(*spell);
            })
            .unwrap();
        let described = |spell: &Spell| {
            let number = spell
                .repository
                .and_then(|number| usize::try_from(number).ok());
            format!(
                "{:?} {spell:?}",
                number.map(|number| &rows.repositories[number])
            )
        };
        let mut names: Vec<_> = spells.iter().map(described).collect();
        names.sort_unstable();
        (spells, names, rows.kept, rows.built)
    };
    let (spells, names, kept, built) = told(tenant);
    run(tenant, "UPDATE spell_segments SET format = -format");
    let (_, from_rows, none_kept, _) = told(tenant);
    run(tenant, "UPDATE spell_segments SET format = -format");
    assert_eq!(none_kept, 0);
    assert_eq!(names, from_rows);
    let goes_on = |spell: &&Spell| spell.end.is_none_or(|end| end.how == Ending::Accepted);
    let open = spells.iter().filter(goes_on).count();
    let counts = tenant.counts(connection).unwrap();
    assert_eq!(open as u64, counts.open_findings);
    let (classes, resolution, counted) = counted(tenant, connection);
    let tally = tenant.tally(connection).unwrap();
    assert_eq!(tally.classes.into_values().sum::<u64>(), classes);
    assert_eq!(tally.oldest_resolution, resolution);
    assert_eq!(
        (counts.findings, counts.missing, counts.vanished),
        (classes, counted.0, counted.1)
    );
    assert_eq!(tally.fixes, fixes(tenant, connection));
    met.extend((kept > 0).then_some("kept"));
    met.extend((built > 0).then_some("built"));
    met.extend((kept + built > 1).then_some("several segments"));
    for spell in &spells {
        met.extend(match spell.origin {
            Origin::Introduced => Some("introduced"),
            Origin::Disclosed => Some("disclosed"),
            Origin::ReIntroduced => Some("re-introduced"),
            Origin::Unknown => None,
        });
        met.extend(spell.end.map(|end| match end.how {
            Ending::Resolved => "resolved",
            Ending::Accepted => "accepted",
            Ending::Vanished => "vanished",
        }));
    }
}

/// What the rows say: all findings, the first resolution, and how many are missing and vanished.
fn counted(tenant: &Tenant, connection: &StoredConnection) -> (u64, Option<Timestamp>, (u64, u64)) {
    let query = "SELECT count(*), min(resolved_at),
                        count(*) FILTER (WHERE missing_since IS NOT NULL AND vanished_at IS NULL),
                        count(vanished_at)
                 FROM findings WHERE connection = ?1";
    let counted = tenant.database.read(|database| {
        Ok(database.query_row(query, [connection.id], |row| {
            let number = |place| row.get::<_, i64>(place).map(i64::unsigned_abs);
            Ok((number(0)?, row.get(1)?, (number(2)?, number(3)?)))
        })?)
    });
    counted.unwrap()
}

/// Open findings by their fix, as each of them is shown.
fn fixes(tenant: &Tenant, connection: &StoredConnection) -> BTreeMap<FixState, u64> {
    let findings = tenant.findings(connection, FindingFilter::default());
    let mut fixes = BTreeMap::new();
    for stored in findings.unwrap().iter().filter(|one| one.is_open()) {
        *fixes.entry(stored.finding.fix).or_default() += 1;
    }
    fixes
}

fn random_records(dice: &mut Dice, as_of: Timestamp) -> Vec<Entry> {
    let mut records = Vec::new();
    for number in 0..8 {
        if dice.one_in(3) {
            let name = dice.of(&[None, Some("shop/web"), Some("shop/api")]);
            let mut project = project(&format!("p{number}"), name);
            project.target = Some("shop".to_owned());
            project.file = Some(format!("{}/package.json", number % 2));
            project.created_at = dice.of(&[None, Some(-10 * DAY), Some(-10 * DAY), Some(as_of)]);
            records.push(Entry::Project(project));
        }
        for key in 0..3 {
            if dice.one_in(2) {
                let id = format!("f{number}-{key}");
                records.push(Entry::Finding(random_finding(
                    dice, &id, number, key, as_of,
                )));
            }
        }
    }
    if dice.one_in(5) {
        records.push(Entry::Remediation(Remediation {
            organization: "o1".to_owned(),
            finding: format!("f{}-{}", dice.below(8), dice.below(3)),
            step: dice.of(&[
                RemediationStep::Introduced,
                RemediationStep::Ignored,
                RemediationStep::Resolved,
                RemediationStep::Vanished,
                RemediationStep::ReIntroduced,
            ]),
            at: as_of - i64::try_from(dice.below(3_000)).unwrap(),
            source: "told".to_owned(),
        }));
    }
    if dice.one_in(5) {
        records.push(Entry::Fix(Fix {
            organization: dice.of(&["o1", "o2"]).to_owned(),
            vulnerability: "V-1".to_owned(),
            affected: finding("f").packages.remove(0),
            state: dice.of(&[FixState::Available, FixState::Partial, FixState::None]),
            versions: vec![],
            source: "packages".to_owned(),
            as_of,
        }));
    }
    records.extend((!dice.one_in(3)).then(|| completed("projects")));
    records.extend((!dice.one_in(3)).then(|| completed("issues")));
    records
}

fn random_finding(dice: &mut Dice, id: &str, project: u64, key: u64, as_of: Timestamp) -> Finding {
    let open = !dice.one_in(4);
    let came = as_of - i64::try_from(dice.below(5_000)).unwrap();
    Finding {
        key: format!("k{key}"),
        project: format!("p{project}"),
        severity: dice.of(&[None, Some(Severity::Low), Some(Severity::Critical)]),
        fix: dice.of(&[FixState::Unknown, FixState::Unknown, FixState::Partial]),
        exploit: dice.of(&[ExploitMaturity::Functional, ExploitMaturity::Unknown]),
        open,
        ignored: dice.one_in(4),
        created_at: 500,
        updated_at: dice.of(&[as_of, as_of - 10, 900]),
        introduced_at: dice.of(&[None, Some(600), Some(came)]),
        resolved_at: dice.of(&[None, Some(came - 50), (!open).then_some(as_of)]),
        disclosed_at: dice.of(&[None, Some(-9 * DAY), Some(as_of)]),
        ..finding(id)
    }
}

const DAY: Timestamp = 86_400_000;
