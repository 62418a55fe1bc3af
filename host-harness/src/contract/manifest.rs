//! `describe` across the contract.

use koalr_platform::model::manifest as model;
use koalr_runtime::contract::describe as wire;

use super::{Mirror, cases, record, variant};

record!(wire::Manifest, model::Manifest { id, name, version, summary, pulls, permissions, origins, quotas, credentials, settings, rules, extra });
record!(wire::Pull, model::Pull { what, why });
record!(wire::Permission, model::Permission { name, why, required });
cases!(wire::Method, model::Method { Get, Head, Post, Put, Patch, Delete });
record!(wire::PathRule, model::PathRule { method, template });
variant!(wire::OriginAddress, model::OriginAddress { Fixed(value), Template(value), CustomerSupplied, Download(value) });
record!(wire::Origin, model::Origin { id, label, address, aliases, paths });
record!(wire::Quota, model::Quota { id, requests, window_secs, method, path_prefix });
record!(wire::CredentialKind, model::CredentialKind { id, label, pattern, header, value, audience });
record!(wire::AudienceClaim, model::AudienceClaim { part, claim });
record!(wire::Rule, model::Rule { code, summary, routes, active_by_default, parameters });
record!(wire::Parameter, model::Parameter { name, summary, kind, default });
