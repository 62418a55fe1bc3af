//! One generated issue, made of its number.

use super::problem::{PROBLEMS, Problem};
use super::project::{Class, class, ecosystem};
use super::words::{FIRST, FLAWS, LICENSES, RESOURCES, SECOND, SETTINGS};
use crate::clock::DAY;
use crate::data::{Issue, Severity, State, Subject, Timestamp};
use crate::dice::Dice;

/// What filters and counts need of an issue, and what the rest of it is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fact {
    /// Number of the project in its organization.
    pub(super) project: u64,
    pub(super) kind: Kind,
    pub(super) severity: Severity,
    pub(super) state: State,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    problem: Problem,
    dice: Dice,
}

/// Types of issues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Package,
    License,
    Config,
    Cloud,
    Code,
    Unknown,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Package => "package_vulnerability",
            Self::License => "license",
            Self::Config => "config",
            Self::Cloud => "cloud",
            Self::Code => "code",
            Self::Unknown => "supply_chain",
        }
    }
}

impl Fact {
    /// The issue of this number in an organization with so many projects.
    pub(super) fn new(seed: u64, now: Timestamp, at: u64, projects: u64, number: u64) -> Self {
        let project = number.checked_rem(projects).unwrap_or(0);
        let rank = number.checked_div(projects).unwrap_or(number);
        let mut dice = Dice::of(&[seed, at, number]);
        let kind = kind(class(project), dice.below(100));
        // Projects begin at different problems, so that many have most of them in common.
        let first = Dice::of(&[seed, at, project]).below(256);
        let problem = Problem::new(seed, ecosystem(project), (first + rank) % PROBLEMS);
        let severity = match kind {
            // Policy sets one in thirty.
            Kind::Package if dice.below(30) > 0 => problem.severity(),
            _ => level(dice.below(100)),
        };
        let created_at = now - HOUR - dice.span(730 * DAY - HOUR);
        let age = now - created_at;
        let (state, updated_at) = match dice.below(100) {
            0..37 => (State::Open, created_at),
            37..62 => (State::Open, created_at + dice.span(age)),
            62..64 => {
                let resolved = created_at + dice.span(age);
                let introduced = resolved + dice.span(now - resolved);
                let state = State::Reintroduced {
                    resolved,
                    introduced,
                };
                (state, introduced)
            }
            64..72 => (State::Ignored, created_at + dice.span(age)),
            _ => {
                let at = created_at + dice.span(age);
                (State::Resolved(at), at)
            }
        };
        Self {
            project,
            kind,
            severity,
            state,
            created_at,
            updated_at,
            problem,
            dice,
        }
    }

    /// All of it. Its id and its project's are the caller's.
    pub(super) fn issue(self, now: Timestamp, id: String, project: String) -> Issue {
        let mut dice = self.dice;
        let risk = u16::try_from(dice.below(1_000)).unwrap_or(0);
        let (title, subject) = self.subject(dice, now);
        Issue {
            id,
            project,
            title,
            severity: self.severity,
            state: self.state,
            created_at: self.created_at,
            updated_at: self.updated_at,
            risk: (risk >= 50).then_some(risk),
            subject,
        }
    }

    fn subject(self, mut dice: Dice, now: Timestamp) -> (String, Subject) {
        let thing = |dice: &mut Dice| format!("{}-{}", dice.pick(&FIRST), dice.below(10_000));
        match self.kind {
            Kind::Package => {
                let vulnerability = self.problem.vulnerability(now);
                let fixable = !vulnerability.fixed_in.is_empty() && dice.below(10) > 1;
                let pinned = self.problem.name().starts_with(|first| first < 'd');
                let subject = Subject::Package {
                    name: self.problem.name(),
                    version: self.problem.version(),
                    upgradeable: fixable && !pinned,
                    pinnable: fixable && pinned,
                    vulnerability,
                };
                (title(&subject), subject)
            }
            Kind::License => {
                let license = dice.pick(&LICENSES);
                let subject = Subject::License {
                    ecosystem: ecosystem(self.project).kind.to_owned(),
                    name: self.problem.name(),
                    version: self.problem.version(),
                    license: license.to_owned(),
                };
                (format!("{license} licence"), subject)
            }
            Kind::Config => {
                let (title, setting) = dice.pick(&SETTINGS);
                let resource = dice.pick(&RESOURCES);
                let subject = Subject::Config {
                    rule: format!("SNYK-CC-TF-{}", 1 + dice.below(700)),
                    resource: format!("resource > {resource}[{}] > {setting}", thing(&mut dice)),
                };
                (title.to_owned(), subject)
            }
            Kind::Cloud => {
                let (title, _) = dice.pick(&SETTINGS);
                let subject = Subject::Cloud {
                    rule: format!("SNYK-CC-{:05}", 1 + dice.below(700)),
                    kind: dice.pick(&RESOURCES).to_owned(),
                    resource: thing(&mut dice),
                };
                (title.to_owned(), subject)
            }
            Kind::Code => {
                let (title, weakness) = dice.pick(&FLAWS);
                let line = u32::try_from(1 + dice.below(900)).unwrap_or(1);
                let (folder, name) = (dice.pick(&SECOND), thing(&mut dice));
                let subject = Subject::Code {
                    weakness: weakness.to_owned(),
                    file: format!("src/{folder}/{name}.ts"),
                    line,
                    commit: format!("{:016x}{:016x}{:08x}", dice.draw(), dice.draw(), line),
                };
                (title.to_owned(), subject)
            }
            Kind::Unknown => {
                let subject = Subject::Unknown {
                    kind: self.kind.word().to_owned(),
                    attributes: vec![
                        ("attestation".to_owned(), "missing".to_owned()),
                        ("builder".to_owned(), thing(&mut dice)),
                    ],
                };
                ("Build without an attestation".to_owned(), subject)
            }
        }
    }
}

fn kind(class: Class, roll: u64) -> Kind {
    match (class, roll) {
        (Class::OpenSource, 0..92) | (Class::Image, _) => Kind::Package,
        (Class::OpenSource, 92..99) => Kind::License,
        (Class::Infrastructure, 0..80) => Kind::Config,
        (Class::Infrastructure, 80..97) => Kind::Cloud,
        (Class::Code, 0..97) => Kind::Code,
        _ => Kind::Unknown,
    }
}

fn level(roll: u64) -> Severity {
    match roll {
        0..3 => Severity::Info,
        3..35 => Severity::Low,
        35..75 => Severity::Medium,
        75..94 => Severity::High,
        _ => Severity::Critical,
    }
}

fn title(subject: &Subject) -> String {
    match subject {
        Subject::Package { vulnerability, .. } => vulnerability.title.clone(),
        _ => String::new(),
    }
}

const HOUR: Timestamp = DAY / 24;
