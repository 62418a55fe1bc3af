//! The organizations a credential sees.

use koalr_integration_kit::model::connection::{ConnectError, Organization};

use super::{Listed, ask, body, unreadable};
use crate::snyk::endpoint;
use crate::snyk::page::{self, PageFault, Position};
use crate::snyk::project::owned;
use crate::snyk::wire::Principal;
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
    let body = body(&reply, path).map_err(Stop::Answer)?;
    let page = page::read::<Principal<'_>>(body)
        .map_err(|fault| Stop::Answer(unreadable(path, &fault.to_string())))?;
    for (index, record) in page.records.iter().enumerate() {
        match record.as_ref().ok().and_then(organization) {
            Some(one)
                if organizations
                    .iter()
                    .any(|known: &Organization| known.id == one.id) => {}
            Some(one) => organizations.push(one),
            None => warnings.push(format!(
                "record {} on page {number} of the organizations has no id; it is left out",
                index + 1
            )),
        }
    }
    position
        .advance(page.links.as_ref(), base)
        .map_err(Stop::Link)
}

fn organization(wire: &Principal<'_>) -> Option<Organization> {
    let id = owned(wire.id.as_ref())?;
    let attributes = wire.attributes.as_ref();
    let slug = attributes.and_then(|all| owned(all.slug.as_ref()));
    let name = attributes.and_then(|all| owned(all.name.as_ref()));
    Some(Organization {
        name: name.or_else(|| slug.clone()).unwrap_or_else(|| id.clone()),
        slug,
        id,
    })
}
