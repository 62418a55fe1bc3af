//! How far reading is: what the server says of it, and numbers that a script keeps up to date.

use koalr_platform::model::common::Timestamp;
use koalr_platform::model::manifest::{Manifest, Quota};
use maud::{Markup, html};

use super::super::frame::Page;
use super::super::part::{badge, notice};
use super::connection::is_partial;
use super::{Card, Syncing, path, when};
use crate::RateShare;
use crate::jobs::{ConnectionStatus, JobReport, JobWord, WalkStatus};
use crate::report::escape::plain;
use crate::report::pace::grouped;
use crate::web::SyncNews;

/// The state of reading, its numbers while it runs, and what to do if it stopped.
pub(super) fn progress(card: &Card, one: &ConnectionStatus) -> Markup {
    let own = path(&one.integration);
    html! {
        section.card data-news={ (own) "/news" } data-integration=(one.integration) {
            h2 data-anew="stage" { "Reading " (stage(&card.syncing, one)) }
            (told(card, one))
            @if let Some(news) = &card.syncing.running {
                (running(card, news))
                p { a href=(own) { "Look again" } " " span.quiet { "for the numbers as they are now; with scripts they move by themselves. You may leave the page: reading goes on." } }
            }
        }
    }
}

/// A page of figures, below a word that they are of less than there is.
pub(crate) fn marked(manifest: &Manifest, syncing: &Syncing, page: Page) -> Page {
    let name = plain(&manifest.name);
    let begun = match (&syncing.running, syncing.queued()) {
        (Some(news), _) => html! {
            strong { "The first sync of " (name) " is under way" }
            @match news.total {
                Some(total) => { ": " (grouped(u64::from(news.pages.min(total)))) " of " (grouped(u64::from(total))) " pages are read." }
                None => ".",
            }
        },
        (None, Some(_)) => {
            html! { strong { "The first sync of " (name) " has not ended yet" } "." }
        }
        (None, None) => {
            html! { strong { "The first sync of " (name) " stopped before its end" } "." }
        }
    };
    let told = notice(
        "warn",
        html! { p { (begun) " What you see is of what was read so far. " a href=(path(&manifest.id)) { "See how far it is" } } },
    );
    Page {
        body: html! { (told) (page.body) },
        ..page
    }
}

/// The state of reading in a word.
pub(super) fn stage(syncing: &Syncing, one: &ConnectionStatus) -> Markup {
    let ended = one.walk.and_then(|walk| walk.ended_at);
    match (&syncing.running, syncing.failed(one), ended) {
        (Some(news), _, _) if news.paused_secs.is_some() => badge("warn", "waiting"),
        (Some(_), _, _) => badge("", "under way"),
        (None, Some(job), _) if job.state == JobWord::Dead => badge("bad", "given up"),
        (None, Some(_), _) => badge("warn", "failed, tried again"),
        (None, None, Some(_)) if is_partial(one) => badge("warn", "done, with gaps"),
        (None, None, Some(_)) => badge("good", "up to date"),
        (None, None, None) if syncing.queued().is_some() => badge("", "queued"),
        (None, None, None) => badge("warn", "stopped"),
    }
}

/// What that means, and what to do.
fn told(card: &Card, one: &ConnectionStatus) -> Markup {
    let syncing = &card.syncing;
    if let Some(news) = &syncing.running {
        return html! {
            p data-live="told" { (now(news)) }
            p.quiet { "What is read counts at once, and is partial until the end." }
        };
    }
    if let Some(job) = syncing.failed(one) {
        return failed(job, &card.manifest.id);
    }
    let next = syncing.queued().map(|job| job.not_before);
    match one.walk {
        Some(WalkStatus {
            ended_at: Some(at), ..
        }) => html! {
            p {
                "Everything was last read " (when(at)) "."
                @if let Some(next) = next { " " (begins(next, syncing.now)) }
            }
        },
        Some(WalkStatus {
            resume_at: Some(at),
            ..
        }) if at > syncing.now => html! {
            p { "The upstream asks not to go on before " (when(at)) ". It goes on by itself; what was read so far is stored, and partial." }
        },
        walk => html! {
            p {
                @if walk.is_some() { "What was read so far is stored, and partial. " } @else { "Nothing was read yet. " }
                @match next {
                    Some(next) => (begins(next, syncing.now)),
                    None => "Sync now goes on where it stopped.",
                }
            }
        },
    }
}

