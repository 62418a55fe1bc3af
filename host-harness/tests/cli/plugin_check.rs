//! `koalr plugin check`.

use std::path::Path;

use crate::support::Koalr;

fn component() -> String {
    let beside = Path::new(env!("CARGO_BIN_EXE_koalr"));
    let file = beside.with_file_name("koalr-snyk-plugin.wasm");
    file.to_str().unwrap().to_owned()
}

#[test]
fn the_component_beside_the_program_keeps_to_the_contract() {
    let ran = Koalr::new().run(&["plugin", "check", &component()]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let lines = [
        "passed   admission",
        "passed   honest-401",
        "not run  recorded-again",
    ];
    for line in lines {
        assert!(ran.out.contains(line), "{line}: {}", ran.out);
    }
    assert!(
        ran.out.ends_with(" passed, 0 failed, 3 not run.\n"),
        "{}",
        ran.out
    );
    let wide = ran.out.lines().find(|line| line.chars().count() > 80);
    assert_eq!(wide, None);
}

#[test]
fn a_component_that_is_none_fails_admission_and_nothing_else_is_tried() {
    let koalr = Koalr::new();
    koalr.write("some.wasm", b"text");
    let ran = koalr.run(&["plugin", "check", "some.wasm", "--format", "json"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let json = ran.json();
    assert_eq!((&json["passed"], &json["failed"]), (&0.into(), &1.into()));
    let first = &json["checks"][0];
    assert_eq!(first["code"], "admission");
    assert_eq!(first["outcome"], "failed");
    let why = "`some.wasm` is not a WebAssembly component; build it with `cargo build --target wasm32-wasip2`";
    assert_eq!(first["reasons"][0], why);
    let mut rest = json["checks"].as_array().unwrap().iter().skip(1);
    assert!(rest.all(|row| row["outcome"] == "not-run" && row["reasons"][0].is_string()));
}

#[test]
fn a_component_or_a_recording_that_is_missing_is_named() {
    let koalr = Koalr::new();
    assert_eq!(
        koalr.run(&["plugin", "check", "no.wasm"]).failure(),
        "reading the component `no.wasm`: No such file or directory (os error 2)"
    );
    let ran = koalr.run(&["plugin", "check", &component(), "--recording", "no.jsonl"]);
    assert_eq!(
        ran.failure(),
        "reading `no.jsonl`: No such file or directory (os error 2)"
    );
}
