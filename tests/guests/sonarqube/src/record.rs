//! What came, in the contract's words.

use crate::contract::sync::{
    ChangeCheck, Finding, Project as ProjectRecord, ProjectClass, Remediation, RemediationStep,
};
use crate::contract::types::{
    ExploitMaturity, FindingClass, FixState, Measurement, Reachability, Severity, Timestamp,
};
use crate::instant;
use crate::walk::task::{Branch, Project};
use crate::wire::{Condition, Issue, Measure, PullRequest};

/// A branch of a project is a project of the contract.
pub(crate) fn project(branch: &Branch) -> ProjectRecord {
    let project = &branch.project;
    ProjectRecord {
        id: branch.id(),
        organization: project.organization.clone(),
        name: format!("{} ({})", project.name, branch.name),
        class: ProjectClass::Code,
        kind: "TRK".to_owned(),
        origin: String::new(),
        repository: project.repository.clone(),
        target: Some(project.key.clone()),
        reference: Some(branch.name.clone()),
        file: None,
        active: true,
        created_at: None,
        extra: Vec::new(),
    }
}

/// An issue, or why it cannot be one. `project` is the contract's id of what it was found in.
pub(crate) fn finding(
    issue: &Issue,
    organization: &str,
    project: &str,
) -> Result<Finding, &'static str> {
    let created_at = instant::parse(&issue.creation_date).ok_or("has no creation date")?;
    let date = |text: &Option<String>| text.as_deref().and_then(instant::parse);
    let (_, path) = (issue.component.split_once(':')).unwrap_or(("", issue.component.as_str()));
    let resolution = issue.resolution.as_deref();
    // Upstream an accepted issue counts as resolved; it is still there.
    let ignored = matches!(resolution, Some("FALSE-POSITIVE" | "WONTFIX"));
    let line = issue
        .line
        .map(|line| format!(":{line}"))
        .unwrap_or_default();
    let place = issue.hash.clone().unwrap_or_else(|| line.clone());
    Ok(Finding {
        id: issue.key.clone(),
        key: format!("{} {path} {place}", issue.rule),
        organization: organization.to_owned(),
        project: project.to_owned(),
        class: FindingClass::Code,
        kind: issue.kind.clone().unwrap_or_default(),
        title: issue.message.clone().unwrap_or_else(|| issue.rule.clone()),
        vulnerability: issue.rule.clone(),
        severity: issue.severity.as_deref().and_then(severity),
        location: Some(format!("{path}{line}")),
        open: ignored || !matches!(issue.status.as_str(), "RESOLVED" | "CLOSED"),
        ignored,
        created_at,
        updated_at: date(&issue.update_date).unwrap_or(created_at),
        resolved_at: date(&issue.close_date),
        ..blank()
    })
}

/// A failed condition of a change's quality gate: a finding, so that people can waive it.
pub(crate) fn failed_condition(
    condition: &Condition,
    project: &Project,
    change: &str,
    at: Timestamp,
) -> Finding {
    let metric = metric_name(&condition.metric_key);
    Finding {
        id: format!("{change} {metric}"),
        key: metric.clone(),
        organization: project.organization.clone(),
        class: FindingClass::Other,
        kind: "quality gate condition".to_owned(),
        title: format!("Quality gate: {}", told(condition)),
        vulnerability: format!("{CONDITION}{metric}"),
        severity: Some(Severity::High),
        open: true,
        created_at: at,
        updated_at: at,
        ..blank()
    }
}

/// What most findings of this integration do not have.
fn blank() -> Finding {
    Finding {
        id: String::new(),
        key: String::new(),
        organization: String::new(),
        project: String::new(),
        class: FindingClass::Other,
        kind: String::new(),
        title: String::new(),
        vulnerability: String::new(),
        aliases: Vec::new(),
        weaknesses: Vec::new(),
        packages: Vec::new(),
        severity: None,
        cvss: Vec::new(),
        selected: None,
        exploit: ExploitMaturity::Unknown,
        risk: None,
        reachability: Reachability::Unknown,
        fix: FixState::Unknown,
        fix_source: String::new(),
        fixed_in: Vec::new(),
        license: None,
        location: None,
        open: false,
        ignored: false,
        created_at: 0,
        updated_at: 0,
        introduced_at: None,
        resolved_at: None,
        disclosed_at: None,
        extra: Vec::new(),
    }
}

