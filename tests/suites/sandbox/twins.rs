//! One request in the kit's types and in the contract's, drawn at random from a seed.

use koalr_integration_kit::model::common::{
    Change, Coverage, CoverageState, DependencyChange, ExploitMaturity, FindingClass, FixState,
    Measurement, ParameterValue, Reachability, SettingEntry, Severity,
};
use koalr_integration_kit::model::evidence::{
    Debt, Evidence, FindingFact, FindingTexts, FixCandidate, Observation, Presence, ScoreRequest,
};
use koalr_integration_kit::model::verdict::{RuleSetting, Waiver};
use koalr_runtime::contract::{gate, score, types};

/// A request to score, rules and waivers, the same for one seed.
pub(super) fn drawn(seed: u64, rules: &[String]) -> (ScoreRequest, Vec<RuleSetting>, Vec<Waiver>) {
    let mut dice = Dice(koalr_upstream::Dice::new(seed));
    let evidence = evidence(&mut dice);
    let settings = dice.some(3, |dice| SettingEntry {
        key: "cvss-source".to_owned(),
        value: ParameterValue::Text(dice.of(&["selected", "highest", "loudest"]).to_owned()),
    });
    let request = ScoreRequest {
        change: Change {
            id: "acme/shop#1".to_owned(),
            repository: "acme/shop".to_owned(),
            number: Some(1),
            head_sha: "a".to_owned(),
            base_sha: None,
            source_branch: None,
            target_branch: None,
        },
        evidence,
        settings: settings.into_iter().collect(),
        as_of: 0,
    };
    let rules = rules.iter().filter(|_| dice.below(8) > 0);
    let rules: Vec<&String> = rules.collect();
    let rules = rules.into_iter().map(|code| RuleSetting {
        code: code.clone(),
        parameters: Vec::from_iter(dice.some(4, |dice| SettingEntry {
            key: dice.of(&["threshold", "action", "unrated"]).to_owned(),
            value: ParameterValue::Tenths(dice.tenths()),
        })),
    });
    let rules = rules.collect();
    let waiver = |dice: &mut Dice| Waiver {
        id: "w".to_owned(),
        vulnerability: format!("V{}", dice.below(IDS)),
        package: dice.some(2, |dice| format!("p{}", dice.below(PACKAGES))),
        version: dice.some(4, |dice| dice.of(&VERSIONS).to_owned()),
    };
    let waivers = dice.list(4, waiver);
    (request, rules, waivers)
}

fn evidence(dice: &mut Dice) -> Evidence {
    let rows = dice.list(PACKAGES, |dice| DependencyChange {
        ecosystem: dice
            .of(&["npm", "golang", "pypi", "maven", "cargo"])
            .to_owned(),
        name: format!("p{}", dice.below(PACKAGES)),
        before: dice.some(1, |dice| dice.of(&VERSIONS).to_owned()),
        after: Some(dice.of(&VERSIONS).to_owned()),
        direct: dice.some(2, |dice| dice.below(2) == 0),
        manifest: None,
    });
    let touched = u32::try_from(rows.len()).unwrap();
    let findings = dice.list(60, |dice| fact(dice, touched));
    let found = u32::try_from(findings.len()).unwrap();
    let texts = |dice: &mut Dice, values: &[&str]| FindingTexts {
        finding: dice.below(found),
        values: vec![dice.of(values).to_owned()],
    };
    let mut of_findings = [0; 3];
    if found > 0 {
        of_findings = [8, 8, 24];
    }
    let [aliases, licenses, fixes] = of_findings;
    Evidence {
        observation: dice.of(&[Observation::Observed, Observation::Reconstructed]),
        aliases: dice.list(aliases, |dice| texts(dice, &["CVE-2026-1", "V1"])),
        licenses: dice.list(licenses, |dice| texts(dice, &["MIT", "GPL-2.0-only"])),
        fix_candidates: dice.list(fixes, |dice| FixCandidate {
            finding: dice.below(found),
            version: dice.of(&VERSIONS).to_owned(),
            worst: dice.some(2, Dice::tenths),
        }),
        dependencies: Some(rows).filter(|rows| !rows.is_empty() || dice.below(2) == 0),
        findings,
        debt: dice.list(6, |dice| Debt {
            severity: dice.of(&SEVERITIES),
            count: dice.below(300),
        }),
        measurements: dice.list(2, |dice| Measurement {
            subject: "repository:acme/shop".to_owned(),
            metric: "coverage".to_owned(),
            value: f64::from(dice.below(1000)) / 10.0,
            unit: "percent".to_owned(),
            at: 0,
        }),
        coverage: dice.list(6, |dice| Coverage {
            route: dice
                .of(&["dependencies", "packages", "issues", "branch-projects"])
                .to_owned(),
            subject: String::new(),
            state: dice.of(&STATES),
            as_of: Some(0),
            detail: String::new(),
        }),
        extra: Vec::new(),
    }
}

