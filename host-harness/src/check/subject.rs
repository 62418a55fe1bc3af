//! The component that is checked, and calls on it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use koalr_platform::model::assessment::{Assessment, ScoreError};
use koalr_platform::model::common::{Endpoint, Timestamp};
use koalr_platform::model::connection::{
    ConnectError, ConnectRequest, Connection, CredentialFacts,
};
use koalr_platform::model::evidence::ScoreRequest;
use koalr_platform::model::manifest::{Manifest, OriginAddress};
use koalr_platform::model::verdict::{GateError, GateRequest, Verdict};
use koalr_platform::model::walk::{Batch, Cursor, Scope, SyncError, SyncRequest};
use koalr_runtime::{
    CallError, Egress, EgressPolicy, Engine, EngineSettings, Limits, LoadError, Organizations,
    PinnedOrigin, Plugin, Responder, Session, World,
};

use super::purity::NO_ORIGIN;
use super::recorded::Recorded;
use crate::HostError;
use crate::contract::{Declared, Mirror as _};

/// A component that said what it is.
pub(super) struct Subject {
    pub(super) plugin: Plugin,
    pub(super) declared: Declared,
    pub(super) manifest: Manifest,
    pub(super) recorded: Recorded,
    /// The first origin that requests may go to, under an address of its form; none if there is none.
    pub(super) pinned: Option<PinnedOrigin>,
    /// For engines with other limits.
    wasm: Vec<u8>,
    // Keeps the ticker alive.
    _engine: Engine,
}

/// Where the requests of a sandbox may go.
pub(super) struct Line<'a> {
    pub(super) pinned: PinnedOrigin,
    pub(super) organizations: Organizations,
    /// Domain suffixes that downloads are permitted from.
    pub(super) downloads: &'a [String],
}

/// What became of a component's first moments.
pub(super) enum Opened {
    /// It was not admitted.
    Refused(String),
    /// It was, and could not say what it is.
    Mute { component: String, why: String },
    /// It said what it is.
    Subject(Box<Subject>),
}

/// What a call decided, or why there was none, as a sentence.
pub(super) type Called<T, E> = Result<Result<T, E>, String>;

/// A batch, and how many requests the host counted for it.
pub(super) type Counted = (Batch, u32);

impl Subject {
    pub(super) async fn open(file: &Path, recorded: Recorded) -> Result<Opened, HostError> {
        let wasm = std::fs::read(file).map_err(|cause| LoadError::Read {
            path: file.to_path_buf(),
            cause,
        })?;
        let engine = Engine::new(EngineSettings::default())?;
        let plugin = match engine.load_bytes(&file.display().to_string(), &wasm) {
            Ok(plugin) => plugin,
            Err(refused) => return Ok(Opened::Refused(refused.to_string())),
        };
        let described = async {
            let mut session = plugin.open_session(Egress::closed()).await?;
            session.describe().await
        };
        let declared = match described.await {
            Ok(declared) => declared,
            Err(error) => {
                return Ok(Opened::Mute {
                    component: plugin.content_hash().to_owned(),
                    why: error.to_string(),
                });
            }
        };
        let manifest: Manifest = declared.clone().mirror();
        Ok(Opened::Subject(Box::new(Self {
            plugin: plugin.known_as(&manifest.id, &manifest.version, None),
            pinned: pinned(&manifest),
            declared,
            manifest,
            recorded,
            wasm,
            _engine: engine,
        })))
    }

    /// The same component under other limits, with the engine that keeps it alive.
    pub(super) fn under(&self, limits: Limits) -> Result<(Engine, Plugin), String> {
        let settings = EngineSettings {
            artifact_dir: None,
            limits,
        };
        let engine = Engine::new(settings).map_err(|error| error.to_string())?;
        let plugin = engine.load_bytes(&self.plugin.title(), &self.wasm);
        Ok((engine, plugin.map_err(|error| error.to_string())?))
    }

    pub(super) fn judges(&self) -> bool {
        self.plugin.world() == World::Integration
    }

    /// A sandbox from which nothing leaves.
    pub(super) async fn closed(&self) -> Result<Session, String> {
        let opened = self.plugin.open_session(Egress::closed()).await;
        opened.map_err(|error| error.to_string())
    }

