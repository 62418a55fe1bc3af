//! What is known of a vulnerability wherever it is: how bad it is and who says so, its fix, and what lets it pass.

use koalr_platform::model::common::{FixState, Timestamp};
use koalr_platform::model::record::Finding;
use koalr_store::StoredWaiver;
use maud::{Markup, html};

use super::super::part::{badge, table};
use super::{day, severity, word};
use crate::report::escape::plain;
use crate::report::figure::tenths;

/// Its names, and the public advisories that they lead to.
pub(super) fn names(vulnerability: &str, finding: &Finding) -> Markup {
    html! {
        p.names {
            code { (plain(vulnerability)) }
            @for alias in finding.aliases.iter().take(MOST_ALIASES) {
                " "
                @match advisory(alias) {
                    Some(address) => a href=(address) rel="noreferrer" { (plain(alias)) },
                    None => code { (plain(alias)) },
                }
            }
        }
    }
}

/// How bad it is and its fix, as the finding that was stored last says. Other projects may have another package.
pub(super) fn facts(finding: &Finding) -> Markup {
    let reason = finding.selected.as_ref().map(|one| plain(&one.reason));
    html! {
        dl {
            dt { "Severity" }
            dd.told { (severity(finding)) @if let Some(reason) = reason { span.quiet { (reason) } } }
            dt { "Exploit" } dd { (told(&word(finding.exploit))) }
            dt { "Reached" } dd { (told(&word(finding.reachability))) }
            dt { "Fix" }
            dd {
                @match finding.fix {
                    FixState::Unknown => span.quiet { "not known" },
                    FixState::None => "there is none",
                    FixState::Available | FixState::Partial => {
                        @if finding.fix == FixState::Partial { "for a part: " }
                        @if finding.fixed_in.is_empty() { "there is one; in which version is not known" }
                        @else { "fixed in " strong { (plain(&finding.fixed_in.join(", "))) } }
                    }
                }
                @if !finding.fix_source.is_empty() { " " span.quiet { "by " (plain(&finding.fix_source)) } }
            }
            @if let Some(at) = finding.disclosed_at { dt { "Public since" } dd { (day(at)) } }
        }
        @if !finding.cvss.is_empty() { (ratings(finding)) }
    }
}

fn ratings(finding: &Finding) -> Markup {
    let used = finding.selected.as_ref().map(|one| one.rating);
    let rows = html! {
        @for (index, one) in (0_u32..).zip(&finding.cvss) {
            tr {
                td { (plain(&one.source)) @if used == Some(index) { " " (badge("", "used")) } }
                td { @if one.version.is_empty() { span.quiet { "not stated" } } @else { (plain(&one.version)) } }
                td.number { @match one.score { Some(score) => (tenths(score)), None => span.quiet { "not stated" } } }
                td { @match &one.vector { Some(vector) => code { (plain(vector)) }, None => span.quiet { "not stated" } } }
            }
        }
    };
    html! {
        details {
            summary { "Who rated it (" (finding.cvss.len()) ")" }
            (table("CVSS ratings", &["Source", "CVSS", "Score", "Vector"], rows))
        }
    }
}

/// The waivers about it: who let it pass, why and until when.
pub(super) fn waivers(all: &[StoredWaiver], now: Timestamp) -> Markup {
    let rows = html! {
        @for one in all {
            @let waiver = &one.waiver;
            tr {
                td.name { (plain(&waiver.id)) div.quiet { (waiver.repository.as_deref().map_or_else(|| "in any repository".to_owned(), plain)) } }
                td.name { (plain(&waiver.reason)) }
                td { (plain(&waiver.approver)) }
                td.date {
                    @match one.revoked_at { Some(at) => { "taken back " (day(at)) }, None => (day(waiver.expires)) }
                    @if one.holds_at(now) { " " (badge("warn", "holds")) }
                }
            }
        }
    };
    html! {
        @if !all.is_empty() {
            h2 { "Waivers" }
            (table("Waivers of it", &["Waiver", "Why", "Approved by", "Until"], rows))
        }
    }
}

fn told(word: &str) -> Markup {
    html! { @if word == "unknown" { span.quiet { "not known" } } @else { (word.replace('-', " ")) } }
}

/// Where the public can read about an id; none for one that is not well known.
fn advisory(alias: &str) -> Option<String> {
    let plain = |id: &str| {
        id.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is = |prefix| alias.starts_with(prefix) && plain(alias);
    if is("CVE-") {
        Some(format!("https://www.cve.org/CVERecord?id={alias}"))
    } else if is("GHSA-") {
        Some(format!("https://github.com/advisories/{alias}"))
    } else {
        None
    }
}

/// Names beside the upstream's own.
const MOST_ALIASES: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_well_known_id_leads_away() {
        let cve = advisory("CVE-2021-44906");
        assert_eq!(
            cve.as_deref(),
            Some("https://www.cve.org/CVERecord?id=CVE-2021-44906")
        );
        for other in ["SAMPLE-1", "CVE-1&x=<b>", "javascript:1"] {
            assert_eq!(advisory(other), None, "{other}");
        }
    }
}
