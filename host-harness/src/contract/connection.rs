//! `connect` across the contract.

use koalr_platform::model::connection as model;
use koalr_runtime::contract::connect as wire;

use super::{Mirror, cases, record, variant};

record!(wire::Request, model::ConnectRequest { endpoint, credential, organizations, settings, as_of });
record!(wire::CredentialFacts, model::CredentialFacts { kind, audience_host });
record!(wire::Connection, model::Connection { account, organizations, capabilities, warnings, extra });
record!(wire::Account, model::Account { id, name, kind });
record!(wire::Organization, model::Organization { id, slug, name });
cases!(wire::Access, model::Access { Allowed, Refused, Unknown });
record!(wire::Capability, model::Capability { organization, route, access });
variant!(wire::Error, model::ConnectError { BadCredential, WrongRegion(value), NoApiAccess, MissingPermissions(value), OrganizationsNotVisible(value), InvalidSetting(value), Upstream(value), Other(value) });
