//! An attack: one guest does one thing, the host says what, and serves the next call.

mod charge;
mod log;
mod loopback;
mod request;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use koalr_guests::{Guest, SPINS};
use koalr_runtime::contract::describe::Manifest;
use koalr_runtime::contract::sync::Batch;
use koalr_runtime::contract::types::{ParameterValue, SettingEntry};
use koalr_runtime::{
    CredentialHeader, Egress, EgressPolicy, Engine, EngineSettings, Exchange, Governor, HttpClient,
    Limits, Meter, Organizations, PinnedOrigin, Plugin, Precedence, Roots, Secret, Shared, Verb,
};
use tokio::sync::OnceCell;

use self::charge::Charge;
use self::log::Log;
pub use self::loopback::{Loopback, Reply};
use crate::component;

/// The credential of every attack.
pub const CANARY: &str = "canary-7f3a9c51e2";

/// A guest, and the host it is let loose in.
pub struct Attack {
    guest: &'static str,
    wasm: Vec<u8>,
    limits: Limits,
    settings: Vec<SettingEntry>,
    upstream: Option<Loopback>,
    downloads: Vec<String>,
    allow_loopback: bool,
}

impl Attack {
    /// By a guest of `tests/guests`.
    #[must_use]
    pub fn by(guest: Guest) -> Self {
        Self::with(guest.name, guest.wasm())
    }

    /// By a component of this name.
    #[must_use]
    pub fn with(guest: &'static str, wasm: Vec<u8>) -> Self {
        Self {
            guest,
            wasm,
            limits: Limits::default(),
            settings: Vec::new(),
            upstream: None,
            downloads: Vec::new(),
            allow_loopback: true,
        }
    }

    /// Under other limits than the standard.
    #[must_use]
    pub fn under(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// With a setting that the guest reads.
    #[must_use]
    pub fn setting(mut self, key: &str, value: ParameterValue) -> Self {
        let key = key.to_owned();
        self.settings.push(SettingEntry { key, value });
        self
    }

    /// As much as this, and no more.
    #[must_use]
    pub fn amount(self, amount: i64) -> Self {
        self.setting("amount", ParameterValue::Integer(amount))
    }

    /// Before an upstream on loopback that answers so.
    #[must_use]
    pub async fn upstream(self, answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let upstream = Some(Loopback::start(answer).await);
        Self { upstream, ..self }
    }

    /// With files from these domains permitted.
    #[must_use]
    pub fn downloads(self, domains: &[&str]) -> Self {
        let downloads = domains.iter().map(|one| (*one).to_owned()).collect();
        Self { downloads, ..self }
    }

    /// Loads the guest, calls the verb, and then asks the real component in the same engine to describe itself.
    pub async fn call(self, verb: Verb) -> Attacked {
        let log = Log::begin();
        let engine = engine(&self.limits);
        let charge = Arc::new(Charge::default());
        let good = Arc::new(Charge::default());
        let real = engine.load_bytes("component", &component::bytes());
        let real = real.unwrap_or_else(|error| panic!("the real component: {error}"));
        let meter: Arc<dyn Meter> = Arc::<Charge>::clone(&good);
        let real = real.known_as("snyk", "0.1.0", Some(meter));
        let mut exchanges = Vec::new();
        let mut batch = None;
        let loaded = engine.load_bytes(self.guest, &self.wasm);
        let error = match loaded {
            Err(refused) => Some(refused.to_string()),
            Ok(plugin) => {
                let meter: Arc<dyn Meter> = Arc::<Charge>::clone(&charge);
                let plugin = plugin.known_as("hostile", "0.1.0", Some(meter));
                let egress = self.egress().await;
                let transcript = egress.transcript();
                let base = self.base();
                let called = match plugin.open_session(egress).await {
                    Ok(mut session) => {
                        request::call(&mut session, verb, &base, &self.settings).await
                    }
                    Err(error) => Err(error),
                };
                let error = called.as_ref().err();
                charge.assert_charged(self.guest, error);
                exchanges = transcript.exchanges();
                let error = error.map(ToString::to_string);
                batch = called.ok().flatten();
                error
            }
        };
        let began = Instant::now();
        serve(&real).await;
        let recovered = began.elapsed();
        good.assert_unharmed(self.guest);
        let log = log.lines();
        let said = error.clone().or_else(|| {
            let about = |line: &&String| line.contains("(limit `") || line.starts_with('`');
            log.iter().find(about).cloned()
        });
        Attacked {
            guest: self.guest,
            said: said.unwrap_or_else(|| "nothing".to_owned()),
            failed: error.is_some(),
            batch,
            log,
            exchanges,
            received: self.upstream.map(|one| one.received()).unwrap_or_default(),
            recovered,
        }
    }

    /// What the guest says it has seen in each of two calls of one session.
    pub async fn seen_twice(&self) -> [String; 2] {
        let plugin = engine(&self.limits).load_bytes(self.guest, &self.wasm);
        let mut session = plugin
            .unwrap()
            .open_session(self.egress().await)
            .await
            .unwrap();
        let mut seen = [String::new(), String::new()];
        for said in &mut seen {
            let batch = request::call(&mut session, Verb::Sync, &self.base(), &self.settings).await;
            said.clone_from(&batch.unwrap().unwrap().diagnostics[0].message);
        }
        seen
    }

    fn base(&self) -> String {
        let upstream = self.upstream.as_ref();
        upstream.map_or("http://127.0.0.1:9".to_owned(), Loopback::base)
    }

    /// The way out: to the upstream, with the credential.
    async fn egress(&self) -> Egress {
        let manifest = manifest().await;
        let origin = PinnedOrigin {
            id: "api".to_owned(),
            base: self.base(),
            allow_loopback: self.allow_loopback,
        };
        let organizations = Organizations::Bound(BTreeSet::from(["org-1".to_owned()]));
        let policy = EgressPolicy::from_manifest(manifest, origin, organizations)
            .and_then(|policy| policy.with_downloads(manifest, &self.downloads))
            .unwrap();
        let secret = Secret::parse(CANARY).unwrap();
        let credential =
            CredentialHeader::new("authorization", "Bearer {credential}", &secret).unwrap();
        let shared = Shared {
            governor: Arc::new(Governor::new(&manifest.quotas, 1.0)),
            answers: Arc::default(),
            now: 0,
        };
        let client = HttpClient::new(Roots::None, None).unwrap();
        Egress::open(
            policy,
            client,
            Some(credential),
            shared,
            Precedence::BACKFILL,
        )
    }
}

/// What became of an attack.
#[derive(Debug)]
pub struct Attacked {
    /// Name of the guest.
    pub guest: &'static str,
    /// The host's first sentence about it: the error of the call, or the line in the log; `nothing` if there is none.
    pub said: String,
    /// Whether the call had no result.
    pub failed: bool,
    /// What `sync` gave; none for other verbs, or if it failed.
    pub batch: Option<Batch>,
    /// Every line in the log.
    pub log: Vec<String>,
    /// Every request, as the transcript has it.
    pub exchanges: Vec<Exchange>,
    /// Every request that the upstream received, whole.
    pub received: Vec<String>,
    /// Time from the end of the attack until the real component has answered in the same engine.
    pub recovered: Duration,
}

impl Attacked {
    /// The host says this of it.
    #[track_caller]
    pub fn says(self, sentence: &str) -> Self {
        assert_eq!(self.said, sentence, "{}: {:#?}", self.guest, self.log);
        self
    }

