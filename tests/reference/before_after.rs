//! Recorded outputs of Snyk for one project before and after a change: whose each issue is, what it scores, whether it
//! blocks.
//!
//! Two outputs with one project name and package manager that differ are a pair, in both orders. What truth is, the issues
//! and trees of the two say; the kit is handed facts and rows alone. Recorded pairs may differ only by a path, so each
//! output also stands before and after what a change could have done to it.

mod output;
mod ratings;
mod truth;

use std::collections::BTreeMap;
use std::path::Path;

use koalr_integration_kit::cvss::select;
use koalr_integration_kit::gate::gate;
use koalr_integration_kit::model::assessment::{Assessment, Attribution, ContributionSubject};
use koalr_integration_kit::model::common::{
    Change, Coverage, CoverageState, DependencyChange, Reachability, Tenths,
};
use koalr_integration_kit::model::evidence::{
    Evidence, FindingFact, Observation, Presence, ScoreRequest,
};
use koalr_integration_kit::model::record::CvssRating;
use koalr_integration_kit::model::verdict::{Decision, GateRequest, RuleSetting};
use koalr_integration_kit::rules::rules;
use koalr_integration_kit::score::score;
use libtest_mimic::{Failed, Trial};

use self::output::{Issue, Output, outputs, split};
use self::truth::{Truth, expected, truths};
use super::lockfiles::{files, rows};
use super::{absent, conclude};

/// One trial for recorded pairs, one for what a change could have done, one for printed scores.
pub(crate) fn trials(folder: &Path) -> Vec<Trial> {
    let Some(files) = files(folder).filter(|files| !files.is_empty()) else {
        return vec![absent("before_after", folder)];
    };
    let all: Vec<Output> = files.iter().flat_map(|file| outputs(file)).collect();
    let recorded = recorded(&all);
    let derived: Vec<(Output, Output)> = all.iter().flat_map(derived).collect();
    let trial = |name: &'static str, pairs: Vec<(Output, Output)>| {
        if pairs.is_empty() {
            return absent(name, folder);
        }
        Trial::test(format!("reference::{name}"), move || check(name, &pairs))
    };
    vec![
        trial("before_after::recorded", recorded),
        trial("before_after::derived", derived),
        Trial::test("reference::before_after::ratings", move || {
            ratings::check(&files)
        }),
    ]
}

/// Base and head: every two outputs of one project that differ, in both orders.
fn recorded(all: &[Output]) -> Vec<(Output, Output)> {
    let one_project =
        |a: &Output, b: &Output| (&a.name, &a.ecosystem) == (&b.name, &b.ecosystem) && a != b;
    all.iter()
        .flat_map(|base| {
            let heads = all.iter().filter(move |head| one_project(base, head));
            heads.map(|head| (base.clone(), head.clone()))
        })
        .collect()
}

/// Base and head: a direct dependency that comes or goes, a package that moves with its issues or without them, an issue
/// that becomes known or is withdrawn.
fn derived(output: &Output) -> Vec<(Output, Output)> {
    let without = |keep: &dyn Fn(&Issue) -> bool| -> Vec<Issue> {
        let issues = output.issues.iter();
        issues.filter(|issue| keep(issue)).cloned().collect()
    };
    let mut others = Vec::new();
    for dependency in &output.direct {
        let issues = without(&|issue| {
            let first = issue.path.first();
            first.is_none_or(|first| split(first).0 != dependency)
        });
        others.push(Output::of(&output.name, &output.ecosystem, issues));
    }
    for pair in output.pairs().keys() {
        let mut other = output.clone();
        other.issues = without(&|issue| issue.pair() != *pair);
        others.push(other);
    }
    for package in output.tree.keys() {
        let mut keeping = output.clone();
        let former = [FORMER.to_owned()].into();
        keeping.tree.insert(package.clone(), former);
        let mut losing = keeping.clone();
        losing.issues = without(&|issue| issue.package != *package);
        for issue in &mut keeping.issues {
            if issue.package == *package {
                FORMER.clone_into(&mut issue.version);
            }
        }
        others.extend([keeping, losing]);
    }
    others
        .into_iter()
        .filter(|other| other != output)
        .flat_map(|other| [(other.clone(), output.clone()), (output.clone(), other)])
        .collect()
}