fn fact(dice: &mut Dice, touched: u32) -> FindingFact {
    FindingFact {
        vulnerability: format!("V{}", dice.below(IDS)),
        package: format!("p{}", dice.below(PACKAGES)),
        version: dice.of(&VERSIONS).to_owned(),
        class: dice.of(&CLASSES),
        severity: dice.some(1, |dice| dice.of(&SEVERITIES)),
        cvss_selected: dice.some(1, Dice::tenths),
        cvss_highest: dice.some(1, Dice::tenths),
        head: dice.of(&PRESENCES),
        base: dice.of(&PRESENCES),
        dependency: Some(touched)
            .filter(|rows| *rows > 0)
            .map(|rows| dice.below(rows)),
        seen_before: dice.below(4) == 0,
        disclosed_at: dice.some(2, |dice| i64::from(dice.below(1000))),
        exploit: dice.of(&EXPLOITS),
        reachability: dice.of(&REACHES),
        fix: dice.of(&FIXES),
        ignored: dice.below(4) == 0,
    }
}

/// What the contract's types call the request.
pub(super) fn wire(request: &ScoreRequest) -> score::Request {
    score::Request {
        change: types::Change {
            id: request.change.id.clone(),
            repository: request.change.repository.clone(),
            number: request.change.number,
            head_sha: request.change.head_sha.clone(),
            base_sha: None,
            source_branch: None,
            target_branch: None,
        },
        evidence: wire_evidence(&request.evidence),
        settings: request.settings.iter().map(wire_entry).collect(),
        as_of: request.as_of,
    }
}

pub(super) fn wire_rule(rule: &RuleSetting) -> gate::RuleSetting {
    gate::RuleSetting {
        code: rule.code.clone(),
        parameters: rule.parameters.iter().map(wire_entry).collect(),
    }
}

pub(super) fn wire_waiver(waiver: &Waiver) -> gate::Waiver {
    gate::Waiver {
        id: waiver.id.clone(),
        vulnerability: waiver.vulnerability.clone(),
        package: waiver.package.clone(),
        version: waiver.version.clone(),
    }
}

fn wire_entry(entry: &SettingEntry) -> types::SettingEntry {
    types::SettingEntry {
        key: entry.key.clone(),
        value: match &entry.value {
            ParameterValue::Tenths(tenths) => types::ParameterValue::Tenths(*tenths),
            ParameterValue::Text(text) => types::ParameterValue::Text(text.clone()),
            other => panic!("{other:?} is never drawn"),
        },
    }
}

/// The other side's variant of the same name.
macro_rules! named_alike {
    ($value:expr, $ours:ident => $theirs:path { $($variant:ident),+ }) => {{
        use $theirs as Theirs;
        match $value { $($ours::$variant => Theirs::$variant),+ }
    }};
}

fn wire_severity(severity: Severity) -> types::Severity {
    named_alike!(severity, Severity => types::Severity { Info, Low, Medium, High, Critical })
}

fn wire_presence(presence: Presence) -> score::Presence {
    named_alike!(presence, Presence => score::Presence { Present, Absent, Unknown })
}

fn wire_fact(fact: &FindingFact) -> score::FindingFact {
    score::FindingFact {
        vulnerability: fact.vulnerability.clone(),
        package: fact.package.clone(),
        version: fact.version.clone(),
        class: named_alike!(fact.class, FindingClass => types::FindingClass {
            PackageVulnerability, License, Container, Infrastructure, Code, Other
        }),
        severity: fact.severity.map(wire_severity),
        cvss_selected: fact.cvss_selected,
        cvss_highest: fact.cvss_highest,
        head: wire_presence(fact.head),
        base: wire_presence(fact.base),
        dependency: fact.dependency,
        seen_before: fact.seen_before,
        disclosed_at: fact.disclosed_at,
        exploit: named_alike!(fact.exploit, ExploitMaturity => types::ExploitMaturity {
            Unknown, NoneKnown, ProofOfConcept, Functional, Attacked
        }),
        reachability: named_alike!(fact.reachability, Reachability => types::Reachability {
            Unknown, NotReachable, Potentially, Reachable
        }),
        fix: named_alike!(fact.fix, FixState => types::FixState {
            Unknown, Available, Partial, None
        }),
        ignored: fact.ignored,
    }
}

