//! Answers in GitHub's JSON, and the refusals among them.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::render::put;

/// A document.
pub(super) fn document(status: u16, document: &Value) -> Answer {
    Answer {
        media_type: JSON,
        ..Answer::document(status, document)
    }
}

/// A refusal: what is wrong, and the page of the documentation below `/rest`.
pub(super) fn refuse(status: u16, message: &str, page: &str) -> Answer {
    document(status, &body(status, message, page))
}

/// 404, which GitHub also says of what may not be seen.
pub(super) fn not_found(page: &str) -> Answer {
    refuse(404, "Not Found", page)
}

/// 422 with what the schema says against the body, a line each.
pub(super) fn invalid(complaints: &[String], page: &str) -> Answer {
    let message = format!("Invalid request.\n\n{}", complaints.join("\n"));
    refuse(422, &message, page)
}

/// 422 with what the resource itself says against one of its fields.
pub(super) fn failed(resource: &str, field: &str, message: &str, page: &str) -> Answer {
    let mut body = body(422, "Validation Failed", page);
    let error = json!({"resource": resource, "code": "custom", "field": field, "message": message});
    put(&mut body, "errors", json!([error]));
    document(422, &body)
}

/// Gives what a fault with a status made the body that GitHub would send.
pub(super) fn restyled(answer: Answer) -> Answer {
    if answer.media_type == JSON || answer.media_type.starts_with("text/html") {
        return answer;
    }
    let told = answer
        .headers
        .iter()
        .any(|(name, _)| *name == "retry-after");
    let message = match answer.status {
        403 | 429 if told => SECONDARY_LIMIT,
        403 => "Forbidden",
        429 => PRIMARY_LIMIT,
        401 => "Bad credentials",
        404 => "Not Found",
        _ => "Server Error",
    };
    let styled = refuse(answer.status, message, "");
    Answer {
        headers: answer.headers,
        ..styled
    }
}

fn body(status: u16, message: &str, page: &str) -> Value {
    json!({
        "message": message,
        "documentation_url": format!("https://docs.github.com/rest{page}"),
        "status": status.to_string(),
    })
}

/// What a refusal for too many requests in an hour says.
pub(super) const PRIMARY_LIMIT: &str = "API rate limit exceeded for this installation.";
/// What a refusal for too many requests at once says.
const SECONDARY_LIMIT: &str = "You have exceeded a secondary rate limit.";
/// Media type of every document.
const JSON: &str = "application/json; charset=utf-8";
