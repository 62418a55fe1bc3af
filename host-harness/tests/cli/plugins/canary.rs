use super::variant::{changed, version};
use crate::support::Koalr;

/// What the command says of a component that it refuses, and that it leaves nothing.
#[track_caller]
fn refused(wasm: Vec<u8>) -> String {
    let koalr = Koalr::new();
    let before = koalr.files();
    koalr.write("some.wasm", wasm);
    let ran = koalr.run(&["plugin", "install", "some.wasm"]);
    assert_eq!(koalr.files(), before);
    ran.failure().to_owned()
}

#[test]
fn what_is_no_component_is_not_installed() {
    assert_eq!(
        refused(b"\0asm\x01\0\0\0".to_vec()),
        "`some.wasm` is a core WebAssembly module, not a component; build it with \
         `cargo build --target wasm32-wasip2`"
    );
}

#[test]
fn a_version_that_is_none_is_not_installed() {
    let sentence = refused(version("0.1.x"));
    let start =
        "the component describes itself wrongly: its version `0.1.x` is no semantic version (";
    assert!(sentence.starts_with(start), "{sentence}");
}

#[test]
fn a_path_that_is_none_is_not_installed() {
    let sentence = refused(changed(version("0.2.0"), "/rest/self", "/rest//elf"));
    assert!(sentence.contains("/rest//elf"), "{sentence}");
}

#[test]
fn a_credential_pattern_that_is_none_is_not_installed() {
    let (old, new) = ("[0-9a-fA-F]{8}", "(0-9a-fA-F]{8}");
    let sentence = refused(changed(version("0.2.0"), old, new));
    let start = "the manifest's pattern of credential `api-key` is no regular expression: ";
    assert!(sentence.starts_with(start), "{sentence}");
}

#[test]
fn machine_code_from_elsewhere_is_not_installed() {
    let koalr = Koalr::new();
    koalr.install("new.wasm", version("0.2.1"));
    let artifacts = std::fs::read_dir(koalr.path("data/artifacts")).unwrap();
    let artifact = artifacts.map(|entry| entry.unwrap().path()).find(|path| {
        path.extension()
            .is_some_and(|extension| extension == "cwasm")
    });
    assert_eq!(
        refused(std::fs::read(artifact.unwrap()).unwrap()),
        "`some.wasm` is compiled machine code, which this host only takes from its own cache; give the `.wasm` component"
    );
}
