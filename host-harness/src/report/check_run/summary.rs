//! What a person reads first: the verdict, the way out, what is whose, who can lift it, what is missing.

use std::fmt::Write as _;

use koalr_platform::decision::Decision;
use koalr_platform::evidence::DEPENDENCIES;
use koalr_platform::model::assessment::Attribution;
use koalr_platform::model::common::{Coverage, CoverageState};
use koalr_platform::model::evidence::Presence;
use koalr_platform::model::verdict::Decision as Judged;
use koalr_platform::policy::Mode;
use koalr_platform::waiver::Used;

use super::body::{Body, list};
use super::is_waivable;
use super::words::{before, cvss, rulings, state, whose};
use crate::report::change::{ChangeReport, Line, Names};
use crate::report::fix::{is_command, otherwise};
use crate::report::instant::utc as instant;
use crate::report::markdown::{code, fence, inline};

pub(super) fn summary(report: &ChangeReport, names: &Names<'_>) -> String {
    let rulings = rulings(report);
    let findings = |heading: &str, most: usize, attributions: &[Attribution]| {
        findings((report, names), &rulings, (heading, most), attributions)
    };
    let mut body = Body::default();
    body.add(&verdict(report));
    body.add(&fixes(report, names));
    body.add(&findings(
        "Introduced by this change",
        MOST_INTRODUCED,
        &[Attribution::Introduced],
    ));
    body.add(&findings(
        "Whose they are cannot be told",
        MOST,
        &[Attribution::Unknown],
    ));
    body.add(&findings(
        "Not yours",
        MOST,
        &[
            Attribution::Carried,
            Attribution::DisclosedSince,
            Attribution::ReOpened,
        ],
    ));
    body.add(&lift(report));
    body.add(&waivers(report, names));
    body.add(&missing(report));
    body.finish()
}

fn verdict(report: &ChangeReport) -> String {
    let mut text = format!("{}\n", inline(&report.summary));
    if let Some(note) = report.settled.outcome.note() {
        let _ = write!(text, "\n{note}\n");
    }
    if let Some(deadline) = report.deadline {
        let _ = write!(
            text,
            "\nIt waits until {} at the latest; what is still missing then cannot be told.\n",
            instant(deadline)
        );
    }
    text
}

fn fixes(report: &ChangeReport, names: &Names<'_>) -> String {
    if report.fixes.is_empty() {
        return match report.settled.outcome.decision {
            Decision::Block => format!(
                "### To let it pass\n\n{}\n",
                inline(&otherwise(report, names))
            ),
            _ => String::new(),
        };
    }
    // A part of the commands leaves the change blocked, and a part of a command may do something else.
    let longest = report.fixes.iter().map(String::len).max().unwrap_or(0);
    if report.fixes.len() > MOST_FIXES || longest > LONGEST_FIX {
        return format!(
            "### To let it pass\n\n{} upgrades, too many or too long to show here; `koalr gate` lists them.\n",
            report.fixes.len()
        );
    }
    let fixes = report.fixes.iter().map(String::as_str);
    let (commands, sentences): (Vec<&str>, Vec<&str>) = fixes.partition(|fix| is_command(fix));
    let mut text = "### To let it pass\n".to_owned();
    if !commands.is_empty() {
        let _ = write!(text, "\n{}", fence(commands.into_iter()));
    }
    if !sentences.is_empty() {
        text.push('\n');
    }
    for sentence in sentences {
        let _ = writeln!(text, "- {}", inline(sentence));
    }
    text
}

/// Findings of some attributions, worst first.
fn findings(
    (report, names): (&ChangeReport, &Names<'_>),
    rulings: &[Option<Judged>],
    (heading, most): (&str, usize),
    attributions: &[Attribution],
) -> String {
    let mut lines: Vec<Line<'_>> = attributions
        .iter()
        .flat_map(|attribution| report.lines_of(*attribution))
        .collect();
    // What an upgrade keeps is listed at the version it moves to.
    lines.retain(|line| {
        line.attributed.attribution != Attribution::Carried || line.fact.head != Presence::Absent
    });
    lines.sort_by_key(|line| (std::cmp::Reverse(line.attributed.cvss), line.index));
    let ruling = |line: &Line<'_>| {
        let place = usize::try_from(line.index).ok()?;
        rulings.get(place).copied().flatten()
    };
    list(
        &format!("{heading} ({})", lines.len()),
        lines.len(),
        most,
        lines
            .iter()
            .map(|line| finding((report, names), line, ruling(line))),
    )
}

