//! The upstream's JSON. Fields that are not read are not named; unknown ones are ignored.

use serde::Deserialize;

/// `api/authentication/validate`.
#[derive(Deserialize)]
pub(crate) struct Validity {
    pub(crate) valid: bool,
}

/// `api/users/current`.
#[derive(Deserialize)]
pub(crate) struct User {
    pub(crate) login: String,
    pub(crate) name: Option<String>,
}

/// Where a page of a listing stands.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Paging {
    /// Counted from 1.
    pub(crate) page_index: u32,
    pub(crate) page_size: u32,
    /// Records in all.
    pub(crate) total: u32,
}

impl Paging {
    /// Whether another page follows.
    pub(crate) fn leads_on(&self) -> bool {
        u64::from(self.page_index) * u64::from(self.page_size) < u64::from(self.total)
    }
}

/// `api/organizations/search`.
#[derive(Deserialize)]
pub(crate) struct Organizations {
    pub(crate) paging: Paging,
    pub(crate) organizations: Vec<Named>,
}

/// `api/components/search`.
#[derive(Deserialize)]
pub(crate) struct Components {
    pub(crate) paging: Paging,
    pub(crate) components: Vec<Named>,
}

/// A thing with a key and a name.
#[derive(Deserialize)]
pub(crate) struct Named {
    pub(crate) key: String,
    pub(crate) name: String,
}

/// `api/project_links/search`.
#[derive(Deserialize)]
pub(crate) struct Links {
    pub(crate) links: Vec<Link>,
}

/// A link of a project.
#[derive(Deserialize)]
pub(crate) struct Link {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) url: String,
}

/// `api/project_branches/list`.
#[derive(Deserialize)]
pub(crate) struct Branches {
    pub(crate) branches: Vec<Branch>,
}

/// A branch of a project.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Branch {
    pub(crate) name: String,
    pub(crate) status: Option<Status>,
    pub(crate) analysis_date: Option<String>,
}

/// What the last analysis came to.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Status {
    /// `OK` or `ERROR`; none where there is no quality gate.
    pub(crate) quality_gate_status: Option<String>,
}

/// `api/project_pull_requests/list`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PullRequests {
    pub(crate) pull_requests: Vec<PullRequest>,
}

/// A pull request that was analysed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PullRequest {
    /// Its number.
    pub(crate) key: String,
    pub(crate) status: Option<Status>,
    pub(crate) analysis_date: Option<String>,
    pub(crate) commit: Option<Commit>,
}

/// The commit that was analysed.
#[derive(Deserialize)]
pub(crate) struct Commit {
    pub(crate) sha: String,
}

/// `api/measures/component`.
#[derive(Deserialize)]
pub(crate) struct Measured {
    pub(crate) component: Measures,
}

/// Measures of one branch or pull request.
#[derive(Deserialize)]
pub(crate) struct Measures {
    pub(crate) measures: Vec<Measure>,
}

/// One measure. Those of new code have their value in a period.
#[derive(Deserialize)]
pub(crate) struct Measure {
    pub(crate) metric: String,
    value: Option<String>,
    period: Option<Period>,
    #[serde(default)]
    periods: Vec<Period>,
}

#[derive(Deserialize)]
struct Period {
    value: Option<String>,
}

impl Measure {
    /// Its value as it is written, wherever it stands.
    pub(crate) fn value(&self) -> Option<&str> {
        let periods = self.period.iter().chain(&self.periods);
        let mut values = periods.filter_map(|period| period.value.as_deref());
        self.value.as_deref().or_else(|| values.next())
    }
}

/// `api/issues/search`.
#[derive(Deserialize)]
pub(crate) struct Issues {
    pub(crate) paging: Paging,
    pub(crate) issues: Vec<Issue>,
}

/// An issue.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Issue {
    pub(crate) key: String,
    pub(crate) rule: String,
    pub(crate) severity: Option<String>,
    /// `PROJECT:PATH`.
    pub(crate) component: String,
    pub(crate) line: Option<u32>,
    /// Of the text of its line; none for an issue of a whole file.
    pub(crate) hash: Option<String>,
    pub(crate) status: String,
    pub(crate) resolution: Option<String>,
    pub(crate) message: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) creation_date: String,
    pub(crate) update_date: Option<String>,
    pub(crate) close_date: Option<String>,
}

/// `api/qualitygates/project_status`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GateStatus {
    pub(crate) project_status: Gate,
}

/// A quality gate with its conditions.
#[derive(Deserialize)]
pub(crate) struct Gate {
    #[serde(default)]
    pub(crate) conditions: Vec<Condition>,
}

/// A condition of a quality gate.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Condition {
    pub(crate) status: String,
    pub(crate) metric_key: String,
    /// `LT` or `GT`: how the actual value fails.
    pub(crate) comparator: String,
    pub(crate) error_threshold: Option<String>,
    pub(crate) actual_value: Option<String>,
}
