//! What a scenario must be to be played at all, and that a wrong expectation is found out.

use std::fs;
use std::path::{Path, PathBuf};

use koalr_tests::scenario::{Scenario, Stage, discover};
use koalr_tests::workspace;
use tempfile::TempDir;

#[test]
fn a_key_that_no_scenario_knows_is_refused() {
    for (file, from, to, key) in [
        ("scenario.toml", "begins =", "began =", "`began`"),
        ("scenario.toml", "author =", "writer =", "`writer`"),
        ("scenario.toml", "\"sync\"", "\"sinc\"", "`sinc`"),
        (
            "expected.toml",
            "attribution =",
            "atribution =",
            "`atribution`",
        ),
    ] {
        let copy = Copy::of("new_dependency");
        copy.change(file, from, to);
        let error = copy.refused();
        assert!(error.contains(key) && error.contains(file), "{error}");
    }
}

#[test]
fn a_scenario_in_which_nothing_is_judged_is_refused() {
    let copy = Copy::of("new_dependency");
    let judge = r#", { judge = { change = "adds-paperquill" } }"#;
    copy.change("scenario.toml", judge, "");
    assert_eq!(
        copy.refused(),
        "`story`: nothing is judged; add a step `{ judge = { change = \"…\" } }`"
    );
}

#[test]
fn a_folder_without_a_story_is_refused() {
    for file in ["scenario.toml", "expected.toml"] {
        let copy = Copy::of("new_dependency");
        fs::remove_file(copy.folder().join(file)).unwrap();
        let error = copy.refused();
        assert!(error.contains(file), "{error}");
    }
}

#[test]
fn a_judgement_that_nobody_expects_is_refused() {
    let copy = Copy::of("new_dependency");
    copy.change("expected.toml", "[adds-paperquill]", "[adds-another]");
    copy.change(
        "expected.toml",
        "[adds-paperquill.finding]",
        "[adds-another.finding]",
    );
    assert_eq!(
        copy.refused(),
        "`story`: `adds-another` is either judged or expected, and not both"
    );
}

#[test]
fn a_name_of_what_is_not_there_is_refused() {
    let copy = Copy::of("new_dependency");
    copy.change("scenario.toml", "[change.adds-paperquill]", "[change.adds]");
    assert_eq!(
        copy.refused(),
        "`story`: there is no change `adds-paperquill`"
    );
}

#[test]
fn a_root_without_folders_holds_no_scenario() {
    let root = tempfile::tempdir().unwrap();
    let error = discover(root.path()).unwrap_err();
    assert!(error.ends_with("holds no scenario"), "{error}");
}

#[tokio::test]
async fn a_wrong_expectation_is_a_mismatch() {
    let artifacts = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("artifacts");
    let stage = Stage::build(artifacts).await.unwrap();
    let copy = Copy::of("unrated");
    let mismatches = async || {
        let scenario = Scenario::load(&copy.folder()).unwrap();
        let played = scenario.play(&stage).await.unwrap();
        assert_eq!(played.judgements, 1);
        played.mismatches
    };
    assert_eq!(mismatches().await, Vec::<String>::new());
    copy.change("expected.toml", "bump = \"new\"", "bump = \"major\"");
    let found = mismatches().await;
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("adds-paperquill: finding is"),
        "{found:?}"
    );
}

/// A copy of one of the scenarios, to be changed.
struct Copy(TempDir);

impl Copy {
    fn of(name: &str) -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        fs::create_dir(copy.folder()).unwrap();
        let original = workspace::root().join("tests/scenarios").join(name);
        for entry in fs::read_dir(original).unwrap() {
            let path = entry.unwrap().path();
            let name = Path::new(path.file_name().unwrap());
            fs::copy(&path, copy.folder().join(name)).unwrap();
        }
        copy
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join("story")
    }

    #[track_caller]
    fn change(&self, file: &str, from: &str, to: &str) {
        let path = self.folder().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    #[track_caller]
    fn refused(&self) -> String {
        Scenario::load(&self.folder()).unwrap_err()
    }
}
