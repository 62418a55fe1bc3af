//! The contract is documented, versioned, rendered, and stands on pinned packages.

use std::env;
use std::fs;

use koalr_tests::{contract, workspace};
use sha2::{Digest as _, Sha256};
use wit_bindgen_core::wit_parser::{
    Docs, InterfaceId, Resolve, Stability, TypeDefKind, TypeId, WorldItem,
};

#[test]
fn the_rendered_page_of_the_contract_is_current() {
    let rendered = contract::render();
    if env::var_os("KOALR_BLESS").is_some() {
        fs::write(workspace::root().join(contract::PAGE), &rendered).unwrap();
    }
    let kept = fs::read_to_string(workspace::root().join(contract::PAGE)).unwrap_or_default();
    assert!(
        kept == rendered,
        "`{}` is stale; rewrite it with `KOALR_BLESS=1 cargo test --release -p koalr-tests rendered_page`",
        contract::PAGE
    );
}

#[test]
fn every_interface_has_its_place_in_the_reading_order() {
    let (resolve, package) = contract::resolve();
    let mut names: Vec<_> = resolve.packages[package].interfaces.keys().collect();
    let mut order = contract::READING_ORDER;
    names.sort();
    order.sort_unstable();
    assert_eq!(names, order.each_ref());
}

#[test]
fn every_item_of_the_contract_is_documented() {
    let undocumented: Vec<String> = items()
        .into_iter()
        .filter(|item| {
            item.docs
                .contents
                .as_deref()
                .unwrap_or_default()
                .trim()
                .is_empty()
        })
        .map(|item| item.name)
        .collect();
    assert!(
        undocumented.is_empty(),
        "without a doc comment: {undocumented:#?}"
    );
}

#[test]
fn every_item_of_the_contract_says_since_when_it_exists() {
    let ungated: Vec<String> = items()
        .into_iter()
        .filter(|item| item.stability.as_ref().is_some_and(Stability::is_unknown))
        .map(|item| item.name)
        .collect();
    assert!(ungated.is_empty(), "without `@since`: {ungated:#?}");
}

#[test]
fn the_vendored_packages_are_the_pinned_ones() {
    let found: Vec<(String, String)> = workspace::files("wit/deps", &["wit"])
        .into_iter()
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, hex::encode(Sha256::digest(workspace::read(&path))))
        })
        .collect();
    let pinned = VENDORED.map(|(name, hash)| (name.to_owned(), hash.to_owned()));
    assert_eq!(found, pinned);
}

#[test]
fn the_contract_is_frozen() {
    let files: Vec<_> = workspace::files("wit", &["wit"])
        .into_iter()
        .filter(|path| !path.starts_with("wit/deps"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, hex::encode(Sha256::digest(workspace::read(&path))))
        })
        .collect();
    let frozen = FROZEN.map(|(name, hash)| (name.to_owned(), hash.to_owned()));
    assert_eq!(
        files, frozen,
        "0.1.0 is frozen: components that others built depend on it. Leave these files as they are. What is new goes into a \
         function or an interface of its own, gated with `@since` of the next version, in a copy of `wit` with that version; \
         what changes a type begins a new version line, which the host speaks beside this one"
    );
}

/// One thing of the contract that a person may look up.
struct Item {
    name: String,
    docs: Docs,
    /// None where WIT has no place for a gate: fields and cases have that of their type.
    stability: Option<Stability>,
}

impl Item {
    fn new(name: String, docs: &Docs, stability: Option<&Stability>) -> Self {
        let (docs, stability) = (docs.clone(), stability.cloned());
        Self {
            name,
            docs,
            stability,
        }
    }
}

