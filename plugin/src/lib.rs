//! Koalr's Snyk integration.
#[cfg(target_family = "wasm")]
mod bindings { wit_bindgen::generate!({path: "../wit", world: "koalr:integration/integration", generate_all}); }