    /// The host's sentence has these beginning and end.
    #[track_caller]
    pub fn says_about(self, beginning: &str, end: &str) -> Self {
        let fits = self.said.starts_with(beginning) && self.said.ends_with(end);
        assert!(fits, "{}: {}", self.guest, self.said);
        self
    }

    /// The host had nothing to say; what a person should know instead.
    #[track_caller]
    pub fn notes(self, said: &str) -> Self {
        let said = format!("nothing: {said}");
        Self {
            said,
            ..self.says("nothing")
        }
    }

    /// The guest went on, and came to its end.
    #[track_caller]
    pub fn survives(self) -> Self {
        assert!(!self.failed, "{}: {}", self.guest, self.said);
        self
    }

    /// What the guest found out about this.
    #[track_caller]
    #[must_use]
    pub fn told(&self, subject: &str) -> &str {
        let rows = self.rows();
        let row = rows.into_iter().find(|(about, _)| *about == subject);
        row.unwrap_or_else(|| panic!("{}: nothing about `{subject}`: {self:#?}", self.guest))
            .1
    }

    /// Everything that the guest found out: about what, and what.
    #[must_use]
    pub fn rows(&self) -> Vec<(&str, &str)> {
        let diagnostics = self.batch.iter().flat_map(|batch| &batch.diagnostics);
        diagnostics
            .map(|row| (row.subject.as_str(), row.message.as_str()))
            .collect()
    }

    /// Name of the limit that stopped it; none if something else did.
    #[must_use]
    pub fn limit(&self) -> Option<&str> {
        let (_, rest) = self.said.rsplit_once("(limit `")?;
        rest.split_once('`').map(|(name, _)| name)
    }
}

/// What every hostile guest says of itself, unless that is the attack.
pub async fn manifest() -> &'static Manifest {
    static MANIFEST: OnceCell<Manifest> = OnceCell::const_new();
    let describe = || async {
        let plugin = engine(&Limits::default()).load_bytes(SPINS.name, &SPINS.wasm());
        let mut session = plugin
            .unwrap()
            .open_session(Egress::closed())
            .await
            .unwrap();
        session.describe().await.unwrap()
    };
    MANIFEST.get_or_init(describe).await
}

fn engine(limits: &Limits) -> Engine {
    let settings = EngineSettings {
        artifact_dir: Some(component::folder().join("artifacts")),
        limits: limits.clone(),
    };
    Engine::new(settings).unwrap()
}

/// The next call, on a component that means well.
async fn serve(real: &Plugin) {
    let mut session = real.open_session(Egress::closed()).await.unwrap();
    let described = session.describe().await;
    let manifest = described.unwrap_or_else(|error| panic!("the next call: {error}"));
    assert_eq!(manifest.id, "snyk");
}
