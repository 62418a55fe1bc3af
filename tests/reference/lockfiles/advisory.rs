//! Published advisories: which versions of a package they affect.

use std::cmp::Ordering;
use std::fs;
use std::path::Path;

use koalr_integration_kit::version::compare;
use libtest_mimic::Failed;
use serde_json::Value;

use super::patch::own_name;

/// What an advisory says of one package.
pub(super) struct Advisory {
    pub(super) id: String,
    /// By purl type.
    pub(super) ecosystem: String,
    pub(super) package: String,
    /// A version in any of them is affected. May be empty.
    pub(super) ranges: Vec<Range>,
    /// Whether the ranges say instead what is not affected.
    inverted: bool,
    /// Affected versions one by one. May be empty.
    pub(super) listed: Vec<String>,
}

/// A version in a range fulfils all of its bounds.
pub(super) type Range = Vec<(Bound, String)>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    From,
    Above,
    Below,
    UpTo,
    Exactly,
}

impl Advisory {
    /// Whether it affects a version; none if that cannot be told.
    pub(super) fn affects(&self, version: &str) -> Option<bool> {
        if self.listed.iter().any(|listed| listed == version) {
            return Some(true);
        }
        Some(self.in_ranges(version)? != self.inverted)
    }

    /// Whether a version is in any range; none if that cannot be told.
    pub(super) fn in_ranges(&self, version: &str) -> Option<bool> {
        for range in &self.ranges {
            let mut inside = true;
            for (bound, edge) in range {
                inside &= bound.holds(compare(&self.ecosystem, version, edge)?);
            }
            if inside {
                return Some(true);
            }
        }
        Some(false)
    }

    /// Takes in what else the same advisory says of the package.
    pub(super) fn merge(&mut self, other: Self) {
        self.ranges.extend(other.ranges);
        self.listed.extend(other.listed);
    }

    /// First versions behind the ranges.
    pub(super) fn fixes(&self) -> impl Iterator<Item = &String> {
        let bounds = self.ranges.iter().flatten();
        bounds
            .filter(|(bound, _)| *bound == Bound::Below)
            .map(|(_, version)| version)
    }
}

impl Bound {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::From => order.is_ge(),
            Self::Above => order.is_gt(),
            Self::Below => order.is_lt(),
            Self::UpTo => order.is_le(),
            Self::Exactly => order.is_eq(),
        }
    }
}

/// Advisories of a file: OSV or `RustSec`, one a line, or a page of GitHub's.
pub(super) fn advisories(path: &Path) -> Result<Vec<Advisory>, Failed> {
    let text = fs::read_to_string(path)?;
    let mut found = Vec::new();
    if path
        .extension()
        .is_some_and(|extension| extension == "jsonl")
    {
        for line in text.lines() {
            let document: Value = serde_json::from_str(line)?;
            if document.get("affected").is_some() {
                push_osv(&mut found, &document);
            } else {
                found.push(rustsec(&document).ok_or_else(|| format!("not an advisory: `{line}`"))?);
            }
        }
        return Ok(found);
    }
    let document: Value = serde_json::from_str(&text)?;
    let file = path.file_stem().unwrap_or_default().to_string_lossy();
    let ecosystem = file.rsplit('_').next().unwrap_or_default();
    let edges = document.pointer("/data/securityVulnerabilities/edges");
    for node in edges.and_then(Value::as_array).into_iter().flatten() {
        let node = &node["node"];
        let text = |pointer| Some(node.pointer(pointer)?.as_str()?.to_owned());
        let range = text("/vulnerableVersionRange").and_then(|range| github_range(&range));
        let id = text("/advisory/identifiers/0/value");
        let (Some(id), Some(package), Some(range)) = (id, text("/package/name"), range) else {
            return Err(format!("not an advisory: `{node}`").into());
        };
        found.push(Advisory {
            id,
            ecosystem: ecosystem.to_owned(),
            package: own_name(ecosystem, &package),
            ranges: vec![range],
            inverted: false,
            listed: Vec::new(),
        });
    }
    Ok(found)
}

fn push_osv(found: &mut Vec<Advisory>, document: &Value) {
    for affected in document["affected"].as_array().into_iter().flatten() {
        let package = &affected["package"];
        let named = (package["ecosystem"].as_str(), package["name"].as_str());
        let (Some(ecosystem), Some(name)) = named else {
            continue;
        };
        let ecosystem = match ecosystem {
            "Packagist" => "composer",
            "Go" => "golang",
            "RubyGems" => "gem",
            "crates.io" => "cargo",
            other => &other.to_ascii_lowercase(),
        };
        let mut ranges = Vec::new();
        for range in affected["ranges"].as_array().into_iter().flatten() {
            if range["type"] != "GIT" {
                push_events(&mut ranges, ecosystem, &range["events"]);
            }
        }
        let listed = affected["versions"].as_array().into_iter().flatten();
        found.push(Advisory {
            id: document["id"].as_str().unwrap_or_default().to_owned(),
            ecosystem: ecosystem.to_owned(),
            package: own_name(ecosystem, name),
            ranges,
            inverted: false,
            listed: listed
                .filter_map(|version| Some(version.as_str()?.to_owned()))
                .collect(),
        });
    }
}

