//! Makes pull requests.

use koalr_upstream::Severity;

use super::dice::Dice;
use super::model::{
    Broken, Flaw, Kind, Package, PullRequest, Rating, Release, Row, Source, Spoilt, Standing,
    Stored, Trouble,
};
use super::vectors::{VECTORS_31, VECTORS_40};

/// The pull request of that number. The same seed and number give the same one.
pub(crate) fn pull_request(seed: u64, number: u32) -> PullRequest {
    let place = usize::try_from(number).unwrap();
    let kind = Kind::ALL[place % Kind::ALL.len()];
    let mut maker = Maker {
        dice: Dice::of(seed, number),
        packages: 0,
        made: PullRequest {
            number,
            kind,
            rows: Vec::new(),
            flaws: Vec::new(),
            releases: Vec::new(),
            stored: Vec::new(),
            trouble: Trouble::Nothing,
        },
    };
    if kind != Kind::Untouched {
        maker.rows(kind, 85);
        let most = maker.dice.below(MOST_ROWS);
        while maker.made.rows.len() < most {
            let kind = *maker.dice.pick(&ANYWHERE);
            maker.rows(kind, 50);
        }
    }
    if maker.dice.chance(25) {
        // Spoilt lookups twice as often as the others.
        let which = maker.dice.below(15) % FAULTS;
        maker.trouble(which);
    }
    maker.made
}

struct Maker {
    dice: Dice,
    /// How many packages there are.
    packages: usize,
    made: PullRequest,
}

impl Maker {
    /// Adds what a kind does to one package, which so many times in a hundred is vulnerable.
    fn rows(&mut self, kind: Kind, vulnerable: u64) {
        let ecosystem = match kind {
            Kind::GoMajor => "golang",
            _ => *self.dice.pick(&ECOSYSTEMS),
        };
        let package = self.package(ecosystem);
        let (old, new) = versions(kind, self.dice.below(4));
        let prefix = if ecosystem == "golang" { "v" } else { "" };
        let [old, new] = [old, new].map(|version| format!("{prefix}{version}"));
        let next = Package {
            ecosystem,
            name: match kind {
                Kind::GoMajor => format!("{}/v2", package.name),
                _ => package.name.clone(),
            },
        };
        let mut flaws: Vec<usize> = if self.dice.chance(vulnerable) {
            (0..=self.dice.below(3))
                .map(|_| self.flaw(ecosystem))
                .collect()
        } else {
            Vec::new()
        };
        flaws.dedup();
        let (mut in_old, mut in_new) = (Vec::new(), Vec::new());
        for flaw in flaws {
            let (is_in_old, is_in_new) = match kind {
                Kind::Kept | Kind::Moved | Kind::SameVersion | Kind::SecondPath => (true, true),
                Kind::Fix => (true, false),
                Kind::RevertOfFix => (false, true),
                Kind::GoMajor | Kind::MovedAndUpgraded => (true, self.dice.chance(80)),
                _ => [(true, true), (true, false), (false, true)][self.dice.below(3)],
            };
            if is_in_old {
                in_old.push(flaw);
            }
            if is_in_new {
                in_new.push(flaw);
            }
        }
        self.store(kind, (&package, &old, &in_old), (&new, &in_new));
        self.release(&package, &old, in_old);
        self.release(&next, &new, in_new);
        let direct = *self.dice.pick(&[Some(true), Some(false), None]);
        let mut row =
            |package: &Package, before: Option<&String>, after: Option<&String>, place| {
                self.made.rows.push(Row {
                    package: package.clone(),
                    before: before.cloned(),
                    after: after.cloned(),
                    direct,
                    manifest: MANIFESTS[place],
                });
            };
        match kind {
            Kind::Untouched => {}
            Kind::New | Kind::SecondPath => row(&package, None, Some(&new), 0),
            Kind::Removed => row(&package, Some(&old), None, 0),
            Kind::Moved | Kind::MovedAndUpgraded | Kind::GoMajor => {
                row(&package, Some(&old), None, 0);
                row(&next, None, Some(&new), 1);
            }
            Kind::TwoManifests => {
                row(&package, Some(&old), Some(&new), 0);
                row(&package, Some(&old), Some(&new), 1);
            }
            _ => row(&package, Some(&old), Some(&new), 0),
        }
    }

