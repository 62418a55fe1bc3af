//! What a guest is told by a test, and what it tells.

use crate::sync::{Batch, Diagnostic, Request};
use crate::types::{ParameterValue, SettingEntry};
use crate::{ask, harmless};

/// A setting that is a text.
#[must_use]
pub fn text<'a>(settings: &'a [SettingEntry], key: &str) -> Option<&'a str> {
    settings.iter().find_map(|entry| match &entry.value {
        ParameterValue::Text(text) if entry.key == key => Some(text.as_str()),
        _ => None,
    })
}

/// How much a guest is to do; without end if no test says so.
#[must_use]
pub fn amount(request: &Request) -> u64 {
    let amount = request.settings.iter().find_map(|entry| match entry.value {
        ParameterValue::Integer(amount) if entry.key == "amount" => u64::try_from(amount).ok(),
        _ => None,
    });
    amount.unwrap_or(u64::MAX)
}

/// An address at the pinned origin.
#[must_use]
pub fn at(request: &Request, path: &str) -> String {
    format!("{}{path}", request.endpoint.base)
}

/// An empty batch with what the guest found out: of what, and what.
#[must_use]
pub fn batch(rows: impl IntoIterator<Item = (String, String)>) -> Batch {
    Batch {
        diagnostics: rows
            .into_iter()
            .map(|(subject, message)| Diagnostic {
                code: "told".to_owned(),
                subject,
                message,
            })
            .collect(),
        ..harmless::batch()
    }
}

/// An answer in a line: its status, whether it came whole, and what it says.
#[must_use]
pub fn line(answer: Result<ask::Answer, String>) -> String {
    match answer {
        Ok(answer) => {
            let whole = if answer.whole { "whole" } else { "broken" };
            let body = String::from_utf8_lossy(&answer.body).into_owned();
            format!("{} {whole} {body}", answer.status)
        }
        Err(word) => word,
    }
}
