//! What the sandbox takes and what it refuses, with the sentence a person reads.

use koalr_runtime::{Engine, EngineSettings, World};
use koalr_tests::guests;

#[test]
fn a_guest_with_all_verbs_is_an_integration() {
    let plugin = engine()
        .load_bytes("guest.wasm", &guests::integration())
        .unwrap();
    assert_eq!(plugin.world(), World::Integration);
}

#[test]
fn a_guest_without_score_and_gate_is_a_source() {
    let plugin = engine()
        .load_bytes("guest.wasm", &guests::source())
        .unwrap();
    assert_eq!(plugin.world(), World::Source);
}

#[test]
fn an_import_that_a_sandbox_does_not_give_is_named() {
    assert_eq!(
        refusal(&guests::with_a_file_system()),
        "`guest.wasm` imports more than a sandbox gives: wasi:filesystem/types@0.2.12; \
         an integration imports `koalr:integration/log` and `wasi:http` alone"
    );
}

#[test]
fn another_major_of_the_contract_is_named_beside_ours() {
    assert_eq!(
        refusal(&guests::of_another_major()),
        "`guest.wasm` speaks koalr:integration 1.0.0; this host speaks 0.1"
    );
}

#[test]
fn missing_verbs_are_named() {
    assert_eq!(
        refusal(&guests::with_one_verb()),
        "`guest.wasm` does not export connect, sync; \
         a source exports describe, connect and sync, an integration score and gate too"
    );
    assert_eq!(
        refusal(&guests::without_a_gate()),
        "`guest.wasm` does not export gate; \
         a source exports describe, connect and sync, an integration score and gate too"
    );
}

#[test]
fn a_core_module_is_told_apart_from_a_component() {
    assert_eq!(
        refusal(&guests::core_module()),
        "`guest.wasm` is a core WebAssembly module, not a component; \
         build it with `cargo build --target wasm32-wasip2`"
    );
}

#[test]
fn a_text_is_not_a_component() {
    assert_eq!(
        refusal(b"#!/bin/sh\n"),
        "`guest.wasm` is not a WebAssembly component; build it with `cargo build --target wasm32-wasip2`"
    );
}

#[test]
fn an_empty_file_is_not_a_component() {
    assert_eq!(
        refusal(b""),
        "`guest.wasm` is empty; build the component again"
    );
}

#[test]
fn a_component_cut_anywhere_is_damaged() {
    let whole = guests::integration();
    for length in [9, 100, whole.len() / 3, whole.len() - 1] {
        let sentence = refusal(&whole[..length]);
        let cut = "`guest.wasm` is a truncated or damaged component: ";
        assert!(sentence.starts_with(cut), "{length} bytes: {sentence}");
    }
}

#[track_caller]
fn refusal(component: &[u8]) -> String {
    engine()
        .load_bytes("guest.wasm", component)
        .expect_err("it must be refused")
        .to_string()
}

fn engine() -> Engine {
    Engine::new(EngineSettings::default()).unwrap()
}
