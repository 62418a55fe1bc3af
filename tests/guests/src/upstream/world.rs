//! What the mock knows.

/// One organization with its projects.
#[derive(Debug, Clone)]
pub struct World {
    /// Key of the organization.
    pub organization: String,
    /// Its projects, in the order in which they are listed.
    pub projects: Vec<Project>,
    /// Most projects on one page of their listing.
    pub page_size: usize,
}

/// A project with one branch, `main`.
#[derive(Debug, Clone)]
pub struct Project {
    /// Its key.
    pub key: String,
    /// Address of its repository; none where nobody linked one.
    pub repository: Option<String>,
    /// Coverage of its branch, in percent.
    pub coverage: f64,
    /// Issues of its branch.
    pub issues: Vec<Issue>,
    /// Its analysed pull requests.
    pub pull_requests: Vec<PullRequest>,
}

/// An issue.
#[derive(Debug, Clone)]
pub struct Issue {
    /// Its key.
    pub key: String,
    /// The rule that it breaks.
    pub rule: String,
    /// One of the upstream's words.
    pub severity: String,
    /// Whether it is closed.
    pub closed: bool,
}

/// A pull request's analysis.
#[derive(Debug, Clone)]
pub struct PullRequest {
    /// Its number.
    pub number: u32,
    /// The commit that was analysed.
    pub sha: String,
    /// Conditions of its quality gate, which fails if one of them does.
    pub conditions: Vec<Condition>,
    /// Coverage of its new code, in percent.
    pub coverage: f64,
    /// Its new issues.
    pub issues: Vec<Issue>,
}

/// A condition of a quality gate: a metric of at least so much.
#[derive(Debug, Clone)]
pub struct Condition {
    /// Key of the metric.
    pub metric: String,
    /// Below it the condition fails.
    pub threshold: f64,
    /// What the metric is.
    pub actual: f64,
}

impl World {
    /// A shop with one pull request that fails its gate and one that passes, and a site of which nobody knows the
    /// repository.
    #[must_use]
    pub fn sample() -> Self {
        let issue = |key: &str, rule: &str, severity: &str| Issue {
            key: key.to_owned(),
            rule: rule.to_owned(),
            severity: severity.to_owned(),
            closed: false,
        };
        let request = |number: u32, coverage: f64, issues: Vec<Issue>| PullRequest {
            number,
            sha: format!("{number:040x}"),
            conditions: vec![Condition {
                metric: "new_coverage".to_owned(),
                threshold: 80.0,
                actual: coverage,
            }],
            coverage,
            issues,
        };
        let closed = Issue {
            closed: true,
            ..issue("I-3", "rust:S3", "MINOR")
        };
        Self {
            organization: "acme".to_owned(),
            projects: vec![
                Project {
                    key: "acme_shop".to_owned(),
                    repository: Some("https://github.com/acme/shop".to_owned()),
                    coverage: 81.4,
                    issues: vec![
                        issue("I-1", "rust:S1", "MAJOR"),
                        issue("I-2", "rust:S2", "BLOCKER"),
                        closed,
                    ],
                    pull_requests: vec![
                        request(7, 63.1, vec![issue("I-7", "rust:S7", "MAJOR")]),
                        request(8, 92.0, Vec::new()),
                    ],
                },
                Project {
                    key: "acme_site".to_owned(),
                    repository: None,
                    coverage: 40.0,
                    issues: vec![issue("I-9", "css:S9", "MINOR")],
                    pull_requests: Vec::new(),
                },
            ],
            page_size: 100,
        }
    }

    /// The project of a key.
    pub(super) fn project(&self, key: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.key == key)
    }
}

impl PullRequest {
    /// Whether every condition holds.
    pub(super) fn passes(&self) -> bool {
        self.conditions.iter().all(Condition::holds)
    }
}

impl Condition {
    pub(super) fn holds(&self) -> bool {
        self.actual >= self.threshold
    }
}
