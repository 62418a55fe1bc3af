//! The form of a change report's JSON, for programs that read it.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use super::change::ChangeReport;

/// The JSON Schema (2020-12) of what `koalr gate` and `koalr score` print with `--format json`. It is kept as
/// `docs/schema/change-report.json`, and knows every property that is printed.
#[must_use]
pub fn change_report_schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = SchemaGenerator::new(settings).into_root_schema_for::<ChangeReport>();
    RecursiveTransform(close).transform(&mut schema);
    schema.into()
}

/// Refuses properties that an object does not name.
fn close(schema: &mut Schema) {
    if schema.get("properties").is_some() {
        schema.insert("additionalProperties".to_owned(), false.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_that_is_kept_is_the_codes() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../docs/schema/change-report.json"
        );
        let current = serde_json::to_string_pretty(&change_report_schema()).unwrap() + "\n";
        if std::env::var_os("KOALR_BLESS").is_some() {
            std::fs::write(path, &current).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            kept == current,
            "`docs/schema/change-report.json` is stale; rewrite it with `KOALR_BLESS=1 cargo test --release -p koalr-host --lib schema`, and if a reader of the old form would stumble over the new one, raise `SCHEMA`"
        );
    }

    #[test]
    fn every_property_is_described() {
        let schema = change_report_schema();
        let mut undescribed = Vec::new();
        let mut look = |at: &str, schema: &Value| {
            let properties = schema["properties"].as_object().into_iter().flatten();
            for (name, property) in properties {
                if property["description"].as_str().is_none_or(str::is_empty) {
                    undescribed.push(format!("{at}.{name}"));
                }
            }
        };
        look("report", &schema);
        for (name, definition) in schema["$defs"].as_object().unwrap() {
            look(name, definition);
        }
        assert_eq!(undescribed, [""; 0]);
    }
}
