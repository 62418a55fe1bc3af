//! Vulnerabilities of packages, made of an ecosystem and a number. None of them exists.

use super::words::{
    DISTRIBUTIONS, ECOSYSTEMS, Ecosystem, FIRST, RATED, RATED_4, SECOND, WEAKNESSES,
};
use crate::clock::{self, DAY};
use crate::data::{Exploit, Rating, Severity, Timestamp, Vulnerability};
use crate::dice::{Dice, entry};

/// A package in a version that is vulnerable.
#[derive(Debug, Clone, Copy)]
pub(super) struct Problem {
    ecosystem: Ecosystem,
    number: u64,
    dice: Dice,
}

impl Problem {
    pub(super) fn new(seed: u64, ecosystem: Ecosystem, number: u64) -> Self {
        let word = ecosystem.word.bytes().map(u64::from).sum();
        Self {
            ecosystem,
            number,
            dice: Dice::of(&[seed, word, number]),
        }
    }

    /// Severity before policy.
    pub(super) fn severity(self) -> Severity {
        let (_, score, _) = self.rated();
        Severity::of_score(score)
    }

    /// Name as the ecosystem writes it.
    pub(super) fn name(self) -> String {
        let first = entry(&FIRST, self.number);
        let second = entry(&SECOND, self.number / 16);
        match self.ecosystem.purl {
            "maven" => format!("org.{first}:{first}-{second}"),
            "golang" => format!("example.com/{first}/{second}"),
            "nuget" => format!("{first}.{second}"),
            "composer" => format!("{first}/{second}"),
            "deb" | "apk" => format!("{first}/{first}-{second}"),
            _ => format!("{first}-{second}"),
        }
    }

    /// The version in use.
    pub(super) fn version(self) -> String {
        let line = self.number / 256 % 4;
        let patch = self.number % 10;
        if DISTRIBUTIONS
            .iter()
            .any(|item| item.purl == self.ecosystem.purl)
        {
            format!("{}.{}.{patch}-{line}", line + 1, self.number % 7)
        } else {
            format!("{}.{}.{patch}", line + 1, self.number % 7)
        }
    }

    /// Versions that are not vulnerable; none for one in eight, and for more of an image's.
    pub(super) fn fixed_in(self) -> Vec<String> {
        let mut dice = self.dice;
        let share = if self.ecosystem.file.is_empty() { 3 } else { 8 };
        if dice.below(share) == 0 {
            return Vec::new();
        }
        let line = self.number / 256 % 4 + 1;
        let minor = self.number % 7;
        let mut fixed = vec![format!("{line}.{}.0", minor + 1)];
        if dice.below(4) == 0 {
            fixed.push(format!("{}.0.2", line + 1));
        }
        fixed
    }

    pub(super) fn vulnerability(self, now: Timestamp) -> Vulnerability {
        let mut dice = self.dice;
        dice.draw();
        let (title, weakness) = dice.pick(&WEAKNESSES);
        let number = 1_000_000 + self.number;
        let year = 2019 + dice.below(7);
        let cve = |place: u64| format!("CVE-{year}-{}", 900_000 + self.number * 2 + place);
        let cves = match dice.below(25) {
            0 | 1 => Vec::new(),
            2 => vec![cve(0), cve(1)],
            _ => vec![cve(0)],
        };
        let letters = self.name().to_uppercase();
        let letters: String = letters
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let exploit = match dice.below(20) {
            0 => Exploit::Attacked,
            1..6 => Exploit::ProofOfConcept,
            _ => Exploit::NotDefined,
        };
        Vulnerability {
            id: format!("SNYK-{}-{letters}-{number}", self.ecosystem.word),
            title: title.to_owned(),
            cves,
            weaknesses: vec![weakness.to_owned()],
            severity: self.severity(),
            ratings: self.ratings(),
            exploit,
            disclosed_on: clock::date(now - 740 * DAY - dice.span(1_500 * DAY)),
            fixed_in: self.fixed_in(),
        }
    }

    /// Whether a package URL means this package in this version.
    pub(super) fn is(self, purl: &str) -> bool {
        let path = self.name().replace(':', "/");
        let path = match self.ecosystem.purl {
            "deb" => format!("debian/{}", path.rsplit('/').next().unwrap_or_default()),
            "apk" => format!("alpine/{}", path.rsplit('/').next().unwrap_or_default()),
            _ => path,
        };
        let bare = purl.split(['?', '#']).next().unwrap_or_default();
        bare == format!("pkg:{}/{path}@{}", self.ecosystem.purl, self.version())
    }

    /// One in thirty has none, one in thirty has CVSS 4.0 alone.
    fn ratings(self) -> Vec<Rating> {
        let mut dice = self.dice;
        dice.draw();
        let (place, score, vector) = self.rated();
        let rating = |source: &str, score: u16, vector: &str| Rating {
            source: source.to_owned(),
            score,
            vector: vector.to_owned(),
        };
        let (newer, newer_vector) = entry(&RATED_4, place);
        match dice.below(30) {
            0 => Vec::new(),
            1 => vec![rating("Snyk", newer, newer_vector)],
            2..16 => vec![
                rating("Snyk", newer, newer_vector),
                rating("Snyk", score, vector),
                rating("NVD", score, vector),
            ],
            16..20 => vec![rating("NVD", score, vector)],
            _ => vec![rating("Snyk", score, vector), rating("NVD", score, vector)],
        }
    }

    fn rated(self) -> (u64, u16, &'static str) {
        let mut dice = self.dice;
        let place = dice.below(u64::try_from(RATED.len()).unwrap_or(1));
        let (score, vector) = entry(&RATED, place);
        (place, score, vector)
    }
}

/// The problems of a package version, by its package URL.
pub(super) fn of_package(seed: u64, purl: &str, now: Timestamp) -> Vec<Vulnerability> {
    let kind = purl.strip_prefix("pkg:").unwrap_or_default();
    let mut ecosystems = ECOSYSTEMS.iter().chain(&DISTRIBUTIONS);
    let ecosystem = ecosystems.find(|item| kind.split('/').next() == Some(item.purl));
    let Some(ecosystem) = ecosystem else {
        return Vec::new();
    };
    (0..PROBLEMS)
        .map(|number| Problem::new(seed, *ecosystem, number))
        .filter(|problem| problem.is(purl))
        .map(|problem| problem.vulnerability(now))
        .collect()
}

/// Problems of an ecosystem. A project with more issues than that has some of them twice.
pub(super) const PROBLEMS: u64 = 4_096;
