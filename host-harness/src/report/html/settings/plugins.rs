//! The loaded components: what they are, what they may, and how their calls went.

use koalr_platform::model::common::Timestamp;
use koalr_platform::model::manifest::{Origin, OriginAddress};
use koalr_runtime::Verb;
use maud::{Markup, html};

use super::super::frame::Page;
use super::super::part::{badge, table};
use super::{PLUGINS, page, path, tabs, when};
use crate::jobs::InspectReport;
use crate::observe::Calls;
use crate::report::escape::plain;
use crate::report::outcome::{address, method};
use crate::report::pace::grouped;

/// All of them, and their calls since the server started.
pub(crate) fn plugins(
    all: &[InspectReport],
    calls: &[(Verb, &'static str, Calls)],
    since: Timestamp,
) -> Page {
    let body = html! {
        (tabs(PLUGINS))
        p { "A plugin is a WebAssembly component in a sandbox: no files, no sockets, no environment. What stands here is all that it may." }
        @for one in all {
            article.stack {
                section.card { (identity(one)) }
                section.card { (told_calls(calls, since)) }
                section.card { (egress(&one.manifest.origins)) }
                section.card.amounts { (limits(one)) }
            }
        }
    };
    page("Plugins", body)
}

fn identity(one: &InspectReport) -> Markup {
    let manifest = &one.manifest;
    html! {
        h2 { a href=(path(&manifest.id)) { (plain(&manifest.name)) } " " (badge("", &format!("version {}", plain(&manifest.version)))) }
        p { (plain(&manifest.summary)) }
        dl {
            dt { "Content hash" } dd { code { "sha256:" (plain(&one.content_hash)) } }
            dt { "Size" } dd { (bytes(one.size_bytes)) }
            dt { "Contract" } dd { "world " code { (one.world) } }
            dt { "Exports" } dd { @for name in &one.exports { div { code { (plain(name)) } } } }
        }
        details {
            summary { (one.imports.len()) " imports, the only functions that it can call" }
            ul { @for name in &one.imports { li { code { (plain(name)) } } } }
        }
    }
}

fn told_calls(calls: &[(Verb, &'static str, Calls)], since: Timestamp) -> Markup {
    html! {
        h2 { "Calls" }
        p.quiet { "Since this server started, " (when(since)) ", of all tenants together." }
        @if calls.is_empty() {
            p { "None yet." }
        } @else {
            (table("Calls since the server started", &["Verb", "Ended", "Calls", "Mean duration", "Peak memory"], html! {
                @for (verb, outcome, calls) in calls {
                    tr {
                        th scope="row" { (verb.word()) }
                        td { (badge(kind(outcome), outcome)) }
                        td { (grouped(u64::from(calls.count))) }
                        td { (duration(calls.mean().as_secs_f64())) }
                        td { (bytes(calls.memory_peak_bytes)) }
                    }
                }
            }))
            p.quiet { "A duration has the waits for the upstream in it. " strong { "refused" } " is a decision of the integration, for example about a token." }
        }
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
fn egress(origins: &[Origin]) -> Markup {
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
                                td { (method(rule.method)) }
                                td { code { (plain(&rule.template)) } }
                                td { @match rule.fresh_secs { Some(secs) => { (grouped(u64::from(secs))) " s" }, None => span.quiet { "not kept" } } }
                            }
                        }
                    }))
                }
            }
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
        (table("Limits of one session", &["What", "At most", "Unit"], html! {
            @for limit in &one.limits {
                tr {
                    th scope="row" { (plain(&limit.name)) }
                    td.number { (grouped(limit.value)) }
                    td { (plain(&limit.unit)) }
                }
            }
        }))
    }
}

fn bytes(bytes: u64) -> String {
    match bytes {
        0 => "not known".to_owned(),
        1..MIB => format!("{} KiB", grouped(bytes.div_ceil(1024))),
        _ => {
            let tenths = bytes.saturating_mul(10) / MIB;
            format!("{}.{} MiB", grouped(tenths / 10), tenths % 10)
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
