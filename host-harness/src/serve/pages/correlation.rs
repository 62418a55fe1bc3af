//! Whether vulnerabilities are followed by incidents.

use std::sync::Arc;

use koalr_platform::correlation::CorrelationSettings;
use koalr_store::{Tenant, Visitor};

use super::super::api::asked;
use super::super::desk::Desk;
use crate::HostError;
use crate::jobs::{self, JudgeOptions};
use crate::report::html::Page;
use crate::report::html::correlation::{self, Question, Shown, Wrong};
use crate::web::CorrelationPage;

pub(super) async fn show(
    desk: Arc<Desk>,
    visitor: Visitor,
    ask: CorrelationPage,
) -> Result<Option<Page>, HostError> {
    desk.aside(move |desk| {
        let Some(mut tenant) = desk.tenant(&visitor.tenant)? else {
            return Ok(None);
        };
        let page = match shown(desk, &mut tenant, &ask) {
            Ok(shown) => correlation::page(&shown),
            Err(HostError::NotPossible(why)) => {
                let field = wrong(desk, &mut tenant, &ask)?;
                let about = &ask.about;
                let question = Question {
                    scope: &about.scope,
                    window: ask.window,
                    from: about.from,
                    to: about.to,
                };
                correlation::refused(&question, &Wrong { field, why })
            }
            Err(error) => return Err(error),
        };
        Ok(Some(page))
    })
    .await
}

fn shown(desk: &Desk, tenant: &mut Tenant, ask: &CorrelationPage) -> Result<Shown, HostError> {
    let asked = asked(&ask.about, desk.now())?;
    let settings = CorrelationSettings {
        window: ask.window,
        ..CorrelationSettings::default()
    };
    let bands = JudgeOptions::stored_policy(&desk.serving(tenant), tenant)?.bands;
    Ok(Shown {
        report: jobs::correlation(tenant, &settings, asked)?,
        calibration: jobs::calibration(tenant, bands, asked)?,
        from: ask.about.from,
        to: ask.about.to,
    })
}

/// The field whose name nobody knows; none if it is something else that is wrong.
fn wrong(
    desk: &Desk,
    tenant: &mut Tenant,
    ask: &CorrelationPage,
) -> Result<Option<&'static str>, HostError> {
    let Ok(asked) = asked(&ask.about, desk.now()) else {
        return Ok(None);
    };
    let ledger = tenant.ledger(asked.as_of)?;
    let mut alone = asked.scope.clone();
    alone.service = None;
    Ok(if alone.places(&ledger).is_err() {
        Some("repository")
    } else {
        asked.scope.places(&ledger).is_err().then_some("service")
    })
}
