//! `score`: the answer across the contract.

use koalr_platform::model::assessment as model;
use koalr_runtime::contract::score as wire;

use super::{Mirror, cases, fields, variant};

fields!(
    wire::Assessment,
    model::Assessment {
        model,
        score,
        findings,
        factors,
        contributions,
        terms,
        counterfactuals,
        unknowns,
        extra
    }
);
cases!(
    wire::Attribution,
    model::Attribution {
        Introduced,
        DisclosedSince,
        ReOpened,
        Carried,
        Removed,
        Unknown
    }
);
cases!(
    wire::Bump,
    model::Bump {
        Unchanged,
        Patch,
        Minor,
        ZeroMinor,
        Major,
        Downgrade,
        New,
        Removed,
        Unknown
    }
);
fields!(
    wire::Attributed,
    model::Attributed {
        attribution,
        bump,
        kept_by_upgrade,
        cvss,
        assumed
    }
);
fields!(
    wire::Factor,
    model::Factor {
        factor,
        score,
        weight
    }
);
fields!(
    wire::Contribution,
    model::Contribution {
        subject,
        points,
        hazard,
        terms
    }
);
variant!(wire::ContributionSubject, model::ContributionSubject { Finding(value), Debt, Measurement(value), Other(value) });
fields!(
    wire::Counterfactual,
    model::Counterfactual {
        dependency,
        version,
        score,
        removes,
        verified
    }
);
fields!(
    wire::UnknownFact,
    model::UnknownFact {
        code,
        finding,
        message
    }
);
variant!(wire::Error, model::ScoreError { InvalidEvidence(value), InvalidSetting(value), Other(value) });
