//! `PagerDuty`'s webhooks, version 3.
//!
//! SOURCE: <https://developer.pagerduty.com/docs/webhooks-overview>

use http::HeaderMap;
use koalr_platform::model::record::Incident;

use super::event::{Event, Received};
use super::fields::{Fields, MAX_NAME_BYTES, parse};
use super::refused::Refused;
use super::signature::Scheme;

/// Reads a delivery of `PagerDuty`: every event that shows its incident. Everything else is ignored, with its name.
///
/// # Errors
///
/// - [`Refused::TooLarge`]: the body is larger than [`MAX_BODY_BYTES`]
/// - [`Refused::Unsigned`], [`Refused::Forged`]: `X-PagerDuty-Signature` is missing, or none of its signatures is right
/// - [`Refused::NotJson`]: the body is no JSON object
/// - [`Refused::Field`]: a member is missing or of the wrong kind
pub fn read(headers: &HeaderMap, body: &[u8], secret: &[u8]) -> Result<Received, Refused> {
    if body.len() > MAX_BODY_BYTES {
        let limit = MAX_BODY_BYTES;
        return Err(Refused::TooLarge { limit });
    }
    SCHEME.check(headers, body, secret)?;
    let body = parse(body)?;
    let event = Fields::of(&body)?.within("event")?;
    let id = event.text("id")?;
    if id.len() > MAX_NAME_BYTES || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(event.wrong("id", "is too long, or not of visible characters"));
    }
    let mut received = Received {
        id: id.to_owned(),
        events: Vec::new(),
        ignored: None,
    };
    let name = event.text("event_type")?;
    let data = event.within("data")?;
    // Notes, responders and updates of a status come as what they are, not as the incident.
    if name.starts_with("incident.") && data.maybe_text("type")? == Some("incident") {
        received.events.push(incident(&event, name, &data)?);
    } else if name != "pagey.ping" {
        received.ignored = Some(name.to_owned());
    }
    Ok(received)
}

fn incident(event: &Fields<'_>, name: &str, data: &Fields<'_>) -> Result<Event, Refused> {
    let updated_at = event.instant("occurred_at")?;
    let service = data.within("service")?;
    let service_id = service.text("id")?;
    let service_name = service.maybe_text("summary")?;
    let service_name = service_name.filter(|name| !name.trim().is_empty());
    let priority = data.maybe_within("priority")?;
    let severity = match priority {
        Some(priority) => Some(priority.text("summary")?),
        None => data.maybe_text("urgency")?,
    };
    let open = match data.text("status")? {
        "triggered" | "acknowledged" => true,
        "resolved" => false,
        _ => return Err(data.wrong("status", "is no state of an incident")),
    };
    Ok(Event::Incident {
        incident: Incident {
            id: data.text("id")?.to_owned(),
            service: service_name.unwrap_or(service_id).to_owned(),
            title: data.text("title")?.to_owned(),
            severity: severity.map(str::to_owned),
            change: None,
            started_at: data.instant("created_at")?,
            acknowledged_at: (name == "incident.acknowledged").then_some(updated_at),
            resolved_at: (name == "incident.resolved").then_some(updated_at),
            open,
            extra: vec![("service-id".to_owned(), service_id.to_owned())],
        },
        updated_at,
    })
}

/// Largest body that is read, in bytes. Incidents are a few KiB.
pub const MAX_BODY_BYTES: usize = 1 << 20;

const SCHEME: Scheme = Scheme {
    header: "X-PagerDuty-Signature",
    prefix: "v1=",
};
