//! What a judgement said, beside what was expected of it.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};

use koalr_host::report::ChangeReport;
use koalr_platform::decision::{Cause, Decision};
use koalr_platform::model::assessment::Attributed;
use koalr_platform::model::common::Severity;
use koalr_platform::model::evidence::FindingFact;
use koalr_platform::model::verdict::Decision as Judged;

use super::expected::{Expected, Finding, Mark, Waivers};
use super::world::tenths;

/// What a judgement said.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) report: ChangeReport,
    /// Id of the organization, which expectations write as `{org}`.
    pub(super) organization: String,
}

impl Said {
    /// One sentence for each difference.
    pub(super) fn differences(
        &self,
        expected: &Expected,
        all: &BTreeMap<String, Self>,
    ) -> Vec<String> {
        let report = &self.report;
        let outcome = &report.settled.outcome;
        let mut differences = Differences::default();
        let judged = expected.judged.unwrap_or(expected.decision);
        differences.of("decision", &report.settled.decision, &expected.decision);
        differences.of("judged", &outcome.decision, &judged);
        if let Some(summary) = &expected.summary {
            differences.of("summary", &report.summary, summary);
        }
        if let Some(fixes) = &expected.fixes {
            differences.of("fixes", &report.fixes, fixes);
        }
        differences.of(
            "finding",
            &self.findings(expected),
            &lines(&expected.findings),
        );
        differences.of("fired", &self.fired(), &expected.fired);
        let errors = report.verdict.errors.iter().map(|error| error.rule.clone());
        differences.of("errors", &errors.collect(), &expected.errors);
        let causes: Vec<Cause> = outcome.causes.iter().copied().collect();
        differences.of("causes", &causes, &expected.causes);
        differences.of("note", &outcome.note(), &expected.note);
        differences.of("missing", &self.missing(), &expected.missing);
        differences.of("waivers", &self.waivers(), &expected.waivers);
        if let Some(debt) = &expected.debt {
            let found = report.evidence.debt.iter();
            let found: BTreeMap<Severity, u32> =
                found.map(|debt| (debt.severity, debt.count)).collect();
            differences.of("debt", &found, debt);
        }
        if let Some(name) = &expected.scores_more_than
            && let Some(Self { report: other, .. }) = all.get(name)
            && report.assessment.score <= other.assessment.score
        {
            differences.0.push(format!(
                "its score of {} tenths is not above the {} of `{name}`",
                report.assessment.score, other.assessment.score
            ));
        }
        differences.0
    }

    /// The findings as lines. What the expected finding of the same vulnerability and package leaves out is left out.
    fn findings(&self, expected: &Expected) -> Vec<String> {
        let report = &self.report;
        let found = report.evidence.findings.iter();
        let found = (0..).zip(found.zip(&report.assessment.findings));
        let mut found: Vec<String> = found
            .map(|(index, (fact, attributed))| {
                let mut finding = self.finding(index, fact, attributed);
                let wanted = expected.findings.iter();
                let mut wanted =
                    wanted.filter(|one| (&one.id, &one.package) == (&finding.id, &finding.package));
                if let Some(wanted) = wanted.next() {
                    finding.seen_before =
                        finding.seen_before.filter(|_| wanted.seen_before.is_some());
                    finding.cvss = finding.cvss.filter(|_| wanted.cvss.is_some());
                }
                line(&finding)
            })
            .collect();
        found.sort();
        found
    }

    fn finding(&self, index: u32, fact: &FindingFact, attributed: &Attributed) -> Finding {
        let report = &self.report;
        let package = match (fact.package.as_str(), fact.version.as_str()) {
            ("", _) => String::new(),
            (name, "") => name.to_owned(),
            (name, version) => format!("{name}@{version}"),
        };
        let mut waived = report.verdict.waived.iter();
        let marks = [
            (attributed.kept_by_upgrade, Mark::KeptByUpgrade),
            (fact.ignored, Mark::Ignored),
            (attributed.assumed, Mark::Assumed),
            (waived.any(|waived| waived.finding == index), Mark::Waived),
        ];
        Finding {
            id: fact.vulnerability.clone(),
            package,
            attribution: attributed.attribution,
            bump: attributed.bump,
            is: marks
                .into_iter()
                .filter_map(|(is, mark)| is.then_some(mark))
                .collect(),
            seen_before: Some(fact.seen_before),
            cvss: Some(
                attributed
                    .cvss
                    .map_or(-1.0, |score| f64::from(score) / 10.0),
            ),
        }
    }

    /// The strictest that each rule decides.
    fn fired(&self) -> BTreeMap<String, Decision> {
        let mut rules = BTreeMap::new();
        for fired in &self.report.verdict.fired {
            let decision = match fired.decision {
                Judged::Pass => Decision::Pass,
                Judged::Warn => Decision::Warn,
                Judged::Inconclusive => Decision::Inconclusive,
                Judged::Block => Decision::Block,
            };
            let strictest = rules.entry(fired.rule.clone()).or_insert(decision);
            *strictest = decision.max(*strictest);
        }
        rules
    }

    fn missing(&self) -> Vec<String> {
        let report = &self.report;
        let rows = report.verdict.missing.iter().map(|index| {
            let place = usize::try_from(*index).unwrap_or(usize::MAX);
            report.evidence.coverage.get(place).map_or_else(
                || format!("no coverage row {index}"),
                |row| {
                    let subject = row.subject.replace(&self.organization, "{org}");
                    format!("{} of {subject}", row.route)
                },
            )
        });
        rows.chain(report.verdict.unasked.iter().cloned()).collect()
    }

    fn waivers(&self) -> Waivers {
        let report = &self.report;
        let (of, ids) = (&report.waivers, |one: &koalr_platform::waiver::Ended| {
            one.id.clone()
        });
        Waivers {
            used: of.used.iter().map(|one| one.id.clone()).collect(),
            unused: of.unused.clone(),
            refused: of
                .refused
                .iter()
                .map(|one| (one.id.clone(), one.why.clone()))
                .collect(),
            expired: of.expired.iter().map(ids).collect(),
            ending: of.ending.iter().map(ids).collect(),
            complaints: report.complaints.clone(),
        }
    }
}

/// Sentences about what differs.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn of<T: PartialEq + Debug>(&mut self, what: &str, found: &T, expected: &T) {
        if found != expected {
            self.0.push(format!(
                "{what} is\n      {found:?}\n    not\n      {expected:?}"
            ));
        }
    }
}

fn lines(findings: &[Finding]) -> Vec<String> {
    let mut lines: Vec<String> = findings.iter().map(line).collect();
    lines.sort();
    lines
}

/// A finding in one line, to be compared and read.
fn line(finding: &Finding) -> String {
    let mut line = format!(
        "{} in `{}`: {:?}, {:?}",
        finding.id, finding.package, finding.attribution, finding.bump
    );
    for mark in &finding.is {
        let _ = write!(line, ", {mark:?}");
    }
    if let Some(seen) = finding.seen_before {
        let _ = write!(line, ", seen before: {seen}");
    }
    match finding.cvss {
        Some(score) if score < 0.0 => line.push_str(", no CVSS"),
        Some(score) => {
            let _ = write!(line, ", CVSS {} tenths", tenths(score));
        }
        None => {}
    }
    line
}
