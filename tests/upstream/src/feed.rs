//! Where answers come from: organizations in types, or generated ones.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::data::{Issue, Organization, Severity, Timestamp, Vulnerability};
use crate::rest::Filter;

/// Organizations and what they hold. `at` is the place of one among [`organizations`](Self::organizations).
pub(crate) trait Feed {
    /// All organizations. What they hold of issues and packages may be elsewhere.
    fn organizations(&self) -> &[Organization];

    /// Up to `limit` issues in listing order behind a cursor, and the cursor behind them if more follow.
    /// None if the cursor is not one of this listing.
    fn page(
        &self,
        at: usize,
        filter: &Filter,
        after: Option<&str>,
        limit: usize,
    ) -> Option<Page<'_>>;

    /// The issue of this id.
    fn issue(&self, at: usize, id: &str) -> Option<Cow<'_, Issue>>;

    /// All issues, in any order.
    fn issues(&self, at: usize) -> Box<dyn Iterator<Item = Cow<'_, Issue>> + '_>;

    /// Whether all that is listed now is listed later.
    fn is_fixed(&self) -> bool;

    /// Open issues of a project by severity, lowest first.
    fn counts(&self, at: usize, project: &str) -> [u64; 5];

    /// What is known about a package version.
    fn vulnerabilities(&self, at: usize, purl: &str) -> Vec<Vulnerability>;
}

/// Issues of a page.
pub(crate) struct Page<'a> {
    /// In listing order.
    pub(crate) issues: Vec<Cow<'a, Issue>>,
    /// What leads on; none on the last page.
    pub(crate) next: Option<String>,
}

impl Feed for Vec<Organization> {
    fn organizations(&self) -> &[Organization] {
        self
    }

    fn page(
        &self,
        at: usize,
        filter: &Filter,
        after: Option<&str>,
        limit: usize,
    ) -> Option<Page<'_>> {
        let after = match after {
            Some(cursor) => Some(Key::parse(cursor)?),
            None => None,
        };
        let all = self.get(at).map_or(&[][..], |item| item.issues.as_slice());
        let mut listed = all.iter().filter(|issue| {
            let behind = after.as_ref().is_none_or(|key| *key < Key::of(issue));
            behind && filter.holds(&Filter::line(issue))
        });
        let issues: Vec<&Issue> = listed.by_ref().take(limit).collect();
        let more = listed.next().is_some();
        let last = issues.last().filter(|_| more);
        Some(Page {
            next: last.map(|issue| Key::of(issue).text()),
            issues: issues.into_iter().map(Cow::Borrowed).collect(),
        })
    }

    fn issue(&self, at: usize, id: &str) -> Option<Cow<'_, Issue>> {
        let mut issues = self.get(at)?.issues.iter();
        issues.find(|issue| issue.id == id).map(Cow::Borrowed)
    }

    fn issues(&self, at: usize) -> Box<dyn Iterator<Item = Cow<'_, Issue>> + '_> {
        let issues = self.get(at).map_or(&[][..], |item| item.issues.as_slice());
        Box::new(issues.iter().map(Cow::Borrowed))
    }

    fn is_fixed(&self) -> bool {
        false
    }

    fn counts(&self, at: usize, project: &str) -> [u64; 5] {
        let mut counts = [0; 5];
        let issues = self.get(at).map_or(&[][..], |item| item.issues.as_slice());
        let open = issues.iter().filter(|issue| issue.status() == "open");
        for issue in open.filter(|issue| issue.project == project) {
            if let Some(count) = counts.get_mut(issue.severity as usize) {
                *count += 1;
            }
        }
        counts
    }

    fn vulnerabilities(&self, at: usize, purl: &str) -> Vec<Vulnerability> {
        let packages = self
            .get(at)
            .map_or(&[][..], |item| item.packages.as_slice());
        let known = packages.iter().filter(|item| item.purl == purl);
        known
            .flat_map(|item| item.vulnerabilities.clone())
            .collect()
    }
}

/// Puts issues into listing order: the worst first, then the newest.
pub(crate) fn sort(organizations: &mut [Organization]) {
    for organization in organizations {
        organization
            .issues
            .sort_by(|a, b| Key::of(a).cmp(&Key::of(b)));
    }
}

/// What an issue is listed by. An issue whose severity changes moves, maybe in front of a cursor.
#[derive(Debug, PartialEq, Eq)]
struct Key<'a> {
    severity: Severity,
    created: Timestamp,
    id: &'a str,
}

impl<'a> Key<'a> {
    fn of(issue: &'a Issue) -> Self {
        Self {
            severity: issue.severity,
            created: issue.created_at,
            id: &issue.id,
        }
    }

    fn text(&self) -> String {
        format!("{}.{}.{}", self.severity.word(), self.created, self.id)
    }

    fn parse(text: &'a str) -> Option<Self> {
        let (severity, rest) = text.split_once('.')?;
        let (created, id) = rest.split_once('.')?;
        let mut severities = SEVERITIES.into_iter();
        Some(Self {
            severity: severities.find(|item| item.word() == severity)?,
            created: created.parse().ok()?,
            id,
        })
    }
}

impl Ord for Key<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let worst_first = other.severity.cmp(&self.severity);
        let newest_first = other.created.cmp(&self.created);
        worst_first.then(newest_first).then(self.id.cmp(other.id))
    }
}

impl PartialOrd for Key<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// All severities, lowest first.
pub(crate) const SEVERITIES: [Severity; 5] = [
    Severity::Info,
    Severity::Low,
    Severity::Medium,
    Severity::High,
    Severity::Critical,
];
