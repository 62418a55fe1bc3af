//! Builds the guests and says where each is. Whoever adds a guest adds a file, an `[[example]]` and an attack of its
//! name.

#[path = "../../host-harness/build/nested.rs"]
mod nested;

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(nested::variable("CARGO_MANIFEST_DIR")?);
    let root = here.join("../..");
    for input in [
        "tests/guests/hostile",
        "tests/guests/sonarqube",
        "plugin/kit",
        "wit",
        "Cargo.toml",
        "Cargo.lock",
    ] {
        println!("cargo::rerun-if-changed={}", root.join(input).display());
    }
    let parts = [
        ["--package", "koalr-hostile-guests"],
        ["--package", "koalr-sonarqube-guest"],
        ["--lib", "--examples"],
    ];
    let built = nested::build(&root, "guests", "guest", parts.as_flattened())?;
    let names = names(&here.join("hostile/examples"))?;
    let out = PathBuf::from(nested::variable("OUT_DIR")?);
    fs::write(out.join("guests.rs"), guests(&names, &built)?)?;
    Ok(())
}

/// Every guest there is a file for, sorted.
fn names(folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.file_stem().and_then(|name| name.to_str());
            names.push(name.ok_or("a guest's file name is not text")?.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// A constant for each guest, and the macro that names them all.
fn guests(names: &[String], built: &Path) -> Result<String, Box<dyn Error>> {
    let mut code = String::new();
    for name in names {
        let path = built.join(format!("examples/{name}.wasm"));
        if !path.exists() {
            return Err(format!("`{name}` has no `[[example]]` in `hostile/Cargo.toml`").into());
        }
        let (constant, path) = (name.to_uppercase(), text(&path)?);
        writeln!(
            code,
            "/// `examples/{name}.rs`.\npub const {constant}: Guest = Guest {{ name: {name:?}, path: {path:?} }};"
        )?;
    }
    code += "/// Calls a macro with the name of each guest, so that nobody forgets one.\n";
    code += "#[macro_export]\nmacro_rules! foreach_guest { ($attack:ident) => {\n";
    for name in names {
        writeln!(code, "    $attack!({name});")?;
    }
    code += "}; }\n";
    let sonarqube = built.join("koalr_sonarqube_guest.wasm");
    writeln!(code, "const SONARQUBE: &str = {:?};", text(&sonarqube)?)?;
    Ok(code)
}

fn text(path: &Path) -> Result<&str, Box<dyn Error>> {
    Ok(path
        .to_str()
        .ok_or("the target directory's path is not text")?)
}
