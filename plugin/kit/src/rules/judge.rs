//! What a rule makes of a finding, taken as introduced by the change.

use super::{Action, ActiveRule, Code};
use crate::model::assessment::Attributed;
use crate::model::common::{FindingClass, FixState};
use crate::model::evidence::FindingFact;

/// A finding with everything that rules ask about it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) fact: &'a FindingFact,
    pub(crate) attributed: &'a Attributed,
    /// Whether the evidence names a version that fixes it.
    pub(crate) has_candidate: bool,
    /// Its licence expressions.
    pub(crate) licenses: &'a [&'a str],
}

/// What follows from a finding, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub(crate) action: Action,
    pub(crate) because: Because,
}

/// Why something follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Because {
    /// The rule says so.
    Rule,
    /// The policy lets off what has no fix.
    NoFix,
    /// The policy lets off what may have no fix.
    UnknownFix,
    /// There is nothing to compare with the threshold.
    Unrated,
    /// There is no licence to compare with those denied.
    NoLicense,
    /// Nobody can tell whose it is.
    NoAttribution,
}

impl Because {
    pub(crate) fn follows(self, action: Action) -> Judgement {
        Judgement {
            action,
            because: self,
        }
    }
}

impl ActiveRule {
    /// What it makes of a finding, if the change introduces that.
    pub(crate) fn on_introduced(&self, case: &Case<'_>) -> Judgement {
        let (code, class) = (self.declared.code, case.fact.class);
        let is_package = class == FindingClass::PackageVulnerability;
        let cvss = case.attributed.cvss;
        // Most rules are about another class of finding, and need not look theirs up.
        let reached = || cvss.is_some_and(|tenths| tenths >= self.score("threshold"));
        match code {
            Code::IntroducedCvss if is_package && !case.attributed.assumed && reached() => {
                self.limited(Action::Block, case)
            }
            Code::IntroducedCvssWarn if is_package && reached() => {
                Because::Rule.follows(Action::Warn)
            }
            Code::IntroducedUnknownCvss if is_package && case.attributed.assumed && reached() => {
                self.limited(self.action("assumed"), case)
            }
            Code::IntroducedUnknownCvss if is_package && cvss.is_none() => {
                self.limited(self.action("unrated"), case)
            }
            Code::IntroducedLicense if class == FindingClass::License => self.on_license(case),
            Code::IntroducedContainer if class == FindingClass::Container => {
                from_threshold(cvss.map(|_| reached()), self.action("action"))
            }
            Code::IntroducedInfrastructure if class == FindingClass::Infrastructure => {
                from_threshold(self.is_severe(case.fact), self.action("action"))
            }
            _ => Because::Rule.follows(Action::Ignore),
        }
    }

    /// What it makes of a finding, if that became known or came back without the change.
    pub(crate) fn on_disclosed(&self, case: &Case<'_>) -> Judgement {
        let is_package = case.fact.class == FindingClass::PackageVulnerability;
        if self.declared.code != Code::DisclosedSince || !is_package {
            return Because::Rule.follows(Action::Ignore);
        }
        let cvss = case.attributed.cvss;
        let reached = cvss.map(|tenths| tenths >= self.score("threshold"));
        from_threshold(reached, Action::Warn)
    }

    /// The milder of what follows and what the policy allows for a finding that has no fix, or may have none.
    fn limited(&self, action: Action, case: &Case<'_>) -> Judgement {
        let (limit, because) = match case.fact.fix {
            FixState::None if !case.has_candidate => (self.action("no-fix"), Because::NoFix),
            FixState::Unknown if !case.has_candidate => {
                (self.action("unknown-fix"), Because::UnknownFix)
            }
            _ => (action, Because::Rule),
        };
        if limit < action {
            because.follows(limit)
        } else {
            Because::Rule.follows(action)
        }
    }

    fn on_license(&self, case: &Case<'_>) -> Judgement {
        let denied = self.texts("denied");
        let is_denied = |license: &&str| denied.iter().any(|denied| names(license, denied));
        if case.licenses.iter().any(is_denied) {
            return Because::Rule.follows(self.action("action"));
        }
        let action = self.action("action");
        let judgement = from_threshold(self.is_severe(case.fact), action);
        let undecided = action.min(Action::Inconclusive);
        if !denied.is_empty() && case.licenses.is_empty() && judgement.action < undecided {
            return Because::NoLicense.follows(undecided);
        }
        judgement
    }

    fn is_severe(&self, fact: &FindingFact) -> Option<bool> {
        let severity = fact.severity?;
        Some(severity >= self.severity("severity"))
    }
}

/// What follows where a threshold is reached, is not, or cannot be compared: unknown is not low.
fn from_threshold(reached: Option<bool>, action: Action) -> Judgement {
    match reached {
        Some(true) => Because::Rule.follows(action),
        Some(false) => Because::Rule.follows(Action::Ignore),
        None => Because::Unrated.follows(Action::Warn),
    }
}

/// Whether a licence expression is about this licence, alone or among others, with an exception or without, in whatever
/// case.
fn names(expression: &str, license: &str) -> bool {
    let wanted: Vec<&str> = words(license).collect();
    let given: Vec<&str> = words(expression).collect();
    !wanted.is_empty()
        && given.windows(wanted.len()).any(|given| {
            let mut pairs = given.iter().zip(&wanted);
            pairs.all(|(given, wanted)| {
                given.eq_ignore_ascii_case(wanted)
                    || given
                        .strip_suffix('+')
                        .is_some_and(|given| given.eq_ignore_ascii_case(wanted))
            })
        })
}

/// Ids and operators of a licence expression.
pub(super) fn words(expression: &str) -> impl Iterator<Item = &str> {
    let parts = |char: char| !(char.is_alphanumeric() || ".-+:_".contains(char));
    expression.split(parts).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_is_found_alone_and_among_others_in_any_case() {
        for expression in [
            "AGPL-3.0",
            "agpl-3.0",
            "MIT OR AGPL-3.0",
            "(MIT AND (AGPL-3.0 or Zlib))",
            "AGPL-3.0 WITH Some-exception",
            "AGPL-3.0+",
            "MIT/AGPL-3.0",
        ] {
            assert!(names(expression, "AGPL-3.0"), "{expression}");
        }
        for expression in ["LGPL-3.0", "AGPL-3.0-only", "AGPL", "", "XAGPL-3.0"] {
            assert!(!names(expression, "AGPL-3.0"), "{expression}");
        }
    }

    #[test]
    fn a_licence_of_several_words_is_found_where_they_follow_each_other() {
        let exception = "GPL-2.0 WITH Classpath-exception-2.0";
        assert!(names(&format!("MIT OR ({exception})"), exception));
        assert!(!names("GPL-2.0", exception));
        assert!(!names("MIT", "()"));
    }
}
