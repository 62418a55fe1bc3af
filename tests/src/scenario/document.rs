//! TOML files as typed values.

use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

/// Reads a file. Dates need no quotes.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    let failed = |error: String| format!("reading `{}`: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let document = DeTable::parse(&text).map_err(|error| failed(error.to_string()))?;
    // Through JSON: reading TOML into types would be a feature that no other crate here has, and they would all be
    // compiled once more for it.
    let value = table(document.get_ref()).map_err(&failed)?;
    serde_json::from_value(value).map_err(|error| failed(error.to_string()))
}

fn table(table: &DeTable<'_>) -> Result<Value, String> {
    let mut map = Map::new();
    for (key, spanned) in table {
        map.insert(key.get_ref().to_string(), value(spanned.get_ref())?);
    }
    Ok(Value::Object(map))
}

fn value(from: &DeValue<'_>) -> Result<Value, String> {
    Ok(match from {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_err(|error| format!("`{}`: {error}", number.as_str()))?
            .into(),
        DeValue::Float(number) => number
            .as_str()
            .parse::<f64>()
            .map_err(|error| format!("`{}`: {error}", number.as_str()))?
            .into(),
        DeValue::Boolean(flag) => Value::from(*flag),
        DeValue::Datetime(instant) => Value::from(instant.to_string()),
        DeValue::Array(list) => {
            let items = list.iter().map(|item| value(item.get_ref()));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        DeValue::Table(inner) => table(inner)?,
    })
}
