//! What a dashboard is about, as it stands in its address.

use form_urlencoded::Serializer;
use koalr_platform::debt::{Age, DebtRows, Level};
use koalr_platform::ledger::Scope;
use koalr_platform::links::Window;
use koalr_platform::model::common::{FixState, Timestamp};
use maud::{Markup, html};

use crate::jobs::CountedFigure;
use crate::report::escape::plain;
use crate::report::insight::word;
use crate::report::instant::utc;
use crate::web::After;

/// What a dashboard is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DashboardFilter {
    /// Days that its window has.
    pub days: u32,
    /// When it ends; none for now.
    pub to: Option<Timestamp>,
    /// Which rows.
    pub scope: Scope,
    /// Only findings of this severity where there is a row for each; none for all.
    pub severity: Option<Level>,
}

/// Which rows of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct RowsPart {
    /// When their window begins; none for the days of the filter.
    pub from: Option<Timestamp>,
    /// How long after a deployment an incident counts, where deployments are compared; none for the usual.
    pub window: Option<Window>,
    /// Only of findings that have been open for so long.
    pub age: Option<Age>,
    /// Only of findings whose fix is known like this.
    pub fix: Option<FixState>,
    /// Only what came or went in the week of this time.
    pub week: Option<Timestamp>,
    /// Row of the finding that the page before ended with; none for the first.
    pub after: Option<i64>,
}

impl Default for DashboardFilter {
    fn default() -> Self {
        Self {
            days: DAYS,
            to: None,
            scope: Scope::default(),
            severity: None,
        }
    }
}

impl DashboardFilter {
    /// The dashboard with this filter.
    pub(super) fn path(&self) -> String {
        self.address("/dashboard")
    }

    /// The rows of a figure with this filter. They end when the figures did, so that they are as many.
    pub(super) fn rows(&self, figure: CountedFigure, as_of: Timestamp) -> String {
        let filter = Self {
            to: Some(as_of),
            ..self.clone()
        };
        filter.address(&format!("/dashboard/rows/{}", figure.name()))
    }

    /// The findings behind a number of what is owed, likewise.
    pub(super) fn spells(&self, rows: DebtRows, as_of: Timestamp) -> String {
        self.more_spells(rows, as_of, None, None)
    }

    /// The same from a time on, behind the row that a page ended with.
    pub(super) fn more_spells(
        &self,
        rows: DebtRows,
        as_of: Timestamp,
        from: Option<Timestamp>,
        after: Option<i64>,
    ) -> String {
        let filter = Self {
            to: Some(as_of),
            severity: rows.severity,
            ..self.clone()
        };
        let id = String::new();
        let more = [
            ("from", from.map(utc)),
            ("age", rows.age.map(|age| age.days().to_owned())),
            ("fix", rows.fix.map(|fix| fix_word(fix).to_owned())),
            ("week", rows.week.map(utc)),
            ("cursor", after.map(|at| After { at, id }.text())),
        ];
        filter.with(&format!("/dashboard/rows/{}", rows.figure.name()), more)
    }

    fn address(&self, path: &str) -> String {
        self.with(path, [])
    }

    fn with<const N: usize>(&self, path: &str, more: [(&str, Option<String>); N]) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("days", &self.days.to_string());
        let given = [
            ("to", self.to.map(utc)),
            ("repository", self.scope.repository.clone()),
            ("service", self.scope.service.clone()),
            ("severity", self.severity.map(|one| word(one).to_owned())),
        ];
        for (name, value) in given.into_iter().chain(more) {
            if let Some(value) = value {
                query.append_pair(name, &value);
            }
        }
        format!("{path}?{}", query.finish())
    }

    /// The same of a service.
    pub(super) fn of_service(&self, service: &str) -> Self {
        let mut filter = self.clone();
        filter.scope.service = Some(service.to_owned());
        filter
    }

    /// The same of a repository.
    pub(super) fn of_repository(&self, repository: &str) -> Self {
        let mut filter = self.clone();
        filter.scope.repository = Some(repository.to_owned());
        filter
    }

    /// Whether a severity is to be shown.
    pub(super) fn shows(&self, level: Level) -> bool {
        self.severity.is_none_or(|one| one == level)
    }
}

