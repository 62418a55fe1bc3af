//! The upstream of a story at one moment.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use koalr_upstream::{
    Exploit, Issue, Organization, Package, Project, Rating, Severity, State, Subject, Target,
    Vulnerability,
};
use sha2::{Digest as _, Sha256};

use super::story::{self, Level, Step, Story};

/// What is different from the story's beginning.
#[derive(Debug)]
pub(super) struct Now<'a> {
    story: &'a Story,
    /// Vulnerabilities that are not disclosed yet.
    hidden: BTreeSet<&'a str>,
    /// When each of the others was, as far as a step did it.
    disclosed: BTreeMap<&'a str, i64>,
    /// Where an issue stands, and since when, as far as a step changed it.
    states: BTreeMap<&'a str, (State, i64)>,
}

impl<'a> Now<'a> {
    pub(super) fn new(story: &'a Story) -> Self {
        let hidden = story.steps.iter().filter_map(|step| match step {
            Step::Disclose(id) => Some(id.as_str()),
            _ => None,
        });
        Self {
            story,
            hidden: hidden.collect(),
            disclosed: BTreeMap::new(),
            states: BTreeMap::new(),
        }
    }

    pub(super) fn disclose(&mut self, id: &'a str, at: i64) {
        self.hidden.remove(id);
        self.disclosed.insert(id, at);
    }

    pub(super) fn resolve(&mut self, issue: &'a str, at: i64) {
        self.states.insert(issue, (State::Resolved(at), at));
    }

    pub(super) fn reopen(&mut self, issue: &'a str, at: i64) -> Result<(), String> {
        let State::Resolved(resolved) = self.state(issue)?.0 else {
            return Err(format!(
                "issue `{issue}` is not resolved, so it cannot open again"
            ));
        };
        let state = State::Reintroduced {
            resolved,
            introduced: at,
        };
        self.states.insert(issue, (state, at));
        Ok(())
    }

    /// The organization with all that is known now.
    pub(super) fn organization(&self) -> Result<Organization, String> {
        let story = self.story;
        let issues = story.issue.iter();
        let issues = issues.filter(|(_, issue)| !self.is_hidden(issue));
        Ok(Organization {
            id: organization_id(story),
            name: story.repository.clone(),
            slug: story.repository.replace('/', "-"),
            group_id: None,
            created_at: 0,
            projects: story
                .project
                .iter()
                .map(|(name, project)| self.project(name, project))
                .collect(),
            issues: issues
                .map(|(name, issue)| self.issue(name, issue))
                .collect::<Result<_, _>>()?,
            packages: story
                .lookups
                .iter()
                .map(|(subject, ids)| self.package(subject, ids))
                .collect::<Result<_, _>>()?,
            checks: Vec::new(),
            tests: Vec::new(),
        })
    }

    fn is_hidden(&self, issue: &story::Issue) -> bool {
        let id = issue.vulnerability.as_deref();
        id.is_some_and(|id| self.hidden.contains(id))
    }

    fn project(&self, name: &str, project: &story::Project) -> Project {
        let repository = &self.story.repository;
        Project {
            id: uuid(&format!("project {name}")),
            name: format!("{repository}:{}", project.file),
            kind: project.kind.clone(),
            origin: "github".to_owned(),
            active: true,
            target: Target {
                id: uuid(&format!("target {repository}")),
                display_name: repository.clone(),
                url: None,
            },
            target_file: Some(project.file.clone()),
            target_reference: Some(project.branch.clone()),
            created_at: 0,
        }
    }

    fn package(&self, subject: &str, ids: &[String]) -> Result<Package, String> {
        let (ecosystem, name, version) = parts(subject)
            .ok_or_else(|| format!("`{subject}` is not of the form `ecosystem:name@version`"))?;
        let purl = koalr_integration_kit::purl::purl(ecosystem, name, Some(version))
            .map_err(|error| format!("`{subject}`: {error}"))?;
        let known = ids.iter().filter(|id| !self.hidden.contains(id.as_str()));
        Ok(Package {
            purl,
            vulnerabilities: known
                .map(|id| self.vulnerability(id))
                .collect::<Result<_, _>>()?,
        })
    }

    fn vulnerability(&self, id: &str) -> Result<Vulnerability, String> {
        let known = self.story.vulnerability.get(id);
        let known = known.ok_or_else(|| format!("there is no vulnerability `{id}`"))?;
        Ok(Vulnerability {
            id: id.to_owned(),
            title: format!("Invented weakness {id}"),
            cves: known.cve.iter().cloned().collect(),
            weaknesses: Vec::new(),
            severity: level(known.severity),
            ratings: known
                .ratings
                .iter()
                .map(|rating| Rating {
                    source: rating.source.clone(),
                    score: tenths(rating.score),
                    vector: rating.vector.clone(),
                })
                .collect(),
            exploit: Exploit::NotDefined,
            disclosed_on: known.disclosed.clone(),
            fixed_in: known.fixed_in.clone(),
        })
    }

