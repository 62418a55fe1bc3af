use super::*;
use crate::contract::score;
use crate::egress::Egress;
use crate::engine::{Engine, EngineSettings};
use std::os::unix::fs::PermissionsExt;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{ManglingAndAbi, PackageId, Resolve};

fn engine() -> Engine {
    Engine::new(EngineSettings::default()).unwrap()
}

fn engine_with(directory: &Path) -> Engine {
    Engine::new(EngineSettings {
        artifact_dir: Some(directory.to_path_buf()),
        ..EngineSettings::default()
    })
    .unwrap()
}

/// A component of a world of these packages whose every export traps.
fn component(packages: &[&str], world: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let mut last = None;
    for (index, package) in packages.iter().enumerate() {
        last = Some(resolve.push_str(format!("{index}.wit"), package).unwrap());
    }
    encode(&resolve, last.unwrap(), world)
}

/// A component of one of the contract's own worlds whose every export traps.
fn of_contract(world: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
    let (package, _) = resolve.push_dir(wit).unwrap();
    encode(&resolve, package, world)
}

fn encode(resolve: &Resolve, package: PackageId, world: &str) -> Vec<u8> {
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    let mut module = wit_component::dummy_module(resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8, false).unwrap();
    let mut encoder = ComponentEncoder::default();
    encoder.module(&module).unwrap().encode().unwrap()
}

#[track_caller]
fn refusal(wasm: &[u8]) -> String {
    engine().load_bytes("x.wasm", wasm).unwrap_err().to_string()
}

#[test]
fn what_is_no_component_is_told_apart() {
    assert_eq!(refusal(b""), "`x.wasm` is empty; build the component again");
    assert_eq!(
        refusal(b"(component)"),
        "`x.wasm` is not a WebAssembly component; build it with `cargo build --target wasm32-wasip2`"
    );
    assert_eq!(
        refusal(b"\0asm\x01\0\0\0"),
        "`x.wasm` is a core WebAssembly module, not a component; build it with `cargo build --target wasm32-wasip2`"
    );
}

#[test]
fn a_truncated_component_is_called_that() {
    let whole = of_contract("source");
    for cut in [5, 9, whole.len() / 2, whole.len() - 1] {
        let text = refusal(&whole[..cut]);
        assert!(
            text.starts_with("`x.wasm` is a truncated or damaged component: "),
            "{text}"
        );
    }
}

#[test]
fn machine_code_from_elsewhere_is_never_run() {
    let engine = engine();
    let component = Component::from_binary(&engine.shared.wasm, &of_contract("source")).unwrap();
    let text = engine
        .load_bytes("x.cwasm", &component.serialize().unwrap())
        .unwrap_err()
        .to_string();
    assert_eq!(
        text,
        "`x.cwasm` is compiled machine code, which this host only takes from its own cache; give the `.wasm` component"
    );
}

#[test]
fn a_missing_file_is_named() {
    let text = engine()
        .load(Path::new("/nowhere/x.wasm"))
        .unwrap_err()
        .to_string();
    assert!(
        text.starts_with("reading the component `/nowhere/x.wasm`: "),
        "{text}"
    );
}

#[test]
fn imports_beyond_the_sandbox_are_listed() {
    let wasm = component(
        &[
            "package wasi:filesystem@0.2.6; interface preopens { get-directories: func() -> list<string>; }",
            "package wasi:random@0.2.6; interface insecure-seed { insecure-seed: func() -> tuple<u64, u64>; }",
            "package a:b; world w { import wasi:filesystem/preopens@0.2.6; import wasi:random/insecure-seed@0.2.6; }",
        ],
        "w",
    );
    assert_eq!(
        refusal(&wasm),
        "`x.wasm` imports more than a sandbox gives: wasi:filesystem/preopens@0.2.6, wasi:random/insecure-seed@0.2.6; \
         an integration imports `koalr:integration/log` and `wasi:http` alone"
    );
}

#[test]
fn another_version_line_of_the_contract_is_named_beside_this_hosts() {
    for version in ["0.2.0", "1.0.0", "0.10.0"] {
        let package = format!(
            "package koalr:integration@{version}; interface describe {{ describe: func(); }} world w {{ export describe; }}"
        );
        assert_eq!(
            refusal(&component(&[&package], "w")),
            format!("`x.wasm` speaks koalr:integration {version}; this host speaks 0.1")
        );
    }
}

#[test]
fn missing_verbs_are_listed() {
    let nothing = component(&["package a:b; world w { export f: func(); }"], "w");
    assert_eq!(
        refusal(&nothing),
        "`x.wasm` does not export describe, connect, sync; a source exports describe, connect and sync, an integration \
         score and gate too"
    );
}

