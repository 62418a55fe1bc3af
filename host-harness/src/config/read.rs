//! From a file, variables and flags to a configuration.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use koalr_platform::complaint::{Problem, shown, way_out};
use koalr_platform::document::{Document, Value as Written};
use toml::Spanned;
use toml::de::DeString;

use super::place::{is_of_others, variables};
use super::{Complaint, Config, ConfigError, Place, SETTINGS, Setting, Value, check};

/// What a configuration is made from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Name and text of the file; none if there is none.
    pub file: Option<(PathBuf, String)>,
    /// Variables of the environment whose names begin with `KOALR_`.
    pub variables: Vec<(String, String)>,
    /// Flags with their values, of those that [`Setting::flag`] names.
    pub flags: Vec<(&'static str, String)>,
}

impl Sources {
    /// This file, and the variables of this process.
    #[must_use]
    pub fn of(file: Option<(PathBuf, String)>) -> Self {
        Self {
            file,
            variables: variables(),
            flags: Vec::new(),
        }
    }
}

impl Config {
    /// Reads all sources. What they name is not looked at.
    ///
    /// # Errors
    ///
    /// Everything that is wrong: what is not TOML, keys and variables that nothing reads, values of another type or out of
    /// range, and what contradicts itself.
    pub fn read(sources: &Sources) -> Result<Self, ConfigError> {
        Reading::of(sources).end()
    }

    /// The same for whoever is about to start, or asks whether that can be: what is named is looked at too.
    ///
    /// # Errors
    ///
    /// As [`Config::read`] and [`Config::look`], together.
    pub fn read_and_look(sources: &Sources) -> Result<Self, ConfigError> {
        let mut reading = Reading::of(sources);
        if let Err(ConfigError { complaints }) = reading.config.look() {
            reading.complaints.extend(complaints);
        }
        reading.end()
    }
}

#[derive(Default)]
struct Reading {
    config: Config,
    complaints: Vec<Complaint>,
    /// Settings whose value was not understood, which contradict nothing.
    wrong: BTreeSet<&'static str>,
    /// Whether the parser lost its way, so that anything may have been set.
    lost: bool,
}

impl Reading {
    fn of(sources: &Sources) -> Self {
        let mut reading = Self::default();
        if let Some((path, text)) = &sources.file {
            reading.file(path, text);
        }
        for (name, value) in &sources.variables {
            reading.variable(name, value);
        }
        for (flag, value) in &sources.flags {
            reading.flag(flag, value);
        }
        if !reading.config.set.contains_key("api.burst") {
            let limits = &mut reading.config.limits;
            limits.burst = limits.requests_per_minute;
        }
        if !reading.lost {
            let contradictions = check::contradictions(&reading.config, &reading.wrong);
            reading.complaints.extend(contradictions);
        }
        reading
    }

    fn end(self) -> Result<Config, ConfigError> {
        let complaints = self.complaints;
        if complaints.is_empty() {
            Ok(self.config)
        } else {
            Err(ConfigError { complaints })
        }
    }

    fn file(&mut self, path: &Path, text: &str) {
        let (mut document, root) = Document::open(text, MAX_BYTES);
        for (name, value) in &root {
            let section = &**name.get_ref();
            if !SETTINGS.iter().any(|one| one.section() == section) {
                unknown(&mut document, name, sections());
                continue;
            }
            let Some(table) = document.table(section, value) else {
                continue;
            };
            for (key, value) in table {
                self.key(path, &mut document, section, key, value);
            }
        }
        self.lost = !document.is_whole();
        let complaints = document.finish().into_iter().map(|one| Complaint {
            place: Place::File {
                path: path.to_owned(),
                line: one.line,
                column: one.column,
            },
            problem: one.problem,
        });
        self.complaints.extend(complaints);
    }

