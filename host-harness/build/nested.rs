//! A build for the component target inside a build script; shared by those that need one.
//!
//! It has a target directory of its own, because cargo holds a lock on the outer one.

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Target of every component.
pub(crate) const TARGET: &str = "wasm32-wasip2";

/// The outer build's directory for its profile: where binaries lie.
pub(crate) fn profile_dir() -> Result<PathBuf, Box<dyn Error>> {
    // OUT_DIR is <target>/<profile>/build/<package>/out.
    let out = PathBuf::from(variable("OUT_DIR")?);
    let profile_dir = out
        .ancestors()
        .nth(3)
        .ok_or("OUT_DIR is not inside a target directory")?;
    Ok(profile_dir.to_path_buf())
}

/// Builds these of the workspace's parts, and returns the directory they are in. Builds of one `name` share a target
/// directory beside the outer profile's.
pub(crate) fn build(
    root: &Path,
    name: &str,
    profile: &str,
    parts: &[&str],
) -> Result<PathBuf, Box<dyn Error>> {
    add_target()?;
    let target_dir = profile_dir()?
        .parent()
        .ok_or("OUT_DIR is not inside a target directory")?
        .join(name);
    let mut cargo = Command::new(variable("CARGO")?);
    cargo
        .current_dir(root)
        .arg("build")
        .args(parts)
        .args(["--target", TARGET, "--profile", profile, "--target-dir"])
        .arg(&target_dir);
    // What shapes the outer build must not shape the component.
    for name in [
        "CARGO_BUILD_TARGET",
        "CARGO_TARGET_DIR",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTC_WRAPPER",
        "RUSTFLAGS",
    ] {
        cargo.env_remove(name);
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", remapped(root)?.join("\u{1f}"));
    if cargo.status()?.success() {
        Ok(target_dir.join(TARGET).join(profile))
    } else {
        Err("building the component failed; the reason is above".into())
    }
}

/// What cargo tells a build script.
pub(crate) fn variable(name: &str) -> Result<String, Box<dyn Error>> {
    env::var(name).map_err(|error| format!("`{name}`: {error}").into())
}

/// Adds the wasm target where rustup manages the toolchain and lacks it; without rustup the build says what is
/// missing.
fn add_target() -> Result<(), Box<dyn Error>> {
    let Ok(listed) = Command::new("rustup")
        .args(["target", "list", "--installed"])
        .output()
    else {
        return Ok(());
    };
    if String::from_utf8_lossy(&listed.stdout)
        .lines()
        .any(|line| line == TARGET)
    {
        return Ok(());
    }
    let added = Command::new("rustup")
        .args(["target", "add", TARGET])
        .status()?;
    if added.success() {
        Ok(())
    } else {
        Err(format!("`rustup target add {TARGET}` failed; run it by hand").into())
    }
}

/// Panic messages hold source paths: without this the component would tell where it was built, and differ by it.
fn remapped(root: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let flag = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    let mut flags = vec![flag(&root.canonicalize()?, "/koalr")];
    if let Some(sources) = cargo_home().map(|home| home.join("registry/src")) {
        // One folder for each registry, named after it and its address on this machine.
        for registry in sources.read_dir().into_iter().flatten().flatten() {
            flags.push(flag(&registry.path(), "/crates"));
        }
    }
    Ok(flags)
}

fn cargo_home() -> Option<PathBuf> {
    let set = |name| {
        env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    set("CARGO_HOME").or_else(|| set("HOME").map(|home| home.join(".cargo")))
}
