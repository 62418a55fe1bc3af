//! Builds the component and puts it beside the binary, so that one `cargo build` gives both.

#[path = "build/nested.rs"]
mod nested;

use std::error::Error;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(nested::variable("CARGO_MANIFEST_DIR")?).join("..");
    for input in ["plugin", "wit", "Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", root.join(input).display());
    }
    let parts = ["--package", "koalr-snyk-plugin"];
    let built = nested::build(&root, "component", "component", &parts)?;
    install(
        &built.join("koalr_snyk_plugin.wasm"),
        &nested::profile_dir()?,
    )
}

/// Replaces the old component in one step, so that a running host never reads half of one.
fn install(component: &Path, profile_dir: &Path) -> Result<(), Box<dyn Error>> {
    let half = profile_dir.join("koalr-snyk-plugin.wasm.new");
    std::fs::copy(component, &half)?;
    std::fs::rename(&half, profile_dir.join("koalr-snyk-plugin.wasm"))?;
    Ok(())
}
