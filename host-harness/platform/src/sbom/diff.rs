//! From two sides to what changes between them.

use std::collections::BTreeMap;

use super::inventory::{Group, Inventory, Package};
use super::version::{Part, order};
use super::{Changes, left_out};
use crate::model::common::DependencyChange;

/// What changes from one side to the other. Both must be sorted.
pub(super) fn diff(base: (&str, &Inventory), head: (&str, &Inventory)) -> Changes {
    let mut groups: BTreeMap<Group<'_>, Sides<'_>> = BTreeMap::new();
    for package in only(base.1.packages(), head.1.packages()) {
        groups
            .entry(package.group())
            .or_default()
            .base
            .push(package);
    }
    for package in only(head.1.packages(), base.1.packages()) {
        groups
            .entry(package.group())
            .or_default()
            .head
            .push(package);
    }
    let rows = groups.into_values().flat_map(Sides::into_rows).collect();
    Changes {
        rows: sorted(rows),
        left_out: left_out::between((base.0, base.1.holes()), (head.0, head.1.holes())),
    }
}

/// By ecosystem, name, manifest, version before and after, each once.
pub(super) fn sorted(mut rows: Vec<DependencyChange>) -> Vec<DependencyChange> {
    fn key(row: &DependencyChange) -> impl Ord + '_ {
        let package = (&row.ecosystem, &row.name, &row.manifest);
        (package, &row.before, &row.after, row.direct)
    }
    rows.sort_by(|a, b| key(a).cmp(&key(b)));
    rows.dedup();
    rows
}

/// What the one has and the other has not.
fn only<'a>(one: &'a [Package], other: &[Package]) -> impl Iterator<Item = &'a Package> {
    one.iter().filter(|package| {
        other
            .binary_search_by(|seen| seen.key().cmp(&package.key()))
            .is_err()
    })
}

/// Versions of one package that only one side has.
#[derive(Default)]
struct Sides<'a> {
    base: Vec<&'a Package>,
    head: Vec<&'a Package>,
}

impl Sides<'_> {
    /// A major version is followed by one of its own, if there is one; then what is left by what is left.
    fn into_rows(self) -> Vec<DependencyChange> {
        let mut majors: BTreeMap<Option<Part<'_>>, Sides<'_>> = BTreeMap::new();
        for package in self.base {
            majors.entry(major(package)).or_default().base.push(package);
        }
        for package in self.head {
            majors.entry(major(package)).or_default().head.push(package);
        }
        let mut rows = Vec::new();
        let mut left = Sides::default();
        for sides in majors.into_values() {
            let Sides { base, head } = sides.pair(&mut rows);
            left.base.extend(base);
            left.head.extend(head);
        }
        let Sides { base, head } = left.pair(&mut rows);
        rows.extend(
            base.into_iter()
                .filter_map(|package| row(Some(package), None)),
        );
        rows.extend(
            head.into_iter()
                .filter_map(|package| row(None, Some(package))),
        );
        rows
    }

    /// Pairs versions in rising order, and gives back the highest of those that are more than the other side's.
    fn pair(mut self, rows: &mut Vec<DependencyChange>) -> Self {
        for side in [&mut self.base, &mut self.head] {
            side.sort_by_cached_key(|package| order(&package.version));
        }
        let pairs = self.base.len().min(self.head.len());
        let (base, head) = (self.base.split_off(pairs), self.head.split_off(pairs));
        let paired = self.base.into_iter().zip(self.head);
        rows.extend(paired.filter_map(|(before, after)| row(Some(before), Some(after))));
        Sides { base, head }
    }
}

fn major(package: &Package) -> Option<Part<'_>> {
    order(&package.version).first().copied()
}

/// None without a side.
fn row(before: Option<&Package>, after: Option<&Package>) -> Option<DependencyChange> {
    let package = after.or(before)?;
    let direct = |side: Option<&Package>| side.and_then(|package| package.direct);
    let version = |side: Option<&Package>| side.map(|package| package.version.clone());
    Some(DependencyChange {
        ecosystem: package.ecosystem.clone(),
        name: package.name.clone(),
        before: version(before),
        after: version(after),
        direct: direct(after).or(direct(before)),
        manifest: package.manifest.clone(),
    })
}