fn items() -> Vec<Item> {
    let (resolve, package) = contract::resolve();
    let package = &resolve.packages[package];
    let mut items = vec![Item::new(package.name.to_string(), &package.docs, None)];
    for (name, id) in &package.worlds {
        let world = &resolve.worlds[*id];
        items.push(Item::new(name.clone(), &world.docs, Some(&world.stability)));
        for (key, item) in world.imports.iter().chain(&world.exports) {
            if let WorldItem::Interface { stability, .. } = item {
                let name = format!("{name}: {}", resolve.name_world_key(key));
                // The line that imports or exports says no more than the interface's own comment.
                let said = Docs {
                    contents: Some(name.clone()),
                };
                items.push(Item::new(name, &said, Some(stability)));
            }
        }
    }
    for (name, id) in &package.interfaces {
        interface_items(&resolve, name, *id, &mut items);
    }
    items
}

fn interface_items(resolve: &Resolve, name: &str, id: InterfaceId, items: &mut Vec<Item>) {
    let interface = &resolve.interfaces[id];
    items.push(Item::new(
        name.to_owned(),
        &interface.docs,
        Some(&interface.stability),
    ));
    for (function, definition) in &interface.functions {
        let (docs, stability) = (&definition.docs, &definition.stability);
        items.push(Item::new(
            format!("{name}.{function}"),
            docs,
            Some(stability),
        ));
    }
    for (ty, id) in &interface.types {
        if contract::used_from(resolve, *id).is_none() {
            type_items(resolve, &format!("{name}.{ty}"), *id, items);
        }
    }
}

fn type_items(resolve: &Resolve, name: &str, id: TypeId, items: &mut Vec<Item>) {
    let ty = &resolve.types[id];
    items.push(Item::new(name.to_owned(), &ty.docs, Some(&ty.stability)));
    let parts: Vec<(&String, &Docs)> = match &ty.kind {
        TypeDefKind::Record(record) => record
            .fields
            .iter()
            .map(|one| (&one.name, &one.docs))
            .collect(),
        TypeDefKind::Variant(variant) => variant
            .cases
            .iter()
            .map(|one| (&one.name, &one.docs))
            .collect(),
        TypeDefKind::Enum(cases) => cases
            .cases
            .iter()
            .map(|one| (&one.name, &one.docs))
            .collect(),
        TypeDefKind::Flags(flags) => flags
            .flags
            .iter()
            .map(|one| (&one.name, &one.docs))
            .collect(),
        _ => Vec::new(),
    };
    for (part, docs) in parts {
        items.push(Item::new(format!("{name}.{part}"), docs, None));
    }
}

/// SHA-256 of each file under `wit/deps`.
const VENDORED: [(&str, &str); 3] = [
    (
        "clocks.wit",
        "d43984d5787ec392462376da7529c83ec4747edc975eaff422ae2897dd283418",
    ),
    (
        "http.wit",
        "b76184af175d0ad341fc25ec730f9362bfd30aac3aee566351b487a069d5c433",
    ),
    (
        "io.wit",
        "c43c218eaf8bcc99dad0d44ad8a604ac3b0f53cb50f97b86313408ad3efc12e4",
    ),
];

/// SHA-256 of each file of the contract, as it was frozen.
const FROZEN: [(&str, &str); 8] = [
    (
        "connect.wit",
        "611c7b3d437f143324ca367b0fd22c4c543235ed5c9a72f23e80a176d9e24acd",
    ),
    (
        "describe.wit",
        "8ad83211010cbd11707a32830f7db59812fe1f9502dd5229bc663b885d902e06",
    ),
    (
        "gate.wit",
        "cef5944e73297c685181d99b635539479c591f737217dd3cc958873c78d283a3",
    ),
    (
        "log.wit",
        "2a9c55337dce5de96247ee8e7a98ee94930a57db0ea066a8c22d5653fbac2638",
    ),
    (
        "score.wit",
        "530405f5be4559d7cf2ed55b4a3b21794dddaf5974310fcb3bdf0943a150082f",
    ),
    (
        "sync.wit",
        "607583066e09f26243a807ede9738ebf1e75f00db5bd5d598f008d88fb882cf9",
    ),
    (
        "types.wit",
        "a2dd30c608090b712a1e603cbdf9e0f89e6c68fe7b9cf22ffa6e2505236b003b",
    ),
    (
        "world.wit",
        "a3c1002eec7a20d67817b3840677a266176a0fc4c74c1fb1eefff94b2f79dcc0",
    ),
];
