//! The check run as GitHub shows it, made of what GitHub is sent.

use maud::{Markup, html};

use super::super::part::badge;
use super::rendered::rendered;
use crate::report::change::ChangeReport;
use crate::report::check_run::{Annotation, AnnotationLevel, CheckRun, Conclusion};
use crate::report::escape::plain;
use crate::report::figure::count;

/// A card of it. Its buttons are named and not there: they are pressed on GitHub.
pub(super) fn check_run(report: &ChangeReport, public_url: Option<&str>) -> Markup {
    let run = CheckRun::of(report).linked(public_url, &report.change.id);
    let (kind, conclusion) = match run.conclusion {
        Some(Conclusion::Success) => ("good", "success"),
        Some(Conclusion::Neutral) => ("", "neutral"),
        Some(Conclusion::ActionRequired) => ("bad", "action required"),
        None => ("warn", "in progress"),
    };
    let more: usize = run.more_annotations.iter().map(Vec::len).sum();
    let all = &run.output.annotations;
    let buttons: Vec<&str> = run.actions.iter().map(|one| one.label).collect();
    html! {
        section.block {
            h2 { "The check run as GitHub shows it" }
            div.card.github {
                p { (badge(kind, conclusion)) " " strong { (plain(&run.name)) } }
                h3 { (plain(&run.output.title)) }
                @if !buttons.is_empty() { p.quiet { "Buttons there: " (buttons.join(", ")) } }
                details { summary { "Summary" } (rendered(&run.output.summary)) }
                @if let Some(text) = &run.output.text { details { summary { "Details" } (rendered(text)) } }
                @if !all.is_empty() {
                    details {
                        summary { (count(all.len() + more, ("annotation", "annotations"))) }
                        ul.notes { @for one in all { (annotation(one)) } }
                        @if more > 0 { p.quiet { "and " (more) " more, which follow in requests of their own" } }
                    }
                }
                p.quiet {
                    @match &run.details_url {
                        Some(url) => { "Its details lead to " code { (plain(url)) } }
                        None => {
                            "It does not lead to this page: an operator can set " code { "server.public-url" } "."
                        }
                    }
                }
            }
        }
    }
}

fn annotation(one: &Annotation) -> Markup {
    let (kind, level) = match one.annotation_level {
        AnnotationLevel::Notice => ("", "notice"),
        AnnotationLevel::Warning => ("warn", "warning"),
        AnnotationLevel::Failure => ("bad", "failure"),
    };
    html! {
        li {
            (badge(kind, level)) " " strong { (plain(&one.title)) }
            div.quiet { code { (plain(&one.path)) ":" (one.start_line) } " " (plain(&one.message)) }
        }
    }
}
