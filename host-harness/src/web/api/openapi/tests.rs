use std::collections::BTreeSet;

use super::super::route::routes;
use super::*;

/// Every operation, with its path.
fn operations(document: &Value) -> Vec<(&str, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap();
            methods.values().map(|one| (path.as_str(), one))
        })
        .collect()
}

/// Calls `look` with every object of a document.
fn every_object<'d>(value: &'d Value, look: &mut impl FnMut(&'d Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            look(members);
            members.values().for_each(|one| every_object(one, look));
        }
        Value::Array(items) => items.iter().for_each(|one| every_object(one, look)),
        _ => {}
    }
}

#[test]
fn the_schema_of_the_api_that_is_kept_is_the_codes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/schema/openapi.json");
    let current = serde_json::to_string_pretty(&document()).unwrap() + "\n";
    if std::env::var_os("KOALR_BLESS").is_some() {
        std::fs::write(path, &current).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == current,
        "`docs/schema/openapi.json` is stale; rewrite it with `KOALR_BLESS=1 cargo test --release -p koalr-host --lib schema`"
    );
}

#[test]
fn every_address_is_in_the_document_under_a_name_of_its_own() {
    let document = document();
    let ids: Vec<&str> = operations(&document)
        .into_iter()
        .map(|(_, one)| one["operationId"].as_str().unwrap())
        .collect();
    let distinct: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), distinct.len(), "{ids:?}");
    for route in routes() {
        let method = route.method.as_str().to_ascii_lowercase();
        let operation = &document["paths"][route.path][method];
        assert_eq!(
            operation["x-koalr-scope"],
            route.scope.word(),
            "{}",
            route.path
        );
    }
}

#[test]
fn an_operation_is_named_after_its_method_and_its_address() {
    let name = |method, path| id(&method, path);
    assert_eq!(name(Method::GET, "/api/v1/changes/{id}"), "getChangesById");
    assert_eq!(
        name(Method::POST, "/api/v1/pr-risk/score"),
        "postPrRiskScore"
    );
    assert_eq!(name(Method::GET, "/healthz"), "getHealthz");
}

#[test]
fn whatever_the_document_refers_to_is_in_it() {
    let document = document();
    let mut dangling = Vec::new();
    every_object(&document, &mut |one| {
        if let Some(name) = one.get("$ref").and_then(Value::as_str)
            && document.pointer(name.strip_prefix('#').unwrap()).is_none()
        {
            dangling.push(name);
        }
    });
    assert_eq!(dangling, [""; 0]);
}

#[test]
fn the_parameters_of_a_path_are_those_in_its_braces() {
    let document = document();
    for (path, operation) in operations(&document) {
        let told = operation["parameters"].as_array().unwrap().iter();
        let told = told.filter(|one| one["in"] == "path");
        let told: Vec<String> = told
            .map(|one| format!("{{{}}}", one["name"].as_str().unwrap()))
            .collect();
        let parts = path.split('/').filter(|part| part.contains(['{', '}']));
        assert_eq!(told, parts.collect::<Vec<_>>(), "{path}");
    }
}

#[test]
fn every_answer_and_every_parameter_is_described() {
    let document = document();
    let is_described = |one: &Value| !one["description"].as_str().unwrap_or_default().is_empty();
    let resolve = |one: &Value| match one["$ref"].as_str() {
        Some(name) => document.pointer(&name[1..]).unwrap().clone(),
        None => one.clone(),
    };
    for (path, operation) in operations(&document) {
        let responses = operation["responses"].as_object().unwrap().values();
        assert!(responses.clone().count() > 0, "{path}");
        assert!(
            responses.map(resolve).all(|one| is_described(&one)),
            "{path}"
        );
        let parameters = operation["parameters"].as_array().unwrap();
        assert!(parameters.iter().all(is_described), "{path}");
    }
}

#[test]
fn every_member_of_every_form_is_described() {
    let document = document();
    let mut undescribed = Vec::new();
    for (name, form) in document["components"]["schemas"].as_object().unwrap() {
        every_object(form, &mut |one| {
            let properties = one.get("properties").and_then(Value::as_object);
            // The only member of a variant is described with it.
            let is_variant =
                properties.is_some_and(|all| all.len() == 1) && one.contains_key("description");
            let properties = properties.filter(|_| !is_variant);
            for (member, property) in properties.into_iter().flatten() {
                // What tells variants apart is its own description.
                let is_tag = property.get("const").is_some();
                if !is_tag && property["description"].as_str().is_none_or(str::is_empty) {
                    undescribed.push(format!("{name}.{member}"));
                }
            }
        });
    }
    assert_eq!(undescribed, [""; 0]);
}

#[test]
fn forms_of_bodies_name_what_is_required_and_refuse_the_rest() {
    #[derive(schemars::JsonSchema, serde::Serialize)]
    struct Both {
        sure: u8,
        perhaps: Option<u8>,
    }
    let shape = super::super::route::shape::<Both>;
    let mut forms = Forms::new();
    let mut document =
        json!({ "components": {}, "uses": [forms.answer(shape), forms.body(shape)] });
    forms.end(&mut document);
    let named = &document["components"]["schemas"];
    assert_eq!(document["uses"][0]["$ref"], "#/components/schemas/Both");
    assert_eq!(
        document["uses"][1]["$ref"],
        "#/components/schemas/BothGiven"
    );
    assert_eq!(named["Both"]["required"], json!(["sure", "perhaps"]));
    assert_eq!(named["BothGiven"]["required"], json!(["sure"]));
    assert_eq!(named["BothGiven"]["additionalProperties"], false);
}
