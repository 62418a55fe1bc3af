//! The component under test, as built and as inspected.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use wit_component::{ComponentEncoder, DecodedWasm};

use crate::workspace;

/// The directory it was built into.
#[must_use]
pub fn folder() -> PathBuf {
    path()
        .parent()
        .expect("it lies in `target/<profile>`")
        .to_path_buf()
}

/// The component that the host loads, built for `wasm32-wasip2`.
#[must_use]
pub fn bytes() -> Vec<u8> {
    fs::read(path()).expect("the component is readable")
}

/// The same plugin built for `wasm32-unknown-unknown`, which has no WASI, and encoded here.
///
/// It shares the target directory of the host's build script, which has built most of it already.
#[must_use]
pub fn build_without_wasi() -> Vec<u8> {
    install_target();
    let built = path();
    let target_dir = built
        .ancestors()
        .nth(2)
        .expect("it lies in `target/<profile>`")
        .join("component");
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .current_dir(workspace::root())
        .args(["build", "--locked", "--profile", "component"])
        .args(["--target", UNKNOWN, "-p", "koalr-snyk-plugin"])
        .arg("--target-dir")
        .arg(&target_dir);
    for variable in OUTER_BUILD {
        cargo.env_remove(variable);
    }
    run(&mut cargo);
    let module = fs::read(target_dir.join(format!("{UNKNOWN}/component/koalr_snyk_plugin.wasm")))
        .expect("cargo wrote the module");
    encode(&module)
}

/// Makes a component of a core module that carries its WIT world in a custom section.
#[must_use]
pub fn encode(module: &[u8]) -> Vec<u8> {
    ComponentEncoder::default()
        .module(module)
        .and_then(|encoder| encoder.validate(true).encode())
        .unwrap_or_else(|error| panic!("encoding the component: {error:#}"))
}

/// Names of what a component imports, sorted.
#[must_use]
pub fn imports(component: &[u8]) -> Vec<String> {
    let decoded = wit_component::decode(component).expect("it is a component");
    let DecodedWasm::Component(resolve, world) = decoded else {
        panic!("it is a WIT package, not a component");
    };
    let mut names: Vec<String> = resolve.worlds[world]
        .imports
        .keys()
        .map(|key| resolve.name_world_key(key))
        .collect();
    names.sort();
    names
}

/// Sections of a module or component, in their order: id and body.
pub fn sections(binary: &[u8]) -> Vec<(u8, &[u8])> {
    let mut found = Vec::new();
    let mut rest = &binary[PREAMBLE_BYTES..];
    while let [id, after @ ..] = rest {
        // LEB128: seven bits a byte, the lowest first; the last byte has no high bit.
        let digits = after.iter().take_while(|byte| **byte >= 0x80).count() + 1;
        let length = after[..digits]
            .iter()
            .rev()
            .fold(0, |length, byte| length << 7 | usize::from(byte & 0x7f));
        let (body, next) = after[digits..].split_at(length);
        found.push((*id, body));
        rest = next;
    }
    found
}

/// Installs the target where rustup is at hand and lacks it. Elsewhere cargo says what is missing.
fn install_target() {
    let listed = Command::new("rustup")
        .current_dir(workspace::root())
        .args(["target", "list", "--installed"])
        .output();
    if let Ok(listed) = listed
        && !String::from_utf8_lossy(&listed.stdout).contains(UNKNOWN)
    {
        run(Command::new("rustup")
            .current_dir(workspace::root())
            .args(["target", "add", UNKNOWN]));
    }
}

fn path() -> PathBuf {
    koalr_host::component_path().unwrap_or_else(|error| panic!("{error}"))
}

fn run(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("starting {command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?} failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Id of a component's section with a core module.
pub const CORE_MODULE: u8 = 1;

/// Bytes of the magic number and the version that a binary begins with.
const PREAMBLE_BYTES: usize = 8;

const UNKNOWN: &str = "wasm32-unknown-unknown";

/// What an outer build may have set for its own target and that would change the component.
const OUTER_BUILD: [&str; 8] = [
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CARGO_TARGET_DIR",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_BUILD_TARGET",
];
