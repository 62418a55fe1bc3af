//! The real component in a sandbox, before an upstream on loopback.

use std::sync::Arc;

use koalr_runtime::contract::connect::{Connection, CredentialFacts, Error, Request};
use koalr_runtime::contract::describe::Manifest;
use koalr_runtime::contract::types::Endpoint;
use koalr_runtime::{
    CallError, Egress, EgressPolicy, Engine, EngineSettings, Governor, HttpClient, Limits,
    Organizations, PinnedOrigin, Plugin, Precedence, Shared, Transcript,
};

use crate::component;

/// What the verb `connect` gives: outside what became of the call, inside what the component decided.
pub type Connected = Result<Result<Connection, Error>, CallError>;

/// The loaded component and what it says of itself.
pub struct Sandbox {
    /// The component.
    pub plugin: Plugin,
    /// Its manifest.
    pub manifest: Manifest,
    _engine: Engine,
}

impl Sandbox {
    /// Loads the component under these limits.
    pub async fn new(limits: Limits) -> Self {
        // All tests share compiled code: compiling takes longer than any of them.
        let artifacts = component::folder().join("artifacts");
        let settings = EngineSettings {
            artifact_dir: Some(artifacts),
            limits,
        };
        let engine = Engine::new(settings).unwrap();
        let plugin = engine.load_bytes("component", &component::bytes()).unwrap();
        let mut session = plugin.open_session(Egress::closed()).await.unwrap();
        let manifest = session.describe().await.unwrap();
        Self {
            plugin,
            manifest,
            _engine: engine,
        }
    }

    /// Calls `connect` on a fresh instance that may send requests to this base.
    pub async fn connect(&self, base: &str, client: HttpClient) -> (Connected, Transcript) {
        let origin = PinnedOrigin {
            id: self.manifest.origins[0].id.clone(),
            base: base.to_owned(),
            allow_loopback: true,
        };
        let policy =
            EgressPolicy::from_manifest(&self.manifest, origin, Organizations::Connecting).unwrap();
        let governor = Arc::new(Governor::new(&self.manifest.quotas, 1.0));
        let shared = Shared {
            governor,
            answers: Arc::default(),
            now: 0,
        };
        let egress = Egress::open(policy, client, None, shared, Precedence::BACKFILL);
        let transcript = egress.transcript();
        let mut session = self.plugin.open_session(egress).await.unwrap();
        let result = session.connect(&self.request(base)).await;
        (result, transcript)
    }

    /// A request to connect to this base.
    #[must_use]
    pub fn request(&self, base: &str) -> Request {
        Request {
            endpoint: Endpoint {
                origin: self.manifest.origins[0].id.clone(),
                base: base.to_owned(),
            },
            credential: CredentialFacts {
                kind: None,
                audience_host: None,
            },
            organizations: Vec::new(),
            settings: Vec::new(),
            as_of: 0,
        }
    }
}
