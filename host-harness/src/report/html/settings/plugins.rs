//! The loaded components: what they are, what they may, and how their calls went.

use koalr_platform::model::common::Timestamp;
use koalr_platform::model::manifest::{Manifest, Origin, OriginAddress};
use koalr_platform::rollout::{Action, Paused, Release, Swap};
use koalr_runtime::Verb;
use maud::{Markup, html};

use super::super::frame::{Page, sentence};
use super::super::part::{badge, table};
use super::progress::a_window;
use super::{PLUGINS, page, path, tabs, when};
use crate::jobs::{InspectReport, LimitRow};
use crate::observe::Calls;
use crate::report::escape::plain;
use crate::report::outcome::address;
use crate::report::pace::grouped;

/// All of them, and their calls since the server started.
pub(crate) fn plugins(
    all: &[InspectReport],
    calls: &[(Verb, &'static str, Calls)],
    since: Timestamp,
    (swaps, paused): (&[Swap], Option<&Paused>),
) -> Page {
    let body = html! {
        (tabs(PLUGINS))
        p { "A plugin is a WebAssembly component in a sandbox: no files, no sockets, no environment. What stands here is all that it may." }
        @for one in all {
            article.stack {
                section.card { (identity(one)) }
                section.card.calls { (told_calls(calls, since)) }
                section.card { (history(one, since, swaps, paused)) }
                section.card { (egress(&one.manifest)) }
                section.card { (limits(one)) }
            }
        }
    };
    page("Plugins", body)
}

fn identity(one: &InspectReport) -> Markup {
    let manifest = &one.manifest;
    let contract = one
        .exports
        .iter()
        .find_map(|name| name.split_once('@').map(|(_, version)| version));
    html! {
        h2 { a href=(path(&manifest.id)) { (plain(&manifest.name)) } " " (badge("", &format!("version {}", plain(&manifest.version)))) }
        p { (sentence(&plain(&manifest.summary))) }
        dl {
            dt { "Contract" }
            dd { @match contract { Some(version) => { "version " (plain(version)) }, None => "of unknown version" } ", world " code { (one.world) } }
            dt { "Size" } dd { (bytes(one.size_bytes)) }
            dt { "Content hash" } dd { code { "sha256:" (plain(&one.content_hash)) } }
            dt { "Token" }
            dd { @for one in &manifest.permissions { div { (plain(&one.name)) span.quiet { @if !one.required { ", optional" } ": " (plain(&one.why)) } } } }
        }
        details {
            summary { (one.exports.len()) " exports, and " (one.imports.len()) " imports: the only functions that it can call" }
            ul { @for name in one.exports.iter().chain(&one.imports) { li { code { (plain(name)) } } } }
        }
    }
}

fn told_calls(calls: &[(Verb, &'static str, Calls)], since: Timestamp) -> Markup {
    let failed = calls
        .iter()
        .filter(|(_, outcome, _)| kind(outcome) == "bad");
    let failed: u64 = failed.map(|(.., calls)| u64::from(calls.count)).sum();
    html! {
        h2 { "Calls " @if failed > 0 { (badge("bad", &format!("{} failed", grouped(failed)))) } }
        p.quiet { "Since this server started, " (when(since)) ", of all tenants together." }
        @if calls.is_empty() {
            p { "None yet: it is called when something is connected, read or judged." }
        } @else {
            @if failed == 0 { p { "No call trapped or went over a limit." } }
            @else { p { "Calls that trapped or went over a limit brought nothing, and the host went on; its log says why." } }
            (table("Calls since the server started", &["Verb", "Ended", "Calls", "Mean", "Most memory", "Last call", "Took", "Memory", "Requests"], html! {
                @for (verb, outcome, calls) in calls {
                    tr {
                        th scope="row" { (verb.word()) }
                        td { (badge(kind(outcome), outcome)) }
                        td.number { (grouped(u64::from(calls.count))) }
                        td.number { (duration(calls.mean().as_secs_f64())) }
                        td.number { (bytes(calls.memory_peak_bytes)) }
                        td.number { (ago(calls.last_at.elapsed().as_secs())) }
                        td.number { (duration(calls.last.wall.as_secs_f64())) }
                        td.number { (bytes(calls.last.memory_peak_bytes)) }
                        td.number { @if !verb.is_pure() { (grouped(u64::from(calls.last.requests))) } @else { span.quiet { "none may leave" } } }
                    }
                }
            }))
            p.quiet { "A duration has the waits for the upstream in it. " strong { "refused" } " is a decision of the integration, for example about a token." }
        }
    }
}

/// What was done with its versions, the newest first, as far as it concerns whoever looks.
fn history(
    one: &InspectReport,
    since: Timestamp,
    swaps: &[Swap],
    paused: Option<&Paused>,
) -> Markup {
    html! {
        h2 { "Versions " @if paused.is_some() { (badge("warn", "paused")) } }
        @if let Some(Paused { why, since }) = paused {
            p { "Nothing is asked of it since " (when(*since)) ": " (sentence(&plain(why))) " What is stored stays readable, and what comes meanwhile waits." }
        }
        @if swaps.is_empty() {
            p { "Version " (plain(&one.manifest.version)) " came with this server, which started " (when(since)) ". Nothing was ever put in its place." }
        } @else {
            p { "Version " (plain(&one.manifest.version)) " serves you. Calls that are under way when another one takes its place end on the version they began with." }
            (table("What was done with its versions", &["When", "What", "From", "To", "By", "Why"], html! {
                @for swap in swaps {
                    tr {
                        th scope="row" { (when(swap.at)) }
                        td { (badge(tone(swap.moved.action), swap.moved.action.word())) }
                        td { (release(swap.moved.from.as_ref())) }
                        td { (release(swap.moved.to.as_ref())) }
                        td { (plain(&swap.actor)) }
                        td { (plain(&swap.moved.note)) }
                    }
                }
            }))
        }
    }
}

fn release(release: Option<&Release>) -> Markup {
    html! {
        @if let Some(Release { version, hash }) = release {
            (plain(version)) " "
            code title=(hash.as_str()) { (hash.as_str().get(..12).unwrap_or_default()) "…" }
        }
    }
}

fn tone(action: Action) -> &'static str {
    match action {
        Action::RolledBack | Action::Withdrawn | Action::Paused => "warn",
        Action::Swapped | Action::Promoted | Action::Resumed => "good",
        _ => "",
    }
}

fn kind(outcome: &str) -> &'static str {
    match outcome {
        "ok" => "good",
        "refused" | "abandoned" => "warn",
        _ => "bad",
    }
}

/// Where requests may go. Origins with the same rules share a table.
fn egress(manifest: &Manifest) -> Markup {
    let origins = &manifest.origins;
    let mut groups: Vec<Vec<&Origin>> = Vec::new();
    for origin in origins {
        let is_alike =
            |group: &&mut Vec<&Origin>| group.first().is_some_and(|one| is_alike(one, origin));
        match groups.iter_mut().find(is_alike) {
            Some(group) => group.push(origin),
            None => groups.push(vec![origin]),
        }
    }
    html! {
        h2 { "Where its requests may go" }
        @if groups.is_empty() { p { "Nowhere." } }
        @for group in groups {
            dl { @for one in &group { dt { (plain(&one.id)) } dd { code { (address(&one.address)) } " " span.quiet { (plain(&one.label)) } } } }
            @if let Some(first) = group.first() {
                @if first.paths.is_empty() {
                    @if matches!(first.address, OriginAddress::Download(_)) {
                        p.quiet { "GET without the token, and only files that the upstream itself has named; each domain is permitted at connect." }
                    } @else {
                        p.quiet { "Nothing may be requested there." }
                    }
                } @else {
                    (table("Requests that may leave", &["Method", "Path", "Answer kept for"], html! {
                        @for rule in &first.paths {
                            tr {
                                td { (rule.method.word()) }
                                td { code { (plain(&rule.template)) } }
                                td { @match rule.fresh_secs { Some(secs) => { (grouped(u64::from(secs))) " s" }, None => span.quiet { "not kept" } } }
                            }
                        }
                    }))
                }
            }
        }
        @if !manifest.quotas.is_empty() {
            h3 { "How many" }
            (table("What the upstream allows", &["Requests at most", "To"], html! {
                @for one in &manifest.quotas {
                    tr {
                        th scope="row" { (a_window(one.requests.into(), one.window_secs)) }
                        td {
                            @if let Some(of) = one.method { (of.word()) " " }
                            @match &one.path_prefix { Some(prefix) => code { (plain(prefix)) }, None => "everything" }
                        }
                    }
                }
            }))
        }
    }
}

fn is_alike(one: &Origin, other: &Origin) -> bool {
    let is_download = |origin: &Origin| matches!(origin.address, OriginAddress::Download(_));
    one.paths == other.paths && is_download(one) == is_download(other)
}

fn limits(one: &InspectReport) -> Markup {
    html! {
        h2 { "Limits of one session" }
        (table("Limits of one session", &["Limit", "At most"], html! {
            @for limit in &one.limits {
                tr {
                    th scope="row" { (plain(&limit.name)) br; span.quiet { (meaning(&limit.name)) } }
                    td { (amount(limit)) }
                }
            }
        }))
        p.quiet { "A call that goes over one ends there, and brings nothing." }
    }
}

/// How much, in a unit that can be read.
fn amount(limit: &LimitRow) -> String {
    match limit.unit.strip_prefix("bytes") {
        Some(of) => format!("{}{}", bytes(limit.value), plain(of)),
        None => format!("{} {}", grouped(limit.value), plain(&limit.unit)),
    }
}

/// What a limit is about; nothing for one that is not known here.
fn meaning(limit: &str) -> &'static str {
    match limit {
        "memory" => "Linear memory of the component.",
        "cpu" => "Computing time; waiting uses none.",
        "wall" => "Time by the clock; waiting for a quota is not counted.",
        "instances" => "Core modules that the component is made of.",
        "tables" => "Tables of functions.",
        "table-elements" => "Entries of one such table.",
        "handles" => "Requests, streams and timers that it holds at once.",
        "hostcall" => "Text and lists that it hands over.",
        "requests" => "Requests that it may begin.",
        "request-body" => "What it sends.",
        "response-body" => "What it is answered.",
        "download" => "A file of an export, which streams.",
        "log" => "What it logs; the rest is dropped.",
        "log-message" => "One line of its log; a longer one is cut.",
        "stdio" => "What it prints; the rest is dropped.",
        _ => "",
    }
}

fn ago(secs: u64) -> String {
    match secs {
        0..120 => format!("{secs} s ago"),
        120..7_200 => format!("{} min ago", secs / 60),
        _ => format!("{} h ago", grouped(secs / 3_600)),
    }
}

fn bytes(bytes: u64) -> String {
    match bytes {
        0 => "not known".to_owned(),
        1..MIB => format!("{} KiB", grouped(bytes.div_ceil(1024))),
        _ => {
            let tenths = bytes.saturating_mul(10) / MIB;
            match tenths % 10 {
                0 => format!("{} MiB", grouped(tenths / 10)),
                tenth => format!("{}.{tenth} MiB", grouped(tenths / 10)),
            }
        }
    }
}

fn duration(secs: f64) -> String {
    if secs < 0.01 {
        format!("{:.2} ms", secs * 1000.0)
    } else if secs < 1.0 {
        format!("{:.0} ms", secs * 1000.0)
    } else {
        format!("{secs:.1} s")
    }
}

const MIB: u64 = 1 << 20;
