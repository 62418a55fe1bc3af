//! `describe` across the contract.

use koalr_platform::model::manifest as model;
use koalr_runtime::contract::describe as wire;

use super::{Mirror, cases, fields, variant};

fields!(
    wire::Manifest,
    model::Manifest {
        id,
        name,
        version,
        summary,
        pulls,
        permissions,
        origins,
        quotas,
        credentials,
        settings,
        rules,
        extra
    }
);
fields!(wire::Pull, model::Pull { what, why });
fields!(
    wire::Permission,
    model::Permission {
        name,
        why,
        required
    }
);
cases!(
    wire::Method,
    model::Method {
        Get,
        Head,
        Post,
        Put,
        Patch,
        Delete
    }
);
fields!(
    wire::PathRule,
    model::PathRule {
        method,
        template,
        fresh_secs
    }
);
variant!(wire::OriginAddress, model::OriginAddress { Fixed(value), Template(value), CustomerSupplied, Download(value), Other(value) });
fields!(
    wire::Origin,
    model::Origin {
        id,
        label,
        address,
        aliases,
        paths
    }
);
fields!(
    wire::Quota,
    model::Quota {
        id,
        requests,
        window_secs,
        method,
        path_prefix
    }
);
fields!(
    wire::CredentialKind,
    model::CredentialKind {
        id,
        label,
        pattern,
        header,
        value,
        audience
    }
);
fields!(wire::AudienceClaim, model::AudienceClaim { part, claim });
fields!(
    wire::Rule,
    model::Rule {
        code,
        summary,
        routes,
        active_by_default,
        parameters
    }
);
fields!(
    wire::Parameter,
    model::Parameter {
        name,
        summary,
        kind,
        default
    }
);
