//! Whether evidence keeps the contract's promises. What does not is refused, never repaired.

use crate::cvss::MAX_TENTHS;
use crate::model::evidence::{Evidence, FindingTexts};

/// Checks indexes, ranges and texts.
///
/// # Errors
///
/// One sentence about the first thing that is wrong, naming its index.
pub(crate) fn check(evidence: &Evidence) -> Result<(), String> {
    check_dependencies(evidence)?;
    check_findings(evidence)?;
    check_texts("aliases", &evidence.aliases, evidence)?;
    check_texts("licenses", &evidence.licenses, evidence)?;
    for (index, candidate) in evidence.fix_candidates.iter().enumerate() {
        let what = format_args!("fix candidate {index}");
        check_finding_index(what, candidate.finding, evidence)?;
        if candidate.version.is_empty() {
            return Err(format!("{what} has no version"));
        }
        if let Some(worst) = candidate.worst.filter(|worst| *worst > MAX_TENTHS) {
            return Err(format!(
                "{what} has a worst CVSS of {worst} tenths; at most {MAX_TENTHS}"
            ));
        }
    }
    for (index, measurement) in evidence.measurements.iter().enumerate() {
        if !measurement.value.is_finite() {
            return Err(format!(
                "measurement {index} has no finite value; leave it out instead"
            ));
        }
    }
    for (index, row) in evidence.coverage.iter().enumerate() {
        if row.route.is_empty() {
            return Err(format!("coverage row {index} names no route"));
        }
    }
    Ok(())
}

fn check_dependencies(evidence: &Evidence) -> Result<(), String> {
    for (index, row) in evidence.dependencies.iter().flatten().enumerate() {
        let what = format_args!("dependency {index}");
        if row.ecosystem.is_empty() {
            return Err(format!("{what} has no ecosystem"));
        }
        if row.name.is_empty() {
            return Err(format!("{what} has no name"));
        }
        let versions = [&row.before, &row.after];
        if versions.iter().all(|version| version.is_none()) {
            return Err(format!("{what} has a version neither before nor after"));
        }
        if versions
            .iter()
            .any(|version| version.as_deref() == Some(""))
        {
            return Err(format!("{what} has an empty version; leave it out instead"));
        }
    }
    Ok(())
}

fn check_findings(evidence: &Evidence) -> Result<(), String> {
    let dependencies = evidence.dependencies.as_ref().map_or(0, Vec::len);
    for (index, fact) in evidence.findings.iter().enumerate() {
        let what = format_args!("finding {index}");
        if fact.vulnerability.is_empty() {
            return Err(format!("{what} has no vulnerability id"));
        }
        for tenths in [fact.cvss_selected, fact.cvss_highest]
            .into_iter()
            .flatten()
        {
            if tenths > MAX_TENTHS {
                return Err(format!(
                    "{what} has a CVSS of {tenths} tenths; at most {MAX_TENTHS}"
                ));
            }
        }
        if let Some(dependency) = fact.dependency
            && !in_range(dependency, dependencies)
        {
            return Err(format!(
                "{what} refers to dependency {dependency}, and there are {dependencies}"
            ));
        }
    }
    Ok(())
}

fn check_texts(list: &str, rows: &[FindingTexts], evidence: &Evidence) -> Result<(), String> {
    for (index, row) in rows.iter().enumerate() {
        let what = format_args!("row {index} of {list}");
        check_finding_index(what, row.finding, evidence)?;
        if row.values.is_empty() {
            return Err(format!("{what} is empty; leave it out instead"));
        }
        if row.values.iter().any(String::is_empty) {
            return Err(format!("{what} holds an empty text"));
        }
    }
    Ok(())
}

fn check_finding_index(
    what: std::fmt::Arguments<'_>,
    finding: u32,
    evidence: &Evidence,
) -> Result<(), String> {
    let findings = evidence.findings.len();
    if in_range(finding, findings) {
        Ok(())
    } else {
        Err(format!(
            "{what} refers to finding {finding}, and there are {findings}"
        ))
    }
}

fn in_range(index: u32, length: usize) -> bool {
    usize::try_from(index).is_ok_and(|index| index < length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::common::{DependencyChange, Measurement};
    use crate::model::evidence::{FindingFact, FixCandidate};
    use crate::testing::{coverage, dependency, evidence, fact};

    #[track_caller]
    fn refused(change: impl FnOnce(&mut Evidence), sentence: &str) {
        let mut broken = evidence([fact("V")]);
        assert_eq!(check(&broken), Ok(()));
        change(&mut broken);
        assert_eq!(check(&broken), Err(sentence.to_owned()));
    }

    #[test]
    fn broken_findings_are_named_by_index() {
        refused(
            |e| e.findings.push(fact("")),
            "finding 1 has no vulnerability id",
        );
        refused(
            |e| {
                e.findings.push(FindingFact {
                    cvss_highest: Some(101),
                    ..fact("W")
                });
            },
            "finding 1 has a CVSS of 101 tenths; at most 100",
        );
        refused(
            |e| {
                e.dependencies = None;
                e.findings.push(FindingFact {
                    dependency: Some(0),
                    ..fact("W")
                });
            },
            "finding 1 refers to dependency 0, and there are 0",
        );
    }

    #[test]
    fn broken_dependencies_are_named_by_index() {
        let push = |row: DependencyChange| move |e: &mut Evidence| e.dependencies = Some(vec![row]);
        refused(
            push(dependency("", Some("1"), None)),
            "dependency 0 has no name",
        );
        refused(
            push(dependency("p", None, None)),
            "dependency 0 has a version neither before nor after",
        );
        refused(
            push(dependency("p", Some(""), None)),
            "dependency 0 has an empty version; leave it out instead",
        );
        refused(
            push(DependencyChange {
                ecosystem: String::new(),
                ..dependency("p", Some("1"), None)
            }),
            "dependency 0 has no ecosystem",
        );
    }

    #[test]
    fn broken_texts_and_candidates_are_named_by_index() {
        let texts = |finding, values: &[&str]| FindingTexts {
            finding,
            values: values.iter().map(|&value| value.to_owned()).collect(),
        };
        refused(
            |e| e.aliases.push(texts(1, &["CVE"])),
            "row 0 of aliases refers to finding 1, and there are 1",
        );
        refused(
            |e| e.licenses.push(texts(0, &[])),
            "row 0 of licenses is empty; leave it out instead",
        );
        refused(
            |e| e.aliases.push(texts(0, &[""])),
            "row 0 of aliases holds an empty text",
        );
        let candidate = FixCandidate {
            finding: 0,
            version: "2.0.0".to_owned(),
            worst: Some(101),
        };
        refused(
            |e| e.fix_candidates.push(candidate),
            "fix candidate 0 has a worst CVSS of 101 tenths; at most 100",
        );
    }

    #[test]
    fn a_measurement_has_a_finite_value() {
        for value in [f64::NAN, f64::INFINITY] {
            refused(
                |e| {
                    e.measurements.push(Measurement {
                        subject: "repository:owner/name".to_owned(),
                        metric: "coverage".to_owned(),
                        value,
                        unit: "percent".to_owned(),
                        at: 0,
                    });
                },
                "measurement 0 has no finite value; leave it out instead",
            );
        }
    }

    #[test]
    fn a_coverage_row_names_its_route() {
        refused(
            |e| e.coverage.insert(0, coverage("")),
            "coverage row 0 names no route",
        );
    }
}
