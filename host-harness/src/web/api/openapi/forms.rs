//! The forms of JSON documents, kept under names.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

use super::super::route::Shape;

/// The forms of answers and of bodies. A type that is in both may differ: what an answer always has, a body may leave out.
pub(super) struct Forms {
    answers: SchemaGenerator,
    bodies: SchemaGenerator,
}

impl Forms {
    pub(super) fn new() -> Self {
        let mut answers = SchemaSettings::draft2020_12().for_serialize();
        answers.definitions_path = NAMED.into();
        let mut bodies = SchemaSettings::draft2020_12().for_deserialize();
        bodies.definitions_path = GIVEN.into();
        Self {
            answers: answers.into_generator(),
            bodies: bodies.into_generator(),
        }
    }

    /// The form of an answer, which may have more members some day.
    pub(super) fn answer(&mut self, shape: Shape) -> Value {
        shape(&mut self.answers).into()
    }

    /// The form of a body, which must not have members that nothing reads.
    pub(super) fn body(&mut self, shape: Shape) -> Value {
        let mut schema = shape(&mut self.bodies);
        RecursiveTransform(close).transform(&mut schema);
        schema.into()
    }

    /// Writes those that have names into the document.
    pub(super) fn end(mut self, document: &mut Value) {
        let mut named = self.answers.take_definitions(false);
        let mut renamed = Map::new();
        for (name, mut schema) in self.bodies.take_definitions(false) {
            if let Ok(schema) = <&mut Schema>::try_from(&mut schema) {
                RecursiveTransform(close).transform(schema);
            }
            let is_other = |kept: &Value| *kept != schema || schema.to_string().contains("$ref");
            let target = match named.get(&name) {
                Some(kept) if is_other(kept) => format!("{name}Given"),
                _ => name.clone(),
            };
            renamed.insert(
                format!("#{GIVEN}/{name}"),
                format!("#{NAMED}/{target}").into(),
            );
            named.insert(target, schema);
        }
        if let Some(components) = document
            .get_mut("components")
            .and_then(Value::as_object_mut)
        {
            components.insert("schemas".to_owned(), named.into());
        }
        rename(document, &renamed);
    }
}

/// Refuses members that an object does not name.
fn close(schema: &mut Schema) {
    if schema.get("properties").is_some() {
        schema.insert("additionalProperties".to_owned(), false.into());
    }
}

fn rename(value: &mut Value, renamed: &Map<String, Value>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let target = member.as_str().and_then(|text| renamed.get(text));
                match target {
                    Some(target) if name == "$ref" => *member = target.clone(),
                    _ => rename(member, renamed),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, renamed)),
        _ => {}
    }
}

/// Where forms are in the document.
const NAMED: &str = "/components/schemas";

/// Where forms of bodies are until all names are known.
const GIVEN: &str = "/components/bodies";
