//! What was found in the projects.

use super::catalogue::{self, Advisory};
use super::{
    ANALYTICS, CHECKOUT, DAY, IMAGE, INFRASTRUCTURE, PAYMENTS, STOREFRONT, STOREFRONT_CODE,
};
use crate::data::{Issue, Severity, State, Subject, Timestamp};
use crate::id;

/// All issues, open, ignored and resolved.
pub(super) fn issues(as_of: Timestamp) -> Vec<Issue> {
    let packages = FOUND.iter().map(|found| found.issue(as_of));
    let others = OTHERS.iter().map(|found| found.issue(as_of));
    packages.chain(others).collect()
}

/// How long ago something became what it is, in days.
#[derive(Clone, Copy)]
enum Now {
    Open,
    Ignored,
    Resolved(Timestamp),
    /// Resolved, then found again.
    Reintroduced(Timestamp, Timestamp),
}

/// A vulnerable package in a project.
struct Found {
    project: &'static str,
    advisory: Advisory,
    package: &'static str,
    version: &'static str,
    days: Timestamp,
    now: Now,
}

impl Found {
    fn issue(&self, as_of: Timestamp) -> Issue {
        let vulnerability = self.advisory.vulnerability();
        Issue {
            id: id::uuid(&format!("{} {}", self.project, vulnerability.id)),
            project: id::uuid(self.project),
            title: self.advisory.title.to_owned(),
            severity: self.advisory.severity(),
            state: self.now.state(as_of),
            created_at: as_of - self.days * DAY,
            updated_at: self.now.updated(as_of, self.days),
            risk: None,
            subject: Subject::Package {
                pinnable: false,
                upgradeable: !vulnerability.fixed_in.is_empty(),
                vulnerability,
                name: self.package.to_owned(),
                version: self.version.to_owned(),
            },
        }
    }
}

/// A finding that is not about a vulnerability.
struct Other {
    project: &'static str,
    title: &'static str,
    severity: Severity,
    days: Timestamp,
    now: Now,
    what: What,
}

enum What {
    /// Ecosystem, package, version, licence.
    License(&'static str, &'static str, &'static str, &'static str),
    /// Rule, path of the setting.
    Config(&'static str, &'static str),
    /// CWE id, file, line.
    Code(&'static str, &'static str, u32),
}

impl Other {
    fn issue(&self, as_of: Timestamp) -> Issue {
        let subject = match self.what {
            What::License(ecosystem, name, version, license) => Subject::License {
                ecosystem: ecosystem.to_owned(),
                name: name.to_owned(),
                version: version.to_owned(),
                license: license.to_owned(),
            },
            What::Config(rule, resource) => Subject::Config {
                rule: rule.to_owned(),
                resource: resource.to_owned(),
            },
            What::Code(weakness, file, line) => Subject::Code {
                weakness: weakness.to_owned(),
                file: file.to_owned(),
                line,
                commit: "e2a9c61f8d0b4753a6f1c98d2e70b5346f19ad8c".to_owned(),
            },
        };
        Issue {
            id: id::uuid(&format!("{} {}", self.project, self.title)),
            project: id::uuid(self.project),
            title: self.title.to_owned(),
            severity: self.severity,
            state: self.now.state(as_of),
            created_at: as_of - self.days * DAY,
            updated_at: self.now.updated(as_of, self.days),
            risk: None,
            subject,
        }
    }
}

impl Now {
    fn state(self, as_of: Timestamp) -> State {
        match self {
            Self::Open => State::Open,
            Self::Ignored => State::Ignored,
            Self::Resolved(days) => State::Resolved(as_of - days * DAY),
            Self::Reintroduced(resolved, introduced) => State::Reintroduced {
                resolved: as_of - resolved * DAY,
                introduced: as_of - introduced * DAY,
            },
        }
    }

    fn updated(self, as_of: Timestamp, created: Timestamp) -> Timestamp {
        match self {
            Self::Open => as_of - created * DAY,
            Self::Ignored => as_of - created / 2 * DAY,
            Self::Resolved(days) | Self::Reintroduced(_, days) => as_of - days * DAY,
        }
    }
}

const fn found(
    project: &'static str,
    advisory: Advisory,
    package: &'static str,
    version: &'static str,
    days: Timestamp,
    now: Now,
) -> Found {
    Found {
        project,
        advisory,
        package,
        version,
        days,
        now,
    }
}

const LOG4J: &str = "org.apache.logging.log4j:log4j-core";
const JACKSON: &str = "com.fasterxml.jackson.core:jackson-databind";

