//! The table of settings, against the code and against its page.

use std::collections::BTreeSet;

use super::{Config, read};
use crate::config::{Kind, SETTINGS, Setting, Value, rendered_table};

/// A value that is no default, as it is written in the file.
fn another(name: &str, kind: Kind, default: &Value) -> String {
    match kind {
        // Fewer would leave no room beside streams.
        Kind::Whole(_, high) if name == "server.connections" => high.to_string(),
        Kind::Address => "\"127.0.0.1:9\"".to_owned(),
        Kind::Path => "\"/nowhere\"".to_owned(),
        Kind::Paths => "[\"/nowhere\", \"/else\"]".to_owned(),
        Kind::Origin => "\"https://koalr.example.com\"".to_owned(),
        Kind::Flag => (*default == Value::Flag(false)).to_string(),
        Kind::Whole(low, _) if *default == Value::Whole(low) => (low + 1).to_string(),
        Kind::Whole(low, _) => low.to_string(),
        Kind::Word(words) => {
            let other = words.iter().find(|word| *default != Value::Word(word));
            format!("\"{}\"", other.unwrap())
        }
    }
}

#[test]
fn every_setting_is_read_and_stands_where_the_code_looks() {
    for setting in &SETTINGS {
        let default = setting.of(&Config::default());
        let written = another(setting.name, setting.kind(), &default);
        // What it would contradict alone.
        let beside = match setting.name {
            "queue.slots" => "reserved = 0\n",
            // A burst that is not set follows it.
            "api.requests-per-minute" => "burst = 60\n",
            "plugins.signature" => "keys = [\"/k\"]\n",
            "server.certificate" => "key = \"/k\"\n",
            "server.key" => "certificate = \"/c\"\n",
            _ => "",
        };
        let (section, key) = (setting.section(), setting.key());
        let config = read(&format!("[{section}]\n{beside}{key} = {written}\n")).unwrap();
        assert_eq!(
            setting.of(&config).to_toml(),
            Some(written),
            "{}",
            setting.name
        );
        let others = SETTINGS.iter().filter(|one| one.name != setting.name);
        for other in others.filter(|one| !beside.starts_with(one.key())) {
            let (now, before) = (other.of(&config), other.of(&Config::default()));
            assert_eq!(now, before, "{} changes {}", setting.name, other.name);
        }
    }
}

#[test]
fn every_default_is_within_its_range() {
    for setting in &SETTINGS {
        if let (Kind::Whole(low, high), Value::Whole(default)) =
            (setting.kind(), setting.of(&Config::default()))
        {
            assert!((low..=high).contains(&default), "{}", setting.name);
        }
    }
}

#[test]
fn every_name_and_flag_is_there_once_and_sections_stand_together() {
    let names: BTreeSet<_> = SETTINGS.iter().map(Setting::variable).collect();
    assert_eq!(names.len(), SETTINGS.len());
    let flags: Vec<_> = SETTINGS.iter().filter_map(|one| one.flag).collect();
    assert_eq!(flags.iter().collect::<BTreeSet<_>>().len(), flags.len());
    let mut sections: Vec<_> = SETTINGS.iter().map(Setting::section).collect();
    sections.dedup();
    assert_eq!(
        sections.iter().collect::<BTreeSet<_>>().len(),
        sections.len()
    );
}

#[test]
fn the_page_on_the_configuration_has_the_table_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (table, after) = rest.split_once(END).unwrap();
    if std::env::var_os("KOALR_BLESS").is_some() {
        let new = format!("{before}{BEGIN}{}{END}{after}", rendered_table());
        std::fs::write(path, new).unwrap();
        return;
    }
    assert!(
        table == rendered_table(),
        "`docs/configuration.md` is stale; rewrite it with `KOALR_BLESS=1 cargo test --release -p koalr-host --lib config`"
    );
}

const BEGIN: &str = "<!-- The table of the code. -->\n";
const END: &str = "<!-- Its end. -->\n";
