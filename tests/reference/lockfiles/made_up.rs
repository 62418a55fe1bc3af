//! Vulnerabilities made up for packages that really move: advisories name few of these, and at other versions.

use koalr_integration_kit::model::assessment::Attribution;
use koalr_integration_kit::model::common::DependencyChange;

use super::{fact, held};

/// Three vulnerabilities for every package that moves: in what goes, in what comes, in both.
pub(super) fn check(rows: Vec<DependencyChange>) -> (usize, Vec<String>) {
    let mut findings = Vec::new();
    let mut truth = Vec::new();
    for (index, row) in (0..).zip(&rows) {
        let one_package = |other: &&DependencyChange| package(other) == package(row);
        let goes = rows
            .iter()
            .filter(one_package)
            .any(|row| row.before.is_some());
        let comes = rows
            .iter()
            .filter(one_package)
            .any(|row| row.after.is_some());
        for (id, old, new) in [
            ("OLD", true, false),
            ("NEW", false, true),
            ("BOTH", true, true),
        ] {
            let whose = match (old && goes, new && comes) {
                (true, true) => Attribution::Carried,
                (false, true) => Attribution::Introduced,
                (true, false) => Attribution::Removed,
                (false, false) => continue,
            };
            for (version, affected, in_head) in [(&row.before, old, false), (&row.after, new, true)]
            {
                if let Some(version) = version.as_ref().filter(|_| affected) {
                    findings.push(fact(id, (&row.name, version), index, in_head));
                    truth.push(whose);
                }
            }
        }
    }
    held(rows, findings, &truth)
}

/// A package by its name; a Go module that goes from one path and comes under another is one package.
fn package(row: &DependencyChange) -> (&str, bool) {
    let one_sided = row.before.is_none() || row.after.is_none();
    let is_module = row.ecosystem == "golang" && one_sided;
    let mark = if row.name.starts_with("gopkg.in/") {
        ".v"
    } else {
        "/v"
    };
    let path = row.name.rsplit_once(mark);
    let path = path.filter(|(_, major)| is_module && major.parse::<u32>().is_ok());
    (path.map_or(&row.name, |(path, _)| path), is_module)
}
