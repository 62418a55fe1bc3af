//! Values of a file, read strictly: what does not fit is complained about and read as nothing.

use std::ops::RangeInclusive;

use toml::de::{DeTable, DeValue};

use super::{Document, Value, instant};
use crate::complaint::way_out;
use crate::model::common::{ParameterKind, ParameterValue, Tenths, Timestamp};

impl Document<'_> {
    /// A table.
    pub fn table<'v, 't>(&mut self, key: &str, value: &'v Value<'t>) -> Option<&'v DeTable<'t>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong(key, value, "expected a table");
        }
        table
    }

    /// Yes or no.
    pub(crate) fn flag(&mut self, key: &str, value: &Value<'_>) -> Option<bool> {
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong(key, value, "expected `true` or `false`");
        }
        flag
    }

    /// A whole number within a range.
    pub(crate) fn integer(
        &mut self,
        key: &str,
        value: &Value<'_>,
        range: &RangeInclusive<i64>,
    ) -> Option<i64> {
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok())
            .filter(|number| range.contains(number));
        if number.is_none() {
            let expected = format!(
                "expected a whole number from {} to {}",
                range.start(),
                range.end()
            );
            self.wrong(key, value, expected);
        }
        number
    }

    /// A number with at most one decimal place, within a range.
    pub(crate) fn tenths(
        &mut self,
        key: &str,
        value: &Value<'_>,
        range: &RangeInclusive<Tenths>,
    ) -> Option<Tenths> {
        let tenths = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => read_tenths(number.as_str()),
            DeValue::Float(number) => read_tenths(number.as_str()),
            _ => None,
        };
        let tenths = tenths.filter(|tenths| range.contains(tenths));
        if tenths.is_none() {
            let expected = format!(
                "expected a number from {} to {} with at most one decimal place",
                decimal(*range.start()),
                decimal(*range.end())
            );
            self.wrong(key, value, expected);
        }
        tenths
    }

    /// One of these words, with what it stands for.
    pub(crate) fn word<T: Copy>(
        &mut self,
        key: &str,
        value: &Value<'_>,
        words: &[(&str, T)],
    ) -> Option<T> {
        let given = value.get_ref().as_str();
        let found = words.iter().find(|(word, _)| given == Some(*word));
        if found.is_none() {
            let known = words.iter().map(|(word, _)| *word);
            self.wrong(key, value, way_out(given.unwrap_or_default(), known));
        }
        found.map(|(_, meaning)| *meaning)
    }

    /// Several of these words.
    pub(crate) fn words<T: Copy>(
        &mut self,
        key: &str,
        value: &Value<'_>,
        words: &[(&str, T)],
    ) -> Vec<T> {
        let Some(list) = value.get_ref().as_array() else {
            let known = words.first().map_or("", |(word, _)| word);
            self.wrong(key, value, format!("expected a list such as [\"{known}\"]"));
            return Vec::new();
        };
        list.iter()
            .filter_map(|value| self.word(key, value, words))
            .collect()
    }

    /// A text that says something.
    pub(crate) fn text(&mut self, key: &str, value: &Value<'_>) -> Option<String> {
        let text = value.get_ref().as_str();
        let text = text.filter(|text| !text.trim().is_empty());
        if text.is_none() {
            self.wrong(key, value, "expected a text that is not empty");
        }
        text.map(str::to_owned)
    }

    /// A date, which is its first moment in UTC, or a time with its offset; as TOML's own kind or as a text.
    pub(crate) fn instant(&mut self, key: &str, value: &Value<'_>) -> Option<Timestamp> {
        let instant = match value.get_ref() {
            DeValue::String(text) if text.len() <= MAX_TIME_BYTES => DeValue::parse(text)
                .ok()
                .and_then(|value| instant::read(value.get_ref())),
            value => instant::read(value),
        };
        if instant.is_none() {
            self.wrong(
                key,
                value,
                "expected a date such as 2026-01-31, or a time with its offset such as 2026-01-31T09:00:00Z",
            );
        }
        instant
    }

    /// A parameter of a rule.
    pub(crate) fn parameter(
        &mut self,
        key: &str,
        value: &Value<'_>,
        kind: &ParameterKind,
    ) -> Option<ParameterValue> {
        match kind {
            ParameterKind::Flag => self.flag(key, value).map(ParameterValue::Flag),
            ParameterKind::Integer((low, high)) => self
                .integer(key, value, &(*low..=*high))
                .map(ParameterValue::Integer),
            ParameterKind::Tenths((low, high)) => self
                .tenths(key, value, &(*low..=*high))
                .map(ParameterValue::Tenths),
            ParameterKind::Choice(words) => {
                let words: Vec<(&str, &str)> =
                    words.iter().map(|word| (&**word, &**word)).collect();
                let word = self.word(key, value, &words)?;
                Some(ParameterValue::Text(word.to_owned()))
            }
            ParameterKind::Text => {
                let text = value.get_ref().as_str();
                if text.is_none() {
                    self.wrong(key, value, "expected a text");
                }
                text.map(|text| ParameterValue::Text(text.to_owned()))
            }
            ParameterKind::Texts => {
                let Some(list) = value.get_ref().as_array() else {
                    self.wrong(key, value, "expected a list of texts");
                    return None;
                };
                let mut texts = Vec::new();
                for value in list {
                    match value.get_ref().as_str() {
                        Some(text) => texts.push(text.to_owned()),
                        None => self.wrong(key, value, "expected a list of texts"),
                    }
                }
                Some(ParameterValue::Texts(texts))
            }
        }
    }
}

/// Tenths as people write them.
pub(crate) fn decimal(tenths: Tenths) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// Exactly: 9, 9.0 and 9.8, but not 9.85, 98e-1 or -1.
fn read_tenths(text: &str) -> Option<Tenths> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 1 {
        return None;
    }
    let whole: Tenths = whole.parse().ok()?;
    whole.checked_mul(10)?.checked_add(part.parse().ok()?)
}

/// No way to write a time is longer.
const MAX_TIME_BYTES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_tenths_is_read_exactly() {
        assert_eq!(
            ["9", "9.0", "9.8", "0.0"].map(read_tenths),
            [Some(90), Some(90), Some(98), Some(0)]
        );
        for wrong in ["9.85", "98e-1", "-1", "9.", ".5", "nan", "inf", "6554"] {
            assert_eq!(read_tenths(wrong), None, "{wrong}");
        }
    }
}
