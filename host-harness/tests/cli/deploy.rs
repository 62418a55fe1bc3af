//! The files of `host-harness/deploy`, against the real program.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use koalr_host::config::{Config, Sources};

use crate::support::{Koalr, finish};

fn file(name: &str) -> (PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("deploy")
        .join(name);
    let text = fs::read_to_string(&path).unwrap();
    (path, text)
}

/// Lines of the unit that set this, without its name.
fn of_unit(name: &str) -> Vec<String> {
    let (_, unit) = file("koalr.service");
    let set = unit.lines().filter_map(|line| line.split_once('='));
    let named = set.filter(|(key, _)| *key == name);
    named.map(|(_, value)| value.to_owned()).collect()
}

/// The words of an instruction of the container file, which may be a JSON list.
fn of_container(instruction: &str) -> Vec<String> {
    let (_, text) = file("Containerfile");
    let line = text.lines().find_map(|line| line.strip_prefix(instruction));
    let line = line.unwrap().trim();
    serde_json::from_str(line).unwrap_or_else(|_| line.split(' ').map(str::to_owned).collect())
}

/// The command is one, and has each of its flags.
#[track_caller]
fn is_a_command(words: &[&str]) {
    let flags: Vec<&str> = words
        .iter()
        .filter(|word| word.starts_with("--"))
        .copied()
        .collect();
    let verbs = words.iter().copied();
    let verbs = verbs.take_while(|word| !word.starts_with("--"));
    let args: Vec<&str> = verbs.chain(["--help"]).collect();
    let ran = Koalr::new().run(&args);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{words:?}");
    for flag in flags {
        assert!(ran.out.contains(&format!("{flag} ")), "{flag}: {}", ran.out);
    }
}

#[test]
fn the_configuration_can_be_used() {
    let (path, _) = file("koalr.toml");
    let ran = finish(&mut Koalr::new().bare(&["config", "check", path.to_str().unwrap()]));
    let said = format!("`{}` can be used.\n", path.display());
    assert_eq!((ran.code, ran.out, ran.err), (0, said, String::new()));
}

#[test]
fn what_the_configuration_proposes_can_be_used_too() {
    let (path, text) = file("koalr.toml");
    let listen = "listen = \"127.0.0.1:8080\"\n";
    assert!(text.contains(listen));
    let text = text.replacen(listen, "", 1);
    let text = ["listen", "certificate", "key"]
        .iter()
        .fold(text, |text, key| {
            text.replace(&format!("# {key} ="), &format!("{key} ="))
        });
    let config = Config::read(&Sources {
        file: Some((path, text)),
        ..Sources::default()
    })
    .unwrap();
    assert!(config.key.is_some() && !config.listen.ip().is_loopback());
}

#[test]
fn the_unit_starts_commands_that_there_are() {
    for name in ["ExecStartPre", "ExecStart"] {
        let lines = of_unit(name);
        let [line] = &lines[..] else {
            panic!("{name}: {lines:?}")
        };
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!(words[0], "/usr/local/lib/koalr/koalr");
        is_a_command(&words[1..]);
    }
}

#[test]
fn the_unit_gives_the_server_time_to_end() {
    let (path, text) = file("koalr.toml");
    let config = Config::read(&Sources {
        file: Some((path, text)),
        ..Sources::default()
    })
    .unwrap();
    let needed = config.drain + config.limits.grace.max(config.grace);
    let given: u64 = of_unit("TimeoutStopSec")[0].parse().unwrap();
    assert!(needed.as_secs() < given, "{needed:?} of {given} s");
}

#[test]
fn the_unit_writes_where_the_configuration_says() {
    let (path, text) = file("koalr.toml");
    let config = Config::read(&Sources {
        file: Some((path, text)),
        ..Sources::default()
    })
    .unwrap();
    let state = Path::new("/var/lib").join(&of_unit("StateDirectory")[0]);
    assert_eq!(config.data, Some(state));
    assert_eq!(
        of_unit("Environment"),
        ["KOALR_CONFIG=/etc/koalr/koalr.toml"]
    );
    assert_eq!(of_unit("LimitCORE"), ["0"]);
}

#[test]
fn the_container_starts_a_command_that_there_is_with_variables_that_are_read() {
    let mut words = of_container("ENTRYPOINT");
    words.extend(of_container("CMD"));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    assert_eq!(words[0], "/usr/local/lib/koalr/koalr");
    is_a_command(&words[1..]);
    let variables = of_container("ENV");
    let variables: BTreeMap<&str, &str> = variables
        .iter()
        .map(|one| one.split_once('=').unwrap())
        .collect();
    let koalr = Koalr::new();
    let ran = finish(koalr.bare(&["config", "check"]).envs(&variables));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(of_container("VOLUME")[0], variables["KOALR_DATA_DIR"]);
}

#[test]
fn the_container_runs_as_nobody_special_from_images_that_are_arguments() {
    assert!(!of_container("USER")[0].starts_with('0'));
    let (_, text) = file("Containerfile");
    for line in text.lines().filter_map(|line| line.strip_prefix("FROM ")) {
        assert!(line.starts_with("${"), "{line}");
    }
}

#[test]
fn what_the_page_on_operations_shows_are_commands() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operations.md");
    let page = fs::read_to_string(page).unwrap();
    let commands: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("koalr "))
        .collect();
    assert!(commands.len() > 1, "{commands:?}");
    for command in commands {
        let words: Vec<&str> = command.split(' ').collect();
        let values = words.iter().filter(|word| !word.contains(['/', '.', ':']));
        let words: Vec<&str> = values.copied().collect();
        is_a_command(&words);
    }
}