    fn key(
        &mut self,
        path: &Path,
        document: &mut Document<'_>,
        section: &str,
        key: &Spanned<DeString<'_>>,
        written: &Written<'_>,
    ) {
        let name = &**key.get_ref();
        let of_section = SETTINGS.iter().filter(|one| one.section() == section);
        let Some(setting) = of_section.clone().find(|one| one.key() == name) else {
            return unknown(document, key, of_section.map(Setting::key));
        };
        let read = setting.kind().read_toml(written.get_ref());
        self.understood(setting, read.is_ok());
        match read {
            Ok(value) => {
                let (line, column) = document.place(&key.span());
                let place = Place::File {
                    path: path.to_owned(),
                    line,
                    column,
                };
                self.put(setting, beside(path, value), place);
            }
            Err(way_out) if holds_secret(written) => {
                let problem = Problem::Contradiction(format!("`{name}` is no path; {way_out}"));
                document.complain(&written.span(), problem);
            }
            Err(way_out) => document.wrong(name, written, way_out),
        }
    }

    fn variable(&mut self, name: &str, value: &str) {
        let known = SETTINGS.iter().find(|one| one.variable() == name);
        let place = Place::Variable(name.to_owned());
        if let Some(setting) = known {
            return self.text(setting, value, place);
        }
        if is_of_others(name) {
            return;
        }
        let names: Vec<String> = SETTINGS.iter().map(Setting::variable).collect();
        let near = way_out(name, names.iter().map(String::as_str));
        let way_out = if near.starts_with("did") {
            near
        } else {
            "`koalr config show` lists what can be set: the variable of a key is `KOALR_SECTION_KEY`"
                .to_owned()
        };
        let problem = Problem::Contradiction(format!("nothing reads it; {way_out}"));
        self.complaints.push(Complaint { place, problem });
    }

    fn flag(&mut self, flag: &'static str, value: &str) {
        let known = SETTINGS.iter().find(|one| one.flag == Some(flag));
        if let Some(setting) = known {
            self.text(setting, value, Place::Flag(flag));
        }
    }

    fn text(&mut self, setting: &'static Setting, text: &str, place: Place) {
        let read = setting.kind().read(text);
        self.understood(setting, read.is_ok());
        match read {
            Ok(value) => self.put(setting, value, place),
            Err(way_out) => {
                let key = setting.name.to_owned();
                let problem = Problem::WrongValue {
                    key,
                    given: shown(text.lines().next().unwrap_or_default()),
                    way_out,
                };
                self.complaints.push(Complaint { place, problem });
            }
        }
    }

    fn put(&mut self, setting: &'static Setting, value: Value, place: Place) {
        setting.set(&mut self.config, value);
        self.config.set.insert(setting.name, place);
    }

    /// The last word about a setting counts.
    fn understood(&mut self, setting: &Setting, is_understood: bool) {
        if is_understood {
            self.wrong.remove(setting.name);
        } else {
            self.wrong.insert(setting.name);
        }
    }
}

/// A key or section that nothing reads; for one that would hold a secret, where secrets go.
fn unknown<'a>(
    document: &mut Document<'_>,
    key: &Spanned<DeString<'_>>,
    known: impl Iterator<Item = &'a str> + Clone,
) {
    let name = &**key.get_ref();
    if !SECRETS.iter().any(|word| name.contains(word)) {
        return document.unknown_key(name, &key.span(), known);
    }
    let problem = Problem::UnknownKey {
        key: shown(name),
        way_out: "no secret belongs in this file: `koalr connect` and `koalr hook` take tokens and secrets, and keep \
                  them sealed"
            .to_owned(),
    };
    document.complain(&key.span(), problem);
}

/// Whether somebody wrote what is in a file where its name belongs.
fn holds_secret(written: &Written<'_>) -> bool {
    let text = written.get_ref().as_str();
    text.is_some_and(|text| text.contains("-----BEGIN"))
}

/// A path that is not absolute begins where the file is.
fn beside(file: &Path, value: Value) -> Value {
    let directory = file.parent().unwrap_or(Path::new(""));
    match value {
        Value::Path(path) => Value::Path(directory.join(path)),
        Value::Paths(paths) => {
            let paths = paths.into_iter().map(|path| directory.join(path));
            Value::Paths(paths.collect())
        }
        value => value,
    }
}

fn sections() -> impl Iterator<Item = &'static str> + Clone {
    let mut last = "";
    SETTINGS.iter().filter_map(move |one| {
        let section = one.section();
        let is_new = section != last;
        last = section;
        is_new.then_some(section)
    })
}

/// Words of keys that would hold a secret.
const SECRETS: [&str; 5] = ["token", "secret", "password", "credential", "api-key"];

/// A file with every setting has a few kilobytes.
const MAX_BYTES: usize = 1 << 18;