    /// What the repository's own project shows of a package.
    fn store(
        &mut self,
        kind: Kind,
        (package, old, in_old): (&Package, &str, &[usize]),
        (new, in_new): (&str, &[usize]),
    ) {
        let shown = match kind {
            // The other path is in no row: only the project tells of it.
            Kind::SecondPath => true,
            Kind::New => return,
            Kind::RevertOfFix => {
                let resolved = in_new.iter().map(|&flaw| Stored {
                    at: (package.clone(), new.to_owned()),
                    flaw,
                    standing: Standing::Resolved,
                });
                self.made.stored.extend(resolved);
                return;
            }
            _ => self.dice.chance(40),
        };
        for &flaw in in_old.iter().filter(|_| shown) {
            let ignored = self.dice.chance(30);
            self.made.stored.push(Stored {
                at: (package.clone(), old.to_owned()),
                flaw,
                standing: if ignored {
                    Standing::Ignored
                } else {
                    Standing::Open
                },
            });
        }
    }

    /// Half of the versions without a flaw are unknown to the upstream.
    fn release(&mut self, package: &Package, version: &str, flaws: Vec<usize>) {
        let at = (package.clone(), version.to_owned());
        let known = self.made.releases.iter().any(|release| release.at == at);
        if !known && (!flaws.is_empty() || self.dice.chance(50)) {
            self.made.releases.push(Release { at, flaws });
        }
    }

    fn package(&mut self, ecosystem: &'static str) -> Package {
        let short = format!("pr{}-{}", self.made.number, self.packages);
        self.packages += 1;
        let name = match ecosystem {
            "npm" if self.dice.chance(40) => format!("@acme/{short}"),
            "maven" => format!("org.acme:{short}"),
            "golang" => format!("github.com/acme/{short}"),
            "composer" => format!("acme/{short}"),
            _ => short,
        };
        Package { ecosystem, name }
    }

    /// Sometimes a flaw that another package of the ecosystem has already.
    fn flaw(&mut self, ecosystem: &str) -> usize {
        let (_, origin) = ORIGINS
            .iter()
            .find(|(known, _)| *known == ecosystem)
            .unwrap();
        let prefix = format!("SNYK-{origin}-");
        let mut flaws = self.made.flaws.iter();
        if let Some(known) = flaws.position(|flaw| flaw.id.starts_with(&prefix))
            && self.dice.chance(15)
        {
            return known;
        }
        let place = self.made.flaws.len();
        let number = self.made.number;
        let shape = self.dice.below(10);
        let ratings = if shape < 2 {
            Vec::new()
        } else {
            self.ratings(shape)
        };
        let cves = self.dice.below(4);
        let cves = (0..cves).map(|cve| format!("CVE-2026-{number:04}{place}{cve}"));
        let cves = cves.collect();
        self.made.flaws.push(Flaw {
            id: format!("{prefix}PR{number}-{place}"),
            cves,
            ratings,
            severity: *self.dice.pick(&SEVERITIES),
            rated: shape != 0,
            fixed_in: self
                .dice
                .chance(50)
                .then(|| CANDIDATE.to_owned())
                .into_iter()
                .collect(),
        });
        place
    }

    fn ratings(&mut self, shape: usize) -> Vec<Rating> {
        let mut sources = vec![Source::Snyk40, Source::Snyk31, Source::Nvd, Source::RedHat];
        let count = 1 + self.dice.below(3);
        let mut ratings = Vec::new();
        for _ in 0..count {
            let source = sources.remove(self.dice.below(sources.len()));
            let table = match source {
                Source::Snyk40 => &VECTORS_40,
                Source::Snyk31 => &VECTORS_31,
                Source::Nvd | Source::RedHat => *self.dice.pick(&[&VECTORS_31, &VECTORS_40]),
            };
            let (tenths, vector) = *self.dice.pick(table);
            let mut rating = Rating {
                source,
                published: tenths,
                computed: Some(tenths),
                vector: vector.to_owned(),
            };
            match shape {
                2 => rating.published = *self.dice.pick(&BOUNDARIES),
                3 => {
                    rating.computed = None;
                    rating.vector.truncate(vector.len() - 5);
                }
                _ => {}
            }
            ratings.push(rating);
        }
        ratings
    }

