//! One vulnerability wherever it is: a line for each project, and what happened there with its date.

use std::collections::BTreeMap;

use koalr_platform::model::common::Timestamp;
use koalr_platform::model::record::{Remediation, RemediationStep};
use koalr_store::{FindingState, ListedFinding, StoredWaiver};
use maud::{Markup, html};

use super::super::figure::{Axis, Mark, Shape, Stretch, life, sign};
use super::super::frame::{Page, Place};
use super::super::part::notice;
use super::{about, day, packages, place, since, state};
use crate::report::escape::plain;
use crate::report::insight::span;

/// A finding, and the steps of its life.
#[derive(Debug)]
pub(crate) struct Traced {
    /// It.
    pub(crate) listed: ListedFinding,
    /// What happened, in order of time, with that of the findings it continues.
    pub(crate) steps: Vec<Remediation>,
}

/// A step as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Step {
    at: Timestamp,
    what: RemediationStep,
    source: String,
}

/// The page of a vulnerability. There is at least one finding of it.
pub(crate) fn timeline(
    vulnerability: &str,
    all: &[Traced],
    waivers: &[StoredWaiver],
    now: Timestamp,
) -> Page {
    let lives: Vec<(&Traced, Vec<Step>)> = all.iter().map(|one| (one, steps(one))).collect();
    let first = lives.iter().filter_map(|(_, steps)| steps.first());
    let first = first.map(|one| one.at).min().unwrap_or(now).min(now);
    let axis = Axis::between(millis(first), millis(now));
    let of = |state| {
        let all = all.iter();
        all.filter(|one| one.listed.state() == state).count()
    };
    let (open, ignored) = (of(FindingState::Open), of(FindingState::Ignored));
    let body = html! {
        @if let Some(one) = all.first() {
            (about::names(vulnerability, &one.listed.finding))
            p.sentence {
                "Open in " strong { (open) } " of " (all.len()) @if all.len() == 1 { " place" } @else { " places" }
                @if ignored > 0 { ", ignored in " (ignored) } "."
            }
            (about::facts(&one.listed.finding))
        }
        (about::waivers(waivers, now))
        h2 { "Where it is, and what happened there" }
        @if all.len() >= most() {
            (notice("warn", html! { "Only the last " (MOST_TRACED) " findings that were stored are shown." }))
        }
        (legend())
        div.lives {
            div.between.quiet { (day(first)) span { "today, " (day(now)) } }
            @for (one, steps) in &lives { (row(one, steps, axis, now)) }
        }
        @if lives.iter().any(|(_, steps)| steps.iter().any(|step| step.what == RemediationStep::Ignored)) {
            p.quiet { "Who ignored it upstream, why and until when is kept there: the listing that Koalr reads does not say." }
        }
        p { a href="/findings" { "All open findings" } }
    };
    Page {
        title: all.first().map_or_else(
            || plain(vulnerability),
            |one| plain(&one.listed.finding.title),
        ),
        place: Place::Findings,
        body,
    }
}

fn legend() -> Markup {
    let signs = [
        (Shape::Begins, "introduced or back"),
        (Shape::Seen, "first seen by Koalr"),
        (Shape::Set, "ignored or heeded again"),
        (Shape::Ends, "resolved"),
        (Shape::Lost, "not listed any more"),
    ];
    html! {
        ul.legend aria-label="Marks" { @for (shape, words) in signs { li { (sign(shape)) " " (words) } } }
    }
}

fn row(one: &Traced, steps: &[Step], axis: Axis, now: Timestamp) -> Markup {
    let listed = &one.listed;
    let marks: Vec<Mark> = steps
        .iter()
        .map(|step| Mark {
            at: millis(step.at),
            shape: shape(step.what),
        })
        .collect();
    html! {
        article.card {
            div.of {
                div { (place(listed)) (packages(&listed.finding)) }
                div { (state(listed.state())) }
            }
            (life(axis, &stretches(steps, is_open(one), now), &marks))
            ol.steps {
                @for (index, step) in steps.iter().enumerate() {
                    li title=(plain(&step.source)) {
                        (sign(shape(step.what))) " " (day(step.at)) " " (phrase(step.what))
                        @if let Some(lasted) = lasted(steps.get(..index).unwrap_or_default(), step) { " " span.quiet { "after " (lasted) } }
                    }
                }
            }
        }
    }
}

