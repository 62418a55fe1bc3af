//! What an integration is to who decides whether to connect it, and what is connected. Sends no request.

use koalr_platform::model::common::Setting;
use koalr_platform::model::manifest::{
    CredentialKind, Manifest, Origin, OriginAddress, Permission, Pull,
};
use koalr_store::Tenant;
use schemars::JsonSchema;
use serde::Serialize;

use super::status::{StatusReport, status};
use crate::{Host, HostError};

/// An integration that is installed, and its connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct IntegrationReport {
    /// Its identifier, for example `snyk`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Its semantic version.
    pub version: String,
    /// What it is, as one sentence.
    pub summary: String,
    /// What it reads and why, in the order to show it.
    pub pulls: Vec<Pull>,
    /// Upstream permissions that the token needs, in the order to show them.
    pub permissions: Vec<Permission>,
    /// Forms of token that the upstream accepts, most specific first.
    pub credentials: Vec<CredentialKind>,
    /// Where it can be connected to.
    pub regions: Vec<Region>,
    /// Domains that it also downloads exports from, each only where it was permitted at connect. May be empty.
    pub downloads: Vec<String>,
    /// Settings that a person may give at connect. May be empty.
    pub settings: Vec<Setting>,
    /// What is connected, and how far it is synced; none if nothing is.
    pub connection: Option<StatusReport>,
}

/// A place that an integration can be connected to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Region {
    /// Its identifier, which `upstream` takes, for example `EU-01`.
    pub id: String,
    /// Name for people.
    pub label: String,
    /// Its address.
    pub address: OriginAddress,
    /// Host names that mean this region too. May be empty.
    pub aliases: Vec<String>,
}

/// The loaded integration, and what of it a tenant has connected.
///
/// # Errors
/// - the store failed
pub fn integration(host: &Host, tenant: &Tenant) -> Result<IntegrationReport, HostError> {
    let manifest = host.manifest().clone();
    let connection = match tenant.connection(&manifest.id)? {
        Some(_) => Some(status(tenant, &manifest.id)?),
        None => None,
    };
    Ok(IntegrationReport::of(manifest, connection))
}

impl IntegrationReport {
    fn of(manifest: Manifest, connection: Option<StatusReport>) -> Self {
        let mut regions = Vec::new();
        let mut downloads = Vec::new();
        for origin in manifest.origins {
            let Origin {
                id,
                label,
                address,
                aliases,
                paths: _,
            } = origin;
            match address {
                OriginAddress::Download(domains) => downloads.extend(domains),
                address => regions.push(Region {
                    id,
                    label,
                    address,
                    aliases,
                }),
            }
        }
        Self {
            id: manifest.id,
            name: manifest.name,
            version: manifest.version,
            summary: manifest.summary,
            pulls: manifest.pulls,
            permissions: manifest.permissions,
            credentials: manifest.credentials,
            regions,
            downloads,
            settings: manifest.settings,
            connection,
        }
    }
}
