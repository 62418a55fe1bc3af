//! What is not the same in two values of JSON.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// One place at which two outcomes are not the same.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Difference {
    /// The place, for example `records[17].finding.severity`.
    pub path: String,
    /// What was recorded there; none if nothing was.
    pub recorded: Option<Value>,
    /// What is there now; none if nothing is.
    pub replayed: Option<Value>,
}

/// All differences, in the order of what was recorded.
pub(super) fn differences(path: &str, recorded: &Value, replayed: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(path, Some(recorded), Some(replayed), &mut found);
    found
}

fn compare(
    path: &str,
    recorded: Option<&Value>,
    replayed: Option<&Value>,
    found: &mut Vec<Difference>,
) {
    match (recorded, replayed) {
        (Some(before), Some(after)) if before == after => {}
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let new = after.keys().filter(|name| !before.contains_key(*name));
            for name in before.keys().chain(new) {
                let dot = if path.is_empty() { "" } else { "." };
                let path = format!("{path}{dot}{name}");
                compare(&path, before.get(name), after.get(name), found);
            }
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            for place in 0..before.len().max(after.len()) {
                let path = format!("{path}[{place}]");
                compare(&path, before.get(place), after.get(place), found);
            }
        }
        _ => found.push(Difference {
            path: path.to_owned(),
            recorded: recorded.cloned(),
            replayed: replayed.cloned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_same_values_have_no_difference() {
        let value = json!({ "a": [1, { "b": null }], "c": 0.1 });
        assert_eq!(differences("", &value, &value.clone()), []);
    }

    #[test]
    fn each_difference_has_its_place() {
        let recorded = json!({
            "records": [{ "finding": { "severity": "high", "gone": 1 } }, 2],
            "done": true,
        });
        let replayed = json!({
            "records": [{ "finding": { "severity": "medium" } }, 2, { "new": 3 }],
            "done": { "else": true },
        });
        let places: Vec<_> = differences("", &recorded, &replayed)
            .into_iter()
            .map(|found| (found.path, found.recorded, found.replayed))
            .collect();
        let at = |path: &str, recorded, replayed| (path.to_owned(), recorded, replayed);
        assert_eq!(
            places,
            [
                at("done", Some(json!(true)), Some(json!({ "else": true }))),
                at("records[0].finding.gone", Some(json!(1)), None),
                at(
                    "records[0].finding.severity",
                    Some(json!("high")),
                    Some(json!("medium"))
                ),
                at("records[2]", None, Some(json!({ "new": 3 }))),
            ]
        );
    }
}
