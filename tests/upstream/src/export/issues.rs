//! The data set `issues`.

use std::collections::HashMap;

use super::body::Order;
use super::{csv, of_organization};
use crate::clock::rfc3339;
use crate::data::{Issue, Organization, Project, Rating, Severity, State, Subject, Timestamp};
use crate::feed::Feed;

/// The rows that are asked for.
pub(super) fn rows<'a>(
    feed: &'a dyn Feed,
    at: usize,
    organization: &'a Organization,
    order: &'a Order,
) -> Box<dyn Iterator<Item = String> + 'a> {
    let projects: HashMap<&str, &Project> = organization
        .projects
        .iter()
        .map(|project| (project.id.as_str(), project))
        .collect();
    Box::new(feed.issues(at).filter_map(move |issue| {
        let row = Row {
            organization,
            project: projects.get(issue.project.as_str()).copied(),
            issue: &issue,
        };
        let value = |column: &str| row.value(column);
        let held = order.holds(introduced(&issue), issue.updated_at, value);
        held.then(|| csv::row(order.columns.iter().map(|column| row.value(column))))
    }))
}

struct Row<'a> {
    organization: &'a Organization,
    project: Option<&'a Project>,
    issue: &'a Issue,
}

impl Row<'_> {
    /// A column's value; empty where the mock has none.
    fn value(&self, column: &str) -> String {
        let of_others = || of_organization(self.organization, column);
        let own = self
            .of_issue(column)
            .or_else(|| self.of_vulnerability(column));
        own.or_else(|| self.of_project(column))
            .or_else(of_others)
            .unwrap_or_default()
    }

    fn of_issue(&self, column: &str) -> Option<String> {
        let issue = self.issue;
        let time = |at: Option<Timestamp>| at.map(rfc3339).unwrap_or_default();
        let ignored = issue.is_ignored().then_some(issue.updated_at);
        Some(match column {
            "PROBLEM_ID" => problem(issue),
            "PROBLEM_TITLE" => issue.title.clone(),
            "ISSUE_SEVERITY" => capital(issue.severity.word()),
            "ISSUE_STATUS" if issue.is_ignored() => "Ignored".to_owned(),
            "ISSUE_STATUS" => capital(issue.status()),
            "ISSUE_TYPE" => kind(&issue.subject).to_owned(),
            "PRODUCT_NAME" => self.product().to_owned(),
            "SCORE" => issue.risk.map(|risk| risk.to_string()).unwrap_or_default(),
            "FIRST_INTRODUCED" => rfc3339(issue.created_at),
            "LAST_INTRODUCED" => rfc3339(introduced(issue)),
            "LAST_IGNORED" => time(ignored),
            "LAST_RESOLVED" => time(resolved(issue)),
            "UPDATED_AT" => rfc3339(issue.updated_at),
            "PACKAGE_NAME_AND_VERSION" => match &issue.subject {
                Subject::Package { name, version, .. } | Subject::License { name, version, .. } => {
                    format!("{name}@{version}")
                }
                _ => String::new(),
            },
            "FILE_PATH" => match &issue.subject {
                Subject::Code { file, .. } => file.clone(),
                _ => String::new(),
            },
            "ISSUE_URL" => {
                let (slug, project) = (&self.organization.slug, &issue.project);
                let problem = problem(issue);
                format!("https://app.snyk.io/org/{slug}/project/{project}#issue-{problem}")
            }
            "INTRODUCTION_CATEGORY" => "Other New".to_owned(),
            _ => return None,
        })
    }

    fn of_vulnerability(&self, column: &str) -> Option<String> {
        let Subject::Package {
            vulnerability,
            upgradeable,
            pinnable,
            ..
        } = &self.issue.subject
        else {
            return None;
        };
        let rating = |source: &str| {
            let mut ratings = vulnerability.ratings.iter();
            ratings.find(|rating| rating.source == source)
        };
        let score = |rating: &Rating| format!("{}.{}", rating.score / 10, rating.score % 10);
        let fixed = !vulnerability.fixed_in.is_empty();
        Some(match column {
            "CVE" => vulnerability.cves.join(","),
            "CWE" => vulnerability.weaknesses.join(","),
            "VULN_DB_URL" => format!("https://security.snyk.io/vuln/{}", vulnerability.id),
            "SNYK_CVSS_SCORE" => rating("Snyk").map(score)?,
            "SNYK_CVSS_VECTOR" => rating("Snyk")?.vector.clone(),
            "NVD_SCORE" => rating("NVD").map(score)?,
            "NVD_SEVERITY" => capital(Severity::of_score(rating("NVD")?.score).word()),
            "FIXED_IN_AVAILABLE" => fixed.to_string(),
            "FIXED_IN_VERSION" => vulnerability.fixed_in.join(","),
            "COMPUTED_FIXABILITY" if *upgradeable || *pinnable => "Fixable".to_owned(),
            "COMPUTED_FIXABILITY" => "No Fix Supported".to_owned(),
            "VULNERABILITY_PUBLICATION_DATE" => vulnerability.disclosed_on.clone(),
            _ => return None,
        })
    }

    fn of_project(&self, column: &str) -> Option<String> {
        let project = self.project?;
        Some(match column {
            "PROJECT_NAME" => project.name.clone(),
            "PROJECT_PUBLIC_ID" => project.id.clone(),
            "PROJECT_ORIGIN" => project.origin.clone(),
            "PROJECT_TYPE" => project.kind.clone(),
            "PROJECT_IS_MONITORED" => project.active.to_string(),
            "PROJECT_TARGET_DISPLAY_NAME" => project.target.display_name.clone(),
            "PROJECT_TARGET_REF" => project.target_reference.clone().unwrap_or_default(),
            "PROJECT_TARGET_FILE" => project.target_file.clone().unwrap_or_default(),
            _ => return None,
        })
    }

    fn product(&self) -> &'static str {
        match (&self.issue.subject, self.project) {
            (Subject::Code { .. }, _) => "Snyk Code",
            (Subject::Config { .. } | Subject::Cloud { .. }, _) => "Snyk IaC",
            (_, Some(project)) if project.origin == "docker-hub" => "Snyk Container",
            _ => "Snyk Open Source",
        }
    }
}

fn problem(issue: &Issue) -> String {
    match &issue.subject {
        Subject::Package { vulnerability, .. } => vulnerability.id.clone(),
        Subject::License {
            ecosystem,
            name,
            license,
            ..
        } => format!("snyk:lic:{ecosystem}:{name}:{license}"),
        Subject::Config { rule, .. } | Subject::Cloud { rule, .. } => rule.clone(),
        Subject::Code { weakness, .. } => weakness.clone(),
        Subject::Unknown { kind, .. } => kind.clone(),
    }
}

fn kind(subject: &Subject) -> &'static str {
    match subject {
        Subject::License { .. } => "License",
        Subject::Config { .. } | Subject::Cloud { .. } => "Configuration",
        _ => "Vulnerability",
    }
}

fn introduced(issue: &Issue) -> Timestamp {
    match issue.state {
        State::Reintroduced { introduced, .. } => introduced,
        _ => issue.created_at,
    }
}

fn resolved(issue: &Issue) -> Option<Timestamp> {
    match issue.state {
        State::Resolved(at) => Some(at),
        State::Reintroduced { resolved, .. } => Some(resolved),
        _ => None,
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
