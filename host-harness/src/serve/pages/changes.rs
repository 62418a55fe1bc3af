//! Changes: listed, told in full, let pass.

use std::sync::Arc;

use koalr_platform::model::common::Timestamp;
use koalr_platform::team::Act;
use koalr_store::{DecisionList, ListedChange, Slice, Tenant, Visitor};

use super::super::desk::Desk;
use crate::HostError;
use crate::jobs::{GivenWaiver, approve_waiver, known_actor, told_report};
use crate::report::html::changes::{self, Attempt, Rights, Told};
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
                Ok(Some(changes::list(&filter, &shown, desk.now())))
            }
            ChangesPage::Change { change, done } => {
                let of = (change.as_str(), visitor.login.as_str());
                desk.change_page(&tenant, &frame, of, (done, &Attempt::default()))
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
                    wrong: None,
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
            Err(
                HostError::Forbidden(why)
                | HostError::Change(why)
                | HostError::NotPossible(why)
                | HostError::Outdated(why),
            ) => Some(why),
            Err(error) => return Err(error),
        };
        let attempt = Attempt { wrong, ..attempt };
        let page = desk.change_page(&tenant, &frame, (&change, login), (None, &attempt))?;
        Ok(page.map(Acted::Stay))
    })
    .await
}

impl Desk {
    fn change_page(
        &self,
        tenant: &Tenant,
        frame: &Frame,
        (change, login): (&str, &str),
        (done, attempt): (Option<&str>, &Attempt),
    ) -> Result<Option<Page>, HostError> {
        let Some(record) = tenant.change(change)? else {
            return Ok(None);
        };
        let author = record.author.clone();
        let report = told_report(&self.host, tenant, change)?;
        let list = DecisionList {
            change: Some(change.to_owned()),
            ..DecisionList::default()
        };
        let newest = Slice {
            after: None,
            limit: MOST_DECISIONS,
        };
        let history = tenant.list_decisions(&self.host.manifest().id, &list, &newest)?;
        let decided = history.first().cloned();
        let may = |act| may(tenant, login, act, author.as_deref());
        let rights = Rights {
            lift: may(Act::Override),
            waive: may(Act::Waive),
        };
        let row = Self::change_row(tenant, ListedChange { record, decided })?;
        let told = Told {
            row: &row,
            report: report.as_ref(),
            history: &history,
            rights,
            done,
            now: self.now(),
        };
        Ok(Some(changes::change(frame, &told, attempt)))
    }

    /// Approves a waiver of each finding that was ticked, as the visitor.
    fn waive_ticked(
        &self,
        tenant: &mut Tenant,
        (change, login): (&str, &str),
        (as_of, expires): (&str, Option<Timestamp>),
        attempt: &Attempt,
    ) -> Result<(), HostError> {
        let report = told_report(&self.host, tenant, change)?;
        let report = report.filter(|report| report.as_of.to_string() == as_of);
        let report = report.ok_or_else(|| {
            let why = "the change was judged again since; look at what blocks it now";
            HostError::Outdated(why.to_owned())
        })?;
        may(tenant, login, Act::Waive, report.author.as_deref()).map_err(HostError::Forbidden)?;
        if attempt.reason.is_empty() {
            let why = "a waiver needs a reason; say why they may pass";
            return Err(HostError::NotPossible(why.to_owned()));
        }
        let expires = expires.ok_or_else(|| {
            let why = "no waiver holds for ever; write the day it ends, as in 2026-01-15";
            HostError::NotPossible(why.to_owned())
        })?;
        let chosen = changes::chosen(&report, &attempt.findings);
        if chosen.is_empty() {
            let why = "no finding that blocks is ticked; tick those that may pass";
            return Err(HostError::NotPossible(why.to_owned()));
        }
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
            let waiver = approve_waiver(&self.host, tenant, given, login, self.now())?;
            self.judge_again(tenant, waiver)?;
        }
        Ok(())
    }
}

/// Whether somebody may; otherwise the sentence why not.
fn may(tenant: &Tenant, login: &str, act: Act, author: Option<&str>) -> Result<(), String> {
    let actor = known_actor(tenant, login).map_err(|error| error.to_string())?;
    actor.may(act, author).map_err(|error| error.to_string())
}

/// Most decisions of the history. A change has about ten heads.
const MOST_DECISIONS: u32 = 50;
