//! Small components that a host must take or refuse, made from WIT text. Each verb of theirs traps when it is called.
//!
//! Those that a compiler builds are in `tests/guests`.

use wit_component::{StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};

use crate::component::CORE_MODULE;
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

/// All five verbs, and so many core instances that do nothing.
#[must_use]
pub fn with_instances(count: u32) -> Vec<u8> {
    with_modules(&[], count)
}

/// All five verbs, and so many tables of one element, each in an instance of its own.
#[must_use]
pub fn with_tables(count: u32) -> Vec<u8> {
    with_modules(&[(4, vec![1, FUNCREF, NO_MAXIMUM, 1])], count)
}

/// All five verbs, and a table that grows by so many elements as it starts; it traps if it must not.
#[must_use]
pub fn with_growing_table(elements: u32) -> Vec<u8> {
    let mut grow = vec![0, 0xd0, FUNCREF, 0x41];
    grow.extend(leb(elements));
    // table.grow 0, and `unreachable` if that is -1.
    grow.extend([
        0xfc, 0x0f, 0, 0x41, 0x7f, 0x46, 0x04, 0x40, 0x00, 0x0b, 0x0b,
    ]);
    let code = [vec![1], leb_of(grow.len()), grow].concat();
    let sections = [
        (1, vec![1, 0x60, 0, 0]),
        (3, vec![1, 0]),
        (4, vec![1, FUNCREF, NO_MAXIMUM, 1]),
        (8, vec![0]),
        (10, code),
    ];
    with_modules(&sections, 1)
}

/// All five verbs, and a second memory.
#[must_use]
pub fn with_two_memories() -> Vec<u8> {
    with_modules(&[(5, vec![1, NO_MAXIMUM, 1])], 1)
}

/// An integration, with a module of these sections beside it in so many instances.
fn with_modules(sections: &[(u8, Vec<u8>)], instances: u32) -> Vec<u8> {
    let mut component = integration();
    let modules = component::sections(&component).into_iter();
    let index = modules.filter(|(id, _)| *id == CORE_MODULE).count();
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    for (id, payload) in sections {
        module.extend(section(*id, payload));
    }
    component.extend(section(CORE_MODULE, &module));
    let mut list = leb(instances);
    for _ in 0..instances {
        // Instantiate, with no argument.
        list.extend([vec![0], leb_of(index), vec![0]].concat());
    }
    component.extend(section(CORE_INSTANCES, &list));
    component
}

fn section(id: u8, payload: &[u8]) -> Vec<u8> {
    [vec![id], leb_of(payload.len()), payload.to_vec()].concat()
}

fn leb_of(length: usize) -> Vec<u8> {
    leb(u32::try_from(length).expect("a guest is small"))
}

/// A number as WebAssembly writes it; a sign bit more than needed, so that a signed reader takes it too.
fn leb(mut number: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x40 {
        bytes.push(u8::try_from(number & 0x7f).unwrap_or_default() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap_or_default());
    bytes
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

/// Id of a component's section with core instances.
const CORE_INSTANCES: u8 = 2;
/// The type of a table's elements.
const FUNCREF: u8 = 0x70;
/// Of limits that have only a minimum.
const NO_MAXIMUM: u8 = 0;