/// The end of an issue that is closed.
pub(crate) fn resolved(finding: &Finding) -> Option<Remediation> {
    let at = finding.resolved_at.filter(|_| !finding.open)?;
    Some(Remediation {
        organization: finding.organization.clone(),
        finding: finding.id.clone(),
        step: RemediationStep::Resolved,
        at,
        source: "closeDate".to_owned(),
    })
}

/// The quality gate of a pull request, as a check; none where none was computed.
pub(crate) fn check(one: &PullRequest, project: &Project) -> Option<ChangeCheck> {
    let status = one.status.as_ref()?.quality_gate_status.clone()?;
    Some(ChangeCheck {
        organization: project.organization.clone(),
        change: one.key.clone(),
        repository: project.repository.clone()?,
        head_sha: one.commit.as_ref().map(|commit| commit.sha.clone()),
        base_sha: None,
        project: None,
        product: "quality gate".to_owned(),
        state: status,
        marked_as_success: false,
        at: one.analysis_date.as_deref().and_then(instant::parse),
        test: None,
        extra: vec![(PROJECT_KEY.to_owned(), project.key.clone())],
    })
}

/// Whether a quality gate passed, as 1 or 0; none where there is no gate.
pub(crate) fn gate_passed(subject: &str, status: &str, at: Timestamp) -> Option<Measurement> {
    let value = match status {
        "OK" => 1.0,
        "ERROR" => 0.0,
        _ => return None,
    };
    Some(Measurement {
        subject: subject.to_owned(),
        metric: QUALITY_GATE.to_owned(),
        value,
        unit: "flag".to_owned(),
        at,
    })
}

/// A measure; none if its value is no finite number.
pub(crate) fn measurement(subject: &str, measure: &Measure, at: Timestamp) -> Option<Measurement> {
    let value: f64 = measure.value()?.parse().ok()?;
    let unit = match measure.metric.as_str() {
        key if key.ends_with("_rating") => "rating",
        key if key.ends_with("coverage") || key.ends_with("density") => "percent",
        _ => "count",
    };
    value.is_finite().then(|| Measurement {
        subject: subject.to_owned(),
        metric: metric_name(&measure.metric),
        value,
        unit: unit.to_owned(),
        at,
    })
}

/// `owner/name` of a repository's address; none if it has another form.
pub(crate) fn repository(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let (_, path) = rest.split_once('/')?;
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    (path.split('/').count() == 2).then(|| path.to_owned())
}

fn told(condition: &Condition) -> String {
    let value = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
    let sign = match (condition.status.as_str(), condition.comparator.as_str()) {
        ("OK", _) => "passes",
        (_, "LT") => "<",
        (_, "GT") => ">",
        (_, other) => other,
    };
    let (actual, threshold) = (
        value(&condition.actual_value),
        value(&condition.error_threshold),
    );
    format!("{} {actual} {sign} {threshold}", condition.metric_key)
}

fn metric_name(key: &str) -> String {
    key.replace('_', "-")
}

fn severity(word: &str) -> Option<Severity> {
    Some(match word {
        "INFO" => Severity::Info,
        "MINOR" => Severity::Low,
        "MAJOR" => Severity::Medium,
        "CRITICAL" => Severity::High,
        "BLOCKER" => Severity::Critical,
        _ => return None,
    })
}

/// Metric of a quality gate: 1 passed, 0 failed.
pub(crate) const QUALITY_GATE: &str = "quality-gate";

/// Beginning of the id that a failed condition has; its metric follows.
pub(crate) const CONDITION: &str = "quality-gate:";

/// Key of a check's `extra` with the project that was analysed.
pub(crate) const PROJECT_KEY: &str = "project-key";

#[cfg(test)]
mod tests;