fn check(suite: &str, pairs: &[(Output, Output)]) -> Result<(), Failed> {
    let mut tally = Tally::default();
    let mut mismatches = Vec::new();
    for (base, head) in pairs {
        if let Err(mismatch) = compare(base, head, &mut tally) {
            mismatches.push(format!("{}: {mismatch}", head.name));
        }
    }
    println!("{suite}: {} pairs, {tally:?}", pairs.len());
    conclude(suite, tally.whose.values().sum(), &mismatches)
}

/// What was compared.
#[derive(Debug, Default)]
struct Tally {
    whose: BTreeMap<Attribution, usize>,
    new_paths: usize,
    blocked: usize,
}

fn compare(base: &Output, head: &Output, tally: &mut Tally) -> Result<(), String> {
    let truths = truths(base, head);
    let evidence = evidence(base, head, &truths);
    let assessment = assess(&evidence)?;
    for (truth, ours) in truths.iter().zip(&assessment.findings) {
        let Issue {
            id,
            package,
            version,
            ..
        } = truth.issue;
        *tally.whose.entry(truth.whose).or_default() += 1;
        if ours.attribution != truth.whose {
            return Err(format!(
                "{id} in {package} {version}: {:?} here, {:?} by the outputs",
                ours.attribution, truth.whose
            ));
        }
        if ours.cvss != truth.tenths {
            return Err(format!(
                "{id}: {:?} here, {:?} by its vector and what is printed, in tenths",
                ours.cvss, truth.tenths
            ));
        }
    }
    let weighed: Vec<u32> = assessment
        .contributions
        .iter()
        .filter_map(|part| match part.subject {
            ContributionSubject::Finding(index) => Some(index),
            _ => None,
        })
        .collect();
    let introduced: Vec<u32> = (0..)
        .zip(&truths)
        .filter(|(_, truth)| truth.whose == Attribution::Introduced)
        .map(|(index, _)| index)
        .collect();
    let mut sorted = weighed.clone();
    sorted.sort_unstable();
    if sorted != introduced {
        return Err(format!("{weighed:?} weigh here, {introduced:?} are new"));
    }
    let sum: Tenths = assessment
        .contributions
        .iter()
        .map(|part| part.points)
        .sum();
    if sum != assessment.score || (assessment.score > 0 && introduced.is_empty()) {
        return Err(format!("{sum} points of a score of {}", assessment.score));
    }
    let decision = decide(&evidence, assessment.clone())?;
    let expected = expected(&truths);
    if decision != expected {
        return Err(format!("{decision:?} here, {expected:?} by the outputs"));
    }
    tally.blocked += usize::from(decision == Decision::Block);

    // Each issue once more for every path: nothing of it is new.
    let by_path = by_path(&evidence, &truths, head);
    tally.new_paths += new_paths(base, head);
    let again = assess(&by_path)?;
    if again.score != assessment.score || decide(&by_path, again)? != decision {
        return Err("a second path to an issue changes score or decision".to_owned());
    }
    Ok(())
}

