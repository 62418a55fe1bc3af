//! Another component than the one beside the program, with its own name, by the same commands.

use koalr_guests::upstream::{SonarQube, TOKEN, World};
use serde_json::json;

use crate::support::{Koalr, Ran, finish};

const COMPONENT: &str = "koalr_sonarqube_guest.wasm";

/// The second integration's component in a working directory.
fn installed() -> Koalr {
    let koalr = Koalr::new();
    koalr.write(COMPONENT, koalr_guests::sonarqube());
    koalr.write(
        "change.json",
        json!({
            "change": {
                "id": "acme/shop#7",
                "repository": "acme/shop",
                "number": 7,
                "head-sha": format!("{:040x}", 7),
            },
        })
        .to_string(),
    );
    koalr
}

fn run(koalr: &Koalr, args: &[&str]) -> Ran {
    finish(koalr.command(args).env("TOKEN", TOKEN))
}

#[test]
fn the_commands_of_the_page_for_authors_lead_to_a_blocked_change() {
    let page = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/writing-an-integration.md"
    );
    let page = std::fs::read_to_string(page).unwrap();
    let upstream = SonarQube::start(World::sample());
    let koalr = installed();
    let mut said = Vec::new();
    for command in page.lines().filter_map(|line| line.strip_prefix("koalr ")) {
        let args = command.replace("http://127.0.0.1:9000", upstream.base_url());
        let args: Vec<&str> = args.split_whitespace().collect();
        let ran = run(&koalr, &args);
        let blocked = i32::from(args.contains(&"gate"));
        assert_eq!((ran.code, ran.err.as_str()), (blocked, ""), "{command}");
        said.push((command, ran.out));
    }
    let said = |word: &str| {
        let mut all = said.iter();
        let found = all.find(|(command, _)| command.contains(word));
        &found.expect("the page has such a command").1
    };
    let (inspected, connected) = (said("plugin inspect"), said("connect sonarqube"));
    let (synced, gated) = (said("sync sonarqube"), said("gate change.json"));
    assert!(inspected.contains("SonarQube"), "{inspected}");
    let next = "Next: `koalr sync sonarqube`";
    assert!(connected.contains(next), "{connected}");
    // The one that was closed long ago lies outside the window.
    let complete = "Complete: 3 findings in 2 projects";
    assert!(synced.starts_with(complete), "{synced}");
    assert!(gated.starts_with("BLOCK"), "{gated}");
    let reason = "introduced: the head has it, the base does not have it";
    assert!(gated.contains(reason), "{gated}");
    assert!(gated.contains("src/lib.rs:42"), "{gated}");
}
