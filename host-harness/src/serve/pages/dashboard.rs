//! The dashboard, and the rows behind its figures.

use std::sync::Arc;

use koalr_platform::correlation::CorrelationSettings;
use koalr_platform::debt::{DebtFigure, DebtRows, DebtSettings};
use koalr_platform::dora::DoraSettings;
use koalr_platform::links::Window;
use koalr_platform::model::common::Timestamp;
use koalr_store::{Slice, Tenant, Visitor};

use super::super::desk::Desk;
use super::super::figures::{Counted, Figures, Question};
use crate::HostError;
use crate::jobs::{self, CountedFigure, InsightAsked};
use crate::report::html::dashboard::{self, SpellsView, View};
use crate::report::html::{DashboardFilter, Page, RowsPart};
use crate::web::DashboardPage;

pub(super) async fn show(
    desk: Arc<Desk>,
    visitor: Visitor,
    ask: DashboardPage,
) -> Result<Option<Page>, HostError> {
    match ask {
        DashboardPage::Figures(filter) => figures(desk, visitor, filter).await,
        DashboardPage::Rows {
            figure,
            filter,
            part,
        } => {
            desk.aside(move |desk| rows(desk, &visitor, &figure, &filter, part))
                .await
        }
    }
}

async fn figures(
    desk: Arc<Desk>,
    visitor: Visitor,
    filter: DashboardFilter,
) -> Result<Option<Page>, HostError> {
    let answer = Arc::clone(&desk).aside(move |desk| {
        let Some(mut tenant) = desk.tenant(&visitor.tenant)? else {
            return Ok(None);
        };
        let question = Question {
            tenant: visitor.tenant,
            file: tenant.file(),
            filter,
        };
        let now = desk.now();
        let is_prompt = jobs::is_prompt(&tenant, asked(&question.filter, now).as_of)?;
        let integration = desk.integration();
        let page = answer(
            &mut tenant,
            integration,
            &desk.figures,
            &question,
            now,
            is_prompt,
        )?;
        Ok(Some((page, (!is_prompt).then_some(question))))
    });
    let Some((page, behind)) = answer.await? else {
        return Ok(None);
    };
    if let Some(question) = behind
        && desk.figures.begin(&question.tenant)
    {
        // Nobody waits for it: whoever asks again sees it.
        tokio::task::spawn_blocking(move || {
            if let Err(error) = count(&desk, &question) {
                let tenant = question.tenant.as_str();
                tracing::error!(tenant, "a dashboard cannot be counted: {error}");
            }
            desk.figures.end(&question.tenant);
        });
    }
    Ok(Some(page))
}

/// The dashboard as it is if that takes a moment, or as it was counted last.
fn answer(
    tenant: &mut Tenant,
    integration: &str,
    figures: &Figures,
    question: &Question,
    now: Timestamp,
    is_prompt: bool,
) -> Result<Page, HostError> {
    if is_prompt {
        return counted(tenant, integration, figures, question, now);
    }
    Ok(match figures.last(question) {
        Some(Counted { page, at }) => dashboard::former(&page, at, &question.filter),
        None => dashboard::uncounted(&question.filter),
    })
}

/// Counts what is asked for, and keeps it.
fn counted(
    tenant: &mut Tenant,
    integration: &str,
    figures: &Figures,
    question: &Question,
    now: Timestamp,
) -> Result<Page, HostError> {
    let filter = &question.filter;
    let page = dashboard::page(&view(tenant, integration, filter.clone(), now)?);
    let counted = Counted {
        page: page.clone(),
        at: asked(filter, now).as_of,
    };
    figures.keep(question, counted);
    Ok(page)
}

fn count(desk: &Desk, question: &Question) -> Result<(), HostError> {
    let Some(mut tenant) = desk.tenant(&question.tenant)? else {
        return Ok(());
    };
    let now = desk.now();
    jobs::keep_reports(&mut tenant, now, || desk.ends())?;
    if !desk.ends() {
        let integration = desk.integration();
        counted(&mut tenant, integration, &desk.figures, question, now)?;
    }
    Ok(())
}

fn rows(
    desk: &Desk,
    visitor: &Visitor,
    figure: &str,
    filter: &DashboardFilter,
    part: RowsPart,
) -> Result<Option<Page>, HostError> {
    let Some(mut tenant) = desk.tenant(&visitor.tenant)? else {
        return Ok(None);
    };
    let mut asked = asked(filter, desk.now());
    asked.from = part.from.unwrap_or(asked.from);
    let mut figures = CountedFigure::ALL.into_iter();
    if let Some(figure) = figures.find(|one| one.name() == figure) {
        let correlation = CorrelationSettings {
            window: part.window.unwrap_or(Window::Days14),
            ..CorrelationSettings::default()
        };
        let settings = (&DoraSettings::default(), &correlation);
        let rows = jobs::figure_rows(&mut tenant, figure, settings, asked, MOST_ROWS)?;
        return Ok(Some(dashboard::rows(&rows, filter)));
    }
    let mut figures = DebtFigure::ALL.into_iter();
    let Some(figure) = figures.find(|one| one.name() == figure) else {
        return Ok(None);
    };
    let rows = DebtRows {
        figure,
        severity: filter.severity,
        age: part.age,
        fix: part.fix,
        week: part.week,
    };
    let slice = Slice {
        after: part.after,
        limit: SPELLS,
    };
    let integration = desk.integration();
    let settings = DebtSettings::default();
    let page = jobs::debt_rows(&mut tenant, integration, &settings, asked, rows, &slice)?;
    let view = SpellsView {
        rows,
        page,
        from: asked.from,
        as_of: asked.as_of,
        part,
        filter,
    };
    Ok(Some(dashboard::spells(&view)))
}

