//! Small components that a host must take or refuse, made from WIT text. Each verb of theirs traps when it is called.

use wit_component::{StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};

use crate::{component, workspace};

/// All five verbs, and it calls everything that the world gives.
#[must_use]
pub fn integration() -> Vec<u8> {
    guest(INTEGRATION)
}

/// Three verbs: it brings data and judges nothing.
#[must_use]
pub fn source() -> Vec<u8> {
    guest("include koalr:integration/source@0.1.0;")
}

/// All five verbs, and it wants to open files.
#[must_use]
pub fn with_a_file_system() -> Vec<u8> {
    component::encode(&module(&format!(
        "package wasi:filesystem@0.2.12 {{ interface types {{ open: func(path: string) -> result<u32>; }} }}
         world guest {{ {INTEGRATION} import wasi:filesystem/types@0.2.12; }}",
    )))
}

/// Made for a later contract that this host does not speak.
#[must_use]
pub fn of_another_major() -> Vec<u8> {
    component::encode(&module(
        "package koalr:integration@1.0.0 { interface describe { describe: func() -> string; } }
         world guest { export koalr:integration/describe@1.0.0; }",
    ))
}

/// It describes itself, and can do nothing else.
#[must_use]
pub fn with_one_verb() -> Vec<u8> {
    guest("export koalr:integration/describe@0.1.0;")
}

/// It scores, but has no gate.
#[must_use]
pub fn without_a_gate() -> Vec<u8> {
    guest("include koalr:integration/source@0.1.0; export koalr:integration/score@0.1.0;")
}

/// The module inside an integration, before it became a component.
#[must_use]
pub fn core_module() -> Vec<u8> {
    module(&format!("world guest {{ {INTEGRATION} }}"))
}

fn guest(items: &str) -> Vec<u8> {
    component::encode(&module(&format!("world guest {{ {items} }}")))
}

/// A core module that has the shape of the world `guest`, which the text declares beside other packages.
fn module(wit: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    resolve
        .push_dir(workspace::root().join("wit"))
        .unwrap_or_else(|error| panic!("parsing `wit`: {error:#}"));
    let package = resolve
        .push_str("guest.wit", &format!("package test:guest;\n{wit}"))
        .unwrap_or_else(|error| panic!("parsing a guest's WIT: {error:#}"));
    let world = resolve
        .select_world(&[package], Some("guest"))
        .expect("the text declares the world `guest`");
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)
        .unwrap_or_else(|error| panic!("describing the guest's world: {error:#}"));
    module
}

const INTEGRATION: &str = "include koalr:integration/integration@0.1.0;";