#[rustfmt::skip] // One finding a line.
const FOUND: [Found; 27] = [
    found(STOREFRONT, catalogue::LODASH_TEMPLATE, "lodash", "4.17.20", 210, Now::Open),
    found(STOREFRONT, catalogue::LODASH_REGEX, "lodash", "4.17.20", 210, Now::Ignored),
    found(STOREFRONT, catalogue::AXIOS_TOKEN, "axios", "0.27.2", 180, Now::Open),
    found(STOREFRONT, catalogue::AXIOS_MEMORY, "axios", "0.27.2", 65, Now::Open),
    found(STOREFRONT, catalogue::FORM_DATA, "form-data", "4.0.0", 120, Now::Open),
    found(STOREFRONT, catalogue::SEMVER, "semver", "7.3.7", 150, Now::Open),
    found(STOREFRONT, catalogue::JSON5, "json5", "2.2.1", 150, Now::Open),
    found(STOREFRONT, catalogue::MINIMIST, "minimist", "1.2.5", 150, Now::Open),
    found(CHECKOUT, catalogue::JWT_KEYS, "jsonwebtoken", "8.5.1", 95, Now::Open),
    found(CHECKOUT, catalogue::JWT_DEFAULT, "jsonwebtoken", "8.5.1", 95, Now::Open),
    found(CHECKOUT, catalogue::JWT_RETRIEVAL, "jsonwebtoken", "8.5.1", 95, Now::Open),
    found(CHECKOUT, catalogue::EXPRESS, "express", "4.18.2", 140, Now::Open),
    found(CHECKOUT, catalogue::QS, "qs", "6.7.0", 160, Now::Resolved(34)),
    found(CHECKOUT, catalogue::BODY_PARSER, "body-parser", "1.20.1", 160, Now::Resolved(34)),
    found(PAYMENTS, catalogue::LOG4SHELL, LOG4J, "2.14.1", 110, Now::Resolved(88)),
    found(PAYMENTS, catalogue::LOG4J_CONTEXT, LOG4J, "2.14.1", 110, Now::Resolved(88)),
    found(PAYMENTS, catalogue::SPRING_BINDING, "org.springframework:spring-beans", "5.3.17", 300, Now::Ignored),
    found(PAYMENTS, catalogue::JACKSON, JACKSON, "2.13.2", 300, Now::Open),
    found(PAYMENTS, catalogue::SNAKEYAML, "org.yaml:snakeyaml", "1.30", 260, Now::Open),
    found(PAYMENTS, catalogue::COMMONS_TEXT, "org.apache.commons:commons-text", "1.9", 75, Now::Resolved(12)),
    found(ANALYTICS, catalogue::PILLOW, "pillow", "9.5.0", 45, Now::Open),
    found(ANALYTICS, catalogue::REQUESTS, "requests", "2.28.1", 190, Now::Open),
    found(ANALYTICS, catalogue::DJANGO, "django", "3.2.13", 70, Now::Resolved(58)),
    found(ANALYTICS, catalogue::URLLIB3, "urllib3", "1.26.15", 190, Now::Resolved(5)),
    found(IMAGE, catalogue::DEBIAN_ZLIB, "zlib/zlib1g", "1:1.2.13.dfsg-1", 200, Now::Open),
    found(IMAGE, catalogue::DEBIAN_GLIBC, "glibc/libc6", "2.36-9+deb12u1", 200, Now::Resolved(21)),
    found(IMAGE, catalogue::DEBIAN_SYSVINIT, "sysvinit/sysvinit-utils", "3.06-4", 200, Now::Reintroduced(120, 60)),
];

const OTHERS: [Other; 9] = [
    Other {
        project: PAYMENTS,
        title: "GPL-2.0 licence",
        severity: Severity::High,
        days: 300,
        now: Now::Open,
        what: What::License("maven", "com.mysql:mysql-connector-j", "8.0.33", "GPL-2.0"),
    },
    Other {
        project: ANALYTICS,
        title: "LGPL-2.1 licence",
        severity: Severity::Medium,
        days: 190,
        now: Now::Open,
        what: What::License("pip", "chardet", "4.0.0", "LGPL-2.1"),
    },
    Other {
        project: STOREFRONT,
        title: "MPL-2.0 licence",
        severity: Severity::Low,
        days: 210,
        now: Now::Ignored,
        what: What::License("npm", "axe-core", "4.7.2", "MPL-2.0"),
    },
    Other {
        project: INFRASTRUCTURE,
        title: "App Service accepts FTP",
        severity: Severity::High,
        days: 80,
        now: Now::Open,
        what: What::Config(
            "SNYK-CC-AZURE-533",
            "resource > azurerm_app_service[checkout] > site_config > ftps_state",
        ),
    },
    Other {
        project: INFRASTRUCTURE,
        title: "App Service accepts plain HTTP",
        severity: Severity::Medium,
        days: 80,
        now: Now::Resolved(17),
        what: What::Config(
            "SNYK-CC-TF-144",
            "resource > azurerm_app_service[checkout] > https_only",
        ),
    },
    Other {
        project: INFRASTRUCTURE,
        title: "Key vault can be purged",
        severity: Severity::Medium,
        days: 80,
        now: Now::Open,
        what: What::Config(
            "SNYK-CC-AZURE-624",
            "resource > azurerm_key_vault[main] > purge_protection_enabled",
        ),
    },
    Other {
        project: STOREFRONT_CODE,
        title: "SQL built from a request",
        severity: Severity::High,
        days: 30,
        now: Now::Open,
        what: What::Code("CWE-89", "src/search/query.js", 42),
    },
    Other {
        project: STOREFRONT_CODE,
        title: "Password in the source",
        severity: Severity::Medium,
        days: 130,
        now: Now::Ignored,
        what: What::Code("CWE-798", "test/fixtures/accounts.js", 7),
    },
    Other {
        project: STOREFRONT_CODE,
        title: "Page built from a request",
        severity: Severity::Medium,
        days: 90,
        now: Now::Resolved(40),
        what: What::Code("CWE-79", "src/pages/review.js", 118),
    },
];