#[test]
fn both_worlds_of_the_contract_load() {
    let engine = engine();
    let source = engine.load_bytes("source", &of_contract("source")).unwrap();
    assert_eq!(source.world(), World::Source);
    let integration = engine
        .load_bytes("integration", &of_contract("integration"))
        .unwrap();
    assert_eq!(integration.world(), World::Integration);
    assert!(
        integration
            .exports()
            .iter()
            .any(|name| name == "koalr:integration/gate@0.1.0")
    );
    assert!(
        integration
            .imports()
            .iter()
            .any(|name| name == "koalr:integration/log@0.1.0")
    );
    assert_eq!(integration.content_hash().len(), 64);
}

#[tokio::test]
async fn a_trap_ends_the_session_and_nothing_else() {
    let plugin = engine()
        .load_bytes("x", &of_contract("integration"))
        .unwrap();
    let mut session = plugin.open_session(Egress::closed()).await.unwrap();
    let first = session.describe().await.unwrap_err();
    assert_eq!(
        first.to_string(),
        "`describe` failed inside `x`: wasm trap: wasm `unreachable` instruction executed"
    );
    let request = score_request();
    assert_eq!(
        session.score(&request).await.unwrap_err(),
        first,
        "the session stays ended"
    );
    plugin.open_session(Egress::closed()).await.unwrap();
}

#[tokio::test]
async fn a_session_may_run_in_a_task_of_its_own() {
    let plugin = engine()
        .load_bytes("x", &of_contract("integration"))
        .unwrap();
    let task = tokio::spawn(async move {
        let mut session = plugin.open_session(Egress::closed()).await?;
        session.describe().await
    });
    assert!(matches!(
        task.await.unwrap(),
        Err(CallError::Trapped { .. })
    ));
}

#[tokio::test]
async fn a_source_has_no_score_and_says_so() {
    let plugin = engine().load_bytes("x", &of_contract("source")).unwrap();
    let mut session = plugin.open_session(Egress::closed()).await.unwrap();
    for _ in 0..2 {
        let error = session.score(&score_request()).await.unwrap_err();
        assert_eq!(error.to_string(), "`x` is a source and has no `score`");
    }
}

fn score_request() -> score::Request {
    score::Request {
        change: contract::types::Change {
            id: "1".to_owned(),
            repository: "a/b".to_owned(),
            number: None,
            head_sha: String::new(),
            base_sha: None,
            source_branch: None,
            target_branch: None,
        },
        evidence: score::Evidence {
            observation: score::Observation::Observed,
            dependencies: None,
            findings: Vec::new(),
            aliases: Vec::new(),
            licenses: Vec::new(),
            fix_candidates: Vec::new(),
            debt: Vec::new(),
            measurements: Vec::new(),
            coverage: Vec::new(),
            extra: Vec::new(),
        },
        settings: Vec::new(),
        as_of: 0,
    }
}

#[test]
fn a_compiled_component_is_kept_and_a_damaged_one_made_anew() {
    let directory = tempfile::tempdir().unwrap();
    let kept = directory.path().join("artifacts");
    let wasm = of_contract("source");
    engine_with(&kept).load_bytes("x", &wasm).unwrap();
    let file = only_file(&kept);
    let sound = std::fs::read(&file).unwrap();

    let engine = engine_with(&kept);
    let hash = hex::encode(Sha256::digest(&wasm));
    assert!(
        from_cache(&engine, &hash),
        "the second load takes it from the directory"
    );

    let middle = sound.len() / 2;
    let flipped = sound
        .iter()
        .enumerate()
        .map(|(i, b)| if i == middle { !b } else { *b })
        .collect::<Vec<u8>>();
    for damaged in [
        flipped,
        sound[..100].to_vec(),
        Vec::new(),
        b"hello".to_vec(),
    ] {
        std::fs::write(&file, damaged).unwrap();
        assert!(!from_cache(&engine, &hash), "a damaged file is not run");
        engine.load_bytes("x", &wasm).unwrap();
        assert_eq!(only_file(&kept), file);
        assert!(from_cache(&engine, &hash), "and is made anew");
    }
}

fn from_cache(engine: &Engine, hash: &str) -> bool {
    let shared = &engine.shared;
    shared
        .artifacts
        .as_ref()
        .unwrap()
        .load(&shared.wasm, hash)
        .is_some()
}

#[track_caller]
fn only_file(directory: &Path) -> PathBuf {
    let mut files: Vec<PathBuf> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0)
}

#[test]
fn the_directory_of_compiled_components_is_its_owners_alone() {
    let directory = tempfile::tempdir().unwrap();
    let kept = directory.path().join("artifacts");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    engine_with(&kept)
        .load_bytes("x", &of_contract("source"))
        .unwrap();
    assert_eq!((mode(&kept), mode(&only_file(&kept))), (0o700, 0o600));

    std::fs::set_permissions(&kept, std::fs::Permissions::from_mode(0o755)).unwrap();
    let refused = Engine::new(EngineSettings {
        artifact_dir: Some(kept.clone()),
        ..EngineSettings::default()
    });
    assert_eq!(
        refused.err().unwrap().to_string(),
        format!(
            "opening the directory of compiled components `{}`: others may open it, and it holds code that this host \
             runs; `chmod 700` it or name another",
            kept.display()
        )
    );
}
