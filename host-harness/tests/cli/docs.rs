//! What the pages under `docs/` tell a person to type, typed.

use koalr_upstream::{Generated, World};

use crate::support::{Koalr, TOKEN, acme, finish, sample_change, serve};

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

#[test]
fn the_commands_of_the_page_on_recordings_make_a_call_again() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/replay.md");
    let page = std::fs::read_to_string(page).unwrap();
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    let component = koalr_host::component_path().unwrap();
    koalr.write("other.wasm", std::fs::read(component).unwrap());
    let mut verbs = Vec::new();
    for command in page.lines().filter_map(|line| line.strip_prefix("koalr ")) {
        let args: Vec<&str> = command.split_whitespace().collect();
        let ran = koalr.run(&args);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command}");
        verbs.push(args[0].to_owned());
    }
    assert_eq!(verbs, ["sync", "replay", "replay"]);
}

/// The files of the page on policies are what its commands read.
#[test]
fn the_commands_of_the_page_on_policies_judge_by_its_files() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/policy.md");
    let page = std::fs::read_to_string(page).unwrap();
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    let mut files = page.split("```toml\n").skip(1);
    for name in ["policy.toml", "waivers.toml"] {
        let block = files.next().unwrap().split("```").next().unwrap();
        koalr.write(name, block);
    }
    let mut change = sample_change("blocked");
    change["author"] = "priya".into();
    koalr.write("change.json", change.to_string());
    let commands = page.lines().filter_map(|line| line.strip_prefix("koalr "));
    let mut verbs = Vec::new();
    for command in commands {
        let args: Vec<&str> = command.split_whitespace().collect();
        let ran = koalr.run(&[&args[..], &["--now", "2026-01-20T00:00:00Z"]].concat());
        assert!(ran.code < 2 && ran.err.is_empty(), "{command}: {ran:?}");
        verbs.push(args[0].to_owned());
    }
    assert_eq!(verbs, ["policy", "policy", "gate"]);
}

#[test]
fn the_commands_of_the_page_on_secrets_do_what_it_says() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/security.md");
    let page = std::fs::read_to_string(page).unwrap();
    let koalr = Koalr::connected(&serve(acme()));
    let old = std::fs::read(koalr.path("data/vault.key")).unwrap();
    let commands = page.lines().filter_map(|line| line.strip_prefix("koalr "));
    let mut said = Vec::new();
    for command in commands {
        let args: Vec<&str> = command.split_whitespace().collect();
        let ran = koalr.run(&args);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command}");
        said.push(ran.out);
    }
    assert_eq!(
        said[0],
        "A new vault key seals 1 data key; the old one opens nothing any more. Back up\n\
         `vault.key` and `control.db` together again.\n"
    );
    assert!(
        said[1].starts_with("Disconnected snyk from http://"),
        "{}",
        said[1]
    );
    assert_ne!(std::fs::read(koalr.path("data/vault.key")).unwrap(), old);
    assert_eq!(
        koalr.run(&["status"]).failure(),
        "`snyk` is not connected for tenant `default`; run `koalr connect snyk` first"
    );
}

#[test]
fn the_commands_of_the_page_on_tenants_lead_back_to_what_was_there() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/tenants.md");
    let page = std::fs::read_to_string(page).unwrap();
    let commands = page.lines().filter_map(|line| line.strip_prefix("koalr "));
    let koalr = Koalr::new();
    let mut ran = 0;
    for command in commands {
        let args: Vec<&str> = command.split_whitespace().collect();
        let done = koalr.run(&args);
        assert_eq!((done.code, done.err.as_str()), (0, ""), "{command}");
        ran += 1;
    }
    assert_eq!(ran, 10);
    let tenants = koalr.run(&["tenant", "list", "--format", "json"]).json();
    assert_eq!(tenants.as_array().unwrap().len(), 1);
    assert_eq!(tenants[0]["id"], "acme");
}

#[test]
fn the_commands_of_the_page_on_pages_print_a_link() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/pages.md");
    let page = std::fs::read_to_string(page).unwrap();
    let koalr = Koalr::new();
    let mut said = Vec::new();
    for command in page.lines().filter_map(|line| line.strip_prefix("koalr ")) {
        let args: Vec<&str> = command.split_whitespace().collect();
        let ran = koalr.run(&args);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command}");
        said.push(ran.out);
    }
    let mut links =
        (said.iter()).filter_map(|one| one.strip_prefix("http://127.0.0.1:8080/sign-in/"));
    assert_eq!(
        links.next().map(|link| link.trim().len()),
        Some(64),
        "{said:?}"
    );
    assert_eq!(said.last().map(String::as_str), Some("0 visits ended\n"));
}
