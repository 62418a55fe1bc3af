//! What must hold for any bytes that somebody else may hand us: one property a file.
//!
//! A body is a plain function that panics with a sentence where its property breaks. The suite runs each over its seeds
//! and over mutations of them; `tests/fuzz` hands the same functions to `cargo-fuzz`. A body reads no clock and no
//! randomness, so that an input fails for ever until it is mended.

mod change;
mod config;
mod cursor;
mod cvss;
mod dependencies;
mod egress;
mod export;
mod export_job;
mod import;
mod listing;
mod owner;
mod page;
mod pin;
mod policy;
mod purl;
mod recording;
mod sandbox;
mod sbom;
mod token;
mod upstream;
mod version;
mod wait;
mod waivers;
mod webhook;

/// A property and what it is called.
#[derive(Clone, Copy)]
pub struct Body {
    /// Its name: of its file, of the folder of its seeds, and of its target.
    pub name: &'static str,
    /// Panics if these bytes break the property.
    pub run: fn(&[u8]),
}

/// All bodies, by name.
pub const BODIES: &[Body] = &[
    body("change", change::run),
    body("config", config::run),
    body("cursor", cursor::run),
    body("cvss", cvss::run),
    body("dependencies", dependencies::run),
    body("egress", egress::run),
    body("export", export::run),
    body("export_job", export_job::run),
    body("import", import::run),
    body("listing", listing::run),
    body("owner", owner::run),
    body("pin", pin::run),
    body("policy", policy::run),
    body("purl", purl::run),
    body("recording", recording::run),
    body("sbom", sbom::run),
    body("token", token::run),
    body("version", version::run),
    body("wait", wait::run),
    body("waivers", waivers::run),
    body("webhook", webhook::run),
];

const fn body(name: &'static str, run: fn(&[u8])) -> Body {
    Body { name, run }
}

/// The body of that name.
#[must_use]
pub fn named(name: &str) -> Body {
    let body = BODIES.iter().find(|body| body.name == name);
    *body.unwrap_or_else(|| panic!("no body is called `{name}`"))
}

/// The lines of a text; an absent one is empty.
fn lines<const N: usize>(bytes: &[u8]) -> Option<[&str; N]> {
    let mut lines = str::from_utf8(bytes).ok()?.split('\n');
    Some(std::array::from_fn(|_| lines.next().unwrap_or_default()))
}

/// Checks that a complaint points into its file: at most one past the end of a line.
#[track_caller]
fn points_into(text: &str, line: usize, column: usize) {
    // Lines end as they do for an editor: what follows the last break is one more.
    let pointed = line.checked_sub(1).and_then(|at| text.split('\n').nth(at));
    let chars = pointed.map(|line| line.chars().count());
    assert!(chars.is_some(), "line {line} is not in the file");
    let within = (1..=chars.unwrap_or_default() + 1).contains(&column);
    assert!(within, "column {column} is not in line {line}");
}

/// Checks that a sentence can be shown on a terminal as it is.
#[track_caller]
fn is_one_line(sentence: &str) {
    let odd = sentence.chars().find(|char| char.is_control());
    assert_eq!(odd, None, "a control character is in {sentence:?}");
}
