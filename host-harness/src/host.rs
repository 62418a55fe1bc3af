//! A loaded integration, ready for jobs.

mod serving;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use koalr_platform::conformance::check_manifest;
use koalr_platform::model::common::Timestamp;
use koalr_platform::model::manifest::Manifest;
use koalr_runtime::{
    Egress, Engine, EngineSettings, Governor, Limits, Plugin, Proxy, Shared, Verb, World,
};
use koalr_store::TenantId;
use semver::Version;
use tokio::sync::Notify;

use crate::breach::charged;
use crate::contract::{Declared, DeclaredQuota, Mirror as _};
use crate::observe::{Metrics, PluginMeter, Vigil};
use crate::recording::Recordings;
use crate::report::{Judge, plain};
use crate::{HostError, component_path};
use serving::Serving;
pub use serving::Versions;

/// What a host is made from.
#[derive(Debug, Clone, Default)]
pub struct HostSettings {
    /// The component; none means the one beside this program.
    pub plugin: Option<PathBuf>,
    /// Where compiled components are kept; none means that each start compiles.
    pub artifact_dir: Option<PathBuf>,
    /// How much of the upstream's quotas its jobs use.
    pub rate_share: RateShare,
    /// The operator's proxy; none means that every upstream is reached directly.
    pub proxy: Option<Proxy>,
    /// What one session and each of its calls may use.
    pub limits: Limits,
}

/// Share of each upstream quota that is used, in percent from 1 to 100. The rest is left to other users of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateShare(u8);

impl RateShare {
    /// This many percent; none unless it is from 1 to 100.
    #[must_use]
    pub fn percent(percent: u8) -> Option<Self> {
        (1..=100).contains(&percent).then_some(Self(percent))
    }

    /// In percent, from 1 to 100.
    #[must_use]
    pub fn to_percent(self) -> u8 {
        self.0
    }

