//! A loaded integration, ready for jobs.

use std::path::PathBuf;

use koalr_platform::model::manifest::Manifest;
use koalr_runtime::{Egress, Engine, EngineSettings, Limits, Plugin};

use crate::contract::{Declared, Mirror as _};
use crate::report::Judge;
use crate::{HostError, component_path};

/// What a host is made from.
#[derive(Debug, Clone, Default)]
pub struct HostSettings {
    /// The component; none means the one beside this program.
    pub plugin: Option<PathBuf>,
    /// Where compiled components are kept; none means that each start compiles.
    pub artifact_dir: Option<PathBuf>,
}

/// One loaded integration and its manifest.
pub struct Host {
    plugin: Plugin,
    declared: Declared,
    manifest: Manifest,
    // Keeps the engine's ticker alive for as long as the plugin may run.
    _engine: Engine,
}

impl Host {
    /// Starts the sandbox, loads the component and asks it what it is.
    ///
    /// # Errors
    ///
    /// The component is missing or refused, or fails in `describe`.
    pub async fn open(settings: HostSettings) -> Result<Self, HostError> {
        let path = match settings.plugin {
            Some(path) => path,
            None => component_path().map_err(HostError::NoComponent)?,
        };
        let engine = Engine::new(EngineSettings {
            artifact_dir: settings.artifact_dir,
            limits: Limits::default(),
        })?;
        let plugin = engine.load(&path)?;
        let declared = plugin
            .open_session(Egress::closed())
            .await?
            .describe()
            .await?;
        let manifest = declared.clone().mirror();
        Ok(Self {
            plugin,
            declared,
            manifest,
            _engine: engine,
        })
    }

    /// The loaded component.
    #[must_use]
    pub fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    /// What it says of itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The same in the contract's own types, which the sandbox policy is made from.
    pub(crate) fn declared(&self) -> &Declared {
        &self.declared
    }

    /// Who judges with this component.
    pub(crate) fn judge(&self) -> Judge {
        Judge {
            plugin: self.manifest.id.clone(),
            version: self.manifest.version.clone(),
            component: self.plugin.content_hash().to_owned(),
        }
    }

    /// Makes sure that this is the integration that was asked for.
    ///
    /// # Errors
    ///
    /// It is another one.
    pub(crate) fn check_integration(&self, asked: &str) -> Result<(), HostError> {
        if asked == self.manifest.id {
            return Ok(());
        }
        Err(HostError::OtherIntegration {
            asked: asked.to_owned(),
            loaded: self.manifest.id.clone(),
        })
    }
}
