//! What fired, with one sentence for each reason.

use crate::cvss::decimal;
use crate::model::verdict::{Decision, Fired};
use crate::rules::{ActiveRule, Because, Code, severity_word};

/// The findings that one rule fired on, by decision and reason: a handful of groups, however many findings.
pub(super) struct Hits<'a> {
    rule: &'a ActiveRule,
    groups: Vec<(Decision, Because, Vec<u32>)>,
}

impl<'a> Hits<'a> {
    pub(super) fn of(rule: &'a ActiveRule) -> Self {
        Self {
            rule,
            groups: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, decision: Decision, because: Because, finding: u32) {
        let mut groups = self.groups.iter_mut();
        match groups.find(|group| (group.0, group.1) == (decision, because)) {
            Some(group) => group.2.push(finding),
            None => self.groups.push((decision, because, vec![finding])),
        }
    }
}

/// Strictest first; of equals, in the order of the rules.
pub(super) fn fired(mut hits: Vec<Hits<'_>>) -> Vec<Fired> {
    let mut fired = Vec::new();
    for strictest in [Decision::Block, Decision::Inconclusive, Decision::Warn] {
        for Hits { rule, groups } in &mut hits {
            for (decision, because, findings) in groups {
                if *decision == strictest {
                    fired.push(Fired {
                        rule: rule.declared.code.as_str().to_owned(),
                        decision: strictest,
                        message: message(rule, *because, findings.len()),
                        findings: std::mem::take(findings),
                        measurements: Vec::new(),
                    });
                }
            }
        }
    }
    fired
}

/// One sentence, without names from the evidence.
fn message(rule: &ActiveRule, because: Because, findings: usize) -> String {
    let code = rule.declared.code;
    let (one, many) = match code {
        Code::IntroducedLicense => ("licence issue", "licence issues"),
        Code::IntroducedContainer => ("container vulnerability", "container vulnerabilities"),
        Code::IntroducedInfrastructure => ("infrastructure issue", "infrastructure issues"),
        Code::UnknownAttribution => ("finding", "findings"),
        _ => ("vulnerability", "vulnerabilities"),
    };
    let (noun, has, is) = if findings == 1 {
        (one, "has", "is")
    } else {
        (many, "have", "are")
    };
    if because == Because::NoAttribution {
        return format!(
            "it cannot be told whether this change introduces {findings} {noun} that would count against it"
        );
    }
    let threshold = || decimal(rule.score("threshold"));
    let severity = || {
        let word = severity_word(rule.severity("severity"));
        format!("{has} a severity of {word} or higher")
    };
    let what = match (code, because) {
        (Code::DisclosedSince, _) => {
            let with = match because {
                Because::Unrated => "neither score nor severity".to_owned(),
                _ => format!("a score of {} or more", threshold()),
            };
            return format!(
                "{findings} {noun} with {with} {is} new or back in packages this change does not touch"
            );
        }
        (Code::IntroducedContainer, Because::Unrated) => {
            format!("{has} neither score nor severity")
        }
        (_, Because::Unrated) => format!("{has} no severity"),
        (_, Because::NoLicense) => format!("{has} no licence to compare with those denied"),
        (Code::IntroducedCvss, _) => {
            format!("{has} a CVSS base score of {} or more", threshold())
        }
        (Code::IntroducedUnknownCvss, _) => format!("{has} no CVSS rating"),
        (Code::IntroducedLicense, _) if !rule.texts("denied").is_empty() => {
            format!("{is} denied or {}", severity())
        }
        (Code::IntroducedLicense | Code::IntroducedInfrastructure, _) => severity(),
        _ => format!("{has} a score of {} or more", threshold()),
    };
    let fix = match because {
        Because::NoFix => ", but there is no fix",
        Because::UnknownFix => ", but whether there is a fix is unknown",
        _ => "",
    };
    format!("{findings} introduced {noun} {what}{fix}")
}
