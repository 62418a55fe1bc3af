//! Whether vulnerabilities are followed by incidents, and what scores have been worth.

mod calibration;
mod table;
mod verdict;

use koalr_platform::calibration::Calibration;
use koalr_platform::correlation::{Correlation, Lasting, LetPass, Series, Tied};
use koalr_platform::ledger::Scope;
use koalr_platform::links::Window;
use koalr_platform::model::common::Timestamp;
use koalr_platform::model::evidence::Observation;
use maud::{Markup, html};

use super::address::{segment, with_query};
use super::frame::{Page, Place, sentence};
use super::part::{badge, empty, table as part_table};
use crate::report::escape::plain;
use crate::report::figure::tenths;
use crate::report::insight::{chance, counted, millis, percent, span, unknown};
use crate::report::instant::utc;
use crate::report::pace::grouped;

/// What is shown, and what was asked for.
#[derive(Debug)]
pub(crate) struct Shown {
    /// Exposure and incidents.
    pub(crate) report: Correlation,
    /// Scores and incidents.
    pub(crate) calibration: Calibration,
    /// Beginning of the time as it stands in the address; none if it does not.
    pub(crate) from: Option<Timestamp>,
    /// Its end, likewise.
    pub(crate) to: Option<Timestamp>,
}

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    /// Which deployments.
    pub(crate) scope: &'a Scope,
    /// How long after a deployment an incident counts.
    pub(crate) window: Window,
    /// As [`Shown::from`].
    pub(crate) from: Option<Timestamp>,
    /// As [`Shown::to`].
    pub(crate) to: Option<Timestamp>,
}

/// Why it cannot be answered.
#[derive(Debug)]
pub(crate) struct Wrong {
    /// The field that is wrong; none if none is.
    pub(crate) field: Option<&'static str>,
    /// What is wrong, in a sentence.
    pub(crate) why: String,
}

/// The page. It speaks of association only.
pub(crate) fn page(shown: &Shown) -> Page {
    let report = &shown.report;
    let series = [&report.observed, &report.reconstructed];
    let body = html! {
        p.quiet {
            "Are deployments that introduced a vulnerability of CVSS 7.0 or more followed by more incidents than others? "
            span { (day(report.from)) " to " (day(report.as_of)) "." }
        }
        (filters(&shown.question(), None))
        (windows(shown))
        @if report.cohort.deployments == 0 { (nothing()) }
        @else if series.iter().all(|one| one.deployments == 0) { (nobody_knows(shown)) }
        @for one in series.into_iter().filter(|one| one.deployments > 0) { (of_series(shown, one)) }
        @if report.cohort.deployments > 0 { (ties(shown)) (cohort(shown)) }
        (calibration::section(&shown.calibration))
    };
    whole(body)
}

/// The page without an answer, with what is wrong with the question.
pub(crate) fn refused(question: &Question<'_>, wrong: &Wrong) -> Page {
    whole(filters(question, Some(wrong)))
}

fn whole(body: Markup) -> Page {
    Page {
        title: "Security and incidents".to_owned(),
        place: Place::Correlation,
        body,
    }
}

impl Shown {
    fn question(&self) -> Question<'_> {
        Question {
            scope: &self.report.scope,
            window: self.report.settings.window,
            from: self.from,
            to: self.to,
        }
    }

    /// Where this page is with another window.
    fn address(&self, window: Window) -> String {
        self.with("/correlation", window)
    }

    /// Where the rows behind a figure are.
    fn rows(&self, figure: &str) -> String {
        let path = format!("/dashboard/rows/{figure}");
        self.with(&path, self.report.settings.window)
    }

    fn with(&self, path: &str, window: Window) -> String {
        let scope = &self.report.scope;
        let (from, to) = (self.from.map(utc), self.to.map(utc));
        let query = [
            ("repository", scope.repository.as_deref()),
            ("service", scope.service.as_deref()),
            ("from", from.as_deref()),
            ("to", to.as_deref()),
            ("window", Some(word(window))),
        ];
        with_query(path, query)
    }
}

