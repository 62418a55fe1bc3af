//! What a walk asks: one request each.

use serde::{Deserialize, Serialize};

use crate::connect::{DEFAULT, components};
use crate::contract::types::Timestamp;
use crate::endpoint::{BRANCHES, GATE, ISSUES, LINKS, MEASURES, PULL_REQUESTS, with_query};

/// One request, and how often it was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Task {
    pub(super) ask: Ask,
    /// Counted from 1; 1 where there are no pages.
    pub(super) page: u32,
    /// Tries that failed.
    pub(super) failed: u32,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Ask {
    /// The projects of an organization; those that a text finds, where a change's repository is sought.
    Projects {
        organization: String,
        like: Option<String>,
    },
    /// Which repository a project is of.
    Links(Project),
    Branches(Project),
    Measures(Branch),
    /// Issues of a branch; only those created at or after a time, where the cap was reached.
    Issues {
        branch: Branch,
        after: Option<String>,
    },
    /// Quality gates of all pull requests.
    Checks(Project),
    /// Whether the head of the change was analysed.
    Analysis(Project),
    /// Conditions of its quality gate.
    Gate(Analysed),
    /// Measures of its new code.
    NewCode(Analysed),
    /// Its new issues.
    NewIssues(Analysed),
}

/// A project of the upstream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Project {
    pub(crate) organization: String,
    pub(crate) key: String,
    pub(crate) name: String,
    /// As `owner/name`; none while unknown.
    pub(crate) repository: Option<String>,
}

/// One of its branches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Branch {
    pub(crate) project: Project,
    pub(crate) name: String,
    pub(crate) analysed_at: Option<Timestamp>,
}

/// An analysis of a pull request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Analysed {
    pub(crate) project: Project,
    pub(crate) number: String,
    pub(crate) at: Timestamp,
}

impl Branch {
    /// Id of the contract's project.
    pub(crate) fn id(&self) -> String {
        format!("{}:{}", self.project.key, self.name)
    }
}

impl Task {
    pub(super) fn new(ask: Ask) -> Self {
        Self {
            ask,
            page: 1,
            failed: 0,
        }
    }

    /// The page after this one.
    pub(super) fn next_page(&self) -> Self {
        Self {
            page: self.page + 1,
            ..Self::new(self.ask.clone())
        }
    }

    pub(super) fn organization(&self) -> &str {
        match &self.ask {
            Ask::Projects { organization, .. } => organization,
            Ask::Links(project)
            | Ask::Branches(project)
            | Ask::Checks(project)
            | Ask::Analysis(project) => &project.organization,
            Ask::Measures(branch) | Ask::Issues { branch, .. } => &branch.project.organization,
            Ask::Gate(one) | Ask::NewCode(one) | Ask::NewIssues(one) => &one.project.organization,
        }
    }

    /// Routes that lack something without the answer, of those of a listing or of those of a change.
    pub(super) fn routes(&self, of_change: bool) -> &'static [&'static str] {
        match self.ask {
            Ask::Gate(_) => &["quality-gate"],
            Ask::NewCode(_) => &["new-code"],
            Ask::NewIssues(_) => &["new-issues"],
            _ if of_change => &CHANGE_ROUTES,
            Ask::Measures(_) => &["measures"],
            Ask::Issues { .. } => &["issues"],
            Ask::Checks(_) => &["pr-checks"],
            _ => &ROUTES,
        }
    }

    pub(super) fn address(&self) -> String {
        let page = self.page.to_string();
        match &self.ask {
            Ask::Projects { organization, like } => {
                let mut more = vec![("ps", "100"), ("p", page.as_str())];
                more.extend(like.as_deref().map(|text| ("q", text)));
                components(organization, &more)
            }
            Ask::Links(project) => with_query(LINKS, &[("projectKey", &project.key)]),
            Ask::Branches(project) => with_query(BRANCHES, &[("project", &project.key)]),
            Ask::Checks(project) | Ask::Analysis(project) => {
                with_query(PULL_REQUESTS, &[("project", &project.key)])
            }
            Ask::Measures(branch) => with_query(
                MEASURES,
                &[
                    ("component", &branch.project.key),
                    ("branch", &branch.name),
                    ("metricKeys", BRANCH_METRICS),
                ],
            ),
            Ask::Issues { branch, after } => {
                let mut query = vec![
                    ("componentKeys", branch.project.key.as_str()),
                    ("branch", &branch.name),
                    ("s", "CREATION_DATE"),
                    ("asc", "true"),
                    ("ps", "500"),
                    ("p", &page),
                ];
                query.extend(after.as_deref().map(|time| ("createdAfter", time)));
                with_query(ISSUES, &query)
            }
            Ask::Gate(one) => with_query(
                GATE,
                &[
                    ("projectKey", &one.project.key),
                    ("pullRequest", &one.number),
                ],
            ),
            Ask::NewCode(one) => with_query(
                MEASURES,
                &[
                    ("component", &one.project.key),
                    ("pullRequest", &one.number),
                    ("metricKeys", NEW_CODE_METRICS),
                ],
            ),
            Ask::NewIssues(one) => with_query(
                ISSUES,
                &[
                    ("componentKeys", one.project.key.as_str()),
                    ("pullRequest", &one.number),
                    ("resolved", "false"),
                    ("ps", "500"),
                    ("p", &page),
                ],
            ),
        }
    }

    /// What is asked for, for people.
    pub(super) fn about(&self) -> String {
        let page = self.page;
        match &self.ask {
            Ask::Projects { organization, .. } if organization == DEFAULT => {
                format!("page {page} of the projects")
            }
            Ask::Projects { organization, .. } => {
                format!("page {page} of the projects of `{organization}`")
            }
            Ask::Links(project) => format!("the links of `{}`", project.key),
            Ask::Branches(project) => format!("the branches of `{}`", project.key),
            Ask::Checks(project) | Ask::Analysis(project) => {
                format!("the pull requests of `{}`", project.key)
            }
            Ask::Measures(branch) => format!("the measures of `{}`", branch.id()),
            Ask::Issues { branch, after } => {
                let since = after.as_ref().map(|time| format!(" since {time}"));
                let since = since.unwrap_or_default();
                format!("page {page} of the issues of `{}`{since}", branch.id())
            }
            Ask::Gate(one) => format!("the quality gate of `{}`", one.project.key),
            Ask::NewCode(one) => format!("the measures of new code of `{}`", one.project.key),
            Ask::NewIssues(one) => {
                format!("page {page} of the new issues of `{}`", one.project.key)
            }
        }
    }
}

/// Routes of the listing of an organization. A host concludes from the ends of `projects` and `issues` what is gone, and
/// takes `pr-checks` for the upstream's own checks of changes.
pub(super) const ROUTES: [&str; 4] = ["projects", "measures", "issues", "pr-checks"];

/// Routes of what is asked about one change.
pub(super) const CHANGE_ROUTES: [&str; 3] = ["quality-gate", "new-code", "new-issues"];

const BRANCH_METRICS: &str =
    "coverage,duplicated_lines_density,ncloc,sqale_rating,security_rating,reliability_rating";

const NEW_CODE_METRICS: &str = "new_coverage,new_duplicated_lines_density,new_lines";
