//! The records of a batch.

use std::collections::HashSet;

use serde::de::IgnoredAny;

use super::check::Check;
use super::finding::{check_finding, check_package};
use super::place::Place;
use crate::complaint::shown;
use crate::model::common::{FixState, Measurement};
use crate::model::record::{ChangeCheck, ChangeFinding, Entry, Fix, Incident};
use crate::model::walk::{ChangeScope, Scope, Walk};

/// What was asked for, to look names up in.
pub(super) struct Asked<'a> {
    /// Ids of the organizations; none where the scope does not tell.
    organizations: Option<HashSet<&'a str>>,
    /// Names of the change; none if none was asked about.
    change: Option<HashSet<String>>,
    /// Ids of the findings; none if no single ones were asked about.
    findings: Option<HashSet<&'a str>>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(scope: &'a Scope) -> Self {
        let of = |ids: &'a [String]| Some(ids.iter().map(String::as_str).collect());
        let (organizations, change, findings) = match scope {
            Scope::Organizations(ids) => (of(ids), None, None),
            Scope::Change(change) => (of(&change.organizations), Some(names(change)), None),
            Scope::Enrichment(asked) => (of(&asked.organizations), None, None),
            Scope::Findings(asked) => (
                Some(HashSet::from([asked.organization.as_str()])),
                None,
                of(&asked.ids),
            ),
            Scope::Other(_) => (None, None, None),
        };
        Self {
            organizations,
            change,
            findings,
        }
    }

    /// An organization that was asked about.
    pub(super) fn organization(&self, check: &mut Check, at: &Place<'_>, id: &str) {
        let asked = self.organizations.as_ref();
        if asked.is_some_and(|asked| !asked.contains(id)) {
            let id = shown(id);
            check.breach(at, format_args!("is `{id}`, which was not asked about"));
        }
    }

    fn change(&self, check: &mut Check, at: &Place<'_>, name: &str) {
        check.named(at, name);
        let asked = self.change.as_ref();
        if asked.is_some_and(|asked| !asked.contains(name)) {
            let name = shown(name);
            check.breach(
                at,
                format_args!("is `{name}`, and another change was asked about"),
            );
        }
    }

    fn finding(&self, check: &mut Check, at: &Place<'_>, id: &str) {
        let asked = self.findings.as_ref();
        if asked.is_some_and(|asked| !asked.contains(id)) {
            let id = shown(id);
            check.breach(at, format_args!("is `{id}`, which was not asked about"));
        }
    }
}

/// What a change may be called in an answer: its id and number, and what earlier checks of it called it.
fn names(scope: &ChangeScope) -> HashSet<String> {
    let number = scope.change.number.map(|number| number.to_string());
    let checks = scope.checks.iter().map(|check| check.change.clone());
    let own = [Some(scope.change.id.clone()), number];
    own.into_iter().flatten().chain(checks).collect()
}

pub(super) fn check_record(check: &mut Check, at: &Place<'_>, asked: &Asked<'_>, record: &Entry) {
    match record {
        Entry::Project(one) => {
            let at = at.field("project");
            check.named(&at.field("id"), &one.id);
            asked.organization(check, &at.field("organization"), &one.organization);
            check.perhaps_instant(&at.field("created-at"), one.created_at);
        }
        Entry::Finding(one) => {
            let at = at.field("finding");
            check_finding(check, &at, asked, one, true);
            asked.finding(check, &at.field("id"), &one.id);
        }
        Entry::ChangeCheck(one) => check_change_check(check, &at.field("change-check"), asked, one),
        Entry::ChangeFinding(one) => {
            check_change_finding(check, &at.field("change-finding"), asked, one);
        }
        Entry::Remediation(one) => {
            let at = at.field("remediation");
            asked.organization(check, &at.field("organization"), &one.organization);
            check.named(&at.field("finding"), &one.finding);
            asked.finding(check, &at.field("finding"), &one.finding);
            check.instant(&at.field("at"), one.at);
        }
        Entry::Fix(one) => check_fix(check, &at.field("fix"), asked, one),
        Entry::Measurement(one) => check_measurement(check, &at.field("measurement"), one),
        Entry::Incident(one) => check_incident(check, &at.field("incident"), one),
        Entry::Deployment(one) => {
            let at = at.field("deployment");
            check.named(&at.field("id"), &one.id);
            check.instant(&at.field("at"), one.at);
        }
        Entry::WalkCompleted(one) => check_walk(check, &at.field("walk-completed"), asked, one),
        Entry::WalkBroken(one) => check_walk(check, &at.field("walk-broken"), asked, one),
        Entry::Other(one) => {
            let at = at.field("other");
            check.named(&at.field("kind"), &one.kind);
            check.named(&at.field("key"), &one.key);
            if serde_json::from_str::<IgnoredAny>(&one.json).is_err() {
                check.breach(&at.field("json"), format_args!("is no JSON"));
            }
        }
    }
}

fn check_change_check(check: &mut Check, at: &Place<'_>, asked: &Asked<'_>, one: &ChangeCheck) {
    asked.organization(check, &at.field("organization"), &one.organization);
    asked.change(check, &at.field("change"), &one.change);
    check.perhaps_instant(&at.field("at"), one.at);
}

fn check_change_finding(check: &mut Check, at: &Place<'_>, asked: &Asked<'_>, one: &ChangeFinding) {
    asked.change(check, &at.field("change"), &one.change);
    check.named(&at.field("route"), &one.route);
    check_finding(check, &at.field("finding"), asked, &one.finding, false);
}

fn check_fix(check: &mut Check, at: &Place<'_>, asked: &Asked<'_>, one: &Fix) {
    asked.organization(check, &at.field("organization"), &one.organization);
    check.named(&at.field("vulnerability"), &one.vulnerability);
    check_package(check, &at.field("affected"), &one.affected);
    if one.state == FixState::Unknown {
        check.breach(
            &at.field("state"),
            format_args!("is unknown; such a fix is left out"),
        );
    }
    check.instant(&at.field("as-of"), one.as_of);
}

fn check_measurement(check: &mut Check, at: &Place<'_>, one: &Measurement) {
    let parts = one.subject.split_once(':');
    if parts.is_none_or(|(kind, id)| kind.is_empty() || id.is_empty()) {
        let subject = shown(&one.subject);
        check.breach(
            &at.field("subject"),
            format_args!("is `{subject}`; it is `kind:id`, for example `repository:acme/shop`"),
        );
    }
    check.named(&at.field("metric"), &one.metric);
    check.finite(&at.field("value"), one.value);
    check.instant(&at.field("at"), one.at);
}

fn check_incident(check: &mut Check, at: &Place<'_>, one: &Incident) {
    check.named(&at.field("id"), &one.id);
    check.instant(&at.field("started-at"), one.started_at);
    check.perhaps_instant(&at.field("acknowledged-at"), one.acknowledged_at);
    check.perhaps_instant(&at.field("resolved-at"), one.resolved_at);
    if one.open && one.resolved_at.is_some() {
        check.breach(
            &at.field("resolved-at"),
            format_args!("is there, and the incident goes on"),
        );
    }
}

fn check_walk(check: &mut Check, at: &Place<'_>, asked: &Asked<'_>, one: &Walk) {
    check.named(&at.field("route"), &one.route);
    asked.organization(check, &at.field("organization"), &one.organization);
    check.perhaps_instant(&at.field("changed-since"), one.changed_since);
}