    fn issue(&self, name: &str, issue: &story::Issue) -> Result<Issue, String> {
        let (state, updated_at) = self.state(name)?;
        let subject = self
            .subject(issue)
            .map_err(|error| format!("issue `{name}`: {error}"))?;
        let own = match &subject {
            Subject::Package { vulnerability, .. } => Some(vulnerability.severity),
            _ => None,
        };
        let severity = issue.severity.map(level).or(own);
        Ok(Issue {
            id: uuid(&format!("issue {name}")),
            project: uuid(&format!("project {}", issue.project)),
            title: format!("Invented finding {name}"),
            severity: severity.ok_or_else(|| format!("issue `{name}` needs a `severity`"))?,
            state,
            created_at: self.created(name, issue)?,
            updated_at,
            risk: None,
            subject,
        })
    }

    fn subject(&self, issue: &story::Issue) -> Result<Subject, String> {
        let package = || {
            let parts = issue.package.rsplit_once('@');
            parts.ok_or_else(|| format!("its package `{}` has no version", issue.package))
        };
        match (&issue.vulnerability, &issue.license, &issue.rule) {
            (Some(id), None, None) => Ok(Subject::Package {
                vulnerability: self.vulnerability(id)?,
                name: package()?.0.to_owned(),
                version: package()?.1.to_owned(),
                upgradeable: false,
                pinnable: false,
            }),
            (None, Some(license), None) => Ok(Subject::License {
                ecosystem: issue.ecosystem.clone(),
                name: package()?.0.to_owned(),
                version: package()?.1.to_owned(),
                license: license.clone(),
            }),
            (None, None, Some(rule)) => Ok(Subject::Config {
                rule: rule.clone(),
                resource: issue.resource.clone(),
            }),
            _ => Err("it needs exactly one of `vulnerability`, `license` and `rule`".to_owned()),
        }
    }

    /// Where an issue stands, and when it last changed.
    fn state(&self, name: &str) -> Result<(State, i64), String> {
        if let Some(known) = self.states.get(name) {
            return Ok(*known);
        }
        let issue = self.story.issue.get(name);
        let issue = issue.ok_or_else(|| format!("there is no issue `{name}`"))?;
        Ok(match (issue.resolved, issue.reintroduced) {
            (Some(resolved), Some(introduced)) => {
                let (resolved, introduced) = (resolved.0, introduced.0);
                let state = State::Reintroduced {
                    resolved,
                    introduced,
                };
                (state, introduced)
            }
            (Some(resolved), None) => (State::Resolved(resolved.0), resolved.0),
            (None, Some(_)) => return Err(format!("issue `{name}` was never resolved")),
            (None, None) if issue.ignored => (State::Ignored, self.created(name, issue)?),
            (None, None) => (State::Open, self.created(name, issue)?),
        })
    }

    fn created(&self, name: &str, issue: &story::Issue) -> Result<i64, String> {
        let disclosed = issue.vulnerability.as_deref();
        let disclosed = disclosed.and_then(|id| self.disclosed.get(id).copied());
        let created = issue.created.map(|created| created.0).or(disclosed);
        created.ok_or_else(|| format!("issue `{name}` needs a date in `created`"))
    }
}

/// The organization that the story's upstream has.
pub(super) fn organization_id(story: &Story) -> String {
    uuid(&format!("organization {}", story.repository))
}

/// 40 hexadecimal digits made of a text.
pub(super) fn sha(text: &str) -> String {
    digits(text, 40)
}

/// A base score in tenths.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "base scores are from 0 to 10, and a cast saturates"
)]
pub(super) fn tenths(score: f64) -> u16 {
    (score * 10.0).round() as u16
}

/// A UUID (version 8, the vendor's own) made of a text.
fn uuid(text: &str) -> String {
    let hex = digits(text, 32);
    format!(
        "{}-{}-8{}-a{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..]
    )
}

fn digits(text: &str, count: usize) -> String {
    let mut hex = String::new();
    for byte in Sha256::digest(text) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex.truncate(count);
    hex
}

/// Ecosystem, name and version of `ecosystem:name@version`.
fn parts(subject: &str) -> Option<(&str, &str, &str)> {
    let (ecosystem, rest) = subject.split_once(':')?;
    let (name, version) = rest.rsplit_once('@')?;
    Some((ecosystem, name, version))
}

fn level(level: Level) -> Severity {
    match level {
        Level::Low => Severity::Low,
        Level::Medium => Severity::Medium,
        Level::High => Severity::High,
        Level::Critical => Severity::Critical,
    }
}
