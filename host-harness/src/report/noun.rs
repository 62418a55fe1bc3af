//! What a finding is called.

use koalr_platform::model::assessment::{Attributed, Bump};
use koalr_platform::model::common::{FindingClass, Severity};

use super::change::{Line, Names};
use super::escape::name;
use super::figure::tenths;

/// One finding in a sentence, for example `CVE-2025-7783 (CVSS 9.4) in form-data 4.0.2`.
pub(super) fn what(names: &Names<'_>, line: &Line<'_>) -> String {
    let id = name(names.of(line));
    let (package, version) = (name(&line.fact.package), name(&line.fact.version));
    let place = match (package.is_empty(), version.is_empty()) {
        (true, _) => String::new(),
        (false, true) => format!(" in {package}"),
        (false, false) => format!(" in {package} {version}"),
    };
    let grade = grade(line);
    match line.fact.class {
        FindingClass::PackageVulnerability => format!("{id} ({grade}){place}"),
        FindingClass::License => {
            let license = names.license(line).map_or(id, name);
            format!("the licence {license} ({grade}){place}")
        }
        FindingClass::Container => format!("the container finding {id} ({grade}){place}"),
        FindingClass::Infrastructure => format!("the infrastructure finding {id} ({grade}){place}"),
        FindingClass::Code => format!("the code finding {id} ({grade}){place}"),
        FindingClass::Other => format!("the finding {id} ({grade}){place}"),
    }
}

/// One and several of a class.
pub(super) fn noun(class: FindingClass) -> (&'static str, &'static str) {
    match class {
        FindingClass::PackageVulnerability => ("vulnerability", "vulnerabilities"),
        FindingClass::License => ("licence finding", "licence findings"),
        FindingClass::Container => ("container finding", "container findings"),
        FindingClass::Infrastructure => ("infrastructure finding", "infrastructure findings"),
        FindingClass::Code => ("code finding", "code findings"),
        FindingClass::Other => ("finding", "findings"),
    }
}

/// How bad it is: its score, and where the class has none its severity.
fn grade(line: &Line<'_>) -> String {
    match (line.attributed.cvss, line.fact.severity) {
        (Some(score), _) if line.attributed.assumed => {
            format!("no score, taken for CVSS {}", tenths(score))
        }
        (Some(score), _) => format!("CVSS {}", tenths(score)),
        (None, Some(severity)) if line.fact.class != FindingClass::PackageVulnerability => {
            format!("{} severity", severity_word(severity))
        }
        (None, _) if line.fact.class != FindingClass::PackageVulnerability => {
            "no severity".to_owned()
        }
        (None, _) => "no CVSS score".to_owned(),
    }
}

/// How far its package's version moves; none if it stays.
pub(super) fn bump(attributed: &Attributed) -> Option<&'static str> {
    match attributed.bump {
        Bump::Unchanged => None,
        Bump::Patch => Some("patch bump"),
        Bump::Minor => Some("minor bump"),
        Bump::ZeroMinor => Some("0.x minor bump"),
        Bump::Major => Some("major bump"),
        Bump::Downgrade => Some("downgrade"),
        Bump::New => Some("new dependency"),
        Bump::Removed => Some("dependency removed"),
        Bump::Unknown => Some("version step unknown"),
    }
}

/// A severity's word.
pub(super) fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}
