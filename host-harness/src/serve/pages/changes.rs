//! Changes: listed, told in full, let pass.

use std::collections::BTreeMap;
use std::sync::Arc;

use koalr_platform::complaint::Problem;
use koalr_platform::decision::{Decision, DecisionRow};
use koalr_platform::model::common::Timestamp;
use koalr_platform::model::evidence::Observation;
use koalr_platform::team::{Act, Actor};
use koalr_platform::waiver::Waiver;
use koalr_store::{DecisionList, ListedChange, Slice, Tenant, Visitor};

use super::super::desk::Desk;
use super::refused;
use crate::HostError;
use crate::jobs::{ChangeRow, GivenWaiver, approve_waiver, permitted, told_report, told_report_of};
use crate::report::html::changes::{self, Attempt, Listed, Rights, Told, Wrong};
use crate::report::html::{Frame, Page};
use crate::web::{Acted, ChangesForm, ChangesPage};

pub(super) async fn show(
    desk: Arc<Desk>,
    visitor: Visitor,
    frame: Frame,
    ask: ChangesPage,
) -> Result<Option<Page>, HostError> {
    desk.aside(move |desk| {
        let Some(tenant) = desk.tenant(&visitor.tenant)? else {
            return Ok(None);
        };
        match ask {
            ChangesPage::List { filter, page } => {
                let shown = desk.changes(&tenant, filter.clone(), &page)?;
                let listed = Listed {
                    filter: &filter,
                    reasons: &desk.reasons(&tenant, &shown.items)?,
                    shown: &shown,
                    is_later: page.after.is_some(),
                    now: desk.now(),
                };
                Ok(Some(changes::list(&listed)))
            }
            ChangesPage::Change { change, head, done } => {
                let of = (change.as_str(), visitor.login.as_str());
                let asked = Asked {
                    head: head.as_deref(),
                    done,
                    ..Asked::default()
                };
                desk.change_page(&tenant, &frame, of, &asked)
            }
        }
    })
    .await
}

pub(super) async fn act(
    desk: Arc<Desk>,
    visitor: Visitor,
    frame: Frame,
    ask: ChangesForm,
) -> Result<Option<Acted>, HostError> {
    desk.aside(move |desk| {
        let Some(mut tenant) = desk.tenant(&visitor.tenant)? else {
            return Ok(None);
        };
        let login = visitor.login.as_str();
        let (change, attempt, done) = match ask {
            ChangesForm::Override {
                change,
                head_sha,
                reason,
            } => {
                if tenant.change(&change)?.is_none() {
                    return Ok(None);
                }
                let lifted = desk.lift(&mut tenant, login, (&change, &head_sha, &reason));
                let attempt = Attempt {
                    reason,
                    ..Attempt::default()
                };
                (change, attempt, lifted.map(|_| "overridden"))
            }
            ChangesForm::Waive {
                change,
                as_of,
                findings,
                reason,
                author,
                day,
                expires,
            } => {
                let attempt = Attempt {
                    is_waiver: true,
                    wrong: Vec::new(),
                    reason,
                    author,
                    day,
                    findings,
                };
                let of = (change.as_str(), login);
                let waived = desk.waive_ticked(&mut tenant, of, (&as_of, expires), &attempt);
                (change, attempt, waived.map(|()| "waived"))
            }
        };
        let wrong = match done {
            Ok(word) => {
                let path = format!("{}?done={word}", changes::path(&change));
                return Ok(Some(Acted::Go(path)));
            }
            Err(error) => wrong(error)?,
        };
        let asked = Asked {
            attempt: Attempt { wrong, ..attempt },
            ..Asked::default()
        };
        let page = desk.change_page(&tenant, &frame, (&change, login), &asked)?;
        Ok(page.map(Acted::Stay))
    })
    .await
}

/// What of a change's page is asked for.
#[derive(Debug, Default)]
struct Asked<'a> {
    /// The head whose decision is shown; none for the last decision.
    head: Option<&'a str>,
    done: Option<&'a str>,
    attempt: Attempt,
}

/// What of an error is for who filled a form in, and beside which field.
fn wrong(error: HostError) -> Result<Vec<Wrong>, HostError> {
    let (field, text) = match error {
        HostError::Waiver(problems) => {
            let wrong = problems.iter().map(|problem| Wrong {
                field: match problem.key() {
                    Some("reason") => Some("reason"),
                    Some("expires") => Some("until"),
                    Some("author") => Some("author"),
                    _ => None,
                },
                text: problem.to_string(),
            });
            return Ok(wrong.collect());
        }
        HostError::Change(text) => (Some("reason"), text),
        HostError::Forbidden(text) | HostError::NotPossible(text) | HostError::Outdated(text) => {
            (None, text)
        }
        error => return Err(error),
    };
    Ok(vec![Wrong { field, text }])
}

