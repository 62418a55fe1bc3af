//! Whom a candidate serves.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The tenants that a candidate serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cohort {
    /// These, by name; one that is not known is served once it is. Not empty.
    Tenants(BTreeSet<String>),
    /// This share of all.
    Percent(Percent),
}

/// A share, in percent from 0 to 100. 0 serves nobody: such a candidate is only compared.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "u8")]
pub struct Percent(#[schemars(range(max = 100))] u8);

impl Cohort {
    /// Whether a tenant is in it.
    ///
    /// A share is taken by a stable hash: the first eight bytes of SHA-256 over the integration's id, a zero byte and the
    /// tenant's name, read as a big-endian number, modulo 100, are a place from 0 to 99; whose place is below the percent
    /// is in. So who is in at 10 % is in at 20 %, on every machine, and other tenants go first for another integration.
    #[must_use]
    pub fn holds(&self, integration: &str, tenant: &str) -> bool {
        match self {
            Self::Tenants(tenants) => tenants.contains(tenant),
            Self::Percent(percent) => place(integration, tenant) < u64::from(percent.0),
        }
    }

    /// Whether it names nobody. A share of 0 % is one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Tenants(tenants) if tenants.is_empty())
    }
}

impl Percent {
    /// This many percent; none above 100.
    #[must_use]
    pub fn new(percent: u8) -> Option<Self> {
        (percent <= 100).then_some(Self(percent))
    }

    /// In percent, from 0 to 100.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Percent {
    type Error = String;

    fn try_from(percent: u8) -> Result<Self, String> {
        Self::new(percent).ok_or_else(|| format!("`{percent}` is no percentage; use 0 to 100"))
    }
}

/// From 0 to 99.
fn place(integration: &str, tenant: &str) -> u64 {
    let mut hasher = Sha256::new();
    hasher.update(integration);
    hasher.update([0]);
    hasher.update(tenant);
    let first = hasher
        .finalize()
        .iter()
        .take(8)
        .fold(0, |number, &byte| (number << 8) | u64::from(byte));
    first % 100
}