    /// The line to an upstream that nobody recorded.
    fn line(&self, organizations: Organizations) -> Result<Line<'static>, String> {
        Ok(Line {
            pinned: self.pinned.clone().ok_or(NO_ORIGIN)?,
            organizations,
            downloads: &[],
        })
    }

    /// A sandbox of this plugin, whose upstream is a function.
    async fn before(
        &self,
        plugin: &Plugin,
        line: Line<'_>,
        upstream: &Arc<dyn Responder>,
    ) -> Result<Session, String> {
        let declared = &self.declared;
        let policy = EgressPolicy::from_manifest(declared, line.pinned, line.organizations)
            .and_then(|policy| policy.with_downloads(declared, line.downloads))
            .map_err(|error| error.to_string())?;
        let egress = Egress::answered_by(policy, Arc::clone(upstream));
        let opened = plugin.open_session(egress).await;
        opened.map_err(|error| error.to_string())
    }

    /// Connects on a fresh instance.
    pub(super) async fn connect(
        &self,
        plugin: &Plugin,
        upstream: &Arc<dyn Responder>,
    ) -> Called<Connection, ConnectError> {
        let line = self.line(Organizations::Connecting)?;
        let mut session = self.before(plugin, line, upstream).await?;
        let request = ConnectRequest {
            endpoint: self.endpoint(),
            credential: CredentialFacts {
                kind: self
                    .manifest
                    .credentials
                    .first()
                    .map(|kind| kind.id.clone()),
                audience_host: None,
            },
            organizations: Vec::new(),
            settings: Vec::new(),
            as_of: AS_OF,
        };
        called(session.connect(&request.mirror()).await)
    }

    /// Pulls one batch on a fresh instance.
    pub(super) async fn sync(
        &self,
        plugin: &Plugin,
        upstream: &Arc<dyn Responder>,
        request: SyncRequest,
    ) -> Called<Counted, SyncError> {
        let bound = BTreeSet::from([ORGANIZATION.to_owned()]);
        let line = self.line(Organizations::Bound(bound))?;
        self.sync_on(plugin, line, upstream, request).await
    }

    /// The same on any line.
    pub(super) async fn sync_on(
        &self,
        plugin: &Plugin,
        line: Line<'_>,
        upstream: &Arc<dyn Responder>,
        request: SyncRequest,
    ) -> Called<Counted, SyncError> {
        let mut session = self.before(plugin, line, upstream).await?;
        let answer = session.sync(&request.mirror()).await;
        let counted = session.usage().asked;
        let answer: Result<Batch, SyncError> = called(answer)?;
        Ok(answer.map(|batch| (batch, counted)))
    }

    /// A question for everything of one organization.
    pub(super) fn request(&self, budget: u32, cursor: Option<Cursor>) -> SyncRequest {
        self.request_of(listing(), budget, cursor)
    }

    pub(super) fn request_of(
        &self,
        scope: Scope,
        request_budget: u32,
        cursor: Option<Cursor>,
    ) -> SyncRequest {
        SyncRequest {
            endpoint: self.endpoint(),
            scope,
            since: None,
            cursor,
            settings: Vec::new(),
            request_budget,
            as_of: AS_OF,
        }
    }

    fn endpoint(&self) -> Endpoint {
        let pinned = self.pinned.as_ref();
        let text = |field: fn(&PinnedOrigin) -> &String| pinned.map(field).cloned();
        Endpoint {
            origin: text(|pinned| &pinned.id).unwrap_or_default(),
            base: text(|pinned| &pinned.base).unwrap_or_default(),
        }
    }
}

/// Scores in a session.
pub(super) async fn score(
    session: &mut Session,
    request: &ScoreRequest,
) -> Called<Assessment, ScoreError> {
    called(session.score(&request.clone().mirror()).await)
}

/// Gates in a session.
pub(super) async fn gate(
    session: &mut Session,
    request: &GateRequest,
) -> Called<Verdict, GateError> {
    called(session.gate(&request.clone().mirror()).await)
}

/// Everything of the one organization.
pub(super) fn listing() -> Scope {
    Scope::Organizations(vec![ORGANIZATION.to_owned()])
}

fn called<W, V, T, E>(answer: Result<Result<W, V>, CallError>) -> Called<T, E>
where
    W: crate::contract::Mirror<T>,
    V: crate::contract::Mirror<E>,
{
    match answer {
        Ok(Ok(value)) => Ok(Ok(value.mirror())),
        Ok(Err(error)) => Ok(Err(error.mirror())),
        Err(error) => Err(error.to_string()),
    }
}

/// The first origin that can be pinned, with what its form leaves open filled in.
fn pinned(manifest: &Manifest) -> Option<PinnedOrigin> {
    manifest.origins.iter().find_map(|origin| {
        let base = match &origin.address {
            OriginAddress::Fixed(base) => base.clone(),
            OriginAddress::Template(base) => {
                let (before, rest) = base.split_once('{')?;
                let (_, after) = rest.split_once('}')?;
                format!("{before}sample{after}")
            }
            OriginAddress::CustomerSupplied => "https://upstream.example.com".to_owned(),
            OriginAddress::Download(_) | OriginAddress::Other(_) => return None,
        };
        Some(PinnedOrigin {
            id: origin.id.clone(),
            base,
            allow_loopback: false,
        })
    })
}

/// The organization that is asked about. It has the form of most upstreams' ids.
pub(super) const ORGANIZATION: &str = "5a3bba4f-8d2c-4c5e-9a2e-1f0c7d6e8b90";

/// The time of every call: 2026-01-15T00:00:00Z, in milliseconds since 1970.
pub(super) const AS_OF: Timestamp = 1_768_435_200_000;
