use serde_json::json;

use super::variant::wider;
use crate::support::Koalr;

const BEYOND: &str = "download: `exports` from `amazonaws.org`";

#[track_caller]
fn refused(koalr: &Koalr, args: &[&str]) {
    let ran = koalr.run(&[&["plugin"], args].concat());
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert_eq!(
        ran.err,
        format!(
            "koalr: 0.2.0 of `snyk` goes beyond 0.1.0, and nothing was changed; look at this, and agree with \
             `--accept-widening`:\n  {BEYOND}\n"
        )
    );
}

#[test]
fn a_version_that_goes_beyond_the_one_before_needs_consent() {
    let koalr = Koalr::new();
    let said = koalr.install("new.wasm", wider("0.2.0")).out;
    assert!(
        said.contains(&format!("It goes beyond 0.1.0:\n  {BEYOND}\n")),
        "{said}"
    );
    refused(&koalr, &["swap", "snyk", "0.2.0"]);
    refused(&koalr, &["swap", "snyk", "0.2.0", "--percent", "1"]);
    refused(&koalr, &["pin", "snyk", "0.2.0"]);
    let listed = koalr.run(&["plugin", "list", "--format", "json"]).json();
    assert_eq!(listed[0]["rollout"], json!(null));
    let args = [
        "plugin",
        "swap",
        "snyk",
        "0.2.0",
        "--accept-widening",
        "--format",
        "json",
    ];
    let swapped = koalr.run(&args).json();
    assert_eq!(swapped["swap"]["accepted"], json!([BEYOND]));
    assert_eq!(swapped["beyond"][0]["subject"], "download");
    // Nobody is asked for the same twice, nor for what served already.
    koalr.install("third.wasm", wider("0.3.0"));
    koalr.plugin(&["swap", "snyk", "0.3.0"]);
    koalr.plugin(&["rollback", "snyk"]);
    let history = koalr.plugin(&["history", "snyk"]);
    assert!(
        history.contains(&format!("  agreed: {BEYOND}\n")),
        "{history}"
    );
}

#[test]
fn what_was_agreed_to_for_a_trial_holds_for_the_promotion() {
    let koalr = Koalr::new();
    koalr.install("new.wasm", wider("0.2.0"));
    koalr.plugin(&[
        "swap",
        "snyk",
        "0.2.0",
        "--percent",
        "1",
        "--accept-widening",
    ]);
    koalr.plugin(&["promote", "snyk"]);
}