fn finding(
    (report, names): (&ChangeReport, &Names<'_>),
    line: &Line<'_>,
    ruling: Option<Judged>,
) -> String {
    let mut text = code(names.of(line));
    let (package, version) = (&line.fact.package, &line.fact.version);
    if !package.is_empty() {
        let _ = write!(text, " in {}", code(package));
        if !version.is_empty() {
            let _ = write!(text, " {}", code(version));
        }
    }
    if let Some(before) = before(report, line).filter(|before| before != version) {
        let _ = write!(text, ", was {}", code(before));
    }
    let score = cvss(line.attributed.cvss, line.attributed.assumed);
    let _ = write!(text, ": {score}");
    let binds = report.settled.mode == Mode::Enforce;
    let ruling = match ruling {
        Some(Judged::Block) if binds => Some("blocks"),
        Some(Judged::Block) => Some("would block"),
        Some(Judged::Warn) => Some("warns"),
        Some(Judged::Inconclusive) => Some("cannot be judged"),
        Some(Judged::Pass) | None => None,
    };
    let ignored = line.fact.ignored.then_some("ignored upstream");
    for note in [whose(line), ruling, ignored].into_iter().flatten() {
        let _ = write!(text, ", {note}");
    }
    text
}

fn lift(report: &ChangeReport) -> String {
    let way = match (report.settled.decision, &report.author) {
        (Decision::Block, Some(author)) if is_waivable(report) => format!(
            "A waiver approved by somebody other than {} lifts it until the waiver ends.",
            code(author)
        ),
        (Decision::Block, Some(_)) => "No waiver lifts it: it does not rest on findings.".to_owned(),
        (Decision::Block, None) => {
            "No waiver holds while it is not known who wrote the change.".to_owned()
        }
        (Decision::Inconclusive, _) => {
            "No waiver lifts what cannot be told. Once what is missing is there, **Re-check** settles it."
                .to_owned()
        }
        _ => return String::new(),
    };
    format!(
        "### Who can lift it\n\n{way} **Override** lifts it for this commit alone, on the name of who presses it.\n"
    )
}

fn waivers(report: &ChangeReport, names: &Names<'_>) -> String {
    let waivers = &report.waivers;
    let total =
        waivers.used.len() + waivers.expired.len() + waivers.refused.len() + waivers.unused.len();
    let used = waivers
        .used
        .iter()
        .map(|waiver| used((report, names), waiver));
    let expired = waivers.expired.iter().map(|waiver| {
        let at = instant(waiver.at);
        format!(
            "{} ended at {at} and does not hold any more",
            code(&waiver.id)
        )
    });
    let refused = waivers.refused.iter().map(|waiver| {
        format!(
            "{} does not hold: {}",
            code(&waiver.id),
            inline(&waiver.why)
        )
    });
    let unused = waivers
        .unused
        .iter()
        .map(|id| format!("{} holds, and nothing in this change needs it", code(id)));
    list(
        "Waivers",
        total,
        MOST,
        used.chain(expired).chain(refused).chain(unused),
    )
}

fn used((report, known): (&ChangeReport, &Names<'_>), waiver: &Used) -> String {
    let names = waiver.findings.iter().take(MOST_WAIVED).map(|index| {
        let line = report.line(*index);
        line.map_or_else(|| "?".to_owned(), |line| code(known.of(&line)))
    });
    let names = names.collect::<Vec<_>>().join(", ");
    let more = match waiver.findings.len().saturating_sub(MOST_WAIVED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let ending = waivers_end_soon(report, &waiver.id);
    format!(
        "{} lets {names}{more} pass until {}{ending}; approved by {}: {}",
        code(&waiver.id),
        instant(waiver.expires),
        code(&waiver.approver),
        inline(&waiver.reason)
    )
}

fn waivers_end_soon(report: &ChangeReport, id: &str) -> &'static str {
    if report.waivers.ending.iter().any(|ending| ending.id == id) {
        ", **within a week**"
    } else {
        ""
    }
}

/// What keeps the verdict from being certain, each with its remedy.
fn missing(report: &ChangeReport) -> String {
    let verdict = &report.verdict;
    let mut rows: Vec<&Coverage> = verdict
        .missing
        .iter()
        .filter_map(|index| report.evidence.coverage.get(usize::try_from(*index).ok()?))
        .collect();
    // A missing dependency list explains every lookup that was not made.
    rows.sort_by_key(|row| row.route != DEPENDENCIES);
    let total = rows.len() + verdict.unasked.len() + verdict.errors.len();
    let rows = rows.into_iter().map(row);
    let unasked = verdict.unasked.iter().map(|route| {
        format!(
            "{}, never asked. {}",
            code(route),
            remedy(route, CoverageState::NotAsked)
        )
    });
    let errors = verdict.errors.iter().map(|error| {
        format!(
            "Rule {} could not be evaluated: {}",
            code(&error.rule),
            inline(&error.message)
        )
    });
    list(
        "What is not known",
        total,
        MOST,
        rows.chain(unasked).chain(errors),
    )
}

fn row(row: &Coverage) -> String {
    let (word, _) = state(row.state);
    let detail = if row.detail.is_empty() {
        String::new()
    } else {
        format!(": {}", inline(row.detail.trim_end_matches('.')))
    };
    let remedy = remedy(&row.route, row.state);
    format!(
        "{} of {}, {word}{detail}. {remedy}",
        code(&row.route),
        code(&row.subject)
    )
}

/// What to do about a row, as a sentence.
fn remedy(route: &str, how: CoverageState) -> String {
    let remedy = if route == DEPENDENCIES {
        "hand in the list of dependencies that the change touches with `koalr change dependencies`, or turn on GitHub's \
         dependency graph"
    } else {
        state(how).1
    };
    format!("Remedy: {remedy}.")
}

/// Most findings that the change introduces; the rest is counted.
const MOST_INTRODUCED: usize = 20;

/// Most lines of any other kind.
const MOST: usize = 10;

/// Most findings named with a waiver.
const MOST_WAIVED: usize = 3;

/// Most commands shown.
const MOST_FIXES: usize = 40;

/// Longest command shown, in bytes.
const LONGEST_FIX: usize = 300;
