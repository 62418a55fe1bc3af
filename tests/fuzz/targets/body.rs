//! Hands the fuzzer's bytes to the body that the target is called after.
#![no_main]

#[path = "../../src/fuzz/mod.rs"]
mod fuzz;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (fuzz::named(env!("CARGO_BIN_NAME")).run)(bytes));
