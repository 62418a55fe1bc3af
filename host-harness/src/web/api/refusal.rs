//! What of an error is for who asked. The rest is for the log.

use http::StatusCode;
use koalr_store::StoreError;

use super::super::problem::Problem;
use crate::error::HostError;
use crate::jobs::{Complaint, ConnectRefusal};

/// The same for a key that is missing, wrong or taken back, so that keys cannot be guessed.
pub(super) fn unauthorized() -> Problem {
    let detail =
        "no valid key; send one as `Authorization: Bearer koalr_…`, made by `koalr key create`";
    Problem::new(StatusCode::UNAUTHORIZED, detail).challenged()
}

/// The same for what never was and for what another tenant has.
pub(super) fn not_stored() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "nothing is stored here under this id",
    )
}

pub(crate) fn problem(error: HostError) -> Problem {
    let (status, detail) = match error {
        HostError::Import { complaints, .. } => {
            let detail = "nothing was imported; `errors` says what is wrong, and where";
            return Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail).because(complaints);
        }
        HostError::Complaints { complaints, .. } => {
            let complaints = complaints.into_iter().map(|one| Complaint {
                line: one.line,
                path: "policy".to_owned(),
                problem: format!("column {}: {}", one.column, one.problem),
            });
            let detail =
                "the policy cannot be used; `errors` says what is wrong, by the lines of its text";
            return Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
                .because(complaints.collect());
        }
        HostError::Forbidden(detail) => (StatusCode::FORBIDDEN, detail),
        HostError::Outdated(detail) => (StatusCode::CONFLICT, detail),
        HostError::NotConnected { integration, .. } => (
            StatusCode::CONFLICT,
            format!("`{integration}` is not connected; `koalr connect {integration}` does that"),
        ),
        HostError::Paused {
            integration, why, ..
        } => (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("`{integration}` is paused by whoever runs this server: {why}"),
        ),
        HostError::Connect { reason, .. } => {
            let status = match reason {
                ConnectRefusal::Decided(_) => StatusCode::UNPROCESSABLE_ENTITY,
                _ => StatusCode::BAD_GATEWAY,
            };
            (status, as_members(&reason.to_string()))
        }
        error @ (HostError::Pin(_)
        | HostError::Policy(_)
        | HostError::Credential(_)
        | HostError::Waiver(_)) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
        HostError::Change(detail) | HostError::NotPossible(detail) => {
            (StatusCode::UNPROCESSABLE_ENTITY, detail)
        }
        HostError::Store(error @ StoreError::TenantSuspended { .. }) => {
            (StatusCode::FORBIDDEN, error.to_string())
        }
        HostError::Store(error) if error.is_damage() => {
            tracing::error!("the API could not answer: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, DAMAGED.to_owned())
        }
        other => {
            tracing::error!("the API could not answer: {other}");
            return Problem::busy();
        }
    };
    Problem::new(status, detail)
}

/// What a sentence calls by the command line's flags, by the body's members.
fn as_members(sentence: &str) -> String {
    let flags = [
        ("`--upstream REGION`", "`upstream`"),
        ("`--upstream`", "`upstream`"),
        ("`--org`", "`organizations`"),
    ];
    let text = sentence.to_owned();
    flags
        .iter()
        .fold(text, |text, (flag, member)| text.replace(flag, member))
}

/// Where the file is, and what is wrong with it, is in the log.
const DAMAGED: &str =
    "the stored data cannot be read; ask whoever runs this server to restore it from a backup";