    fn trouble(&mut self, which: usize) {
        let trouble = match which {
            0 => self.lookup(Spoilt::Refused),
            1 => self.lookup(Spoilt::Down),
            2 => self.lookup(Spoilt::Truncated),
            3 => self.lookup(Spoilt::LeadsOn),
            4 => self.lookup(Spoilt::NoId),
            5 => Some(Trouble::NoList),
            6 => Some(Trouble::Limited),
            7 => {
                self.made.rows.push(Row {
                    package: Package {
                        ecosystem: "hackage",
                        name: "lens".to_owned(),
                    },
                    before: None,
                    after: Some("5.2".to_owned()),
                    direct: None,
                    manifest: MANIFESTS[0],
                });
                Some(Trouble::Unsupported)
            }
            8 => Some(Trouble::Listing(Broken::Repeats)),
            _ => Some(Trouble::Listing(Broken::OffHost)),
        };
        self.made.trouble = trouble.unwrap_or(Trouble::NoList);
        if matches!(self.made.trouble, Trouble::Listing(_)) {
            // What a listing did not show is not known of the base either.
            self.made.stored.clear();
        }
    }

    /// Spoils the answer about a version after, before or proposed. None if there is nothing to spoil.
    fn lookup(&mut self, how: Spoilt) -> Option<Trouble> {
        let side = self.dice.below(10);
        let rows = self.made.rows.iter();
        let mut versions: Vec<_> = rows
            .filter_map(|row| {
                let version = match side {
                    0..6 => row.after.clone(),
                    6..9 => row.before.clone(),
                    _ => Some(CANDIDATE.to_owned()),
                };
                Some((row.package.clone(), version?))
            })
            .collect();
        if how == Spoilt::NoId {
            let releases = &self.made.releases;
            versions.retain(|at| {
                let mut known = releases.iter();
                known.any(|release| release.at == *at && !release.flaws.is_empty())
            });
        }
        (!versions.is_empty()).then(|| Trouble::Lookup(self.dice.pick(&versions).clone(), how))
    }
}

/// Version before and after of a kind, with a last number that varies.
fn versions(kind: Kind, last: usize) -> (String, String) {
    let (old, new) = match kind {
        Kind::ZeroMinor => ("0.4", "0.5"),
        Kind::Major | Kind::GoMajor => ("1.4", "2.0"),
        Kind::Downgrade | Kind::RevertOfFix => ("1.5", "1.4"),
        Kind::Moved | Kind::SameVersion | Kind::SecondPath => ("1.4", "1.4"),
        Kind::Patch | Kind::TwoManifests | Kind::MovedAndUpgraded => {
            return (format!("1.4.{last}"), format!("1.4.{}", last + 1));
        }
        _ => ("1.4", "1.5"),
    };
    (format!("{old}.{last}"), format!("{new}.{last}"))
}

/// Kinds of faults.
pub(crate) const FAULTS: usize = 10;

/// Rows a pull request has at most before the last one is added.
const MOST_ROWS: usize = 12;

const ECOSYSTEMS: [&str; 8] = [
    "npm", "pypi", "cargo", "maven", "golang", "gem", "nuget", "composer",
];

/// Second parts of the upstream's ids.
const ORIGINS: [(&str, &str); 8] = [
    ("npm", "JS"),
    ("pypi", "PYTHON"),
    ("cargo", "RUST"),
    ("maven", "JAVA"),
    ("golang", "GOLANG"),
    ("gem", "RUBY"),
    ("nuget", "DOTNET"),
    ("composer", "PHP"),
];

/// Kinds of the rows beside the first.
const ANYWHERE: [Kind; 11] = [
    Kind::New,
    Kind::Patch,
    Kind::Minor,
    Kind::ZeroMinor,
    Kind::Major,
    Kind::Downgrade,
    Kind::Removed,
    Kind::Moved,
    Kind::Kept,
    Kind::Fix,
    Kind::SameVersion,
];

const MANIFESTS: [&str; 2] = ["backend/manifest", "frontend/manifest"];

const SEVERITIES: [Severity; 4] = [
    Severity::Low,
    Severity::Medium,
    Severity::High,
    Severity::Critical,
];

/// The version that every fix is in. Nothing is known against it.
const CANDIDATE: &str = "9.0.0";

/// Scores in tenths beside the thresholds.
const BOUNDARIES: [u16; 5] = [69, 70, 89, 90, 100];
