//! Values of members that are no short texts.

use koalr_platform::model::common::{Tenths, Timestamp};
use serde_json::Value;

use super::super::parameter::time;
use super::Members;

impl Members<'_> {
    /// A text that is not blank and may be long; none if it is absent or null.
    pub(in super::super) fn long(&mut self, key: &'static str, most: usize) -> Option<String> {
        let raw = self.raw(key)?;
        match serde_json::from_str::<String>(raw) {
            Ok(text) if text.chars().count() > most => {
                self.complain(key, format!("it has more than {most} characters"));
            }
            Ok(text) => return Some(text),
            Err(_) => self.complain(key, "it must be a text"),
        }
        None
    }

    /// A time as in RFC 3339, a day, which is its first moment in UTC, or milliseconds since 1970; none if it is absent or
    /// null.
    pub(in super::super) fn time(&mut self, key: &'static str) -> Option<Timestamp> {
        let raw = self.raw(key)?;
        let read = match serde_json::from_str(raw) {
            Ok(Value::String(text)) => time(&text),
            Ok(Value::Number(number)) => number.as_i64(),
            _ => None,
        };
        if read.is_none() {
            let problem = "write it as in \"2026-01-15T09:30:00Z\", or in milliseconds since 1970";
            self.complain(key, problem);
        }
        read
    }

    /// A number of one decimal place at most, from 0 to a most that is given in tenths; none if it is absent or null.
    pub(in super::super) fn tenths(&mut self, key: &'static str, most: Tenths) -> Option<Tenths> {
        let raw = self.raw(key)?;
        let places = raw.split_once('.').map_or(0, |(_, places)| places.len());
        let number = raw.parse::<f64>().ok().filter(|_| places <= 1);
        let tenths = number.map(|number| number * 10.0);
        let tenths = tenths.filter(|tenths| (0.0..=f64::from(most)).contains(tenths));
        if tenths.is_none() {
            let most = f64::from(most) / 10.0;
            self.complain(
                key,
                format!("it must be a number from 0 to {most}, with one decimal place at most"),
            );
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is within 0 and the most"
        )]
        tenths.map(|tenths| tenths.round() as Tenths)
    }

    /// A list of some of these words; none if it is absent or null.
    pub(in super::super) fn words(
        &mut self,
        key: &'static str,
        words: &[&'static str],
    ) -> Option<Vec<&'static str>> {
        let raw = self.raw(key)?;
        let given: Option<Vec<String>> = serde_json::from_str(raw).ok();
        let known = |given: &String| words.iter().copied().find(|word| word == given);
        let read = given.and_then(|given| given.iter().map(known).collect());
        if read.is_none() {
            let words = words.join("`, `");
            self.complain(key, format!("it must be a list of some of `{words}`"));
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn values_are_read_in_each_of_their_forms() {
        let body = r#"{"a": "2026-01-15", "b": 1768435200000, "c": 7.5, "d": ["x"], "e": " \n"}"#;
        let mut members = Members::read(body.as_bytes()).unwrap();
        assert_eq!(members.time("a"), Some(1_768_435_200_000));
        assert_eq!(members.time("b"), Some(1_768_435_200_000));
        assert_eq!(members.tenths("c", 100), Some(75));
        assert_eq!(members.words("d", &["x", "y"]), Some(vec!["x"]));
        assert_eq!(members.long("e", 2).as_deref(), Some(" \n"));
        assert_eq!(members.time("f"), None);
        members.end().unwrap();
    }

    #[test]
    fn a_value_of_no_known_form_is_complained_about() {
        let body = r#"{"a": "soon", "b": 7.55, "c": ["z"], "d": "xyz", "e": 10.1}"#;
        let mut members = Members::read(body.as_bytes()).unwrap();
        members.time("a");
        members.tenths("b", 100);
        members.words("c", &["x", "y"]);
        members.long("d", 2);
        members.tenths("e", 100);
        let problem = serde_json::to_value(members.end().unwrap_err()).unwrap();
        let errors = problem["errors"].as_array().unwrap().iter();
        let said: Vec<&Value> = errors.map(|one| &one["problem"]).collect();
        let tenths = "it must be a number from 0 to 10, with one decimal place at most";
        assert_eq!(
            said,
            [
                "write it as in \"2026-01-15T09:30:00Z\", or in milliseconds since 1970",
                tenths,
                "it must be a list of some of `x`, `y`",
                "it has more than 2 characters",
                tenths,
            ]
        );
    }
}
