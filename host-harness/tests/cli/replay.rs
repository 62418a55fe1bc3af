//! Calls that are recorded and made again, as who reports a bug meets it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use koalr_upstream::{Organization, World};
use serde_json::Value;

use crate::schema::check;
use crate::support::{Koalr, Ran, TOKEN, acme, sample_change, serve};

/// Connected, synced and judged, each recorded into `calls`. The upstream is gone.
fn recorded() -> Koalr {
    let upstream = serve(acme());
    let koalr = Koalr::new();
    let ran = koalr.connect(&upstream, &RECORD);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = koalr.run(&[&["sync", "snyk"], &RECORD[..]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = koalr.gate(&sample_change("blocked"), &RECORD);
    assert_eq!(ran.code, 1, "{}", ran.err);
    koalr
}

fn files(koalr: &Koalr) -> Vec<PathBuf> {
    let entries = fs::read_dir(koalr.path("calls")).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Changes the text of a recording and replays it.
fn changed(koalr: &Koalr, file: &str, change: impl FnOnce(String) -> String) -> Ran {
    let path = koalr.path("calls").join(file);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, change(text)).unwrap();
    koalr.run(&["replay", path.to_str().unwrap()])
}

#[test]
fn every_call_is_a_file_of_its_own_for_its_owner_alone() {
    let koalr = recorded();
    let names: Vec<_> = files(&koalr)
        .iter()
        .map(|file| file.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    for name in [
        "connect-1.jsonl",
        "gate-1.jsonl",
        "score-1.jsonl",
        "sync-1.jsonl",
    ] {
        assert!(names.contains(&name.to_owned()), "{names:?}");
    }
    for file in files(&koalr) {
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    let mode = fs::metadata(koalr.path("calls"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn what_was_recorded_comes_to_the_same_without_the_upstream() {
    let koalr = recorded();
    let ran = koalr.run(&["replay", "calls"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    let count = files(&koalr).len();
    assert_eq!(ran.out.lines().count(), count);
    assert!(
        ran.out.lines().all(|line| line.contains(": the same; ")),
        "{}",
        ran.out
    );
}

#[test]
fn an_outcome_that_differs_is_told_by_its_place() {
    let koalr = recorded();
    let ran = changed(&koalr, "gate-1.jsonl", |text| {
        let (before, end) = text.rsplit_once("{\"end\"").unwrap();
        format!(
            "{before}{{\"end\"{}",
            end.replace("\"decision\":\"block\"", "\"decision\":\"pass\"")
        )
    });
    assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{ran:?}");
    let mut lines = ran.out.lines();
    assert!(
        lines
            .next()
            .unwrap()
            .ends_with("gate-1.jsonl: not the same"),
        "{}",
        ran.out
    );
    assert_eq!(lines.next(), Some("  differs: decision: pass → block"));
}

#[test]
fn for_programs_each_recording_is_a_line_as_its_schema_says() {
    let koalr = recorded();
    let schema = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/schema/replay-report.json"
    );
    let schema: Value = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
    fs::write(koalr.path("calls/sync-9.jsonl"), "{}").unwrap();
    let ran = koalr.run(&["replay", "calls", "--format", "json"]);
    assert_eq!((ran.code, ran.err.as_str()), (2, ""), "{ran:?}");
    let mut states = Vec::new();
    for line in ran.out.lines() {
        let report: Value = serde_json::from_str(line).unwrap();
        assert_eq!(check(&schema, &report), [""; 0]);
        states.push(report["state"].as_str().unwrap().to_owned());
    }
    assert_eq!(states.pop().unwrap(), "not-replayed");
    assert!(states.iter().all(|state| state == "same"), "{states:?}");
}

#[test]
fn a_recording_that_cannot_be_used_is_refused_in_one_sentence() {
    let koalr = recorded();
    let path = koalr.path("calls/sync-1.jsonl").display().to_string();
    let damaged = changed(&koalr, "sync-1.jsonl", |text| {
        text.replacen("\n{\"exchange\"", "\n{\"exch", 1)
    });
    let start = format!("`{path}` is damaged at line 2: unknown variant `exch");
    assert!(damaged.failure().starts_with(&start), "{}", damaged.err);
    let ends = changed(&koalr, "sync-1.jsonl", |text| {
        text.lines().next().unwrap().to_owned()
    });
    assert_eq!(
        ends.failure(),
        format!(
            "`{path}` ends after line 1, before the call did, so it cannot be replayed; record the call again"
        )
    );
}

#[test]
fn another_component_is_said_and_replayed_all_the_same() {
    let koalr = recorded();
    let component = koalr_host::component_path().unwrap();
    let mut bytes = fs::read(component).unwrap();
    // A custom section that says nothing.
    bytes.extend([0, 2, 1, b'x']);
    koalr.write("other.wasm", bytes);
    let ran = koalr.run(&["replay", "calls/connect-1.jsonl", "--plugin", "other.wasm"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    let mut lines = ran.out.lines();
    assert!(
        lines.next().unwrap().contains(": the same; "),
        "{}",
        ran.out
    );
    assert!(
        lines
            .next()
            .unwrap()
            .starts_with("  with: another component: recorded with "),
        "{}",
        ran.out
    );
}

#[test]
fn a_server_records_into_its_data_alone() {
    let refused = Koalr::new().run(&["serve", "--record", "calls"]);
    assert_eq!(
        refused.failure(),
        "`--record` is about one command; set `server.recordings` for a server"
    );
}

#[test]
fn a_token_that_the_upstream_gives_back_is_in_no_recording() {
    // In Base64, `token ` before it.
    let coded = "dG9rZW4gNmYwYzFhNTItM2I3ZS00ZDE5LTlhODQtYzBmZmVlMTVjMDAx";
    let upstream = serve(World::from(acme()));
    let koalr = Koalr::new();
    let commands = [
        &["sync", "snyk"][..],
        &["gate", "blocked.json"],
        &["score", "blocked.json"],
    ];
    koalr.write("blocked.json", sample_change("blocked").to_string());
    assert_eq!(koalr.connect(&upstream, &RECORD).code, 0);
    let echo = |organizations: &mut Vec<Organization>| {
        for issue in &mut organizations[0].issues {
            issue.title = format!("{} {coded} {TOKEN}", issue.title);
        }
    };
    upstream.change(echo).unwrap();
    for command in commands {
        let ran = koalr.run(&[command, &RECORD[..]].concat());
        assert!(
            !ran.out.contains(TOKEN) && !ran.err.contains(TOKEN),
            "{ran:?}"
        );
    }
    let mut withheld = 0;
    for file in files(&koalr) {
        let text = fs::read_to_string(&file).unwrap();
        for secret in [TOKEN, &coded[8..48]] {
            assert!(!text.contains(secret), "{}", file.display());
        }
        withheld += text.matches("incomplete").count();
    }
    assert!(withheld > 0);
    let ran = koalr.run(&["replay", "calls"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
}

/// Where calls are recorded.
const RECORD: [&str; 2] = ["--record", "calls"];
