//! GitHub's webhooks.
//!
//! SOURCE: <https://docs.github.com/webhooks/webhook-events-and-payloads>

mod check_run;
mod deployment;
mod pull_request;

use http::HeaderMap;

use super::event::{Event, Received};
use super::fields::{Fields, header, parse};
use super::refused::Refused;
use super::signature::Scheme;

/// Reads a delivery of GitHub: pull requests, deployments, pressed buttons of check runs and deployments that wait.
/// Everything else is ignored, with its name.
///
/// # Errors
///
/// - [`Refused::TooLarge`]: the body is larger than [`MAX_BODY_BYTES`]
/// - [`Refused::Unsigned`], [`Refused::Forged`]: the signature in `X-Hub-Signature-256` is missing or wrong
/// - [`Refused::NotJson`]: the body is no JSON object, as with the content type of a form
/// - [`Refused::Field`]: a header or a member is missing or of the wrong kind
pub fn read(headers: &HeaderMap, body: &[u8], secret: &[u8]) -> Result<Received, Refused> {
    if body.len() > MAX_BODY_BYTES {
        let limit = MAX_BODY_BYTES;
        return Err(Refused::TooLarge { limit });
    }
    SCHEME.check(headers, body, secret)?;
    let id = header(headers, "X-GitHub-Delivery")?;
    let name = header(headers, "X-GitHub-Event")?;
    let told = match name {
        "pull_request" => told(body, pull_request::read)?,
        "deployment" => told(body, deployment::created)?,
        "deployment_status" => told(body, deployment::status)?,
        "deployment_protection_rule" => told(body, deployment::protection)?,
        "check_run" => told(body, check_run::read)?,
        _ => Told::Ignored(None),
    };
    let mut received = Received {
        id: id.to_owned(),
        events: Vec::new(),
        ignored: None,
    };
    match told {
        Told::Event(event) => received.events.push(*event),
        Told::Ignored(_) if name == "ping" => {}
        Told::Ignored(None) => received.ignored = Some(name.to_owned()),
        Told::Ignored(Some(word)) => received.ignored = Some(format!("{name} {word}")),
    }
    Ok(received)
}

/// What one event says to us.
enum Told {
    Event(Box<Event>),
    /// Nothing; the action or state that says nothing, if it is that.
    Ignored(Option<String>),
}

impl Told {
    fn event(event: Event) -> Self {
        Self::Event(Box::new(event))
    }

    fn ignored(word: &str) -> Self {
        Self::Ignored(Some(word.to_owned()))
    }
}

fn told(
    body: &[u8],
    read: impl Fn(&Fields<'_>, &str) -> Result<Told, Refused>,
) -> Result<Told, Refused> {
    let body = parse(body)?;
    let body = Fields::of(&body)?;
    read(&body, body.text("action")?)
}

/// The repository that an event is about, as `owner/name`.
fn repository(body: &Fields<'_>) -> Result<String, Refused> {
    Ok(body.within("repository")?.text("full_name")?.to_owned())
}

/// Largest body that is read, in bytes. GitHub sends no more than 25 MB.
pub const MAX_BODY_BYTES: usize = 25 << 20;

const SCHEME: Scheme = Scheme {
    header: "X-Hub-Signature-256",
    prefix: "sha256=",
};
