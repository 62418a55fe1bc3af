//! A later version of an integration that tenants have connected, with answers that are sound until one of them is spoiled.

use crate::describe::{Manifest, OriginAddress, Rule};
use crate::types::{ExploitMaturity, FindingClass, FixState, Reachability};
use crate::{gate, harmless, score, sync};

/// `snyk 0.2.0`, under the origin that connections to this machine have, with one rule.
#[must_use]
pub fn manifest() -> Manifest {
    let mut manifest = harmless::manifest();
    "snyk".clone_into(&mut manifest.id);
    "0.2.0".clone_into(&mut manifest.version);
    for origin in &mut manifest.origins {
        if matches!(origin.address, OriginAddress::CustomerSupplied) {
            "US-01".clone_into(&mut origin.id);
        }
    }
    manifest.rules = vec![Rule {
        code: RULE.to_owned(),
        summary: "Fires on anything.".to_owned(),
        routes: vec!["issues".to_owned()],
        active_by_default: true,
        parameters: Vec::new(),
    }];
    manifest
}

/// The first organization that was asked about.
#[must_use]
pub fn organization(request: &sync::Request) -> String {
    match &request.scope {
        sync::Scope::Organizations(ids) => ids.first().cloned().unwrap_or_default(),
        _ => String::new(),
    }
}

/// A finding of an organization.
#[must_use]
pub fn finding(organization: String) -> sync::Finding {
    sync::Finding {
        id: "made-up".to_owned(),
        key: "made-up".to_owned(),
        organization,
        project: "made-up".to_owned(),
        class: FindingClass::PackageVulnerability,
        kind: "vuln".to_owned(),
        title: "Made up".to_owned(),
        vulnerability: "MADE-UP-1".to_owned(),
        aliases: Vec::new(),
        weaknesses: Vec::new(),
        packages: Vec::new(),
        severity: None,
        cvss: Vec::new(),
        selected: None,
        exploit: ExploitMaturity::Unknown,
        risk: None,
        reachability: Reachability::Unknown,
        fix: FixState::Unknown,
        fix_source: String::new(),
        fixed_in: Vec::new(),
        license: None,
        location: None,
        open: true,
        ignored: false,
        created_at: 0,
        updated_at: 0,
        introduced_at: None,
        resolved_at: None,
        disclosed_at: None,
        extra: Vec::new(),
    }
}

/// The last batch of a walk, with these records.
#[must_use]
pub fn batch(records: Vec<sync::Entry>) -> sync::Batch {
    sync::Batch {
        records,
        ..harmless::batch()
    }
}

/// A batch after which the walk goes on from this place, with one record.
#[must_use]
pub fn goes_on(request: &sync::Request, place: u32) -> sync::Batch {
    sync::Batch {
        cursor: Some(sync::Cursor {
            format: 1,
            bytes: place.to_le_bytes().to_vec(),
        }),
        done: false,
        ..batch(vec![sync::Entry::Finding(finding(organization(request)))])
    }
}

/// Where the last batch ended; 0 at the beginning.
#[must_use]
pub fn place(request: &sync::Request) -> u32 {
    let cursor = request.cursor.as_ref();
    let bytes = cursor.and_then(|cursor| cursor.bytes.as_slice().try_into().ok());
    bytes.map_or(0, u32::from_le_bytes)
}

/// No risk, for every finding of the evidence.
#[must_use]
pub fn assessment(request: &score::Request) -> score::Assessment {
    let attributed = |_: &score::FindingFact| score::Attributed {
        attribution: score::Attribution::Carried,
        bump: score::Bump::Unchanged,
        kept_by_upgrade: false,
        cvss: None,
        assumed: false,
    };
    score::Assessment {
        findings: request.evidence.findings.iter().map(attributed).collect(),
        ..harmless::assessment()
    }
}

/// The rule, fired.
#[must_use]
pub fn fired(decision: gate::Decision) -> gate::Fired {
    gate::Fired {
        rule: RULE.to_owned(),
        decision,
        findings: vec![0],
        measurements: Vec::new(),
        message: "It fired.".to_owned(),
    }
}

/// Code of its rule.
pub const RULE: &str = "made-up-rule";
