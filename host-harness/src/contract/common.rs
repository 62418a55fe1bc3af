//! Shared nouns across the contract.

use koalr_platform::model::common as model;
use koalr_runtime::contract::types as wire;

use super::{Mirror, cases, fields, variant};

fields!(wire::Endpoint, model::Endpoint { origin, base });
fields!(
    wire::Setting,
    model::Setting {
        key,
        label,
        help,
        kind,
        default
    }
);
fields!(wire::SettingEntry, model::SettingEntry { key, value });
variant!(wire::ParameterKind, model::ParameterKind { Flag, Integer(value), Tenths(value), Choice(value), Text, Texts });
variant!(wire::ParameterValue, model::ParameterValue { Flag(value), Integer(value), Tenths(value), Text(value), Texts(value) });
fields!(
    wire::Change,
    model::Change {
        id,
        repository,
        number,
        head_sha,
        base_sha,
        source_branch,
        target_branch
    }
);
fields!(
    wire::DependencyChange,
    model::DependencyChange {
        ecosystem,
        name,
        before,
        after,
        direct,
        manifest
    }
);
fields!(
    wire::Coverage,
    model::Coverage {
        route,
        subject,
        state,
        as_of,
        detail
    }
);
cases!(
    wire::CoverageState,
    model::CoverageState {
        Complete,
        Partial,
        Stale,
        Refused,
        Unsupported,
        Awaited,
        NotAsked
    }
);
cases!(
    wire::Severity,
    model::Severity {
        Info,
        Low,
        Medium,
        High,
        Critical
    }
);
cases!(
    wire::FindingClass,
    model::FindingClass {
        PackageVulnerability,
        License,
        Container,
        Infrastructure,
        Code,
        Other
    }
);
cases!(
    wire::ExploitMaturity,
    model::ExploitMaturity {
        Unknown,
        NoneKnown,
        ProofOfConcept,
        Functional,
        Attacked
    }
);
cases!(
    wire::Reachability,
    model::Reachability {
        Unknown,
        NotReachable,
        Potentially,
        Reachable
    }
);
cases!(
    wire::FixState,
    model::FixState {
        Unknown,
        Available,
        Partial,
        None
    }
);
fields!(
    wire::Measurement,
    model::Measurement {
        subject,
        metric,
        value,
        unit,
        at
    }
);