/// Facts keyed by vulnerability, package and version; a row for every package whose versions differ.
fn evidence(base: &Output, head: &Output, truths: &[Truth<'_>]) -> Evidence {
    let rows: Vec<DependencyChange> = rows(&head.ecosystem, &base.tree, &head.tree)
        .into_iter()
        .map(|row| DependencyChange {
            direct: Some(
                [base, head]
                    .iter()
                    .any(|side| side.direct.contains(&row.name)),
            ),
            ..row
        })
        .collect();
    let findings = truths.iter().map(|truth| fact(truth, &rows)).collect();
    let complete = |route: &str| Coverage {
        route: route.to_owned(),
        subject: String::new(),
        state: CoverageState::Complete,
        as_of: Some(0),
        detail: String::new(),
    };
    Evidence {
        observation: Observation::Observed,
        findings,
        dependencies: Some(rows),
        aliases: Vec::new(),
        licenses: Vec::new(),
        fix_candidates: Vec::new(),
        debt: Vec::new(),
        measurements: Vec::new(),
        coverage: ["dependencies", "packages", "issues"].map(complete).into(),
        extra: Vec::new(),
    }
}

fn fact(truth: &Truth<'_>, rows: &[DependencyChange]) -> FindingFact {
    let issue = truth.issue;
    let rating = CvssRating {
        source: "Snyk".to_owned(),
        version: String::new(),
        vector: issue.vector.clone(),
        score: issue.published,
    };
    let selected = select(&[rating], "Snyk");
    let seen = |there| {
        if there {
            Presence::Present
        } else {
            Presence::Absent
        }
    };
    let row = (0..).zip(rows).find(|(_, row)| {
        let sides = [&row.before, &row.after];
        row.name == issue.package && sides.contains(&&Some(issue.version.clone()))
    });
    FindingFact {
        vulnerability: issue.id.clone(),
        package: issue.package.clone(),
        version: issue.version.clone(),
        class: issue.class,
        severity: issue.severity,
        cvss_selected: selected.as_ref().map(|selected| selected.score),
        cvss_highest: selected.as_ref().map(|selected| selected.highest),
        head: seen(truth.head),
        base: seen(truth.base),
        dependency: row.map(|(index, _)| index),
        seen_before: false,
        disclosed_at: None,
        exploit: issue.exploit,
        reachability: Reachability::Unknown,
        fix: issue.fix,
        ignored: false,
    }
}

/// The same facts, each as often as the head has paths to it.
fn by_path(evidence: &Evidence, truths: &[Truth<'_>], head: &Output) -> Evidence {
    let mut evidence = evidence.clone();
    let facts = std::mem::take(&mut evidence.findings);
    for (fact, truth) in facts.into_iter().zip(truths) {
        let same = |issue: &&Issue| {
            issue.pair() == truth.issue.pair() && issue.version == truth.issue.version
        };
        let paths = head.issues.iter().filter(same).count().max(1);
        evidence.findings.extend(vec![fact; paths]);
    }
    evidence
}

/// Paths in the head that the base has not, to issues that it has.
fn new_paths(base: &Output, head: &Output) -> usize {
    let known = base.pairs();
    head.issues
        .iter()
        .filter(|issue| known.contains_key(&issue.pair()) && !base.issues.contains(issue))
        .count()
}

fn assess(evidence: &Evidence) -> Result<Assessment, String> {
    let request = ScoreRequest {
        change: Change {
            id: "reference/pair#1".to_owned(),
            repository: "reference/pair".to_owned(),
            number: Some(1),
            head_sha: "a".to_owned(),
            base_sha: None,
            source_branch: None,
            target_branch: None,
        },
        evidence: evidence.clone(),
        settings: Vec::new(),
        as_of: 0,
    };
    score(&request).map_err(|error| format!("not scored: {error:?}"))
}

fn decide(evidence: &Evidence, assessment: Assessment) -> Result<Decision, String> {
    let rules = rules().into_iter().filter(|rule| rule.active_by_default);
    let request = GateRequest {
        assessment,
        evidence: evidence.clone(),
        rules: rules
            .map(|rule| RuleSetting {
                code: rule.code,
                parameters: Vec::new(),
            })
            .collect(),
        waivers: Vec::new(),
        as_of: 0,
    };
    let verdict = gate(&request).map_err(|error| format!("not decided: {error:?}"))?;
    Ok(verdict.decision)
}

/// A version that no output holds.
const FORMER: &str = "0.0.0-former";
