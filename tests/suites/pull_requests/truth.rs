//! What is true about a pull request, told from what it was made of: no line here is shared with the code under test.

use std::collections::BTreeSet;

use koalr_platform::decision::Decision;
use koalr_upstream::Severity;

use super::model::{At, Flaw, Package, PullRequest, Release, Row, Spoilt, Standing, Trouble};

/// A vulnerability in a package at a version, by their names.
pub(crate) type Brought = (String, String, String);

/// What a judge must say.
#[derive(Debug)]
pub(crate) struct Truth {
    /// What follows from everything that is true.
    pub(crate) decision: Decision,
    /// What can be told from what is answered.
    pub(crate) expected: Expected,
    /// Everything that the pull request introduces.
    pub(crate) introduced: BTreeSet<Brought>,
    /// What of it can be told.
    pub(crate) sure: BTreeSet<Brought>,
}

/// What can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Exactly this.
    Told(Decision),
    /// This, whatever the missing answer says; that it cannot be told is right too.
    Either(Decision),
    /// It depends on what is missing.
    CannotTell,
}

impl Expected {
    pub(crate) fn allows(self, given: Decision) -> bool {
        match self {
            Self::Told(decision) => given == decision,
            Self::Either(decision) => given == decision || given == Decision::Inconclusive,
            // What a quota holds back may still come.
            Self::CannotTell => matches!(given, Decision::Inconclusive | Decision::Pending),
        }
    }
}

pub(crate) fn truth(request: &PullRequest) -> Truth {
    let whole = World {
        request,
        releases: request.releases.clone(),
    };
    let introduced = whole.introduced();
    let decision = whole.decide(&introduced);
    let (expected, sure) = match &request.trouble {
        Trouble::Nothing => (Expected::Told(decision), introduced.clone()),
        Trouble::Limited if whole.asks_nothing() => (Expected::Told(decision), introduced.clone()),
        Trouble::NoList | Trouble::Limited => (Expected::CannotTell, BTreeSet::new()),
        Trouble::Unsupported | Trouble::Listing(_) => match decision {
            Decision::Block => (Expected::Told(decision), introduced.clone()),
            _ => (Expected::CannotTell, introduced.clone()),
        },
        Trouble::Lookup(at, how) => whole.without(at, *how),
    };
    Truth {
        decision,
        expected,
        introduced: introduced.iter().map(|one| request.name(one)).collect(),
        sure: sure.iter().map(|one| request.name(one)).collect(),
    }
}

/// A flaw by its index, and where it is.
type Found = (usize, At);

/// What is known about package versions.
struct World<'a> {
    request: &'a PullRequest,
    releases: Vec<Release>,
}

impl World<'_> {
    /// Flaws of versions after that no version before has: by flaw and package, at any version.
    fn introduced(&self) -> BTreeSet<Found> {
        let request = self.request;
        let mut base: BTreeSet<(usize, String)> = BTreeSet::new();
        for row in &request.rows {
            for flaw in self.flaws(&row.package, row.before.as_ref()) {
                base.insert((flaw, row.package.identity()));
            }
        }
        for stored in &request.stored {
            if stored.standing != Standing::Resolved {
                base.insert((stored.flaw, stored.at.0.identity()));
            }
        }
        let changed = request.rows.iter().filter(|row| row.before != row.after);
        let after = changed.flat_map(|row| {
            let version = row.after.clone().unwrap_or_default();
            let at = (row.package.clone(), version);
            let flaws = self.flaws(&row.package, row.after.as_ref());
            flaws.into_iter().map(move |flaw| (flaw, at.clone()))
        });
        after
            .filter(|(flaw, (package, _))| !base.contains(&(*flaw, package.identity())))
            .collect()
    }

    fn flaws(&self, package: &Package, version: Option<&String>) -> Vec<usize> {
        let mut releases = self.releases.iter();
        let known = releases.find(|one| one.at.0 == *package && Some(&one.at.1) == version);
        known.map_or(Vec::new(), |release| release.flaws.clone())
    }

    fn decide(&self, introduced: &BTreeSet<Found>) -> Decision {
        let flaws = introduced
            .iter()
            .map(|(flaw, _)| &self.request.flaws[*flaw]);
        flaws.map(Flaw::decision).max().unwrap_or(Decision::Pass)
    }

    fn asks_nothing(&self) -> bool {
        self.request.rows.iter().all(|row| row.after.is_none())
    }

    /// What can be told without the answer about one version.
    fn without(&self, at: &At, how: Spoilt) -> (Expected, BTreeSet<Found>) {
        let rows = &self.request.rows;
        let is = |row: &Row, version: &Option<String>| {
            row.package == at.0 && version.as_ref() == Some(&at.1)
        };
        let is_after = rows.iter().any(|row| is(row, &row.after));
        // What a row replaces is only worth asking about where what comes in its place is vulnerable, in whatever row.
        let is_vulnerable = rows.iter().any(|row| {
            row.package.identity() == at.0.identity()
                && !self.flaws(&row.package, row.after.as_ref()).is_empty()
        });
        let is_before = is_vulnerable && rows.iter().any(|row| is(row, &row.before));
        let all = self.introduced();
        if !is_after && !is_before {
            return (Expected::Told(self.decide(&all)), all);
        }
        let mut releases = self.releases.clone();
        releases.retain_mut(|release| {
            let is_spoilt = release.at == *at;
            if is_spoilt && how == Spoilt::NoId {
                release.flaws.remove(0);
            }
            !is_spoilt || how == Spoilt::NoId
        });
        let known = World {
            request: self.request,
            releases,
        };
        // Without what is missing of the base, more may seem introduced than is.
        let most = known.introduced();
        let mut least = most.clone();
        if rows.iter().any(|row| is(row, &row.before)) {
            least.retain(|(_, (package, _))| package.identity() != at.0.identity());
        }
        let (low, high) = (self.decide(&least), self.decide(&most));
        let expected = if low == Decision::Block {
            Expected::Told(low)
        } else if !is_after && low == high {
            Expected::Either(low)
        } else {
            Expected::CannotTell
        };
        (expected, least)
    }
}

impl PullRequest {
    fn name(&self, (flaw, (package, version)): &Found) -> Brought {
        let id = self.flaws[*flaw].id.clone();
        (id, package.name.clone(), version.clone())
    }
}

impl Package {
    /// The same for every major of a Go module.
    fn identity(&self) -> String {
        let name = match self.ecosystem {
            "golang" => self.name.trim_end_matches("/v2"),
            _ => &self.name,
        };
        format!("{}:{name}", self.ecosystem)
    }
}

impl Flaw {
    /// What follows if it is introduced.
    fn decision(&self) -> Decision {
        match self.tenths() {
            Some(90..) => Decision::Block,
            Some(70..90) | None => Decision::Warn,
            Some(_) => Decision::Pass,
        }
    }

    /// The one score: of the source that goes first, the larger of what is published and what its vector says; else what
    /// the severity stands for.
    fn tenths(&self) -> Option<u16> {
        let first = self.ratings.iter().min_by_key(|rating| rating.source);
        match first {
            Some(rating) => Some(rating.published.max(rating.computed.unwrap_or(0))),
            None if !self.rated => None,
            None => Some(match self.severity {
                Severity::Info | Severity::Low => 30,
                Severity::Medium => 55,
                Severity::High => 80,
                Severity::Critical => 90,
            }),
        }
    }
}
