use koalr_guests::JUDGES_OTHERWISE;
use serde_json::{Value, json};

use super::variant::version;
use crate::schema;
use crate::support::{Koalr, Ran, acme, sample_change, serve};

/// Connected and synced, with a decision about each of the sample's changes.
fn judged() -> Koalr {
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    for name in ["clean", "raised", "blocked"] {
        assert_ne!(koalr.gate(&sample_change(name), &[]).code, 2);
    }
    koalr
}

fn shadow(koalr: &Koalr, version: &str) -> Ran {
    koalr.run(&["plugin", "shadow", "snyk", version])
}

fn as_json(koalr: &Koalr, version: &str) -> Value {
    let args = ["plugin", "shadow", "snyk", version, "--format", "json"];
    let report = koalr.run(&args).json();
    let kept = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/schema/plugin-shadow.json"
    );
    let kept = serde_json::from_str(&std::fs::read_to_string(kept).unwrap()).unwrap();
    assert_eq!(schema::check(&kept, &report), [""; 0]);
    report
}

fn refuses(koalr: &Koalr) {
    koalr.write("koalr.toml", "[plugins]\nverdict-changes = \"refused\"\n");
}

#[test]
fn a_version_of_the_same_code_decides_nothing_otherwise() {
    let koalr = judged();
    koalr.install("new.wasm", version("0.2.0"));
    let ran = shadow(&koalr, "0.2.0");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let first = "None of 3 changes would be decided otherwise.\nsnyk 0.2.0 (";
    assert!(ran.out.starts_with(first), "{}", ran.out);
    let report = as_json(&koalr, "0.2.0");
    assert_eq!(report["conclusion"], "same");
    assert_eq!(
        [&report["changes"]["compared"], &report["changes"]["same"]],
        [3, 3]
    );
    assert_eq!(report["cost"]["candidate"]["calls"], 3);
}

#[test]
fn a_version_that_blocks_everything_is_told_before_it_serves() {
    let koalr = judged();
    koalr.install("new.wasm", JUDGES_OTHERWISE.wasm());
    let ran = shadow(&koalr, "9.0.0");
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    let first = "3 of 3 changes would be decided otherwise: ";
    assert!(ran.out.starts_with(first), "{}", ran.out);
    assert!(ran.out.contains("every-change blocks"), "{}", ran.out);
    let report = as_json(&koalr, "9.0.0");
    assert_eq!(report["conclusion"], "otherwise");
    assert_eq!(report["changes"]["verdicts"], 3);
    let first = &report["changes"]["examples"][0];
    assert_eq!(first["candidate"]["decision"], "block");
    assert_eq!(
        first["candidate"]["rules"],
        json!({"every-change": "block"})
    );
}

#[test]
fn where_nothing_was_decided_it_is_not_known_what_is_decided_otherwise() {
    let koalr = Koalr::connected(&serve(acme()));
    koalr.install("new.wasm", version("0.2.0"));
    let ran = shadow(&koalr, "0.2.0");
    assert_eq!((ran.code, ran.err.as_str()), (3, ""));
    assert!(ran.out.starts_with("Nothing to compare: "), "{}", ran.out);
    assert_eq!(as_json(&koalr, "0.2.0")["conclusion"], "unknown");
}

#[test]
fn a_tenant_that_is_named_is_the_only_one() {
    let koalr = judged();
    koalr.run(&["tenant", "create", "other"]);
    koalr.install("new.wasm", version("0.2.0"));
    assert_eq!(as_json(&koalr, "0.2.0")["tenants"]["looked-at"], 2);
    let args = ["plugin", "shadow", "snyk", "0.2.0", "--tenant", "other"];
    assert_eq!(koalr.run(&args).code, 3);
}

#[test]
fn calls_that_a_server_recorded_are_made_again_by_both() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    let folder = koalr.path("data/recordings/default");
    let sync = ["sync", "snyk", "--record", folder.to_str().unwrap()];
    assert_eq!(koalr.run(&sync).code, 0);
    koalr.install("new.wasm", version("0.2.0"));
    koalr.install("otherwise.wasm", JUDGES_OTHERWISE.wasm());
    let recordings = &as_json(&koalr, "0.2.0")["recordings"];
    let replayed = recordings["replayed"].as_u64().unwrap();
    assert!(replayed > 0, "{recordings}");
    assert_eq!(recordings["same"], replayed);
    let requests = recordings["serving-requests"].as_u64().unwrap();
    assert!(requests > 0, "{recordings}");
    assert_eq!(recordings["candidate-requests"], requests);
    let report = as_json(&koalr, "9.0.0");
    assert_eq!(report["recordings"]["same"], 0);
    assert_eq!(
        report["recordings"]["candidate-failed"], replayed,
        "{report}"
    );
    assert_eq!(report["conclusion"], "otherwise");
}

#[test]
fn a_swap_is_refused_where_verdict_changes_are_and_one_was_found() {
    let koalr = judged();
    koalr.install("new.wasm", JUDGES_OTHERWISE.wasm());
    refuses(&koalr);
    let swap = [
        "plugin",
        "swap",
        "snyk",
        "9.0.0",
        "--accept-widening",
        "--config",
        "koalr.toml",
    ];
    for more in [&[][..], &["--percent", "10"]] {
        let ran = koalr.run(&[&swap, more].concat());
        let sentence = ran.failure();
        let start = "3 of 3 changes would be decided otherwise: ";
        assert!(sentence.starts_with(start), "{sentence}");
        let end = ". `plugins.verdict-changes` is `refused`, so nothing was changed; look at `koalr plugin shadow snyk 9.0.0`, and agree with `--accept-verdict-changes`";
        assert!(sentence.ends_with(end), "{sentence}");
    }
    let accepted = [&swap[..], &["--accept-verdict-changes"]].concat();
    assert_eq!(koalr.run(&accepted).code, 0);
    let history = koalr.plugin(&["history", "snyk"]).replace('\n', " ");
    assert!(
        history.contains("Accepted: 3 of 3 changes would be decided otherwise: "),
        "{history}"
    );
}

#[test]
fn a_version_that_decides_the_same_is_swapped_in_where_verdict_changes_are_refused() {
    let koalr = judged();
    koalr.install("new.wasm", version("0.2.0"));
    refuses(&koalr);
    let config = ["--config", "koalr.toml"];
    koalr.plugin(&[&["swap", "snyk", "0.2.0", "--percent", "10"][..], &config].concat());
    koalr.plugin(&[&["promote", "snyk"][..], &config].concat());
    let history = koalr.plugin(&["history", "snyk"]).replace('\n', " ");
    let note = "None of 3 changes would be decided otherwise.";
    assert_eq!(history.matches(note).count(), 2, "{history}");
}

#[test]
fn what_is_not_known_is_refused_where_verdict_changes_are() {
    let koalr = Koalr::connected(&serve(acme()));
    koalr.install("new.wasm", version("0.2.0"));
    refuses(&koalr);
    let swap = ["plugin", "swap", "snyk", "0.2.0", "--config", "koalr.toml"];
    let ran = koalr.run(&swap);
    let sentence = ran.failure();
    assert!(sentence.starts_with("Nothing to compare: "), "{sentence}");
    let accepted = [&swap[..], &["--accept-verdict-changes"]].concat();
    assert_eq!(koalr.run(&accepted).code, 0);
}
