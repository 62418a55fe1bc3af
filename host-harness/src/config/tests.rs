mod table;
mod wrong;

use std::path::PathBuf;

use super::{Config, ConfigError, Sources};

/// Reads `/etc/koalr/koalr.toml` with this in it.
fn read(text: &str) -> Result<Config, ConfigError> {
    Config::read(&file(text))
}

fn file(text: &str) -> Sources {
    Sources {
        file: Some((PathBuf::from("/etc/koalr/koalr.toml"), text.to_owned())),
        ..Sources::default()
    }
}

fn variables(given: &[(&str, &str)]) -> Sources {
    let text = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Sources {
        variables: given.iter().map(text).collect(),
        ..Sources::default()
    }
}

/// The complaints, one a line, without what stands before them.
#[track_caller]
fn refused(sources: &Sources) -> Vec<String> {
    let sentence = Config::read(sources).unwrap_err().to_string();
    let mut lines = sentence.lines();
    assert_eq!(lines.next(), Some("the configuration cannot be used:"));
    lines.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn without_a_word_the_defaults_hold() {
    let config = Config::read(&Sources::default()).unwrap();
    assert_eq!(config.spelled_out(), Config::default().spelled_out());
    assert!(config.listen.ip().is_loopback() && !config.anyone);
}

#[test]
fn a_flag_wins_over_a_variable_and_a_variable_over_the_file() {
    let mut sources = file("[queue]\nslots = 10\nreserved = 1\ngrace-secs = 5\n");
    let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    sources.variables = vec![
        variable("KOALR_QUEUE_RESERVED", "3"),
        variable("KOALR_QUEUE_SLOTS", "11"),
    ];
    sources.flags = vec![("--slots", "12".to_owned())];
    let config = Config::read(&sources).unwrap();
    assert_eq!((config.slots, config.reserved), (12, 3));
    assert_eq!(config.grace.as_secs(), 5);
}

#[test]
fn a_path_of_the_file_begins_where_the_file_is() {
    let config = read("[data]\ndir = \"data\"\n[plugin]\nfile = \"/opt/p.wasm\"\n").unwrap();
    assert_eq!(config.data, Some("/etc/koalr/data".into()));
    assert_eq!(config.plugin, Some("/opt/p.wasm".into()));
    let elsewhere = Config::read(&variables(&[("KOALR_DATA_DIR", "data")])).unwrap();
    assert_eq!(elsewhere.data, Some("data".into()));
}

#[test]
fn what_is_spelled_out_says_the_same_when_it_is_read() {
    let mut sources = file("[server]\nlisten = \"[::1]:9000\"\n[log]\nformat = \"json\"\n");
    sources.variables = variables(&[("KOALR_QUEUE_SLOTS", "12")]).variables;
    let spelled = Config::read(&sources).unwrap().spelled_out();
    assert!(spelled.contains("\nlisten = \"[::1]:9000\"\n"), "{spelled}");
    assert!(spelled.contains("\nslots = 12 # environment variable `KOALR_QUEUE_SLOTS`\n"));
    assert!(spelled.contains("\n# reserved = 2\n"), "{spelled}");
    let again = read(&spelled).unwrap();
    assert_eq!(again.listen, "[::1]:9000".parse().unwrap());
    assert_eq!(again.slots, 12);
}

#[test]
fn what_others_mean_by_their_variables_is_left_alone() {
    let of_others = [
        ("KOALR_CONFIG", "/etc/koalr.toml"),
        ("KOALR_UPSTREAM_TOKEN", "x"),
        ("KOALR_BLESS", "1"),
        ("KOALR_PORT", "tcp://10.0.0.7:8080"),
        ("KOALR_PORT_8080_TCP_ADDR", "10.0.0.7"),
        ("KOALR_METRICS_SERVICE_PORT_HTTP", "9090"),
        ("KOALR_METRICS_PORT", "tcp://10.0.0.7:9090"),
    ];
    assert!(Config::read(&variables(&of_others)).is_ok());
}

#[test]
fn a_key_may_ask_as_often_at_once_as_in_a_minute_unless_it_is_said() {
    let burst = |text| read(text).unwrap().limits.burst;
    assert_eq!(burst("[api]\nrequests-per-minute = 7\n"), 7);
    assert_eq!(burst("[api]\nrequests-per-minute = 7\nburst = 9\n"), 9);
}
