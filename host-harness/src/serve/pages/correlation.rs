//! Whether vulnerabilities are followed by incidents.

use std::sync::Arc;

use koalr_platform::correlation::CorrelationSettings;
use koalr_store::Visitor;

use super::super::api::asked;
use super::super::desk::Desk;
use crate::HostError;
use crate::jobs::{self, JudgeOptions};
use crate::report::html::Page;
use crate::report::html::correlation::{self, Shown};
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
        let asked = asked(&ask.about, desk.now())?;
        let settings = CorrelationSettings {
            window: ask.window,
            ..CorrelationSettings::default()
        };
        let bands = JudgeOptions::stored_policy(&desk.host, &tenant)?.bands;
        let shown = Shown {
            report: jobs::correlation(&mut tenant, &settings, asked)?,
            calibration: jobs::calibration(&mut tenant, bands, asked)?,
            from: ask.about.from,
            to: ask.about.to,
        };
        Ok(Some(correlation::page(&shown)))
    })
    .await
}
