//! Components that are good, and files that are none.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::support::{Koalr, acme, serve};

/// The component beside the command line.
fn component() -> std::path::PathBuf {
    Path::new(env!("CARGO_BIN_EXE_koalr")).with_file_name("koalr-snyk-plugin.wasm")
}

#[track_caller]
fn refused(content: &[u8]) -> String {
    let koalr = Koalr::new();
    koalr.write("some.wasm", content);
    let inspected = koalr.run(&["plugin", "inspect", "some.wasm"]);
    let connected = koalr.run(&["connect", "snyk", "--plugin", "some.wasm"]);
    assert_eq!(inspected.failure(), connected.failure());
    inspected.failure().to_owned()
}

#[test]
fn an_inspection_lists_what_a_component_imports_and_asks_for() {
    let file = component();
    let ran = Koalr::new().run(&[
        "plugin",
        "inspect",
        file.to_str().unwrap(),
        "--format",
        "json",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let json = ran.json();
    let imports = json["imports"].as_array().unwrap();
    assert!(imports.iter().any(|one| {
        let name = one.as_str().unwrap();
        name.starts_with("wasi:http/outgoing-handler@0.2.")
    }));
    for import in imports {
        let name = import.as_str().unwrap();
        assert!(
            !name.starts_with("wasi:filesystem") && !name.starts_with("wasi:sockets"),
            "{name}"
        );
    }
    assert_eq!(json["world"], "integration");
    assert_eq!(json["manifest"]["id"], "snyk");
    assert_eq!(json["size-bytes"], json!(fs::metadata(file).unwrap().len()));
}

#[test]
fn a_missing_component_is_named() {
    assert_eq!(
        Koalr::new()
            .run(&["plugin", "inspect", "no.wasm"])
            .failure(),
        "reading the component `no.wasm`: No such file or directory (os error 2)"
    );
}

#[test]
fn a_text_file_is_no_component() {
    assert_eq!(
        refused(b"(component)"),
        "`some.wasm` is not a WebAssembly component; build it with `cargo build --target wasm32-wasip2`"
    );
}

#[test]
fn an_empty_file_is_no_component() {
    assert_eq!(
        refused(b""),
        "`some.wasm` is empty; build the component again"
    );
}

#[test]
fn a_core_module_is_no_component() {
    assert_eq!(
        refused(b"\0asm\x01\0\0\0"),
        "`some.wasm` is a core WebAssembly module, not a component; build it with \
         `cargo build --target wasm32-wasip2`"
    );
}

#[test]
fn half_a_component_is_no_component() {
    let whole = fs::read(component()).unwrap();
    let sentence = refused(&whole[..whole.len() / 2]);
    assert!(
        sentence.starts_with("`some.wasm` is a truncated or damaged component: "),
        "{sentence}"
    );
}

#[test]
fn a_component_without_the_verbs_is_no_integration() {
    assert_eq!(
        refused(b"\0asm\x0d\0\x01\0"),
        "`some.wasm` does not export describe, connect, sync; a source exports describe, connect and sync, an \
         integration score and gate too"
    );
}

#[test]
fn a_refused_component_leaves_connection_and_data_as_they_were() {
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    let before = koalr.files();
    koalr.write("some.wasm", "text");
    let ran = koalr.run(&["sync", "snyk", "--plugin", "some.wasm"]);
    ran.failure();
    assert_eq!(koalr.files(), before);
    let json = koalr.run(&["sync", "snyk", "--format", "json"]).json();
    assert_eq!(
        (&json["outcome"], &json["written"]),
        (&json!("ok"), &json!(0))
    );
}
