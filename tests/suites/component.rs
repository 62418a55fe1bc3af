//! What the component asks of a host, and how large it is.

use koalr_tests::component;

#[test]
fn the_component_imports_what_the_world_names_and_what_std_brings() {
    let mut expected = [&WORLD_IMPORTS[..], &STD_IMPORTS].concat();
    expected.sort_unstable();
    assert_eq!(component::imports(&component::bytes()), expected);
}

#[test]
fn the_component_is_within_its_size_budget() {
    let bytes = component::bytes().len();
    println!("wasm32-wasip2: {bytes} bytes");
    assert!(
        bytes <= MAX_BYTES,
        "{bytes} bytes are over the budget of {MAX_BYTES}"
    );
}

/// Proof that the plugin itself needs no WASI beyond what the world names: it is built where there is none.
#[test]
fn built_without_wasi_it_imports_only_what_the_world_names() {
    let component = component::build_without_wasi();
    println!("wasm32-unknown-unknown: {} bytes", component.len());
    assert!(component.len() <= MAX_BYTES);
    assert_eq!(component::imports(&component), WORLD_IMPORTS);
}

/// Largest component, in bytes: what it needs, and a twentieth for small changes. Whoever raises it says what for: of
/// these, increments, split listings, exports with their tables, and findings of tests are 140,000.
const MAX_BYTES: usize = 830_000;

/// Imports of the world, less the clock, of which the plugin uses only a type that nothing calls.
const WORLD_IMPORTS: [&str; 7] = [
    "koalr:integration/log@0.1.0",
    "koalr:integration/types@0.1.0",
    "wasi:http/outgoing-handler@0.2.12",
    "wasi:http/types@0.2.12",
    "wasi:io/error@0.2.12",
    "wasi:io/poll@0.2.12",
    "wasi:io/streams@0.2.12",
];

/// What Rust's std brings on `wasm32-wasip2`, used or not. The host links it to nothing: no arguments, no variables.
const STD_IMPORTS: [&str; 10] = [
    "wasi:cli/environment@0.2.6",
    "wasi:cli/exit@0.2.6",
    "wasi:cli/stderr@0.2.6",
    "wasi:cli/stdin@0.2.6",
    "wasi:cli/stdout@0.2.6",
    "wasi:cli/terminal-input@0.2.6",
    "wasi:cli/terminal-output@0.2.6",
    "wasi:cli/terminal-stderr@0.2.6",
    "wasi:cli/terminal-stdin@0.2.6",
    "wasi:cli/terminal-stdout@0.2.6",
];