/// What is known of a fix, in an address.
pub(super) fn fix_word(fix: FixState) -> &'static str {
    match fix {
        FixState::Available => "available",
        FixState::Partial => "partial",
        FixState::None => "none",
        FixState::Unknown => "unknown",
    }
}

/// The form that changes it, with what is selected.
pub(super) fn form(
    filter: &DashboardFilter,
    services: &[String],
    repositories: &[String],
) -> Markup {
    let selected = filter.scope.service.as_deref();
    let is = |one: &str| selected.is_some_and(|selected| selected.eq_ignore_ascii_case(one));
    // A service may be asked for by a name that it had before.
    let other = selected.filter(|_| !services.iter().any(|one| is(one)));
    html! {
        form.filters action="/dashboard" role="search" aria-label="Filters" {
            div {
                label for="days" { "Window" }
                select #days name="days" {
                    @for days in WINDOWS {
                        option value=(days) selected[days == filter.days] { "Last " (days) " days" }
                    }
                }
            }
            div {
                label for="service" { "Service" }
                select #service name="service" {
                    option value="" { "All services" }
                    @for one in services { option value=(one) selected[is(one)] { (plain(one)) } }
                    @if let Some(other) = other { option value=(other) selected { (plain(other)) } }
                }
            }
            div {
                label for="repository" { "Repository" }
                input #repository name="repository" list="repositories" placeholder="All repositories"
                    value=[filter.scope.repository.as_deref()];
                datalist #repositories { @for one in repositories.iter().take(MOST_OFFERED) { option value=(one) {} } }
            }
            div {
                label for="severity" { "Severity" }
                select #severity name="severity" {
                    option value="" { "All severities" }
                    @for level in Level::ALL {
                        option value=(word(level)) selected[filter.severity == Some(level)] { (word(level)) }
                    }
                }
            }
            @if let Some(to) = filter.to { input type="hidden" name="to" value=(utc(to)); }
            button { "Show" }
            @if *filter != DashboardFilter::default() { a.button href="/dashboard" { "Show all" } }
        }
    }
}

/// Days of a window that nobody chose: as on the command line.
const DAYS: u32 = 90;

/// Windows to choose from, in days.
const WINDOWS: [u32; 3] = [30, 90, 365];

/// Repositories that a browser proposes; others can be typed.
const MOST_OFFERED: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_the_filter_and_nothing_else() {
        let mut filter = DashboardFilter::default();
        assert_eq!(filter.path(), "/dashboard?days=90");
        filter.days = 30;
        filter.scope.service = Some("a&b=\"c\"".to_owned());
        filter.severity = Some(Level::High);
        assert_eq!(
            filter.rows(CountedFigure::Changes, 1_772_409_600_999),
            "/dashboard/rows/changes?days=30&to=2026-03-02T00%3A00%3A00Z&service=a%26b%3D%22c%22&severity=high"
        );
    }

    #[test]
    fn what_is_selected_stays_so_whatever_its_case() {
        let mut filter = DashboardFilter::default();
        filter.scope.service = Some("Checkout".to_owned());
        filter.scope.repository = Some("a/\"><b>".to_owned());
        let shown = form(&filter, &["checkout".to_owned()], &[]).0;
        assert!(
            shown.contains("<option value=\"checkout\" selected>"),
            "{shown}"
        );
        assert!(shown.contains("value=\"a/&quot;&gt;&lt;b&gt;\""), "{shown}");
        filter.scope.service = Some("till".to_owned());
        let shown = form(&filter, &["checkout".to_owned()], &[]).0;
        assert!(
            shown.contains("<option value=\"till\" selected>till"),
            "{shown}"
        );
    }
}