fn view(
    tenant: &mut Tenant,
    integration: &str,
    filter: DashboardFilter,
    now: Timestamp,
) -> Result<View, HostError> {
    let asked = asked(&filter, now);
    let services = tenant.services()?;
    let ledger = tenant.ledger(asked.as_of)?;
    let is_delivered = !ledger.deployments.is_empty()
        || !ledger.outages.is_empty()
        || !ledger.unlinked.is_empty()
        || ledger.merged > 0;
    let dora = possible(jobs::dora(tenant, &DoraSettings::default(), asked))?;
    let debt = match jobs::debt(tenant, integration, &DebtSettings::default(), asked) {
        Err(HostError::NotConnected { .. }) => None,
        debt => Some(possible(debt)?),
    };
    let mut repositories = ledger.repositories.clone();
    if let Some(Ok(debt)) = &debt {
        repositories.extend(debt.repositories.iter().map(|one| one.to_lowercase()));
    }
    repositories.sort_unstable();
    repositories.dedup();
    Ok(View {
        services: services.into_iter().map(|one| one.name).collect(),
        repositories,
        is_delivered,
        dora,
        debt,
        filter,
    })
}

/// A report, or what of the question is wrong, which the page says where the report would be.
fn possible<T>(report: Result<T, HostError>) -> Result<Result<T, String>, HostError> {
    match report {
        Ok(report) => Ok(Ok(report)),
        Err(HostError::NotPossible(why)) => Ok(Err(why)),
        Err(error) => Err(error),
    }
}

/// What is asked about. A window ends now at the latest, and at a whole second: an address says no more.
fn asked(filter: &DashboardFilter, now: Timestamp) -> InsightAsked<'_> {
    let as_of = filter.to.unwrap_or(now).min(now);
    let as_of = as_of - as_of.rem_euclid(1_000);
    InsightAsked {
        scope: &filter.scope,
        from: as_of.saturating_sub(Timestamp::from(filter.days) * DAY_MS),
        as_of,
    }
}

/// A day, in milliseconds.
const DAY_MS: Timestamp = 86_400_000;

/// Findings on a page.
const SPELLS: u32 = 50;

/// Rows on a page.
const MOST_ROWS: usize = 500;

#[cfg(test)]
mod tests {
    use koalr_store::{DataDir, TenantId};
    use tempfile::TempDir;

    use super::*;
    use crate::jobs::import;

    /// A tenant, and the question for its dashboard.
    fn asked() -> (TempDir, Tenant, Question) {
        let directory = tempfile::tempdir().unwrap();
        let data = DataDir::open(directory.path()).unwrap();
        let id = TenantId::parse("acme").unwrap();
        let mut tenant = data.tenant(&id, true).unwrap();
        deploy(&mut tenant, 1);
        let question = Question {
            tenant: id,
            file: tenant.file(),
            filter: DashboardFilter::default(),
        };
        (directory, tenant, question)
    }

    fn deploy(tenant: &mut Tenant, number: u32) {
        let document = format!(
            r#"{{"deployments":[{{"id":"d{number}","service":"shop","state":"succeeded","at":"2026-01-10T00:00:00Z"}}]}}"#
        );
        import(tenant, "file", &document, NOW).unwrap();
    }

    fn shown(
        tenant: &mut Tenant,
        figures: &Figures,
        question: &Question,
        now: Timestamp,
        is_prompt: bool,
    ) -> String {
        let page = answer(tenant, "snyk", figures, question, now, is_prompt);
        page.unwrap().body.0
    }

    #[test]
    fn what_takes_a_moment_is_counted_for_each_who_asks() {
        let (_directory, mut tenant, question) = asked();
        let figures = Figures::default();
        for number in 2..4 {
            let page = shown(&mut tenant, &figures, &question, NOW, true);
            let told = format!("{} successful deployment", number - 1);
            assert!(page.contains(&told) && !page.contains("As of"), "{page}");
            deploy(&mut tenant, number);
            assert!(jobs::is_prompt(&tenant, NOW).unwrap());
        }
    }

    #[test]
    fn what_takes_longer_is_shown_as_it_was_and_says_when_that_was() {
        let (_directory, mut tenant, question) = asked();
        let figures = Figures::default();
        let none = shown(&mut tenant, &figures, &question, NOW, false);
        assert!(
            none.contains("being counted") && !none.contains("deployment"),
            "{none}"
        );
        counted(&mut tenant, "snyk", &figures, &question, NOW).unwrap();
        deploy(&mut tenant, 2);
        let later = NOW + 60_000;
        let former = shown(&mut tenant, &figures, &question, later, false);
        for told in [
            "As of <strong>2026-01-15T00:00:00Z</strong>",
            "1 successful deployment<",
        ] {
            assert!(former.contains(told), "{told}: {former}");
        }
        counted(&mut tenant, "snyk", &figures, &question, later).unwrap();
        let new = shown(&mut tenant, &figures, &question, later, false);
        assert!(new.contains("2 successful deployments"), "{new}");
        let other = Question {
            filter: DashboardFilter {
                days: 30,
                ..DashboardFilter::default()
            },
            ..question
        };
        let none = shown(&mut tenant, &figures, &other, later, false);
        assert!(!none.contains("deployments"), "{none}");
    }

    #[test]
    fn one_counts_for_all_who_ask() {
        let (_directory, _tenant, question) = asked();
        let figures = Figures::default();
        assert!(figures.begin(&question.tenant));
        assert!(!figures.begin(&question.tenant));
        figures.end(&question.tenant);
        assert!(figures.begin(&question.tenant));
    }

    /// 2026-01-15T00:00:00Z.
    const NOW: Timestamp = 1_768_435_200_000;
}
