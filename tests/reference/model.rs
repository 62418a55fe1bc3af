//! The unrounded score model against outputs computed by others from the same description.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use koalr_integration_kit::hazard::{Issue, Relation, total};
use koalr_integration_kit::model::assessment::Bump;
use koalr_integration_kit::model::common::{
    ExploitMaturity, FindingClass, FixState, Reachability, Severity, Tenths,
};
use libtest_mimic::{Failed, Trial};
use serde::Deserialize;

use super::{absent, conclude};

/// One trial over all cases.
pub(crate) fn trials(folder: &Path) -> Vec<Trial> {
    let path = folder.join("model_conformance_cases.json");
    if !path.is_file() {
        return vec![absent("model::conformance", &path)];
    }
    vec![Trial::test("reference::model::conformance", move || {
        check(&path)
    })]
}

#[derive(Deserialize)]
struct Cases {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    introduced: Vec<Introduced>,
    debt_hazard: f64,
    score: f64,
    /// Points by key; those of the debt have the key `debt`.
    parts: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
struct Introduced {
    key: String,
    kind: String,
    #[serde(rename = "t")]
    tenths: Option<Tenths>,
    sev: String,
    bump: String,
    exploit: String,
    fix: String,
    reach: String,
    rel: String,
}

fn check(path: &PathBuf) -> Result<(), Failed> {
    let Cases { cases } = serde_json::from_str(&fs::read_to_string(path)?)?;
    let mut mismatches = Vec::new();
    for case in &cases {
        if let Err(mismatch) = compare(case) {
            mismatches.push(format!("{}: {mismatch}", case.id));
        }
    }
    conclude("model::conformance", cases.len(), &mismatches)
}

fn compare(case: &Case) -> Result<(), String> {
    let issues = case
        .introduced
        .iter()
        .map(|one| Ok((one.key.as_str(), one.issue()?)))
        .collect::<Result<Vec<_>, String>>()?;
    let total = total(issues, case.debt_hazard);
    let mut parts: BTreeMap<&str, f64> = total
        .parts
        .iter()
        .map(|part| (case.introduced[part.index].key.as_str(), part.points))
        .collect();
    if case.parts.contains_key("debt") {
        parts.insert("debt", total.debt);
    }
    if !near(total.score, case.score) {
        return Err(format!("score {} here, {} there", total.score, case.score));
    }
    let same = parts.len() == case.parts.len()
        && parts.iter().all(|(key, points)| {
            case.parts
                .get(*key)
                .is_some_and(|there| near(*points, *there))
        });
    if same {
        Ok(())
    } else {
        Err(format!("parts {parts:?} here, {:?} there", case.parts))
    }
}

impl Introduced {
    fn issue(&self) -> Result<Issue, String> {
        Ok(Issue {
            class: word(
                &self.kind,
                &[
                    ("vuln", FindingClass::PackageVulnerability),
                    ("license", FindingClass::License),
                    ("iac", FindingClass::Infrastructure),
                    ("code", FindingClass::Code),
                ],
            )?,
            tenths: self.tenths,
            severity: Some(word(
                &self.sev,
                &[
                    ("low", Severity::Low),
                    ("medium", Severity::Medium),
                    ("high", Severity::High),
                    ("critical", Severity::Critical),
                ],
            )?),
            bump: word(
                &self.bump,
                &[
                    ("none", Bump::Unchanged),
                    ("new_package", Bump::New),
                    ("zero_minor", Bump::ZeroMinor),
                    ("major", Bump::Major),
                ],
            )?,
            exploit: word(
                &self.exploit,
                &[
                    ("no_data", ExploitMaturity::Unknown),
                    ("no_known", ExploitMaturity::NoneKnown),
                    ("poc", ExploitMaturity::ProofOfConcept),
                    ("functional", ExploitMaturity::Functional),
                    ("attacked_or_kev", ExploitMaturity::Attacked),
                ],
            )?,
            fix: word(
                &self.fix,
                &[
                    ("fixable", FixState::Available),
                    ("partially", FixState::Partial),
                    ("no_fix", FixState::None),
                ],
            )?,
            reachability: word(
                &self.reach,
                &[
                    ("unknown", Reachability::Unknown),
                    ("not_reachable", Reachability::NotReachable),
                    ("potentially", Reachability::Potentially),
                    ("reachable", Reachability::Reachable),
                ],
            )?,
            relation: word(
                &self.rel,
                &[
                    ("transitive", Relation::Transitive),
                    ("direct", Relation::Direct),
                ],
            )?,
        })
    }
}

/// What a word of the data means here.
fn word<T: Copy>(word: &str, meanings: &[(&str, T)]) -> Result<T, String> {
    meanings
        .iter()
        .find(|(known, _)| *known == word)
        .map(|(_, meaning)| *meaning)
        .ok_or_else(|| format!("no meaning for `{word}`"))
}

/// The data is printed with six decimals.
fn near(here: f64, there: f64) -> bool {
    (here - there).abs() <= 1e-6
}