/// Events in the order of their versions open and close ranges.
fn push_events(ranges: &mut Vec<Range>, ecosystem: &str, events: &Value) {
    let events = events.as_array().into_iter().flatten();
    let mut events: Vec<(&str, &str)> = events
        .filter_map(|event| {
            let (kind, version) = event.as_object()?.iter().next()?;
            Some((kind.as_str(), version.as_str()?))
        })
        .collect();
    events.sort_by(|(_, a), (_, b)| {
        let zero = |version: &str| version != "0";
        zero(a)
            .cmp(&zero(b))
            .then_with(|| compare(ecosystem, a, b).unwrap_or(Ordering::Equal))
    });
    let mut open: Option<Range> = None;
    for (kind, version) in events {
        match kind {
            // Zero stands for before every version.
            "introduced" if version == "0" => open = Some(Vec::new()),
            "introduced" if open.is_none() => {
                open = Some(vec![(Bound::From, version.to_owned())]);
            }
            "fixed" | "last_affected" => {
                let bound = if kind == "fixed" {
                    Bound::Below
                } else {
                    Bound::UpTo
                };
                if let Some(mut range) = open.take() {
                    range.push((bound, version.to_owned()));
                    ranges.push(range);
                }
            }
            _ => {}
        }
    }
    ranges.extend(open);
}

/// `>= 1.0, < 1.2.3`, as GitHub writes it.
fn github_range(text: &str) -> Option<Range> {
    text.split(',')
        .map(|part| {
            let (sign, version) = part.trim().split_once(' ')?;
            Some((bound(sign)?, version.trim().to_owned()))
        })
        .collect()
}

/// `RustSec` says what is patched and what was never affected.
fn rustsec(document: &Value) -> Option<Advisory> {
    let lists = ["patched", "unaffected"].map(|list| document["versions"][list].as_array());
    let ranges = lists
        .into_iter()
        .flatten()
        .flatten()
        .map(|range| cargo_range(range.as_str()?))
        .collect::<Option<Vec<Range>>>()?;
    Some(Advisory {
        id: document.pointer("/advisory/id")?.as_str()?.to_owned(),
        ecosystem: "cargo".to_owned(),
        package: document.pointer("/advisory/package")?.as_str()?.to_owned(),
        ranges,
        inverted: true,
        listed: Vec::new(),
    })
}

/// `>= 1.0, < 2` or `^1.2`, as Cargo writes it.
fn cargo_range(text: &str) -> Option<Range> {
    let mut range = Vec::new();
    for part in text.split(',') {
        let part = part.trim();
        let at = part.find(|c: char| c.is_ascii_digit())?;
        let (sign, version) = part.split_at(at);
        let full = filled(version);
        match sign.trim() {
            "^" | "" | "~" => {
                let end = end_of(version, sign.trim() == "~")?;
                range.extend([(Bound::From, full), (Bound::Below, end)]);
            }
            sign => range.push((bound(sign)?, full)),
        }
    }
    Some(range)
}

fn bound(sign: &str) -> Option<Bound> {
    Some(match sign {
        ">=" => Bound::From,
        ">" => Bound::Above,
        "<" => Bound::Below,
        "<=" => Bound::UpTo,
        "=" => Bound::Exactly,
        _ => return None,
    })
}

/// With three numbers.
fn filled(version: &str) -> String {
    let end = version.find(['-', '+']).unwrap_or(version.len());
    let (release, rest) = version.split_at(end);
    let missing = 2_usize.saturating_sub(release.matches('.').count());
    format!("{release}{}{rest}", ".0".repeat(missing))
}

/// Where a caret's or a tilde's range ends: the next of the first number that is not zero, or of the second.
fn end_of(version: &str, tilde: bool) -> Option<String> {
    let release = version.split(['-', '+']).next()?;
    let numbers: Vec<u64> = release
        .split('.')
        .map(|number| number.parse().ok())
        .collect::<Option<_>>()?;
    let last = numbers.len() - 1;
    let kept = match numbers.iter().position(|number| *number > 0) {
        _ if tilde => last.min(1),
        Some(position) => position,
        None => last,
    };
    let mut end = [0; 3];
    end[..kept].copy_from_slice(&numbers[..kept]);
    end[kept] = numbers[kept] + 1;
    // Before every pre-release of it too.
    Some(format!("{}.{}.{}-0", end[0], end[1], end[2]))
}
