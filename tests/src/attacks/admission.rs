//! Components that no host may load.

use koalr_runtime::{Engine, EngineSettings, Verb};

use crate::attack::{Attack, Attacked};
use crate::{component, guests as made};

/// It wants to open files.
pub async fn imports_too_much() -> Attacked {
    let attacked = refused("imports_too_much", made::with_a_file_system()).await;
    attacked.says("`imports_too_much` imports more than a sandbox gives: wasi:filesystem/types@0.2.12; an integration imports `koalr:integration/log` and `wasi:http` alone")
}

/// It scores, but has no gate; it describes itself, and can do nothing else.
pub async fn exports_too_little() -> Attacked {
    let attacked = refused("exports_too_little", made::with_one_verb()).await;
    attacked.says("`exports_too_little` does not export connect, sync; a source exports describe, connect and sync, an integration score and gate too");
    let attacked = refused("exports_too_little", made::without_a_gate()).await;
    attacked.says("`exports_too_little` does not export gate; a source exports describe, connect and sync, an integration score and gate too")
}

/// The real component, cut at every 4 KiB.
pub async fn is_truncated() -> Attacked {
    let whole = component::bytes();
    let engine = Engine::new(EngineSettings::default()).unwrap();
    for cut in (4096..whole.len()).step_by(4096) {
        let error = engine
            .load_bytes("cut", &whole[..cut])
            .unwrap_err()
            .to_string();
        // At the end of a section it is a component, which exports too little.
        assert!(error.starts_with("`cut` "), "{cut}: {error}");
    }
    let attacked = refused("is_truncated", whole[..whole.len() / 2].to_vec()).await;
    attacked.says_about("`is_truncated` is a truncated or damaged component: ", "")
}

/// The module inside a component.
pub async fn is_a_core_module() -> Attacked {
    let attacked = refused("is_a_core_module", made::core_module()).await;
    attacked.says("`is_a_core_module` is a core WebAssembly module, not a component; build it with `cargo build --target wasm32-wasip2`")
}

/// A later contract.
pub async fn claims_another_contract() -> Attacked {
    let attacked = refused("claims_another_contract", made::of_another_major()).await;
    attacked.says("`claims_another_contract` speaks koalr:integration 1.0.0; this host speaks 0.1")
}

/// What the host's own compiler wrote, as if it came from elsewhere.
pub async fn is_machine_code() -> Attacked {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    let settings = EngineSettings {
        artifact_dir: Some(kept.clone()),
        ..EngineSettings::default()
    };
    let engine = Engine::new(settings).unwrap();
    engine.load_bytes("made", &made::source()).unwrap();
    let file = std::fs::read_dir(kept).unwrap().next().unwrap().unwrap();
    let code = std::fs::read(file.path()).unwrap();
    // The host keeps its sum before it.
    let begin = code.windows(4).position(|four| four == b"\x7fELF");
    let attacked = refused("is_machine_code", code[begin.unwrap()..].to_vec()).await;
    attacked.says("`is_machine_code` is compiled machine code, which this host only takes from its own cache; give the `.wasm` component")
}

async fn refused(name: &'static str, wasm: Vec<u8>) -> Attacked {
    Attack::with(name, wasm).call(Verb::Describe).await
}