    /// The same as a fraction, above 0 and at most 1.
    #[must_use]
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl Default for RateShare {
    /// 80 %.
    fn default() -> Self {
        Self(80)
    }
}

/// One version of an integration, ready for jobs, and what all versions share. Cheap to clone.
#[derive(Clone)]
pub struct Host {
    loaded: Arc<Loaded>,
    common: Arc<Common>,
    /// Where its calls are recorded; none if they are not.
    recordings: Option<Recordings>,
}

/// One version of one integration.
struct Loaded {
    plugin: Plugin,
    declared: Declared,
    manifest: Manifest,
    /// How its newest calls ended, while they are counted.
    vigil: Arc<Vigil>,
}

/// What all versions share.
struct Common {
    rate_share: RateShare,
    proxy: Option<Proxy>,
    /// One pace and one memory of answers for each tenant and base address, so that jobs at the same time stay within the
    /// quotas together.
    shared: Mutex<Paces>,
    /// Which version serves whom; none while one serves all.
    serving: Mutex<Option<Arc<Serving>>>,
    /// Who counts what each version does; none if nobody does.
    metrics: OnceLock<Arc<Metrics>>,
    /// Rings when a call of any version failed.
    alarm: Arc<Notify>,
    engine: Engine,
}

type Paces = BTreeMap<(TenantId, String), Pace>;

/// What the sessions of one tenant at one base address share, made for the quotas that the version of that time declares.
struct Pace {
    quotas: Vec<DeclaredQuota>,
    shared: Shared,
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
            limits: settings.limits,
        })?;
        let loaded = Loaded::describe(engine.load(&path)?).await?;
        Ok(Self {
            loaded: Arc::new(loaded),
            common: Arc::new(Common {
                rate_share: settings.rate_share,
                proxy: settings.proxy,
                shared: Mutex::default(),
                serving: Mutex::default(),
                metrics: OnceLock::new(),
                alarm: Arc::default(),
                engine,
            }),
            recordings: None,
        })
    }

    /// Loads another component beside this one and asks it what it is. The name is only used in messages.
    ///
    /// # Errors
    ///
    /// The component is refused, or fails in `describe`.
    pub async fn load(&self, name: &str, wasm: Vec<u8>) -> Result<Self, HostError> {
        let (engine, name) = (self.common.engine.clone(), name.to_owned());
        // Compiling keeps a core busy for seconds.
        let loading = tokio::task::spawn_blocking(move || engine.load_bytes(&name, &wasm));
        let plugin = match loading.await {
            Ok(plugin) => plugin?,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // Only the end of the process cancels it.
                Err(_) => std::future::pending().await,
            },
        };
        let loaded = Loaded::describe(plugin).await?;
        Ok(self.with(loaded))
    }

    /// The same; what it and its other versions do is counted from now on.
    pub(crate) fn metered(self, metrics: &Arc<Metrics>) -> Self {
        // Who counts first goes on counting.
        let _ = self.common.metrics.set(Arc::clone(metrics));
        let Loaded {
            plugin,
            declared,
            manifest,
            ..
        } = &*self.loaded;
        self.with(Loaded {
            plugin: plugin.clone(),
            declared: declared.clone(),
            manifest: manifest.clone(),
            vigil: Arc::default(),
        })
    }

    fn with(&self, loaded: Loaded) -> Self {
        let loaded = match self.common.metrics.get() {
            Some(metrics) => loaded.metered(metrics, &self.common.alarm),
            None => loaded,
        };
        Self {
            loaded: Arc::new(loaded),
            common: Arc::clone(&self.common),
            recordings: self.recordings.clone(),
        }
    }

    /// The same, for an upstream of one's own, whose quotas are others than the manifest says. With none nothing is paced.
    #[must_use]
    pub fn with_quotas(self, quotas: Vec<DeclaredQuota>) -> Self {
        let Loaded {
            plugin,
            declared,
            manifest,
            ..
        } = &*self.loaded;
        self.with(Loaded {
            plugin: plugin.clone(),
            manifest: Manifest {
                quotas: quotas.clone().mirror(),
                ..manifest.clone()
            },
            declared: Declared {
                quotas,
                ..declared.clone()
            },
            vigil: Arc::default(),
        })
    }

    /// The same, whose calls of live jobs are recorded there from now on.
    #[must_use]
    pub fn recorded(self, recordings: Recordings) -> Self {
        Self {
            recordings: Some(recordings),
            ..self
        }
    }

    /// Where calls are recorded; none if they are not.
    pub(crate) fn recordings(&self) -> Option<&Recordings> {
        self.recordings.as_ref()
    }

    /// The loaded component.
    #[must_use]
    pub fn plugin(&self) -> &Plugin {
        &self.loaded.plugin
    }

    /// What it says of itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.loaded.manifest
    }

    /// The same in the contract's own types, which the sandbox policy is made from.
    pub(crate) fn declared(&self) -> &Declared {
        &self.loaded.declared
    }

    /// How much of the upstream's quotas is used.
    pub(crate) fn rate_share(&self) -> RateShare {
        self.common.rate_share
    }

    /// The operator's proxy.
    pub(crate) fn proxy(&self) -> Option<Proxy> {
        self.common.proxy.clone()
    }

    /// What all sessions of a tenant at a base address share, for a job of that time.
    pub(crate) fn shared(&self, tenant: &TenantId, base: &str, now: Timestamp) -> Shared {
        let quotas = &self.loaded.declared.quotas;
        let key = (tenant.clone(), base.to_owned());
        let mut all = self.all_shared();
        let kept = all.get(&key).filter(|pace| pace.quotas == *quotas);
        if let Some(pace) = kept {
            return Shared {
                now,
                ..pace.shared.clone()
            };
        }
        let share = self.common.rate_share.fraction();
        let shared = Shared {
            governor: Arc::new(Governor::new(quotas, share)),
            answers: Arc::default(),
            now,
        };
        let pace = Pace {
            quotas: quotas.clone(),
            shared: shared.clone(),
        };
        all.insert(key, pace);
        shared
    }

    /// For how many seconds a tenant's requests are held because an upstream said so; none if they are not.
    pub(crate) fn held_secs(&self, tenant: &TenantId) -> Option<u32> {
        let all = self.all_shared();
        let own = all.iter().filter(|((of, _), _)| of == tenant);
        let held = own.filter_map(|(_, pace)| pace.shared.governor.closed_for());
        let secs = held.max()?.as_millis().div_ceil(1_000);
        Some(u32::try_from(secs).unwrap_or(u32::MAX))
    }

    /// Forgets what was answered to a tenant at a base address: another credential may see other things.
    pub(crate) fn forget_answers(&self, tenant: &TenantId, base: &str) {
        let key = (tenant.clone(), base.to_owned());
        if let Some(pace) = self.all_shared().get_mut(&key) {
            pace.shared.answers = Arc::default();
        }
    }

    fn all_shared(&self) -> MutexGuard<'_, Paces> {
        self.common
            .shared
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Who judges with this component.
    pub(crate) fn judge(&self) -> Judge {
        Judge {
            plugin: self.loaded.manifest.id.clone(),
            version: self.loaded.manifest.version.clone(),
            component: self.loaded.plugin.content_hash().to_owned(),
        }
    }

    /// How the newest calls of this version ended; nothing while nobody counts.
    pub(crate) fn vigil(&self) -> &Vigil {
        &self.loaded.vigil
    }

    /// Waits until a call of any version fails.
    pub(crate) async fn alarmed(&self) {
        self.common.alarm.notified().await;
    }

    /// Makes sure that this is the integration that was asked for.
    ///
    /// # Errors
    ///
    /// It is another one.
    pub(crate) fn check_integration(&self, asked: &str) -> Result<(), HostError> {
        if asked == self.loaded.manifest.id {
            return Ok(());
        }
        Err(HostError::OtherIntegration {
            asked: asked.to_owned(),
            loaded: self.loaded.manifest.id.clone(),
        })
    }
}

