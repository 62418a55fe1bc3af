//! What a setting is.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::{Config, Kind, Value};

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Its section and key with a dot between.
    pub name: &'static str,
    /// The flag that wins over it where a command has it; none if there is no such flag.
    pub flag: Option<&'static str>,
    /// One sentence about it, without a full stop.
    pub about: &'static str,
    pub(super) field: Field,
}

/// Its value in the configuration: what it takes, how it is read, and how it is set.
#[derive(Debug)]
pub(super) enum Field {
    Address(
        fn(&Config) -> Option<SocketAddr>,
        fn(&mut Config, SocketAddr),
    ),
    Path(fn(&Config) -> Option<&PathBuf>, fn(&mut Config, PathBuf)),
    Paths(fn(&Config) -> &Vec<PathBuf>, fn(&mut Config, Vec<PathBuf>)),
    Origin(fn(&Config) -> Option<&String>, fn(&mut Config, String)),
    Flag(fn(&Config) -> bool, fn(&mut Config, bool)),
    Whole((i64, i64), fn(&Config) -> i64, fn(&mut Config, i64)),
    Word(
        &'static [&'static str],
        fn(&Config) -> &'static str,
        fn(&mut Config, &'static str),
    ),
}

impl Setting {
    /// The section.
    #[must_use]
    pub fn section(&self) -> &'static str {
        self.name.split_once('.').map_or("", |(section, _)| section)
    }

    /// The key within its section.
    #[must_use]
    pub fn key(&self) -> &'static str {
        self.name.split_once('.').map_or("", |(_, key)| key)
    }

    /// The variable of the environment that wins over the file.
    #[must_use]
    pub fn variable(&self) -> String {
        let name = self.name.replace(['.', '-'], "_").to_ascii_uppercase();
        format!("{}{name}", super::place::PREFIX)
    }

    /// What it takes.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.field {
            Field::Address(..) => Kind::Address,
            Field::Path(..) => Kind::Path,
            Field::Paths(..) => Kind::Paths,
            Field::Origin(..) => Kind::Origin,
            Field::Flag(..) => Kind::Flag,
            Field::Whole((low, high), ..) => Kind::Whole(low, high),
            Field::Word(words, ..) => Kind::Word(words),
        }
    }

    /// Its value.
    #[must_use]
    pub fn of(&self, config: &Config) -> Value {
        match self.field {
            Field::Address(get, _) => get(config).map_or(Value::Unset, Value::Address),
            Field::Path(get, _) => get(config).cloned().map_or(Value::Unset, Value::Path),
            Field::Paths(get, _) => Value::Paths(get(config).clone()),
            Field::Origin(get, _) => get(config).cloned().map_or(Value::Unset, Value::Origin),
            Field::Flag(get, _) => Value::Flag(get(config)),
            Field::Whole(_, get, _) => Value::Whole(get(config)),
            Field::Word(_, get, _) => Value::Word(get(config)),
        }
    }

    /// Sets it to a value of its kind.
    pub(super) fn set(&self, config: &mut Config, value: Value) {
        match (&self.field, value) {
            (Field::Address(_, set), Value::Address(value)) => set(config, value),
            (Field::Path(_, set), Value::Path(value)) => set(config, value),
            (Field::Paths(_, set), Value::Paths(value)) => set(config, value),
            (Field::Origin(_, set), Value::Origin(value)) => set(config, value),
            (Field::Flag(_, set), Value::Flag(value)) => set(config, value),
            (Field::Whole(_, _, set), Value::Whole(value)) => set(config, value),
            (Field::Word(_, _, set), Value::Word(value)) => set(config, value),
            // Only `Kind::read` makes values, of the kind that it was asked for.
            _ => {}
        }
    }
}
