//! Types, ranges and values of parameters and settings.

use super::check::Check;
use super::place::Place;
use crate::complaint::shown;
use crate::model::common::{ParameterKind, ParameterValue};

/// A kind that some value can have.
pub(super) fn check_kind(check: &mut Check, at: &Place<'_>, kind: &ParameterKind) {
    let (least, most) = match kind {
        ParameterKind::Integer((least, most)) => (*least, *most),
        ParameterKind::Tenths((least, most)) => (i64::from(*least), i64::from(*most)),
        ParameterKind::Choice(words) if words.is_empty() => {
            return check.breach(at, format_args!("is a choice of no word"));
        }
        _ => return,
    };
    if least > most {
        check.breach(
            at,
            format_args!("goes from {least} to {most}, so that no value fits"),
        );
    }
}

/// A default that is of the kind.
pub(super) fn check_default(
    check: &mut Check,
    at: &Place<'_>,
    kind: &ParameterKind,
    value: &ParameterValue,
) {
    match (kind, value) {
        (ParameterKind::Flag, ParameterValue::Flag(_))
        | (ParameterKind::Text, ParameterValue::Text(_))
        | (ParameterKind::Texts, ParameterValue::Texts(_)) => {}
        (ParameterKind::Integer((least, most)), ParameterValue::Integer(value)) => {
            if !(least..=most).contains(&value) {
                check.breach(at, format_args!("is {value}; it is {least} to {most}"));
            }
        }
        (ParameterKind::Tenths((least, most)), ParameterValue::Tenths(value)) => {
            if !(least..=most).contains(&value) {
                check.breach(at, format_args!("is {value}; it is {least} to {most}"));
            }
        }
        (ParameterKind::Choice(words), ParameterValue::Text(word)) => {
            if !words.contains(word) {
                let word = shown(word);
                check.breach(at, format_args!("is `{word}`, which is none of its words"));
            }
        }
        _ => check.breach(at, format_args!("is of another type than its kind")),
    }
}
