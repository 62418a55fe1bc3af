//! Which waiver lets a finding pass. Whether a waiver is valid is the host's business.

use crate::group::Groups;
use crate::model::evidence::Evidence;
use crate::model::verdict::Waiver;

/// Waivers by vulnerability, and the aliases of findings.
pub(crate) struct Waivers<'a> {
    all: &'a [Waiver],
    by_vulnerability: Groups<'a>,
    /// Per finding.
    aliases: Vec<Vec<&'a str>>,
    evidence: &'a Evidence,
}

impl<'a> Waivers<'a> {
    pub(crate) fn new(waivers: &'a [Waiver], evidence: &'a Evidence) -> Self {
        let names = waivers
            .iter()
            .map(|one| Some((&*one.vulnerability, "", "")));
        let mut aliases: Vec<Vec<&str>> = vec![Vec::new(); evidence.findings.len()];
        for row in &evidence.aliases {
            let finding = usize::try_from(row.finding).ok();
            if let Some(known) = finding.and_then(|finding| aliases.get_mut(finding)) {
                known.extend(row.values.iter().map(String::as_str));
            }
        }
        Self {
            all: waivers,
            by_vulnerability: Groups::of(names),
            aliases,
            evidence,
        }
    }

    /// The waiver for a finding: by its id before its aliases, and the first in the list of those.
    pub(crate) fn of(&self, finding: u32) -> Option<&'a Waiver> {
        if self.all.is_empty() {
            return None;
        }
        let finding = usize::try_from(finding).ok()?;
        let fact = self.evidence.findings.get(finding)?;
        let aliases = self.aliases.get(finding)?.iter().copied();
        std::iter::once(fact.vulnerability.as_str())
            .chain(aliases)
            .flat_map(|id| self.by_vulnerability.positions((id, "", "")))
            .filter_map(|&position| self.all.get(position))
            .find(|waiver| {
                let fits = |wanted: &Option<String>, actual: &str| {
                    wanted.as_deref().is_none_or(|wanted| wanted == actual)
                };
                fits(&waiver.package, &fact.package) && fits(&waiver.version, &fact.version)
            })
    }
}
