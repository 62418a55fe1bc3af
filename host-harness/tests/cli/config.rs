//! `koalr config`, and what every command takes from the configuration.

use koalr_host::config::{Config, SETTINGS};

use crate::support::{Koalr, Ran, finish};

/// Runs a command without a data directory of its own, with these variables.
fn run(koalr: &Koalr, args: &[&str], variables: &[(&str, &str)]) -> Ran {
    finish(koalr.bare(args).envs(variables.iter().copied()))
}

#[test]
fn a_file_is_checked_whole_and_what_it_names_is_opened() {
    let koalr = Koalr::new();
    koalr.write(
        "koalr.toml",
        "[server]\nlisten = \"0.0.0.0:8443\"\ncertificate = \"certificate.pem\"\nkey = \"koalr.toml\"\nconections = 9\n\
         [plugin]\nfile = \"none.wasm\"\n",
    );
    let ran = run(
        &koalr,
        &["config", "check", "koalr.toml"],
        &[("KOALR_QUEUE_SLOTS", "many")],
    );
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert_eq!(
        ran.err,
        "koalr: the configuration cannot be used:\n  \
         `koalr.toml`, line 5, column 1: unknown key `conections`; did you mean `connections`?\n  \
         environment variable `KOALR_QUEUE_SLOTS`: `queue.slots` is `many`; expected a whole number from 1 to 64\n  \
         `koalr.toml`, line 7, column 1: there is no file `none.wasm`\n  \
         `koalr.toml`, line 3, column 1: reading the certificate `certificate.pem`: No such file or directory (os error 2)\n"
    );
}

#[test]
fn a_file_that_is_named_must_be_there_and_the_usual_one_may_be_missing() {
    let koalr = Koalr::new();
    let missing = "reading the configuration `none.toml`: No such file or directory (os error 2); name another one with \
                   `--config FILE` or `KOALR_CONFIG`";
    assert_eq!(
        run(&koalr, &["config", "check", "none.toml"], &[]).failure(),
        missing
    );
    assert_eq!(
        run(&koalr, &["status", "--config", "none.toml"], &[]).failure(),
        missing
    );
    assert_eq!(
        run(&koalr, &["status"], &[("KOALR_CONFIG", "none.toml")]).failure(),
        missing
    );
    let ran = run(&koalr, &["config", "check"], &[("HOME", "/nowhere")]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "The defaults, without a file, can be used.\n")
    );
}

#[test]
fn every_command_finds_the_data_that_the_configuration_names() {
    let koalr = Koalr::new();
    std::fs::create_dir_all(koalr.path("home/koalr")).unwrap();
    koalr.write(
        "home/koalr/koalr.toml",
        "[data]\ndir = \"../../elsewhere\"\n",
    );
    let usual = [("XDG_CONFIG_HOME", "home")];
    let ran = run(&koalr, &["team", "add", "ines", "--role", "lead"], &usual);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(koalr.path("elsewhere").is_dir());
    let other = run(&koalr, &["team", "list", "--data", "other"], &usual);
    assert!(!other.out.contains("ines"), "{other:?}");
    assert!(run(&koalr, &["team", "list"], &usual).out.contains("ines"));
}

#[test]
fn a_server_with_a_mistake_in_its_settings_starts_nothing() {
    let koalr = Koalr::new();
    let args = [
        "serve",
        "--data",
        "fresh",
        "--listen",
        "127.0.0.1",
        "--slots",
        "2",
        "--reserved",
        "2",
    ];
    let ran = run(&koalr, &args, &[("KOALR_SYNC_EVRY_SECS", "60")]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert_eq!(
        ran.err,
        "koalr: the configuration cannot be used:\n  \
         environment variable `KOALR_SYNC_EVRY_SECS`: nothing reads it; did you mean `KOALR_SYNC_EVERY_SECS`?\n  \
         flag `--listen`: `server.listen` is `127.0.0.1`; expected an IP address and a port such as \"127.0.0.1:8080\"\n  \
         flag `--reserved`: 2 of 2 slots are only for gates, which leaves none for other jobs; reserve fewer than there \
         are slots\n"
    );
    assert!(!koalr.path("fresh").exists());
}

#[test]
fn what_is_shown_is_a_file_that_says_the_same() {
    let koalr = Koalr::new();
    koalr.write("koalr.toml", "[log]\nlevel = \"warn\"\n");
    let variables = [("KOALR_QUEUE_SLOTS", "7"), ("KOALR_CONFIG", "koalr.toml")];
    let shown = run(&koalr, &["config", "show"], &variables).out;
    assert!(shown.contains("\nlevel = \"warn\"\n"), "{shown}");
    assert!(
        shown.contains("\nslots = 7 # environment variable `KOALR_QUEUE_SLOTS`\n"),
        "{shown}"
    );
    koalr.write("shown.toml", &shown);
    let again = run(&koalr, &["config", "show", "--config", "shown.toml"], &[]).out;
    assert_eq!(
        again,
        shown.replace(" # environment variable `KOALR_QUEUE_SLOTS`", "")
    );
}

#[test]
fn the_help_of_each_flag_says_the_default_of_its_setting() {
    let help = Koalr::new().run(&["serve", "--help"]).out;
    let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut told = 0;
    for setting in &SETTINGS {
        let Some((_, rest)) = setting
            .flag
            .and_then(|flag| words.split_once(&format!(" {flag} ")))
        else {
            continue;
        };
        let rest = rest.split(" --").next().unwrap();
        if let (Some(default), true) = (
            setting.of(&Config::default()).to_toml(),
            rest.starts_with('<'),
        ) {
            let default = default.trim_matches('"');
            assert!(
                rest.contains(&format!("[default: {default}]")),
                "{}: {rest}",
                setting.name
            );
            told += 1;
        }
    }
    assert_eq!(told, 5);
}

#[test]
fn the_page_on_the_configuration_shows_commands_and_a_file_for_them() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md");
    let page = std::fs::read_to_string(page).unwrap();
    let file = page.split("```toml\n").nth(1).unwrap();
    let koalr = Koalr::new();
    koalr.write("koalr.toml", file.split("```").next().unwrap());
    let commands = page.lines().filter_map(|line| line.strip_prefix("koalr "));
    let mut count = 0;
    for command in commands {
        let args: Vec<&str> = command.split(' ').collect();
        let ran = run(&koalr, &args, &[]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command}");
        count += 1;
    }
    assert_eq!(count, 2);
}