impl Loaded {
    async fn describe(plugin: Plugin) -> Result<Self, HostError> {
        let mut session = plugin.open_session(Egress::closed()).await?;
        let declared = session.describe().await?;
        let manifest: Manifest = declared.clone().mirror();
        check_version(&manifest)?;
        let plugin = plugin.known_as(&manifest.id, &manifest.version, None);
        let judges = plugin.world() == World::Integration;
        check_manifest(&manifest, judges)
            .map_err(|breaches| charged(&plugin, Verb::Describe, breaches))?;
        Ok(Self {
            plugin,
            declared,
            manifest,
            vigil: Arc::default(),
        })
    }

    /// The same, whose use is counted.
    fn metered(self, metrics: &Metrics, alarm: &Arc<Notify>) -> Self {
        let Manifest { id, version, .. } = &self.manifest;
        let vigil = Arc::new(Vigil::ringing(alarm));
        let meter = PluginMeter::new(metrics, (id, version), Arc::clone(&vigil));
        let plugin = self.plugin.known_as(id, version, Some(Arc::new(meter)));
        Self {
            plugin,
            vigil,
            ..self
        }
    }
}

/// Versions are compared when one replaces another, so each must be one.
fn check_version(manifest: &Manifest) -> Result<(), HostError> {
    match Version::parse(&manifest.version) {
        Ok(_) => Ok(()),
        Err(error) => Err(HostError::Manifest(format!(
            "its version `{}` is no semantic version ({error}); its author must mend that",
            plain(&manifest.version)
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(version: &str) -> Result<(), String> {
        let manifest = Manifest {
            id: "sample".to_owned(),
            name: "Sample".to_owned(),
            version: version.to_owned(),
            summary: String::new(),
            pulls: Vec::new(),
            permissions: Vec::new(),
            origins: Vec::new(),
            quotas: Vec::new(),
            credentials: Vec::new(),
            settings: Vec::new(),
            rules: Vec::new(),
            extra: Vec::new(),
        };
        check_version(&manifest).map_err(|error| error.to_string())
    }

    #[test]
    fn a_component_whose_version_is_none_is_refused_with_the_version() {
        let sentence = checked("one\u{1b}").unwrap_err();
        let start = "the component describes itself wrongly: its version `one\u{fffd}` is no semantic version (";
        assert!(sentence.starts_with(start), "{sentence}");
    }

    #[test]
    fn a_semantic_version_is_one() {
        assert_eq!(checked("0.1.0-rc.1+build.5"), Ok(()));
    }
}
