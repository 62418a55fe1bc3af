//! The form of reports' JSON, for programs that read it.

use koalr_platform::calibration::Calibration;
use koalr_platform::correlation::Correlation;
use koalr_platform::dora::Dora;
use koalr_platform::rollout::Swap;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

use super::change::ChangeReport;
use super::insight::Explained;
use super::replay::ReplayReport;
use crate::jobs::{DebtReport, FigureRows, ShadowReport};
use crate::registry::{Changed, InstallReport, ListedPlugin, Removed};

/// The JSON Schema (2020-12) of what `koalr gate` and `koalr score` print with `--format json`. It is kept as
/// `docs/schema/change-report.json`, and knows every property that is printed.
#[must_use]
pub fn change_report_schema() -> Value {
    schema_of::<ChangeReport>()
}

/// The same of what `koalr report` prints, each under the name of its file in `docs/schema`.
#[must_use]
pub fn insight_schemas() -> [(&'static str, Value); 5] {
    [
        ("report-dora", schema_of::<Explained<Dora>>()),
        ("report-debt", schema_of::<Explained<DebtReport>>()),
        ("report-correlation", schema_of::<Explained<Correlation>>()),
        ("report-calibration", schema_of::<Explained<Calibration>>()),
        ("report-rows", schema_of::<FigureRows>()),
    ]
}

/// The same of what `koalr replay` prints for each recording, kept as `docs/schema/replay-report.json`.
#[must_use]
pub fn replay_report_schema() -> Value {
    schema_of::<ReplayReport>()
}

/// The same of what `koalr plugin` prints.
#[must_use]
pub fn plugin_schemas() -> [(&'static str, Value); 6] {
    [
        ("plugin-installed", schema_of::<InstallReport>()),
        ("plugin-list", schema_of::<Vec<ListedPlugin>>()),
        ("plugin-changed", schema_of::<Changed>()),
        ("plugin-removed", schema_of::<Removed>()),
        ("plugin-history", schema_of::<Vec<Swap>>()),
        ("plugin-shadow", schema_of::<ShadowReport>()),
    ]
}

fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = SchemaGenerator::new(settings).into_root_schema_for::<T>();
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

    fn all() -> Vec<(&'static str, Value)> {
        let change = ("change-report", change_report_schema());
        let replay = ("replay-report", replay_report_schema());
        [change, replay]
            .into_iter()
            .chain(insight_schemas())
            .chain(plugin_schemas())
            .collect()
    }

    #[test]
    fn the_schemas_that_are_kept_are_the_codes() {
        for (name, schema) in all() {
            let root = env!("CARGO_MANIFEST_DIR");
            let path = format!("{root}/../docs/schema/{name}.json");
            let current = serde_json::to_string_pretty(&schema).unwrap() + "\n";
            if std::env::var_os("KOALR_BLESS").is_some() {
                std::fs::write(&path, &current).unwrap();
            }
            let kept = std::fs::read_to_string(path).unwrap_or_default();
            assert!(
                kept == current,
                "`docs/schema/{name}.json` is stale; rewrite it with `KOALR_BLESS=1 cargo test --release -p koalr-host --lib schema`, and if a reader of the old form of a change report would stumble over the new one, raise `SCHEMA`"
            );
        }
    }

    #[test]
    fn every_property_is_described() {
        let mut undescribed = Vec::new();
        let mut look = |at: &str, schema: &Value| {
            let properties = schema["properties"].as_object().into_iter().flatten();
            for (name, property) in properties {
                if property["description"].as_str().is_none_or(str::is_empty) {
                    undescribed.push(format!("{at}.{name}"));
                }
            }
        };
        for (report, schema) in all() {
            look(report, &schema);
            for (name, definition) in schema["$defs"].as_object().unwrap() {
                look(name, definition);
            }
        }
        assert_eq!(undescribed, [""; 0]);
    }
}
