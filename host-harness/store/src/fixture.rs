//! Small complete values for this crate's tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use koalr_platform::model::common::{
    Change, Coverage, CoverageState, Endpoint, ExploitMaturity, FindingClass, FixState,
    Measurement, Reachability, Severity,
};
use koalr_platform::model::connection::{
    Access, Account, Capability, Connection, CredentialFacts, Organization,
};
use koalr_platform::model::record::{
    ChangeCheck, CvssRating, Entry, Finding, PackageVersion, Project, ProjectClass, SelectedCvss,
};
use koalr_platform::model::walk::{Batch, ChangeScope, Cursor, Progress, Scope, Walk};
use tempfile::TempDir;

use crate::{ConnectionRecord, DataDir, StoredConnection, Tenant, TenantId};

pub(crate) const CANARY: &str = "snyk_uat.canary-5f1c0a2e.do-not-store";

/// A data directory with one connected tenant.
pub(crate) fn connected() -> (TempDir, Tenant, StoredConnection) {
    let directory = tempfile::tempdir().unwrap();
    let mut tenant = open(directory.path());
    let connection = tenant.save_connection(&connection(), CANARY).unwrap();
    (directory, tenant, connection)
}

/// Tenant `acme` of a data directory.
pub(crate) fn open(directory: &Path) -> Tenant {
    let data = DataDir::open(directory).unwrap();
    data.tenant(&acme(), true).unwrap()
}

pub(crate) fn acme() -> TenantId {
    TenantId::parse("acme").unwrap()
}

/// Every file below a directory by its path, with its bytes.
pub(crate) fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.insert(path.display().to_string(), fs::read(&path).unwrap());
        }
    }
    files
}

pub(crate) fn connection() -> ConnectionRecord {
    ConnectionRecord {
        integration: "snyk".to_owned(),
        endpoint: Endpoint {
            origin: "EU-01".to_owned(),
            base: "https://api.eu.example.com".to_owned(),
        },
        allow_loopback: true,
        credential: CredentialFacts {
            kind: Some("personal".to_owned()),
            audience_host: Some("api.eu.example.com".to_owned()),
        },
        connection: Connection {
            account: Account {
                id: "u1".to_owned(),
                name: "Ada".to_owned(),
                kind: "user".to_owned(),
            },
            organizations: vec![Organization {
                id: "o1".to_owned(),
                slug: None,
                name: "Shop".to_owned(),
            }],
            capabilities: vec![Capability {
                organization: "o1".to_owned(),
                route: "issues".to_owned(),
                access: Access::Allowed,
                detail: String::new(),
            }],
            warnings: vec!["the token expires soon".to_owned()],
            extra: vec![("a".to_owned(), "b".to_owned())],
        },
        plugin_version: "0.1.0".to_owned(),
        ca_pem: Some("-----BEGIN CERTIFICATE-----".to_owned()),
        downloads: vec!["storage.example.com".to_owned()],
        connected_at: 1_000,
    }
}

pub(crate) fn organizations() -> Scope {
    Scope::Organizations(vec!["o1".to_owned()])
}

pub(crate) fn change() -> Change {
    Change {
        id: "c1".to_owned(),
        repository: "shop/web".to_owned(),
        number: Some(7),
        head_sha: "abc".to_owned(),
        base_sha: None,
        source_branch: None,
        target_branch: Some("main".to_owned()),
    }
}

pub(crate) fn change_scope() -> Scope {
    Scope::Change(ChangeScope {
        change: change(),
        organizations: vec!["o1".to_owned()],
        dependencies: None,
        checks: vec![],
    })
}

pub(crate) fn batch(records: Vec<Entry>) -> Batch {
    Batch {
        records,
        cursor: Some(Cursor {
            format: 1,
            bytes: vec![0, 255, 7],
        }),
        done: false,
        progress: Progress {
            done: 1,
            total: None,
        },
        requests: 1,
        resume_after_secs: None,
        coverage: vec![Coverage {
            route: "issues".to_owned(),
            subject: "o1".to_owned(),
            state: CoverageState::NotAsked,
            as_of: None,
            detail: "the walk goes on".to_owned(),
        }],
        diagnostics: vec![],
        extra: vec![],
    }
}

pub(crate) fn project(id: &str, repository: Option<&str>) -> Project {
    Project {
        id: id.to_owned(),
        organization: "o1".to_owned(),
        name: "web".to_owned(),
        class: ProjectClass::OpenSource,
        kind: "npm".to_owned(),
        origin: "github".to_owned(),
        repository: repository.map(str::to_owned),
        target: None,
        reference: Some("main".to_owned()),
        file: Some("package.json".to_owned()),
        active: true,
        created_at: Some(-1),
        extra: vec![("a".to_owned(), "b".to_owned())],
    }
}

pub(crate) fn finding(id: &str) -> Finding {
    Finding {
        id: id.to_owned(),
        key: format!("key-{id}"),
        organization: "o1".to_owned(),
        project: "p1".to_owned(),
        class: FindingClass::PackageVulnerability,
        kind: "package_vulnerability".to_owned(),
        title: "Prototype pollution".to_owned(),
        vulnerability: "SNYK-JS-1".to_owned(),
        aliases: vec!["CVE-2020-8203".to_owned()],
        weaknesses: vec!["CWE-1321".to_owned()],
        packages: vec![PackageVersion {
            ecosystem: Some("npm".to_owned()),
            name: "lodash".to_owned(),
            version: None,
        }],
        severity: Some(Severity::High),
        cvss: vec![CvssRating {
            source: "Snyk".to_owned(),
            version: "3.1".to_owned(),
            vector: None,
            score: Some(82),
        }],
        selected: Some(SelectedCvss {
            score: 82,
            highest: 98,
            rating: 0,
            reason: "the upstream's own".to_owned(),
        }),
        exploit: ExploitMaturity::ProofOfConcept,
        risk: Some(731),
        reachability: Reachability::NotReachable,
        fix: FixState::Available,
        fix_source: "feed-flags".to_owned(),
        fixed_in: vec!["4.17.20".to_owned()],
        license: None,
        location: None,
        open: true,
        ignored: false,
        created_at: 1,
        updated_at: 100,
        introduced_at: Some(2),
        resolved_at: None,
        disclosed_at: Some(3),
        extra: vec![("a".to_owned(), "b".to_owned())],
    }
}

pub(crate) fn change_check() -> ChangeCheck {
    ChangeCheck {
        organization: "o1".to_owned(),
        change: "7".to_owned(),
        repository: "shop/web".to_owned(),
        head_sha: Some("abc".to_owned()),
        base_sha: None,
        project: None,
        product: "open source".to_owned(),
        state: "failed".to_owned(),
        marked_as_success: true,
        at: Some(4),
        test: None,
        extra: vec![],
    }
}

/// The proper end of a listing of everything.
pub(crate) fn completed(route: &str) -> Entry {
    Entry::WalkCompleted(Walk {
        route: route.to_owned(),
        organization: "o1".to_owned(),
        changed_since: None,
        pages: 3,
        records: 250,
    })
}

pub(crate) fn measurement() -> Measurement {
    Measurement {
        subject: "repository:shop/web".to_owned(),
        metric: "coverage".to_owned(),
        value: 81.0,
        unit: "percent".to_owned(),
        at: 4,
    }
}
