//! The table of rules, in the order to show them.

use super::{Action, Code, Declared, DeclaredParameter, Kind};
use crate::model::common::{Severity, Tenths};

pub(super) static DECLARED: [Declared; 8] = [
    Declared {
        code: Code::IntroducedCvss,
        summary: "Blocks a package vulnerability that the change introduces, from this CVSS base score on.",
        routes: CHANGE_ROUTES,
        active_by_default: true,
        parameters: &[
            score("CVSS base score from which it blocks.", CRITICAL),
            NO_FIX,
            UNKNOWN_FIX,
        ],
    },
    Declared {
        code: Code::IntroducedUnknownCvss,
        summary: "Decides on a package vulnerability that the change introduces and nobody has rated.",
        routes: CHANGE_ROUTES,
        active_by_default: true,
        parameters: &[
            score(
                "Score assumed from the severity, from which `assumed` follows.",
                CRITICAL,
            ),
            DeclaredParameter {
                name: "assumed",
                summary: "What follows from an assumed score at or above the threshold.",
                kind: Kind::Action {
                    choices: WARN_BLOCK_IGNORE,
                    default: Action::Block,
                },
            },
            DeclaredParameter {
                name: "unrated",
                summary: "What follows where there is neither a score nor a severity.",
                kind: Kind::Action {
                    choices: WARN_BLOCK_IGNORE,
                    default: Action::Warn,
                },
            },
            NO_FIX,
            UNKNOWN_FIX,
        ],
    },
    Declared {
        code: Code::IntroducedCvssWarn,
        summary: "Warns of a package vulnerability that the change introduces, from this score on, rated or assumed.",
        routes: CHANGE_ROUTES,
        active_by_default: true,
        parameters: &[score("CVSS base score from which it warns.", HIGH)],
    },
    Declared {
        code: Code::DisclosedSince,
        summary: "Warns of a vulnerability that became known, or came back, in a package the change does not touch.",
        // Without the dependency list nobody knows what the change does not touch.
        routes: &["dependencies", "issues"],
        active_by_default: true,
        parameters: &[score(
            "CVSS base score, rated or assumed, from which it warns.",
            HIGH,
        )],
    },
    Declared {
        code: Code::IntroducedLicense,
        summary: "Decides on a licence issue that the change introduces; warns of one without a severity.",
        // Lookups of packages tell vulnerabilities, and no licences.
        routes: &["dependencies", BRANCH_PROJECTS],
        active_by_default: false,
        parameters: &[
            SEVERITY,
            WARN_OR_BLOCK,
            DeclaredParameter {
                name: "denied",
                summary: "SPDX ids of licences from which `action` follows whatever the severity, also where there is a choice.",
                kind: Kind::Texts,
            },
        ],
    },
    Declared {
        code: Code::IntroducedContainer,
        summary: "Decides on a vulnerability of a container image that the change introduces; where that cannot be told, `unknown-attribution` does.",
        routes: &[BRANCH_PROJECTS],
        active_by_default: false,
        parameters: &[
            score(
                "CVSS base score, rated or assumed, from which `action` follows.",
                CRITICAL,
            ),
            WARN_OR_BLOCK,
        ],
    },
    Declared {
        code: Code::IntroducedInfrastructure,
        summary: "Decides on a weakness in infrastructure as code that the change introduces; where that cannot be told, `unknown-attribution` does.",
        routes: &[BRANCH_PROJECTS],
        active_by_default: false,
        parameters: &[SEVERITY, WARN_OR_BLOCK],
    },
    Declared {
        code: Code::UnknownAttribution,
        summary: "Decides on a finding that another active rule would block if the change introduced it, when that cannot be told.",
        // It asks on behalf of other rules, and those name their routes.
        routes: &[],
        active_by_default: true,
        parameters: &[DeclaredParameter {
            name: "action",
            summary: "What follows.",
            kind: Kind::Action {
                choices: &[Action::Inconclusive, Action::Block, Action::Warn],
                default: Action::Inconclusive,
            },
        }],
    },
];

const fn score(summary: &'static str, default: Tenths) -> DeclaredParameter {
    DeclaredParameter {
        name: "threshold",
        summary,
        kind: Kind::Score { default },
    }
}

const NO_FIX: DeclaredParameter = DeclaredParameter {
    name: "no-fix",
    summary: "The most that follows where no fix exists.",
    kind: LIMIT,
};

const UNKNOWN_FIX: DeclaredParameter = DeclaredParameter {
    name: "unknown-fix",
    summary: "The most that follows where it is unknown whether a fix exists.",
    kind: LIMIT,
};

/// Only a policy lets off what cannot be fixed.
const LIMIT: Kind = Kind::Action {
    choices: WARN_BLOCK_IGNORE,
    default: Action::Block,
};

const SEVERITY: DeclaredParameter = DeclaredParameter {
    name: "severity",
    summary: "Severity from which `action` follows.",
    kind: Kind::Severity {
        default: Severity::High,
    },
};

const WARN_OR_BLOCK: DeclaredParameter = DeclaredParameter {
    name: "action",
    summary: "What follows.",
    kind: Kind::Action {
        choices: &[Action::Warn, Action::Block],
        default: Action::Block,
    },
};

const WARN_BLOCK_IGNORE: &[Action] = &[Action::Warn, Action::Block, Action::Ignore];

/// Routes that tell what a change brings: what it touches, and what is known about that.
const CHANGE_ROUTES: &[&str] = &["dependencies", "packages"];

/// Route of the projects that scan the change's branch.
const BRANCH_PROJECTS: &str = "branch-projects";

/// CVSS's critical, in tenths.
const CRITICAL: Tenths = 90;

/// CVSS's high, in tenths.
const HIGH: Tenths = 70;
