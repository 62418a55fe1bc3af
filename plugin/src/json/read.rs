//! The one parser.

use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use super::text::Text;
use super::value::{Field, List, Value};

/// Reads one value that is the whole text.
///
/// # Errors
///
/// What is not JSON; a value where the type has no place for one of its kind.
pub(crate) fn read<'a, T: Value<'a> + Default>(json: &'a str) -> serde_json::Result<T> {
    let mut value = T::default();
    fill(json, &mut value)?;
    Ok(value)
}

fn fill<'a>(json: &'a str, value: &mut dyn Value<'a>) -> serde_json::Result<()> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    Present(value).deserialize(&mut deserializer)?;
    deserializer.end()
}

/// Fills a place.
struct Present<'p, 'a>(&'p mut dyn Value<'a>);

impl<'de> DeserializeSeed<'de> for Present<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if let Some(raw) = self.0.raw() {
            *raw = <&RawValue>::deserialize(deserializer)?.get();
            return Ok(());
        }
        deserializer.deserialize_any(self)
    }
}

/// Fills the next place of a list.
struct Next<'p, 'a>(&'p mut dyn List<'a>);

impl<'de> DeserializeSeed<'de> for Next<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        Present(self.0.item()).deserialize(deserializer)
    }
}

/// Fills or empties the place of a field.
struct Perhaps<'p, 'a>(&'p mut dyn Field<'a>);

impl<'de> DeserializeSeed<'de> for Perhaps<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for Perhaps<'_, 'de> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.0.clear();
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        Present(self.0.fill()).deserialize(deserializer)
    }
}

impl Present<'_, '_> {
    /// Says what is wrong, without the value: `serde`'s own message brings a writer of floating-point numbers along.
    fn unless<E: Error>(&self, taken: bool, found: &str) -> Result<(), E> {
        if taken {
            return Ok(());
        }
        let expected = self.0.expected();
        Err(E::custom(format_args!(
            "expected {expected}, found {found}"
        )))
    }
}

impl<'de> Visitor<'de> for Present<'_, 'de> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.expected())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.unless(false, "null")
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<(), E> {
        let taken = self.0.flag(flag);
        self.unless(taken, "true or false")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        let taken = self.0.integer(number);
        self.unless(taken, "a number")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        let taken = i64::try_from(number).is_ok_and(|number| self.0.integer(number));
        self.unless(taken, "a number")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        let taken = self.0.number(number);
        self.unless(taken, "a number")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<(), E> {
        let taken = self.0.text(Text::from(text));
        self.unless(taken, "a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        let taken = self.0.text(Text::from(text.to_owned()));
        self.unless(taken, "a text")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some(object) = self.0.object() else {
            return self.unless(false, "an object");
        };
        while let Some(name) = map.next_key::<Text<'de>>()? {
            match object.field(&name) {
                Some(field) => map.next_value_seed(Perhaps(field))?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Some(list) = self.0.list() else {
            return self.unless(false, "a list");
        };
        let mut items = 0_usize;
        while seq.next_element_seed(Next(list))?.is_some() {
            items += 1;
            if items > MOST_ITEMS {
                return Err(A::Error::custom(format_args!(
                    "expected a list of at most {MOST_ITEMS} values, found more"
                )));
            }
        }
        Ok(())
    }
}

/// Values of one list. Snyk's longest have a hundred; a page of nothing but zeros would fill the memory.
const MOST_ITEMS: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::read;
    use crate::json::{Raw, fields};

    #[derive(Debug, Default, PartialEq)]
    struct Sample {
        name: Option<String>,
        counts: Vec<u8>,
    }

    fields!(Sample { name counts });

    fn sample(name: Option<&str>, counts: &[u8]) -> Sample {
        Sample {
            name: name.map(str::to_owned),
            counts: counts.to_vec(),
        }
    }

    #[track_caller]
    fn refused(json: &str) -> String {
        read::<Sample>(json).unwrap_err().to_string()
    }

    #[test]
    fn null_is_absence_and_unknown_fields_are_ignored() {
        assert_eq!(read::<Sample>("{}").unwrap(), Sample::default());
        let json = r#"{"name":null,"counts":null,"more":{"deep":[1.5,"x"]}}"#;
        assert_eq!(read::<Sample>(json).unwrap(), Sample::default());
    }

    #[test]
    fn the_last_of_repeated_fields_counts() {
        let json = r#"{"counts":[1,2],"name":"a","counts":[3],"name":"b\n"}"#;
        let expected = sample(Some("b\n"), &[3]);
        assert_eq!(read::<Sample>(json).unwrap(), expected);
    }

    #[test]
    fn a_value_of_another_kind_is_told_without_its_content() {
        for (json, sentence) in [
            ("[]", "expected an object, found a list at line 1 column 2"),
            (
                r#"{"name":{"secret":1}}"#,
                "expected a text, found an object at line 1 column 9",
            ),
            (
                r#"{"counts":["secret"]}"#,
                "expected a number of type u8, found a text at line 1 column 19",
            ),
            (
                r#"{"counts":[256]}"#,
                "expected a number of type u8, found a number at line 1 column 14",
            ),
            (
                r#"{"counts":[null]}"#,
                "expected a number of type u8, found null at line 1 column 15",
            ),
            ("{} {}", "trailing characters at line 1 column 4"),
        ] {
            assert_eq!(refused(json), sentence, "{json}");
        }
    }

    #[test]
    fn a_list_of_endless_values_is_none() {
        let json = |zeros| format!("{{\"counts\":[{}0]}}", "0,".repeat(zeros));
        assert_eq!(read::<Sample>(&json(9_999)).unwrap().counts.len(), 10_000);
        let sentence = refused(&json(10_000));
        let start = "expected a list of at most 10000 values, found more";
        assert!(sentence.starts_with(start), "{sentence}");
    }

    #[test]
    fn a_raw_value_stands_as_it_came() {
        let raw: Vec<Raw<'_>> = read(r#"[{"a" : 1}, "x"]"#).unwrap();
        let texts: Vec<&str> = raw.iter().map(|raw| raw.0).collect();
        assert_eq!(texts, [r#"{"a" : 1}"#, r#""x""#]);
    }
}
