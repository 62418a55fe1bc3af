//! What the pages under `docs/` tell a person to type, typed.

use koalr_upstream::{Generated, World};

use crate::support::{Koalr, TOKEN, finish, serve};

#[test]
fn the_commands_of_the_page_on_syncing_lead_to_a_complete_sync() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/sync.md");
    let page = std::fs::read_to_string(page).unwrap();
    let commands = page.lines().filter_map(|line| line.strip_prefix("koalr "));
    let upstream = serve(World::generated(Generated {
        organizations: 2,
        projects: 4,
        issues: 300,
        seed: 7,
        now: 1_790_000_000_000,
    }));
    let koalr = Koalr::new();
    let mut verbs = Vec::new();
    for command in commands {
        let args = command.replace("http://127.0.0.1:8080", upstream.base_url());
        let args: Vec<&str> = args.split_whitespace().collect();
        let ran = finish(koalr.command(&args).env("TOKEN", TOKEN));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command}");
        verbs.push(args[0].to_owned());
        if args[0] == "sync" {
            assert!(
                ran.out.starts_with("Complete: 300 findings in 4 projects"),
                "{}",
                ran.out
            );
        }
    }
    assert_eq!(verbs, ["connect", "sync", "status"]);
}
