//! `connect` across the contract.

use koalr_platform::model::connection as model;
use koalr_runtime::contract::connect as wire;

use super::{Mirror, cases, fields, variant};

fields!(
    wire::Request,
    model::ConnectRequest {
        endpoint,
        credential,
        organizations,
        settings,
        as_of
    }
);
fields!(
    wire::CredentialFacts,
    model::CredentialFacts {
        kind,
        audience_host
    }
);
fields!(
    wire::Connection,
    model::Connection {
        account,
        organizations,
        capabilities,
        warnings,
        extra
    }
);
fields!(wire::Account, model::Account { id, name, kind });
fields!(wire::Organization, model::Organization { id, slug, name });
cases!(
    wire::Access,
    model::Access {
        Allowed,
        Refused,
        Unknown
    }
);
fields!(
    wire::Capability,
    model::Capability {
        organization,
        route,
        access,
        detail
    }
);
variant!(wire::Error, model::ConnectError { BadCredential, WrongRegion(value), NoApiAccess, MissingPermissions(value), OrganizationsNotVisible(value), InvalidSetting(value), Upstream(value), Other(value) });
