//! What README tells a person to type, typed.

use std::fs;

use koalr_upstream::World;
use serde_json::Value;

use crate::support::{Koalr, TOKEN, acme, finish, serve};

fn readme() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap()
}

/// Texts of all fenced blocks in a language.
fn blocks(language: &str) -> Vec<String> {
    let readme = readme();
    let mut blocks = Vec::new();
    for piece in readme.split(&format!("\n```{language}\n")).skip(1) {
        let (block, _) = piece.split_once("\n```").unwrap();
        blocks.push(block.to_owned());
    }
    blocks
}

/// Arguments of every `koalr …` line.
fn commands() -> Vec<Vec<String>> {
    let lines = blocks("sh");
    let lines = lines.iter().flat_map(|block| block.lines());
    lines
        .filter_map(|line| line.strip_prefix("koalr "))
        .map(|line| line.split_whitespace().map(str::to_owned).collect())
        .collect()
}

fn change() -> String {
    let blocks = blocks("json");
    assert_eq!(blocks.len(), 1);
    blocks[0].clone()
}

#[test]
fn every_command_line_is_one() {
    let commands = commands();
    assert!(commands.len() >= 3, "{commands:?}");
    for command in commands {
        let args: Vec<&str> = command.iter().map(String::as_str).collect();
        let ran = Koalr::new().run(&[&args, &["--help"][..]].concat());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command:?}");
    }
}

#[test]
fn the_commands_lead_from_a_token_to_a_verdict_on_the_change_shown() {
    let upstream = serve(World::from(acme()).token(TOKEN));
    let koalr = Koalr::new();
    koalr.write("token.txt", format!("{TOKEN}\n"));
    koalr.write("change.json", change());
    koalr.write("secret.txt", "a webhook's secret\n");
    koalr.write("github.txt", "ghs_0123456789abcdef\n");
    let mut codes = Vec::new();
    // A server runs until it is ended; its own tests start it.
    let ending = commands()
        .into_iter()
        .filter(|command| command[0] != "serve");
    for command in ending {
        let mut args: Vec<&str> = command.iter().map(String::as_str).collect();
        if let Some(place) = args.iter().position(|arg| *arg == "--upstream") {
            args[place + 1] = upstream.base_url();
            args.push("--allow-loopback");
        }
        let ran = koalr.run(&args);
        assert_eq!(ran.err, "", "{command:?}");
        codes.push(ran.code);
    }
    assert_eq!(codes, [0, 0, 1, 0, 0, 0, 0]);
}

#[test]
fn the_change_shown_cannot_be_told_without_its_dependencies() {
    let upstream = serve(acme());
    let mut change: Value = serde_json::from_str(&change()).unwrap();
    change.as_object_mut().unwrap().remove("dependencies");
    assert_eq!(Koalr::synced(&upstream).gate(&change, &[]).code, 3);
}

#[test]
fn the_demo_is_run_by_the_command_shown() {
    let shown = "cargo run --release -p koalr-host -- ";
    let lines = blocks("sh");
    let line = lines
        .iter()
        .flat_map(|block| block.lines())
        .find_map(|line| line.strip_prefix(shown));
    assert_eq!(line, Some("demo"));
    assert!(readme().contains("`--once`"));
}

#[test]
fn every_command_explains_its_exit_codes() {
    for command in [
        &["plugin", "inspect"][..],
        &["connect"],
        &["sync"],
        &["status"],
        &["score"],
        &["gate"],
        &["demo"],
    ] {
        let args = [command, &["--help"]].concat();
        let ran = finish(&mut Koalr::new().bare(&args));
        assert!(ran.out.contains("Exit codes: 0 "), "{}", ran.out);
        assert!(ran.out.contains("--format <FORMAT>"), "{}", ran.out);
    }
}

#[test]
fn the_explained_score_is_what_the_demo_prints() {
    let samples = blocks("text");
    let ran = Koalr::new().run(&["demo", "--once"]);
    assert!(
        undated(&ran.out).contains(&undated(&samples[0])),
        "{}",
        ran.out
    );
}

/// The text without its times: the demo's are of now.
fn undated(text: &str) -> String {
    let is_time = |word: &str| word.len() == 20 && word.starts_with("20") && word.ends_with('Z');
    let words = text.split(' ');
    let words = words.map(|word| if is_time(word) { "a time" } else { word });
    words.collect::<Vec<_>>().join(" ")
}
