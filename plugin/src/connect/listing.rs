//! The organizations a credential sees.

use koalr_integration_kit::model::connection::{ConnectError, Organization};

use super::{Listed, ask, body, unreadable, warn_of_end};
use crate::snyk::page::{PageFault, Position};
use crate::snyk::{endpoint, owner};
use crate::transport::{Base, Transport};

/// Reads all pages. What follows an unusable page or link is left out, with a warning that says so.
pub(super) fn read(
    base: Base<'_>,
    transport: &mut dyn Transport,
    warnings: &mut Vec<String>,
) -> Result<Listed, ConnectError> {
    let mut organizations = Vec::new();
    let mut position = Position::default();
    let mut incomplete = None;
    loop {
        let path = endpoint::organizations(position.after.as_deref());
        let number = position.pages + 1;
        match read_page(
            &path,
            transport,
            &mut position,
            base,
            number,
            &mut organizations,
            warnings,
        ) {
            Ok(true) => {}
            Ok(false) => break,
            // Without a first page there is nothing to go on with.
            Err(Stop::Answer(error)) if position.pages == 0 => return Err(error),
            Err(Stop::Answer(ConnectError::BadCredential)) => {
                return Err(ConnectError::BadCredential);
            }
            Err(stop) => {
                let why = match stop {
                    Stop::Answer(ConnectError::Upstream(text)) => format!("failed: {text}"),
                    Stop::Answer(_) => "was refused".to_owned(),
                    Stop::Link(fault) => fault.to_string(),
                };
                let why = format!(
                    "page {number} of the organizations {why}; organizations may be missing"
                );
                warnings.push(why.clone());
                incomplete = Some(why);
                break;
            }
        }
    }
    Ok(Listed {
        organizations,
        incomplete,
    })
}

enum Stop {
    Answer(ConnectError),
    Link(PageFault),
}

fn read_page(
    path: &str,
    transport: &mut dyn Transport,
    position: &mut Position,
    base: Base<'_>,
    number: u32,
    organizations: &mut Vec<Organization>,
    warnings: &mut Vec<String>,
) -> Result<bool, Stop> {
    let reply = ask(transport, path);
    warn_of_end(&reply, path, warnings);
    let body = body(&reply, path).map_err(Stop::Answer)?;
    let page = owner::organizations(body)
        .map_err(|fault| Stop::Answer(unreadable(path, &fault.to_string())))?;
    let more = position.advance(&page, base);
    for (index, record) in page.records.into_iter().enumerate() {
        match record {
            Ok(one) if organizations.iter().any(|known| known.id == one.id) => {}
            Ok(one) => organizations.push(one),
            Err(_) => warnings.push(format!(
                "record {} on page {number} of the organizations has no id; it is left out",
                index + 1
            )),
        }
    }
    more.map_err(Stop::Link)
}
