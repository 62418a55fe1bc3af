//! `score`: the question across the contract.

use koalr_platform::model::evidence as model;
use koalr_runtime::contract::score as wire;

use super::{Mirror, cases, fields};

fields!(
    wire::Request,
    model::ScoreRequest {
        change,
        evidence,
        settings,
        as_of
    }
);
fields!(
    wire::Evidence,
    model::Evidence {
        observation,
        dependencies,
        findings,
        aliases,
        licenses,
        fix_candidates,
        debt,
        measurements,
        coverage,
        extra
    }
);
cases!(
    wire::Observation,
    model::Observation {
        Observed,
        Reconstructed
    }
);
cases!(
    wire::Presence,
    model::Presence {
        Present,
        Absent,
        Unknown
    }
);
fields!(
    wire::FindingFact,
    model::FindingFact {
        vulnerability,
        package,
        version,
        class,
        severity,
        cvss_selected,
        cvss_highest,
        head,
        base,
        dependency,
        seen_before,
        disclosed_at,
        exploit,
        reachability,
        fix,
        ignored
    }
);
fields!(wire::FindingTexts, model::FindingTexts { finding, values });
fields!(
    wire::FixCandidate,
    model::FixCandidate {
        finding,
        version,
        worst
    }
);
fields!(wire::Debt, model::Debt { severity, count });
