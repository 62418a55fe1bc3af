//! The operations of the document that the server gives about itself.

use serde_json::{Map, Value, json};

use super::wire::{Request, Wire};

/// The document.
pub(super) struct Document(pub(super) Value);

/// An address and a method.
pub(super) struct Operation {
    pub(super) id: String,
    /// In capitals.
    pub(super) method: String,
    /// With names in braces.
    pub(super) path: String,
    /// None if it needs no key.
    pub(super) scope: Option<String>,
    pub(super) parameters: Vec<Value>,
    /// The form of its body; none if it takes none.
    pub(super) body: Option<Value>,
    /// By status.
    pub(super) responses: Map<String, Value>,
}

impl Document {
    /// As the server gives it to whoever asks.
    pub(super) fn served(wire: &mut Wire) -> Self {
        let answer = wire
            .ask(&Request::new("GET", "/api/v1/openapi.json"))
            .unwrap();
        assert_eq!(answer.status, 200);
        assert!(answer.has_type("application/json"), "{answer:?}");
        Self(answer.json())
    }

    /// Those that only look come first, and those that take something away late.
    pub(super) fn operations(&self) -> Vec<Operation> {
        let mut all = Vec::new();
        for (path, methods) in self.0["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                all.push(self.operation(path, method, operation));
            }
        }
        let order = ["GET", "PUT", "POST", "PATCH", "DELETE"];
        all.sort_by_key(|one| {
            // A new connection is read in the background, at its own speed.
            let connects = one.scope.as_deref() == Some("connect");
            (
                connects,
                order.iter().position(|method| *method == one.method),
            )
        });
        assert!(all.len() > 8, "the document names hardly anything");
        all
    }

    fn operation(&self, path: &str, method: &str, operation: &Value) -> Operation {
        let body = &operation["requestBody"]["content"]["application/json"]["schema"];
        let responses = operation["responses"].as_object().unwrap().clone();
        let responses = responses.into_iter().map(|(status, response)| {
            let response = match response["$ref"].as_str() {
                Some(name) => self.0.pointer(&name[1..]).unwrap().clone(),
                None => response,
            };
            (status, response)
        });
        Operation {
            id: operation["operationId"].as_str().unwrap().to_owned(),
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            scope: operation["x-koalr-scope"].as_str().map(str::to_owned),
            parameters: operation["parameters"].as_array().unwrap().clone(),
            body: (!body.is_null()).then(|| body.clone()),
            responses: responses.collect(),
        }
    }

    /// What is wrong with a JSON document of this form, and members that the form does not name.
    pub(super) fn check(&self, form: &Value, document: &Value) -> Vec<String> {
        let mut root =
            json!({ "components": { "schemas": self.0["components"]["schemas"] }, "form": form });
        close(&mut root);
        crate::schema::check_part(&root, &root["form"], document)
    }
}

impl Operation {
    /// Names of what stands in braces.
    pub(super) fn in_path(&self) -> Option<&str> {
        let mut parts = self.path.split('/');
        parts.find_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// What stands before it.
    pub(super) fn noun(&self) -> Option<&str> {
        let (before, _) = self.path.split_once("/{")?;
        before.rsplit('/').next()
    }

    /// The path with this in its braces, which is percent-encoded.
    pub(super) fn at(&self, id: &str) -> String {
        match self.in_path() {
            Some(name) => self.path.replace(&format!("{{{name}}}"), &encoded(id)),
            None => self.path.clone(),
        }
    }

    pub(super) fn in_query(&self) -> impl Iterator<Item = &Value> {
        self.parameters.iter().filter(|one| one["in"] == "query")
    }

    /// The status of its answer when all is well.
    pub(super) fn status(&self) -> u16 {
        let mut all = self.responses.keys().map(|status| status.parse().unwrap());
        all.find(|status| *status < 300).expect(&self.id)
    }
}

/// As it stands in an address.
pub(super) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// Refuses members that an object does not name. Readers of answers must bear them, and so the document does not say so.
fn close(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(close);
            if members.contains_key("properties") {
                members.insert("additionalProperties".to_owned(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}
