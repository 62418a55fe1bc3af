//! How big the component and the program are, and of how many packages they are built. Nothing here has a spread.

use std::collections::{BTreeMap, BTreeSet};

use koalr_tests::component::{self, CORE_MODULE, sections};
use koalr_tests::workspace;

use crate::sheet::{Sheet, Unit, figure};

pub(crate) fn run(sheet: &mut Sheet) {
    component_size(sheet);
    program_size(sheet);
    packages(sheet);
}

/// The component by what its bytes are: its core modules' code and data, and the rest, which is types and names.
fn component_size(sheet: &mut Sheet) {
    let bytes = component::bytes();
    let mut parts = BTreeMap::new();
    for (id, body) in sections(&bytes) {
        if id == CORE_MODULE {
            for (id, body) in sections(body) {
                let part = match id {
                    CODE => "code",
                    DATA => "data",
                    _ => continue,
                };
                *parts.entry(part).or_default() += body.len();
            }
        }
    }
    let rest = bytes.len() - parts.values().sum::<usize>();
    parts.insert("types and names", rest);
    sheet
        .row("component", Unit::Bytes, vec![figure(bytes.len())])
        .at_most(COMPONENT_BYTES);
    for (part, size) in parts {
        sheet.row(
            format!("component, {part}"),
            Unit::Bytes,
            vec![figure(size)],
        );
    }
}

/// The program as last built, if it was: a bench needs only its library.
fn program_size(sheet: &mut Sheet) {
    let program = component::folder().join(format!("koalr{}", std::env::consts::EXE_SUFFIX));
    if let Ok(about) = std::fs::metadata(program) {
        let size = usize::try_from(about.len()).unwrap();
        sheet
            .row("program", Unit::Bytes, vec![figure(size)])
            .note("as `cargo build --release -p koalr-host` left it");
    }
}

/// What is compiled for the program, and for program, tests and benches together.
fn packages(sheet: &mut Sheet) {
    let selections = [
        ("packages of the program", workspace::PROGRAM),
        ("packages with tests and benches", &[]),
    ];
    for (what, selection) in selections {
        let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for package in workspace::compiled(selection) {
            let mut words = package.split(' ').map(str::to_owned);
            let (name, version) = (words.next().unwrap(), words.next().unwrap());
            versions.entry(name).or_default().insert(version);
        }
        let several = versions.iter().filter(|(_, versions)| versions.len() > 1);
        let several: Vec<&str> = several.map(|(name, _)| name.as_str()).collect();
        let all = versions.values().map(BTreeSet::len).sum();
        sheet
            .count(what, all)
            .note(format!("in several versions: {}", several.join(", ")));
    }
}

/// Most bytes of the component.
const COMPONENT_BYTES: f64 = 830_000.0;

/// Section of a core module with its functions.
const CODE: u8 = 10;
/// Section of a core module with what its memory starts with.
const DATA: u8 = 11;
