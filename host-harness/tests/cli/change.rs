//! Change files that cannot be used.

use serde_json::json;

use crate::support::{Koalr, acme, sample_change, serve};

#[track_caller]
fn refused(text: &str) -> String {
    let koalr = Koalr::new();
    koalr.write("change.json", text);
    koalr.run(&["gate", "change.json"]).failure().to_owned()
}

#[test]
fn a_change_that_is_neither_stored_nor_a_file_is_named() {
    assert_eq!(
        Koalr::new().run(&["gate", "acme/shop#1"]).failure(),
        "`acme/shop#1` is neither a stored change nor a file; give a file that describes the change (README has one)"
    );
}

#[test]
fn a_file_that_is_not_json_is_named_with_the_place() {
    assert_eq!(
        refused("{\"change\": }"),
        "reading the change in `change.json`: expected value at line 1 column 12; README shows what such a file holds"
    );
}

#[test]
fn an_unknown_key_is_named() {
    let mut change = sample_change("clean");
    change["base_score"] = json!(1);
    let sentence = refused(&change.to_string());
    assert!(
        sentence.starts_with(
            "reading the change in `change.json`: unknown field `base_score`, expected one of "
        ),
        "{sentence}"
    );
}

#[test]
fn an_empty_file_is_no_change() {
    assert_eq!(
        refused(""),
        "reading the change in `change.json`: EOF while parsing a value at line 1 column 0; README shows what such a \
         file holds"
    );
}

#[test]
fn a_file_that_is_not_text_is_named() {
    let koalr = Koalr::new();
    koalr.write("change.json", [0xff, 0xfe]);
    assert_eq!(
        koalr.run(&["gate", "change.json"]).failure(),
        "reading `change.json`: stream did not contain valid UTF-8"
    );
}

#[test]
fn a_directory_is_no_change() {
    assert_eq!(
        Koalr::new().run(&["gate", "data"]).failure(),
        "reading `data`: Is a directory (os error 21)"
    );
}

#[test]
fn a_change_without_a_name_is_refused() {
    for key in ["id", "repository", "head-sha"] {
        let mut change = sample_change("clean");
        change["change"][key] = json!(" ");
        assert_eq!(
            refused(&change.to_string()),
            format!("`{key}` of the change is empty; README shows what such a file holds")
        );
    }
}

#[test]
fn evidence_that_contradicts_itself_is_refused() {
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    let mut change = sample_change("blocked");
    change["evidence"] = koalr.gate(&change, &[]).json()["evidence"].clone();
    change["evidence"]["findings"][0]["dependency"] = json!(7);
    let ran = koalr.gate(&change, &[]);
    let sentence = ran.failure();
    assert!(
        sentence.starts_with("`score` refused the change: "),
        "{sentence}"
    );
}

#[test]
fn a_base_score_outside_of_the_scale_is_refused_and_the_change_not_stored() {
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    for (score, written) in [(json!(101), "101"), (json!(-0.1), "-0.1")] {
        let mut change = sample_change("clean");
        change["base-score"] = score;
        assert_eq!(
            koalr.gate(&change, &[]).failure(),
            format!("`base-score` is {written}; it must be between 0 and 100")
        );
    }
    let ran = koalr.run(&["gate", "acme/storefront#128"]);
    assert!(
        ran.failure()
            .contains("is neither a stored change nor a file")
    );
}
