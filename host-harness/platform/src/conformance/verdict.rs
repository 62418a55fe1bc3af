//! Whether a change may pass.

use std::collections::{HashMap, HashSet};

use super::GATE;
use super::breach::Breaches;
use super::check::Check;
use super::place::Place;
use crate::complaint::shown;
use crate::model::common::CoverageState;
use crate::model::evidence::Evidence;
use crate::model::manifest::Rule;
use crate::model::verdict::{Decision, Fired, RuleSetting, Verdict, Waiver};

/// What a verdict was asked of.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// The rules that the integration declares.
    pub declared: &'a [Rule],
    /// The rules that were active.
    pub active: &'a [RuleSetting],
    /// The waivers that were handed in.
    pub waivers: &'a [Waiver],
}

/// Checks a verdict against what it was made of.
///
/// # Errors
///
/// All that it breaks of the contract.
pub fn check_verdict(
    evidence: &Evidence,
    terms: Terms<'_>,
    verdict: &Verdict,
) -> Result<(), Breaches> {
    let mut check = Check::of(GATE);
    let active: HashSet<&str> = terms.active.iter().map(|one| one.code.as_str()).collect();
    check_fired(&mut check, evidence, &active, verdict);
    check_waived(&mut check, evidence, (&active, terms.waivers), verdict);
    let missing = Place::of("missing");
    for (index, row) in verdict.missing.iter().enumerate() {
        let rows = evidence.coverage.len();
        check.index(&missing.item(index), *row, rows, "coverage rows");
    }
    let errors = Place::of("errors");
    for (index, error) in verdict.errors.iter().enumerate() {
        check_active(
            &mut check,
            &errors.item(index).field("rule"),
            &active,
            &error.rule,
        );
    }
    let rules = terms.declared.iter();
    let depends: HashMap<&str, &str> = rules
        .filter(|rule| active.contains(rule.code.as_str()))
        .flat_map(|rule| {
            rule.routes
                .iter()
                .map(|route| (route.as_str(), rule.code.as_str()))
        })
        .collect();
    check_unasked(&mut check, evidence, &depends, verdict);
    check_decision(&mut check, verdict);
    check_grounds(&mut check, evidence, &depends, verdict);
    check.end()
}

fn check_active(check: &mut Check, at: &Place<'_>, active: &HashSet<&str>, code: &str) {
    if !active.contains(code) {
        let code = shown(code);
        check.breach(at, format_args!("is `{code}`, which is no active rule"));
    }
}

fn check_fired(check: &mut Check, evidence: &Evidence, active: &HashSet<&str>, verdict: &Verdict) {
    let list = Place::of("fired");
    let mut before: Option<&Fired> = None;
    for (index, fired) in verdict.fired.iter().enumerate() {
        let at = list.item(index);
        check_active(check, &at.field("rule"), active, &fired.rule);
        if before.is_some_and(|before| before.decision < fired.decision) {
            check.breach(
                &at.field("decision"),
                format_args!("is stricter than the one before; the strictest come first"),
            );
        }
        before = Some(fired);
        let findings = at.field("findings");
        for (index, finding) in fired.findings.iter().enumerate() {
            let all = evidence.findings.len();
            check.index(&findings.item(index), *finding, all, "findings");
        }
        let measurements = at.field("measurements");
        for (index, measurement) in fired.measurements.iter().enumerate() {
            let all = evidence.measurements.len();
            check.index(&measurements.item(index), *measurement, all, "measurements");
        }
    }
}