fn wire_row(row: &DependencyChange) -> types::DependencyChange {
    types::DependencyChange {
        ecosystem: row.ecosystem.clone(),
        name: row.name.clone(),
        before: row.before.clone(),
        after: row.after.clone(),
        direct: row.direct,
        manifest: row.manifest.clone(),
    }
}

fn wire_coverage(row: &Coverage) -> types::Coverage {
    types::Coverage {
        route: row.route.clone(),
        subject: row.subject.clone(),
        state: named_alike!(row.state, CoverageState => types::CoverageState {
            Complete, Partial, Stale, Refused, Unsupported, Awaited, NotAsked
        }),
        as_of: row.as_of,
        detail: row.detail.clone(),
    }
}

fn wire_texts(texts: &FindingTexts) -> score::FindingTexts {
    score::FindingTexts {
        finding: texts.finding,
        values: texts.values.clone(),
    }
}

fn wire_evidence(evidence: &Evidence) -> score::Evidence {
    let rows = evidence.dependencies.as_ref();
    let candidates = evidence.fix_candidates.iter();
    let debt = evidence.debt.iter();
    let measurements = evidence.measurements.iter();
    score::Evidence {
        observation: named_alike!(evidence.observation, Observation => score::Observation {
            Observed, Reconstructed
        }),
        dependencies: rows.map(|rows| rows.iter().map(wire_row).collect()),
        findings: evidence.findings.iter().map(wire_fact).collect(),
        aliases: evidence.aliases.iter().map(wire_texts).collect(),
        licenses: evidence.licenses.iter().map(wire_texts).collect(),
        fix_candidates: candidates
            .map(|candidate| score::FixCandidate {
                finding: candidate.finding,
                version: candidate.version.clone(),
                worst: candidate.worst,
            })
            .collect(),
        debt: debt
            .map(|debt| score::Debt {
                severity: wire_severity(debt.severity),
                count: debt.count,
            })
            .collect(),
        measurements: measurements
            .map(|measurement| types::Measurement {
                subject: measurement.subject.clone(),
                metric: measurement.metric.clone(),
                value: measurement.value,
                unit: measurement.unit.clone(),
                at: measurement.at,
            })
            .collect(),
        coverage: evidence.coverage.iter().map(wire_coverage).collect(),
        extra: Vec::new(),
    }
}

/// Numbers from a seed.
struct Dice(koalr_upstream::Dice);

impl Dice {
    fn below(&mut self, limit: u32) -> u32 {
        u32::try_from(self.0.below(limit.into())).unwrap()
    }

    fn tenths(&mut self) -> u16 {
        u16::try_from(self.below(101)).unwrap()
    }

    fn of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(u32::try_from(values.len()).unwrap()) as usize]
    }

    /// Something once in `1 + odds` times.
    fn some<T>(&mut self, odds: u32, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(1 + odds) == 0).then(|| value(self))
    }

    /// Up to so many, often none.
    fn list<T>(&mut self, most: u32, mut value: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = self.below(most + 1);
        (0..count).map(|_| value(self)).collect()
    }
}

const IDS: u32 = 30;
const PACKAGES: u32 = 8;
const VERSIONS: [&str; 8] = [
    "0.9.0", "0.10.1", "1.0.0", "1.2.0", "2.0.0", "2.0.1", "v3.0.0", "main",
];
const CLASSES: [FindingClass; 8] = [
    FindingClass::PackageVulnerability,
    FindingClass::PackageVulnerability,
    FindingClass::PackageVulnerability,
    FindingClass::License,
    FindingClass::Container,
    FindingClass::Infrastructure,
    FindingClass::Code,
    FindingClass::Other,
];
const SEVERITIES: [Severity; 5] = [
    Severity::Info,
    Severity::Low,
    Severity::Medium,
    Severity::High,
    Severity::Critical,
];
const PRESENCES: [Presence; 3] = [Presence::Present, Presence::Absent, Presence::Unknown];
const EXPLOITS: [ExploitMaturity; 5] = [
    ExploitMaturity::Unknown,
    ExploitMaturity::NoneKnown,
    ExploitMaturity::ProofOfConcept,
    ExploitMaturity::Functional,
    ExploitMaturity::Attacked,
];
const REACHES: [Reachability; 4] = [
    Reachability::Unknown,
    Reachability::NotReachable,
    Reachability::Potentially,
    Reachability::Reachable,
];
const FIXES: [FixState; 4] = [
    FixState::Unknown,
    FixState::Available,
    FixState::Partial,
    FixState::None,
];
const STATES: [CoverageState; 5] = [
    CoverageState::Complete,
    CoverageState::Complete,
    CoverageState::Complete,
    CoverageState::Partial,
    CoverageState::Awaited,
];