fn filters(question: &Question<'_>, wrong: Option<&Wrong>) -> Markup {
    let scope = question.scope;
    html! {
        form.filters role="search" aria-label="Which deployments" {
            (named("repository", "Repository", scope.repository.as_deref(), wrong))
            (named("service", "Service", scope.service.as_deref(), wrong))
            @if let Some(from) = question.from { input type="hidden" name="from" value=(utc(from)); }
            @if let Some(to) = question.to { input type="hidden" name="to" value=(utc(to)); }
            input type="hidden" name="window" value=(word(question.window));
            button { "Show" }
            @if wrong.is_some() || *scope != Scope::default() { a.button href="/correlation" { "Show all" } }
            @if let Some(wrong) = wrong { p.field { strong #told role="alert" { (sentence(&plain(&wrong.why))) } } }
        }
    }
}

fn named(name: &str, label: &str, value: Option<&str>, wrong: Option<&Wrong>) -> Markup {
    let is_wrong = wrong.is_some_and(|wrong| wrong.field == Some(name));
    html! {
        div {
            label for=(name) { (label) }
            input #(name) name=(name) placeholder="All" value=[value]
                aria-invalid=[is_wrong.then_some("true")] aria-describedby=[is_wrong.then_some("told")];
        }
    }
}

fn windows(shown: &Shown) -> Markup {
    let now = shown.report.settings.window;
    html! {
        nav.windows aria-label="How long after a deployment an incident counts" {
            span.quiet { "Incidents within" }
            @for window in Window::ALL {
                a href=(shown.address(window)) aria-current=[(window == now).then_some("true")] { (window.phrase()) }
            }
        }
    }
}

fn nothing() -> Markup {
    let next = html! {
        p { "Nothing was deployed to production in this time, as far as Koalr knows. Tell it of deployments and incidents, and of the changes that they brought:" }
        pre { code { "koalr import history.json" } }
        p { "or send them to the API as they happen." }
    };
    empty("No deployments yet", next)
}

fn nobody_knows(shown: &Shown) -> Markup {
    let next = html! {
        p { "There are " (counted(shown.report.cohort.deployments, "deployment", "deployments")) ", but of none is it known what it introduced. Judge the changes of the past as they would have been judged:" }
        pre { code { "koalr reconstruct" } }
    };
    empty("Exposure is not known", next)
}

fn of_series(shown: &Shown, one: &Series) -> Markup {
    let (name, about) = match one.observation {
        Observation::Observed => (
            "Observed",
            "Every change of these deployments was judged at the time.",
        ),
        Observation::Reconstructed => (
            "Reconstructed",
            "At least one change of these deployments was judged later, from what is known of the past. These figures are weaker, and are never mixed with observed ones.",
        ),
    };
    let let_pass = [
        ("let pass in spite of the gate", &one.overridden),
        ("marked as a success upstream", &one.marked_as_success),
    ];
    html! {
        section.card.part {
            h2 { (name) " " span.quiet { (counted(one.deployments, "deployment", "deployments")) } }
            p.quiet { (about) }
            (verdict::sentence(&one.headline))
            (table::arms(shown, &one.headline))
            (table::ratios(&one.headline))
            (verdict::scales(one))
            (table::windows(shown, &one.windows))
            @if one.repositories.len() > 1 { (table::repositories(&one.repositories)) }
            details {
                summary { "More comparisons" }
                h3 { "Against all other deployments" }
                p { (one.all_others.sentence) }
                @for (words, passed) in let_pass { @if passed.deployments > 0 { (passed_on(words, passed)) } }
                h3 { "Free of incidents for " (shown.report.settings.window.phrase()) }
                ul {
                    li { "Exposed: " (lasting(&one.times.exposed)) }
                    li { "Others: " (lasting(&one.times.others)) }
                    @if let Some(test) = one.times.log_rank.known() { li { "That both last alike, by a log-rank test: " (chance(test.p)) } }
                }
            }
        }
    }
}

fn passed_on(words: &str, one: &LetPass) -> Markup {
    html! {
        h3 { "Changes " (words) }
        p {
            (counted(one.deployments, "deployment", "deployments")) " brought one, "
            (grouped(one.exposed.into())) " of them exposed. " (one.comparison.sentence)
        }
    }
}

fn lasting(one: &Lasting) -> String {
    let n = counted(one.deployments, "deployment", "deployments");
    match one.free.known() {
        Some(free) => format!(
            "{} ({:.1} to {:.1}) of {n}",
            percent(free.share),
            free.low * 100.0,
            free.high * 100.0
        ),
        None => format!("{n}, none of them watched so long"),
    }
}

/// Which changes and incidents are behind it.
fn ties(shown: &Shown) -> Markup {
    let ties = &shown.report.ties;
    let heads = ["Change", "Incident", "Began", "After", "Why they are tied"];
    html! {
        section.part {
            h2 { "The changes and incidents behind it" }
            @if ties.listed.is_empty() {
                p { "No incident is tied to a change that introduced a vulnerability of CVSS 7.0 or more." }
            } @else {
                (part_table("Changes and the incidents that followed", &heads, html! {
                    @for one in ties.listed.iter().take(MOST_TIES) { (tied(one)) }
                }))
            }
            @let more = (ties.listed.len() as u64).saturating_sub(MOST_TIES as u64) + ties.more;
            @if more > 0 { p.quiet { (grouped(more)) " more are in " code { "koalr report correlation --format json" } "." } }
            @if ties.named_another > 0 {
                p.quiet { (counted(ties.named_another, "incident", "incidents")) " of exposed deployments name another change." }
            }
        }
    }
}

fn tied(one: &Tied) -> Markup {
    html! {
        tr {
            td.name {
                a href={ "/changes/" (segment(&one.change)) } { (plain(&one.change)) } " "
                @if one.observation == Observation::Reconstructed { (badge("", "reconstructed")) }
                div.quiet { @match one.highest { Some(score) => { "introduced CVSS " (tenths(score)) }, None => "introduced one without a score" } }
            }
            td.name {
                (plain(&one.title))
                div.quiet { (plain(&one.incident)) @if let Some(service) = &one.service { " · " (plain(service)) } }
            }
            td.date { (utc(one.started_at)) }
            td.date { (span(millis(one.after_ms))) @if !one.within_window { div { (badge("", "beyond the window")) } } }
            td.name { (one.reason.phrase()) }
        }
    }
}

/// Which deployments count, and which cannot.
fn cohort(shown: &Shown) -> Markup {
    let cohort = &shown.report.cohort;
    html! {
        section.part {
            h2 { "Which deployments these are" }
            dl {
                dt { "All" } dd { a href=(shown.rows("deployments")) { (grouped(cohort.deployments.into())) } }
                dt { "Observed" } dd { (grouped(cohort.observed.into())) }
                dt { "Reconstructed" } dd { (grouped(cohort.reconstructed.into())) }
                dt { "Exposure not known" }
                dd {
                    (grouped(cohort.unknown.total().into()))
                    @for (why, count) in unknown(&cohort.unknown) { @if count > 0 { div.quiet { (grouped(count.into())) " " (why) } } }
                }
                @if cohort.scope_unknown > 0 { dt { "Perhaps in scope" } dd { (grouped(cohort.scope_unknown.into())) " whose repository is not known" } }
            }
        }
    }
}

/// A day in UTC, with its whole time for who asks.
fn day(at: Timestamp) -> Markup {
    let time = utc(at);
    html! { time datetime=(time) title=(time) { (time.split('T').next().unwrap_or_default()) } }
}

/// As it stands in an address.
fn word(window: Window) -> &'static str {
    match window {
        Window::Hours4 => "4h",
        Window::Days7 => "7d",
        Window::Days14 => "14d",
        Window::Days30 => "30d",
    }
}

/// Pairs of a change and an incident on the page.
const MOST_TIES: usize = 50;

#[cfg(test)]
mod tests;