fn check_waived(
    check: &mut Check,
    evidence: &Evidence,
    (active, waivers): (&HashSet<&str>, &[Waiver]),
    verdict: &Verdict,
) {
    // Most verdicts waive nothing, and a rule may have fired on a thousand findings.
    if verdict.waived.is_empty() {
        return;
    }
    let fired = verdict.fired.iter();
    let fired: HashSet<(&str, u32)> = fired
        .flat_map(|one| {
            one.findings
                .iter()
                .map(|finding| (one.rule.as_str(), *finding))
        })
        .collect();
    let waivers: HashSet<&str> = waivers.iter().map(|waiver| waiver.id.as_str()).collect();
    let list = Place::of("waived");
    for (index, waived) in verdict.waived.iter().enumerate() {
        let at = list.item(index);
        let all = evidence.findings.len();
        check.index(&at.field("finding"), waived.finding, all, "findings");
        check_active(check, &at.field("rule"), active, &waived.rule);
        if !waivers.contains(waived.waiver.as_str()) {
            let waiver = shown(&waived.waiver);
            check.breach(
                &at.field("waiver"),
                format_args!("is `{waiver}`, which nobody handed in"),
            );
        }
        if fired.contains(&(waived.rule.as_str(), waived.finding)) {
            let rule = shown(&waived.rule);
            check.breach(
                &at,
                format_args!(
                    "lets finding {} pass rule `{rule}`, which fired on it",
                    waived.finding
                ),
            );
        }
    }
}

/// Routes without any row, among those that active rules depend on.
fn check_unasked(
    check: &mut Check,
    evidence: &Evidence,
    depends: &HashMap<&str, &str>,
    verdict: &Verdict,
) {
    let rows = evidence.coverage.iter();
    let asked: HashSet<&str> = rows.map(|row| row.route.as_str()).collect();
    let list = Place::of("unasked");
    for (index, route) in verdict.unasked.iter().enumerate() {
        let at = list.item(index);
        let name = shown(route);
        if asked.contains(route.as_str()) {
            check.breach(&at, format_args!("is `{name}`, which has a coverage row"));
        }
        if !depends.contains_key(route.as_str()) {
            check.breach(
                &at,
                format_args!("is `{name}`, which no active rule depends on"),
            );
        }
    }
}

/// The strictest of everything that the verdict itself names.
fn check_decision(check: &mut Check, verdict: &Verdict) {
    let gaps =
        !(verdict.missing.is_empty() && verdict.unasked.is_empty() && verdict.errors.is_empty());
    let floor = if gaps {
        Decision::Inconclusive
    } else {
        Decision::Pass
    };
    let fired = verdict.fired.iter().map(|fired| fired.decision);
    let named = fired.fold(floor, Decision::max);
    if verdict.decision != named {
        check.breach(
            &Place::of("decision"),
            format_args!(
                "is {}; the strictest of what it names is {}",
                word(verdict.decision),
                word(named)
            ),
        );
    }
}

/// Whatever the rules depend on is known, or it is at least inconclusive.
fn check_grounds(
    check: &mut Check,
    evidence: &Evidence,
    depends: &HashMap<&str, &str>,
    verdict: &Verdict,
) {
    if verdict.decision >= Decision::Inconclusive {
        return;
    }
    let (at, decision) = (Place::of("decision"), word(verdict.decision));
    let mut unknown: HashMap<&str, &str> = depends.clone();
    for (index, row) in evidence.coverage.iter().enumerate() {
        unknown.remove(row.route.as_str());
        if row.state == CoverageState::Complete {
            continue;
        }
        if let Some(rule) = depends.get(row.route.as_str()) {
            let (route, rule) = (shown(&row.route), shown(rule));
            check.breach(
                &at,
                format_args!("is {decision}, and coverage[{index}] of `{route}`, which rule `{rule}` depends on, is not complete"),
            );
        }
    }
    let mut unknown: Vec<_> = unknown.into_iter().collect();
    unknown.sort_unstable();
    for (route, rule) in unknown {
        let (route, rule) = (shown(route), shown(rule));
        check.breach(
            &at,
            format_args!(
                "is {decision}, and nothing is known of `{route}`, which rule `{rule}` depends on"
            ),
        );
    }
}

fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Pass => "pass",
        Decision::Warn => "warn",
        Decision::Inconclusive => "inconclusive",
        Decision::Block => "block",
    }
}