/// What happened, each once. Where no step says when it began, the finding itself does.
fn steps(one: &Traced) -> Vec<Step> {
    let mut steps: BTreeMap<(Timestamp, RemediationStep), String> = BTreeMap::new();
    for step in &one.steps {
        steps.insert((step.at, step.step), step.source.clone());
    }
    let finding = &one.listed.finding;
    let told = |wanted| steps.keys().any(|(_, step)| *step == wanted);
    let mut more = Vec::new();
    if !told(RemediationStep::Introduced) {
        let first = finding.created_at.min(since(finding));
        more.push((first, RemediationStep::Introduced));
    }
    if !told(RemediationStep::Resolved) && !finding.open {
        more.extend(
            finding
                .resolved_at
                .map(|at| (at, RemediationStep::Resolved)),
        );
    }
    for key in more {
        steps.insert(key, "as the finding says".to_owned());
    }
    steps
        .into_iter()
        .map(|((at, what), source)| Step { at, what, source })
        .collect()
}

/// How long it had been there when it ended; none for a step that ends nothing.
fn lasted(before: &[Step], step: &Step) -> Option<String> {
    use RemediationStep::{Introduced, ReIntroduced, Resolved, Vanished};
    if !matches!(step.what, Resolved | Vanished) {
        return None;
    }
    let there = before
        .iter()
        .rev()
        .take_while(|one| !matches!(one.what, Resolved | Vanished));
    let began = there.filter(|one| matches!(one.what, Introduced | ReIntroduced));
    let lasted = step.at.saturating_sub(began.last()?.at);
    Some(span(millis(lasted)))
}

/// When it was there: from each beginning to the end after it, and to now if it is open.
fn stretches(steps: &[Step], is_open: bool, now: Timestamp) -> Vec<Stretch> {
    let mut stretches = Vec::new();
    let mut since = None;
    let mut aside = false;
    for step in steps {
        let mut end = |since: &mut Option<Timestamp>| {
            stretches.extend(since.take().map(|from| Stretch {
                from: millis(from),
                to: millis(step.at),
                aside,
            }));
        };
        match step.what {
            RemediationStep::Introduced | RemediationStep::ReIntroduced => {
                since = since.or(Some(step.at));
            }
            RemediationStep::FirstSeen => {}
            RemediationStep::Ignored | RemediationStep::UnIgnored => {
                if since.is_some() {
                    end(&mut since);
                    since = Some(step.at);
                }
                aside = step.what == RemediationStep::Ignored;
            }
            RemediationStep::Resolved | RemediationStep::Vanished => end(&mut since),
        }
    }
    if is_open {
        stretches.extend(since.map(|from| Stretch {
            from: millis(from),
            to: millis(now),
            aside,
        }));
    }
    stretches
}

fn is_open(one: &Traced) -> bool {
    matches!(
        one.listed.state(),
        FindingState::Open | FindingState::Ignored
    )
}

fn shape(step: RemediationStep) -> Shape {
    match step {
        RemediationStep::Introduced | RemediationStep::ReIntroduced => Shape::Begins,
        RemediationStep::FirstSeen => Shape::Seen,
        RemediationStep::Ignored | RemediationStep::UnIgnored => Shape::Set,
        RemediationStep::Resolved => Shape::Ends,
        RemediationStep::Vanished => Shape::Lost,
    }
}

fn phrase(step: RemediationStep) -> &'static str {
    match step {
        RemediationStep::Introduced => "introduced",
        RemediationStep::ReIntroduced => "re-introduced",
        RemediationStep::FirstSeen => "first seen",
        RemediationStep::Ignored => "ignored",
        RemediationStep::UnIgnored => "heeded again",
        RemediationStep::Resolved => "resolved",
        RemediationStep::Vanished => "not listed any more",
    }
}

#[expect(clippy::cast_precision_loss, reason = "places on a screen")]
fn millis(at: Timestamp) -> f64 {
    at as f64
}

fn most() -> usize {
    usize::try_from(MOST_TRACED).unwrap_or(usize::MAX)
}

/// Findings of a vulnerability on its page.
pub(crate) const MOST_TRACED: u32 = 200;
