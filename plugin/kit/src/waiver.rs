//! Which waiver lets a finding pass. Whether a waiver is valid is the host's business.

use crate::group::Groups;
use crate::model::evidence::{Evidence, FindingFact};
use crate::model::verdict::Waiver;

/// Waivers by what they are for, and the aliases of findings.
pub(crate) struct Waivers<'a> {
    all: &'a [Waiver],
    /// By vulnerability, package and version, so that many waivers of one vulnerability cost no more than one.
    by_target: Groups<'a>,
    /// Per finding.
    aliases: Vec<Vec<&'a str>>,
    evidence: &'a Evidence,
}

impl<'a> Waivers<'a> {
    pub(crate) fn new(waivers: &'a [Waiver], evidence: &'a Evidence) -> Self {
        let any = |part: &'a Option<String>| part.as_deref().unwrap_or_default();
        let targets = waivers
            .iter()
            .map(|one| Some((&*one.vulnerability, any(&one.package), any(&one.version))));
        let mut aliases: Vec<Vec<&str>> = vec![Vec::new(); evidence.findings.len()];
        for row in &evidence.aliases {
            let finding = usize::try_from(row.finding).ok();
            if let Some(known) = finding.and_then(|finding| aliases.get_mut(finding)) {
                known.extend(row.values.iter().map(String::as_str));
            }
        }
        Self {
            all: waivers,
            by_target: Groups::of(targets),
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
            .find_map(|id| self.first(id, fact))
    }

    /// The first in the list that is for this vulnerability in the package and version of a finding.
    fn first(&self, id: &str, fact: &FindingFact) -> Option<&'a Waiver> {
        let (package, version) = (fact.package.as_str(), fact.version.as_str());
        let targets = [(package, version), (package, ""), ("", version), ("", "")];
        let first = targets.into_iter().filter_map(|(package, version)| {
            let mut positions = self.by_target.positions((id, package, version)).iter();
            // An empty name is written like none, and is for nothing but an empty name.
            positions.find(|&&position| self.all.get(position).is_some_and(|one| fits(one, fact)))
        });
        self.all.get(*first.min()?)
    }
}

fn fits(waiver: &Waiver, fact: &FindingFact) -> bool {
    let fits = |wanted: &Option<String>, actual: &str| {
        wanted.as_deref().is_none_or(|wanted| wanted == actual)
    };
    fits(&waiver.package, &fact.package) && fits(&waiver.version, &fact.version)
}
