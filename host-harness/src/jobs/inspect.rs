//! What a component is, before anything is connected.

use koalr_platform::model::manifest::Manifest;
use koalr_runtime::World;
use schemars::JsonSchema;
use serde::Serialize;

use crate::Host;

/// Everything that can be said of a component without connecting it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct InspectReport {
    /// SHA-256 of its bytes, in hexadecimal.
    pub content_hash: String,
    /// Its size.
    pub size_bytes: u64,
    /// The contract's world it implements.
    pub world: &'static str,
    /// Interfaces it imports, sorted.
    pub imports: Vec<String>,
    /// Interfaces it exports, sorted.
    pub exports: Vec<String>,
    /// What one session may use.
    pub limits: Vec<LimitRow>,
    /// What it says of itself.
    pub manifest: Manifest,
}

/// One limit of a session.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct LimitRow {
    /// What is limited.
    pub name: String,
    /// How much is allowed.
    pub value: u64,
    /// In what unit.
    pub unit: String,
}

/// Looks at a loaded component.
#[must_use]
pub fn inspect(host: &Host) -> InspectReport {
    let plugin = host.plugin();
    InspectReport {
        content_hash: plugin.content_hash().to_owned(),
        size_bytes: plugin.size_bytes(),
        world: match plugin.world() {
            World::Source => "source",
            World::Integration => "integration",
        },
        imports: plugin.imports().to_vec(),
        exports: plugin.exports().to_vec(),
        limits: plugin
            .limits()
            .list()
            .into_iter()
            .map(|limit| LimitRow {
                name: limit.name.to_string(),
                value: limit.value,
                unit: limit.unit.to_owned(),
            })
            .collect(),
        manifest: host.manifest().clone(),
    }
}