fn begins(at: Timestamp, now: Timestamp) -> Markup {
    html! {
        "The next sync begins "
        @if at > now { (when(at)) } @else { "within seconds" }
        "."
    }
}

/// What is done now. The script says the same.
fn now(news: &SyncNews) -> String {
    match (news.paused_secs, &news.reading) {
        (Some(secs), _) => format!(
            "The upstream asked to wait: it goes on in {} s.",
            grouped(u64::from(secs))
        ),
        (None, Some(reading)) => format!("Reading {}.", plain(reading)),
        (None, None) => "Asking for the first pages.".to_owned(),
    }
}

/// How long it takes yet. The script says the same.
fn left(secs: Option<u64>) -> String {
    match secs {
        Some(secs @ 0..120) => format!("about {secs} s"),
        Some(secs) => format!("about {} minutes", grouped(secs.div_ceil(60))),
        None => "not known yet".to_owned(),
    }
}

fn failed(job: &JobReport, integration: &str) -> Markup {
    let is_dead = job.state == JobWord::Dead;
    notice(
        if is_dead { "bad" } else { "warn" },
        html! {
            p { strong { "The last attempt failed: " } (plain(&job.reason)) "." }
            p {
                @if is_dead { "It is not tried again by itself: see to the reason, then press Sync now." }
                @else { "It is tried again by itself at " (when(job.not_before)) "." }
                " What was read before is stored, and counts. If the token is the reason, "
                a href={ (path(integration)) "/connect" } { "replace it" } "."
            }
        },
    )
}

/// Numbers of the run, each where the script finds it.
fn running(card: &Card, news: &SyncNews) -> Markup {
    let pages = u64::from(news.pages);
    let total = news.total.map(u64::from).filter(|total| *total > 0);
    html! {
        label.unseen for="pages" { "Pages read" }
        progress #pages max=[total] value=[total.map(|total| pages.min(total))] {}
        dl {
            dt { "Pages" }
            dd data-live="pages" {
                (grouped(pages)) @if let Some(total) = total { " of " (grouped(total)) }
            }
            dt { "Records" } dd data-live="records" { (grouped(news.records)) }
            dt { "Requests" }
            dd {
                span data-live="requests" { (grouped(news.requests)) }
                span data-live="pace" { @if let Some(pace) = news.requests_per_minute { ", about " (grouped(pace)) " a minute" } }
                @if let Some(limit) = limit(&card.manifest.quotas, card.syncing.share) {
                    br; span.quiet { "At most " (limit) " are sent: " (card.syncing.share.to_percent()) " % of what the upstream allows." }
                }
            }
            dt { "Time left" } dd data-live="left" { (left(news.left_secs)) }
        }
    }
}

/// What is used of the limits for all requests, in words; none if there are none.
fn limit(quotas: &[Quota], share: RateShare) -> Option<String> {
    let all = quotas
        .iter()
        .filter(|one| one.method.is_none() && one.path_prefix.is_none());
    let limits: Vec<String> = all
        .map(|one| {
            let used = u64::from(one.requests) * u64::from(share.to_percent()) / 100;
            a_window(used.max(1), one.window_secs)
        })
        .collect();
    (!limits.is_empty()).then(|| limits.join(" and "))
}

/// So many requests in a window, in words.
pub(super) fn a_window(requests: u64, window_secs: u32) -> String {
    let requests = grouped(requests);
    match window_secs {
        1 => format!("{requests} a second"),
        60 => format!("{requests} a minute"),
        3600 => format!("{requests} an hour"),
        secs => format!("{requests} in {secs} s"),
    }
}

impl Syncing {
    /// The sync that waits or runs.
    fn queued(&self) -> Option<&JobReport> {
        self.jobs.iter().find(|job| job.state != JobWord::Dead)
    }

    /// The job whose last attempt failed; none if something was read to its end since.
    fn failed(&self, one: &ConnectionStatus) -> Option<&JobReport> {
        let ended = one.walk.and_then(|walk| walk.ended_at);
        // A fresh one takes the place of one that was given up.
        let job = self.queued().or(self.jobs.first())?;
        let is_new = ended.is_none_or(|ended| job.created_at >= ended);
        (!job.reason.is_empty() && is_new).then_some(job)
    }
}
