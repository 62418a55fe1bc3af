//! Buttons of check runs.

use super::{Told, repository};
use crate::inbox::event::{Asked, Event};
use crate::inbox::fields::Fields;
use crate::inbox::refused::Refused;

pub(super) fn read(body: &Fields<'_>, action: &str) -> Result<Told, Refused> {
    let asked = match action {
        "rerequested" => Asked::Rerun,
        "requested_action" => {
            let pressed = body.within("requested_action")?;
            Asked::Button(pressed.text("identifier")?.to_owned())
        }
        other => return Ok(Told::ignored(other)),
    };
    let run = body.within("check_run")?;
    let external_id = run.maybe_text("external_id")?;
    Ok(Told::event(Event::Action {
        repository: repository(body)?,
        head_sha: run.text("head_sha")?.to_owned(),
        external_id: external_id.filter(|id| !id.is_empty()).map(str::to_owned),
        asked,
        login: body.within("sender")?.text("login")?.to_owned(),
    }))
}
