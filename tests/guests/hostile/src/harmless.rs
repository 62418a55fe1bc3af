//! Answers that no host can object to.

use crate::describe::{Manifest, Method, Origin, OriginAddress, PathRule};
use crate::{connect, describe, gate, score, sync};

/// `hostile 0.1.0`: one origin that the customer names, with three requests it may get, and one for downloads.
#[must_use]
pub fn manifest() -> Manifest {
    let rule = |method, template: &str| PathRule {
        method,
        template: template.to_owned(),
        fresh_secs: None,
    };
    Manifest {
        id: "hostile".to_owned(),
        name: "Hostile".to_owned(),
        version: "0.1.0".to_owned(),
        summary: "Does one thing that a host must survive.".to_owned(),
        pulls: vec![describe::Pull {
            what: "nothing".to_owned(),
            why: "It is there to be survived.".to_owned(),
        }],
        permissions: Vec::new(),
        origins: vec![
            Origin {
                id: "api".to_owned(),
                label: "The customer's server".to_owned(),
                address: OriginAddress::CustomerSupplied,
                aliases: Vec::new(),
                paths: vec![
                    rule(Method::Get, "/rest/self"),
                    rule(Method::Get, "/rest/orgs/{org}/findings"),
                    rule(Method::Post, "/rest/search"),
                ],
            },
            Origin {
                id: "exports".to_owned(),
                label: "Exported files".to_owned(),
                address: OriginAddress::Download(vec!["files.example.com".to_owned()]),
                aliases: Vec::new(),
                paths: Vec::new(),
            },
        ],
        quotas: Vec::new(),
        credentials: vec![describe::CredentialKind {
            id: "token".to_owned(),
            label: "Token".to_owned(),
            pattern: ".+".to_owned(),
            header: "authorization".to_owned(),
            value: "Bearer {credential}".to_owned(),
            audience: None,
        }],
        settings: Vec::new(),
        rules: Vec::new(),
        extra: Vec::new(),
    }
}

/// One organization, `org-1`.
#[must_use]
pub fn connection() -> connect::Connection {
    connect::Connection {
        account: connect::Account {
            id: "account-1".to_owned(),
            name: "Account".to_owned(),
            kind: "service-account".to_owned(),
        },
        organizations: vec![connect::Organization {
            id: "org-1".to_owned(),
            slug: None,
            name: "Organization".to_owned(),
        }],
        capabilities: Vec::new(),
        warnings: Vec::new(),
        extra: Vec::new(),
    }
}

/// No record, and the walk is over.
#[must_use]
pub fn batch() -> sync::Batch {
    sync::Batch {
        records: Vec::new(),
        cursor: None,
        done: true,
        progress: sync::Progress {
            done: 0,
            total: None,
        },
        requests: 0,
        resume_after_secs: None,
        coverage: Vec::new(),
        diagnostics: Vec::new(),
        extra: Vec::new(),
    }
}

/// Zero, and no finding.
#[must_use]
pub fn assessment() -> score::Assessment {
    score::Assessment {
        model: "hostile 1".to_owned(),
        score: 0,
        findings: Vec::new(),
        factors: vec![score::Factor {
            factor: "Hostility".to_owned(),
            score: 0,
            weight: 1000,
        }],
        contributions: Vec::new(),
        terms: Vec::new(),
        counterfactuals: Vec::new(),
        unknowns: Vec::new(),
        extra: Vec::new(),
    }
}

/// A pass.
#[must_use]
pub fn verdict() -> gate::Verdict {
    gate::Verdict {
        decision: gate::Decision::Pass,
        fired: Vec::new(),
        waived: Vec::new(),
        missing: Vec::new(),
        unasked: Vec::new(),
        errors: Vec::new(),
        extra: Vec::new(),
    }
}
