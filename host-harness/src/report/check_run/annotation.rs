//! Findings at the manifests that bring them.

use std::collections::BTreeMap;

use koalr_platform::decision::Decision;
use koalr_platform::model::assessment::Attribution;
use koalr_platform::model::common::FixState;
use koalr_platform::model::verdict::Decision as Judged;
use schemars::JsonSchema;
use serde::Serialize;

use super::MAX_TITLE;
use super::words::{cut, cvss, rulings};
use crate::report::change::{ChangeReport, Line, Names};
use crate::report::markdown::{LONGEST_NAME, one_line};

/// A note at a line of a file, in plain text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Annotation {
    /// The manifest or lockfile, from the repository's root.
    pub path: String,
    /// Always 1: which line brings a dependency is not known.
    pub start_line: u32,
    /// The same.
    pub end_line: u32,
    /// How bad it is.
    pub annotation_level: AnnotationLevel,
    /// What is wrong and what fixes it. At most 64 KiB.
    pub message: String,
    /// The finding. At most 255 bytes.
    pub title: String,
}

/// How bad an annotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationLevel {
    /// No rule objects.
    Notice,
    /// A rule warns, or would block if the policy enforced it.
    Warning,
    /// It blocks the change.
    Failure,
}

/// The annotations of a verdict, worst finding first.
pub(super) struct Annotations {
    /// For the first request.
    pub(super) first: Vec<Annotation>,
    /// For the requests after it.
    pub(super) more: Vec<Vec<Annotation>>,
    /// How many findings could have one and get none.
    pub(super) left_out: usize,
}

pub(super) fn annotations(report: &ChangeReport, names: &Names<'_>) -> Annotations {
    let rulings = rulings(report);
    let fixed_by = fixed_by(report);
    let introduced = match report.settled.decision {
        // GitHub appends those of every update, so that only the last one has any.
        Decision::Pending => Vec::new(),
        _ => report.lines_of(Attribution::Introduced),
    };
    let mut places = introduced
        .iter()
        .filter_map(|line| Some((line, path(report, line)?)));
    let mut batches: Vec<Vec<Annotation>> = Vec::new();
    for (line, path) in places.by_ref().take(MOST) {
        let ruling = usize::try_from(line.index)
            .ok()
            .and_then(|place| rulings.get(place).copied().flatten());
        let fix = fixed_by.get(&line.index).copied();
        let annotation = annotation((report, names), line, path, ruling, fix);
        match batches.last_mut() {
            Some(batch) if batch.len() < BATCH => batch.push(annotation),
            _ => batches.push(vec![annotation]),
        }
    }
    let left_out = places.count();
    let mut batches = batches.into_iter();
    Annotations {
        first: batches.next().unwrap_or_default(),
        more: batches.collect(),
        left_out,
    }
}

fn annotation(
    (report, names): (&ChangeReport, &Names<'_>),
    line: &Line<'_>,
    path: &str,
    ruling: Option<Judged>,
    fix: Option<&str>,
) -> Annotation {
    let name = |name: &str| one_line(name, LONGEST_NAME);
    let finding = format!(
        "{} ({}) in {} {}",
        name(names.of(line)),
        cvss(line.attributed.cvss, line.attributed.assumed),
        name(&line.fact.package),
        name(&line.fact.version)
    );
    let level = match ruling {
        Some(Judged::Block) if report.settled.decision == Decision::Block => {
            AnnotationLevel::Failure
        }
        Some(Judged::Block | Judged::Warn | Judged::Inconclusive) => AnnotationLevel::Warning,
        Some(Judged::Pass) | None => AnnotationLevel::Notice,
    };
    let fix = match (fix, line.fact.fix) {
        (Some(version), _) => format!("Version {} does not have it.", name(version)),
        (None, FixState::None) => "No version is known that fixes it.".to_owned(),
        (None, FixState::Available | FixState::Partial) => {
            "A fix exists, but no version of it was found to be free of others.".to_owned()
        }
        (None, FixState::Unknown) => "Whether a fix exists is not known.".to_owned(),
    };
    Annotation {
        path: path.to_owned(),
        start_line: 1,
        end_line: 1,
        annotation_level: level,
        message: format!("This change introduces {finding}. {fix}"),
        title: cut(&finding, MAX_TITLE),
    }
}

/// The version that removes a finding, of those that were looked up.
fn fixed_by(report: &ChangeReport) -> BTreeMap<u32, &str> {
    let mut versions = BTreeMap::new();
    let looked_up = report.assessment.counterfactuals.iter();
    for upgrade in looked_up.filter(|upgrade| upgrade.verified) {
        for finding in &upgrade.removes {
            versions.entry(*finding).or_insert(upgrade.version.as_str());
        }
    }
    versions
}

/// Where a finding's dependency stands; none if that is not known, or not a path inside the repository that shows what
/// it is.
fn path<'a>(report: &'a ChangeReport, line: &Line<'_>) -> Option<&'a str> {
    let index = usize::try_from(line.fact.dependency?).ok()?;
    let dependencies = report.evidence.dependencies.as_deref()?;
    let path = dependencies.get(index)?.manifest.as_deref()?;
    let inside = !path.contains('\\')
        && path
            .split('/')
            .all(|segment| !matches!(segment, "" | "." | ".."));
    (inside && one_line(path, LONGEST_PATH) == path).then_some(path)
}

/// Most annotations of one request.
const BATCH: usize = 50;

/// Most annotations of a check run: nobody reads more, and each batch is a request.
const MOST: usize = 500;

/// Longest path, in characters. Linux allows 4,096 bytes.
const LONGEST_PATH: usize = 1024;