impl Desk {
    /// Why those do not simply pass that do not, in the words of their verdicts.
    fn reasons(
        &self,
        tenant: &Tenant,
        rows: &[ChangeRow],
    ) -> Result<BTreeMap<String, String>, HostError> {
        let mut reasons = BTreeMap::new();
        for row in rows {
            let judged = row.decided.as_ref().map(|decided| decided.judged);
            if matches!(judged, None | Some(Decision::Pass)) {
                continue;
            }
            if let Some(report) = told_report(&self.serving(tenant), tenant, &row.change.id)? {
                reasons.insert(row.change.id.clone(), report.reason().to_owned());
            }
        }
        Ok(reasons)
    }

    fn change_page(
        &self,
        tenant: &Tenant,
        frame: &Frame,
        (change, login): (&str, &str),
        asked: &Asked<'_>,
    ) -> Result<Option<Page>, HostError> {
        let Some(record) = tenant.change(change)? else {
            return Ok(None);
        };
        let author = record.author.clone();
        let report = match asked.head {
            None => told_report(&self.serving(tenant), tenant, change)?,
            Some(head) => match told_report_of(&self.serving(tenant), tenant, change, head)? {
                Some(report) => Some(report),
                // Nothing was decided about such a head.
                None => return Ok(None),
            },
        };
        let dependencies = match &report {
            Some(report) => tenant.dependencies(change, &report.change.head_sha)?,
            None => None,
        };
        let list = DecisionList {
            change: Some(change.to_owned()),
            ..DecisionList::default()
        };
        let newest = Slice {
            after: None,
            limit: MOST_DECISIONS,
        };
        let history = tenant.list_decisions(self.integration(), &list, &newest)?;
        // The list of changes shows the last one of the time before one that was rebuilt.
        let observed = |one: &&DecisionRow| one.observation == Observation::Observed;
        let decided = history.iter().find(observed).or(history.first()).cloned();
        let may = |act| -> Result<_, HostError> {
            Ok(refused(tenant, login, act, author.as_deref())?.map_or(Ok(()), Err))
        };
        let rights = Rights {
            lift: may(Act::Override)?,
            waive: may(Act::Waive)?,
            lifters: lifters(tenant, author.as_deref())?,
        };
        let row = Self::change_row(tenant, ListedChange { record, decided })?;
        let told = Told {
            row: &row,
            report: report.as_ref(),
            list_source: dependencies.as_ref().map(|list| list.source.as_str()),
            public_url: self.public_url.as_deref(),
            history: &history,
            rights,
            done: asked.done,
            now: self.now(),
        };
        Ok(Some(changes::change(frame, &told, &asked.attempt)))
    }

    /// Approves a waiver of each finding that was ticked, as the visitor.
    fn waive_ticked(
        &self,
        tenant: &mut Tenant,
        (change, login): (&str, &str),
        (as_of, expires): (&str, Option<Timestamp>),
        attempt: &Attempt,
    ) -> Result<(), HostError> {
        let report = told_report(&self.serving(tenant), tenant, change)?;
        let report = report.filter(|report| report.as_of.to_string() == as_of);
        let report = report.ok_or_else(|| {
            let why = "the change was judged again since; look at what blocks it now";
            HostError::Outdated(why.to_owned())
        })?;
        permitted(tenant, login, Act::Waive, report.author.as_deref())?;
        let expires = expires.ok_or_else(|| {
            let (key, why) = (
                "expires",
                "no waiver holds for ever; write the day it ends, as in 2026-01-15",
            );
            HostError::Waiver(vec![Problem::Missing { key, why }])
        })?;
        let chosen = changes::chosen(&report, &attempt.findings);
        if chosen.is_empty() {
            let why = "no finding that blocks is ticked; tick those that may pass";
            return Err(HostError::NotPossible(why.to_owned()));
        }
        let stored = tenant.waivers()?;
        for fact in chosen {
            let named = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
            let given = GivenWaiver {
                id: None,
                vulnerability: fact.vulnerability.clone(),
                package: named(&fact.package),
                version: named(&fact.version),
                repository: Some(report.change.repository.clone()),
                reason: attempt.reason.clone(),
                author: attempt.author.clone(),
                created: None,
                expires,
                void_if: Vec::new(),
            };
            // A form that is sent twice is one approval.
            let is_given = |one: &Waiver| {
                (&one.vulnerability, &one.package, &one.version)
                    == (&given.vulnerability, &given.package, &given.version)
                    && (&one.repository, &one.reason, one.expires)
                        == (&given.repository, &given.reason, given.expires)
            };
            if stored.all().iter().any(is_given) {
                continue;
            }
            let waiver = approve_waiver(&self.serving(tenant), tenant, given, login, self.now())?;
            self.judge_again(tenant, waiver)?;
        }
        Ok(())
    }
}

/// Who of the team may let a change of this author pass.
fn lifters(tenant: &Tenant, author: Option<&str>) -> Result<Vec<String>, HostError> {
    let may = |actor: &Actor| {
        [Act::Override, Act::Waive]
            .iter()
            .all(|act| actor.may(*act, author).is_ok())
    };
    let actors = tenant.actors()?.into_iter();
    Ok(actors
        .filter(may)
        .map(|actor| actor.login().to_owned())
        .collect())
}

/// Most decisions of the history. A change has about ten heads.
const MOST_DECISIONS: u32 = 50;
