//! Which waiver lets a finding pass. Whether a waiver is valid is the host's business.

use std::collections::BTreeMap;

use crate::model::evidence::Evidence;
use crate::model::verdict::Waiver;

/// Waivers by vulnerability, and the aliases of findings.
pub(crate) struct Waivers<'a> {
    by_vulnerability: BTreeMap<&'a str, Vec<&'a Waiver>>,
    aliases: BTreeMap<u32, Vec<&'a str>>,
    evidence: &'a Evidence,
}

impl<'a> Waivers<'a> {
    pub(crate) fn new(waivers: &'a [Waiver], evidence: &'a Evidence) -> Self {
        let mut by_vulnerability: BTreeMap<&str, Vec<&Waiver>> = BTreeMap::new();
        for waiver in waivers {
            by_vulnerability
                .entry(&waiver.vulnerability)
                .or_default()
                .push(waiver);
        }
        let mut aliases: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
        if !waivers.is_empty() {
            for row in &evidence.aliases {
                let values = row.values.iter().map(String::as_str);
                aliases.entry(row.finding).or_default().extend(values);
            }
        }
        Self {
            by_vulnerability,
            aliases,
            evidence,
        }
    }

    /// The waiver for a finding: by its id before its aliases, and the first in the list of those.
    pub(crate) fn of(&self, finding: u32) -> Option<&'a Waiver> {
        let fact = self.evidence.findings.get(usize::try_from(finding).ok()?)?;
        let aliases = self.aliases.get(&finding).into_iter().flatten().copied();
        std::iter::once(fact.vulnerability.as_str())
            .chain(aliases)
            .filter_map(|id| self.by_vulnerability.get(id))
            .flatten()
            .find(|waiver| {
                let fits = |wanted: &Option<String>, actual: &str| {
                    wanted.as_deref().is_none_or(|wanted| wanted == actual)
                };
                fits(&waiver.package, &fact.package) && fits(&waiver.version, &fact.version)
            })
            .copied()
    }
}
