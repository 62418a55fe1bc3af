//! A component that passed admission.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use wasmtime::component::types::Component as ComponentType;
use wasmtime::component::{Component, InstancePre};

use crate::call::{CallError, Verb};
use crate::contract;
use crate::egress::Egress;
use crate::engine::{EngineError, Shared, artifacts_in};
use crate::limits::{LimitName, Limits};
use crate::linker;
use crate::meter::Meter;
use crate::session::Session;
use crate::state::StoreState;
use crate::verbs::Verbs;

/// A compiled, checked and linked component. Cheap to clone; sessions may be open on it in any number.
#[derive(Clone)]
pub struct Plugin {
    inner: Arc<Inner>,
    known: Option<Arc<Known>>,
}

/// Which of the contract's worlds a component is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// Brings data: `describe`, `connect` and `sync`.
    Source,
    /// Brings data and judges changes: `score` and `gate` too.
    Integration,
}

impl Plugin {
    /// The same, under the id and version that it says of itself. Its sessions name it so in the log, and tell the meter
    /// what they do.
    #[must_use]
    pub fn known_as(self, id: &str, version: &str, meter: Option<Arc<dyn Meter>>) -> Self {
        let known = Arc::new(Known {
            id: id.to_owned(),
            version: version.to_owned(),
            meter,
        });
        let known = Some(known);
        Self { known, ..self }
    }

    /// Its id and version as it says of itself; where it came from while that is not known.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.known {
            Some(known) => format!("{} {}", known.id, known.version),
            None => format!("`{}`", self.inner.name),
        }
    }

    /// Charges it with a value that the contract forbids.
    pub fn breached(&self, verb: Verb) {
        if let Some(meter) = self.meter() {
            meter.breached(verb);
        }
    }

    /// SHA-256 of the component's bytes, in lower-case hexadecimal.
    #[must_use]
    pub fn content_hash(&self) -> &str {
        &self.inner.content_hash
    }

    /// Keeps its machine code in this directory, for an engine that is given it later.
    ///
    /// # Errors
    ///
    /// The directory cannot be made, or is open to others.
    pub fn keep(&self, directory: &Path) -> Result<(), EngineError> {
        let Inner {
            instance,
            shared,
            content_hash,
            ..
        } = &*self.inner;
        let artifacts = artifacts_in(directory, &shared.wasm)?;
        artifacts.store(instance.component(), content_hash);
        Ok(())
    }

    /// Names of what it imports, sorted.
    #[must_use]
    pub fn imports(&self) -> &[String] {
        &self.inner.imports
    }

    /// Names of what it exports, sorted.
    #[must_use]
    pub fn exports(&self) -> &[String] {
        &self.inner.exports
    }

    /// Which world it is.
    #[must_use]
    pub fn world(&self) -> World {
        self.inner.world
    }

    /// Size of the component, in bytes.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.inner.size_bytes
    }

    /// What each of its sessions may use.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.inner.shared.limits
    }

    /// Makes an instance in a store of its own. Waits while the pool is full.
    ///
    /// # Errors
    ///
    /// The component's types differ from the contract's; it exceeds a limit or traps while it starts.
    pub async fn open_session(&self, egress: Egress) -> Result<Session, CallError> {
        Session::open(self.clone(), egress).await
    }

    pub(crate) fn load_file(shared: &Arc<Shared>, path: &Path) -> Result<Self, LoadError> {
        let read = |cause| LoadError::Read {
            path: path.to_path_buf(),
            cause,
        };
        let file = std::fs::File::open(path).map_err(read)?;
        let bytes = file.metadata().map_err(read)?.len().min(LARGEST_BYTES);
        let mut wasm = Vec::with_capacity(usize::try_from(bytes).unwrap_or(0) + 1);
        file.take(LARGEST_BYTES + 1)
            .read_to_end(&mut wasm)
            .map_err(read)?;
        Self::load(shared, &path.display().to_string(), &wasm)
    }

    pub(crate) fn load(shared: &Arc<Shared>, name: &str, wasm: &[u8]) -> Result<Self, LoadError> {
        let refuse = |reason| LoadError::Refused {
            name: name.to_owned(),
            reason,
        };
        check_form(wasm).map_err(refuse)?;
        let content_hash = hex::encode(Sha256::digest(wasm));
        let component = compile(shared, wasm, &content_hash).map_err(refuse)?;
        let component_type = component.component_type();
        let imports = sorted(component_type.imports(&shared.wasm).map(|(name, _)| name));
        let exports = sorted(component_type.exports(&shared.wasm).map(|(name, _)| name));
        let world = admit(&component_type, shared, &imports, &exports).map_err(refuse)?;
        let instance = shared
            .linker
            .instantiate_pre(&component)
            .map_err(|cause| refuse(Refusal::Link(format!("{cause:#}"))))?;
        let verbs = Verbs::find(&instance, world)
            .map_err(|cause| refuse(Refusal::Link(format!("{cause:#}"))))?;
        Ok(Self {
            inner: Arc::new(Inner {
                instance,
                verbs,
                shared: Arc::clone(shared),
                name: name.to_owned(),
                content_hash,
                imports,
                exports,
                world,
                size_bytes: wasm.len() as u64,
            }),
            known: None,
        })
    }

    /// What it is called in the log: its id, or where it came from while that is not known.
    pub(crate) fn name(&self) -> &str {
        let known = self.known.as_ref();
        known.map_or(&self.inner.name, |known| &known.id)
    }

    /// Its version, while known.
    pub(crate) fn version(&self) -> Option<&str> {
        self.known.as_ref().map(|known| known.version.as_str())
    }

    pub(crate) fn meter(&self) -> Option<&Arc<dyn Meter>> {
        self.known.as_ref()?.meter.as_ref()
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.inner.shared
    }

    pub(crate) fn instance(&self) -> &InstancePre<StoreState> {
        &self.inner.instance
    }

    pub(crate) fn verbs(&self) -> &Verbs {
        &self.inner.verbs
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("name", &self.inner.name)
            .field("content_hash", &self.inner.content_hash)
            .field("world", &self.inner.world)
            .finish_non_exhaustive()
    }
}

/// Why there is no plugin.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("reading the component `{}`: {cause}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// It was read, and is no integration that this host runs.
    #[error("`{name}` {reason}")]
    Refused {
        /// The file, or the name given to [`Engine::load_bytes`](crate::Engine::load_bytes).
        name: String,
        /// What is wrong with it.
        reason: Refusal,
    },
}

/// What is wrong with a would-be component. The text completes a sentence that begins with its name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No byte.
    #[error("is empty; build the component again")]
    Empty,
    /// More bytes than a component has.
    #[error("is larger than {} MiB, so it is no integration", LARGEST_BYTES >> 20)]
    TooLarge,
    /// Not WebAssembly.
    #[error("is not a WebAssembly component; build it with `cargo build --target wasm32-wasip2`")]
    NotWasm,
    /// A core module, not a component.
    #[error(
        "is a core WebAssembly module, not a component; build it with `cargo build --target wasm32-wasip2`"
    )]
    CoreModule,
    /// Machine code from elsewhere.
    #[error(
        "is compiled machine code, which this host only takes from its own cache; give the `.wasm` component"
    )]
    Precompiled,
    /// Begins like a component and is none.
    #[error("is a truncated or damaged component: {0}")]
    Invalid(String),
    /// It needs more than a session may use.
    #[error("needs more than a session may use: {cause} (limit `{limit}`)")]
    Limit {
        /// Which limit.
        limit: LimitName,
        /// How much it needs.
        cause: String,
    },
    /// Another version line of the contract.
    #[error(
        "speaks koalr:integration {found}; this host speaks {}",
        contract::VERSION_LINE
    )]
    Version {
        /// The version it names.
        found: String,
    },
    /// Imports that a sandbox does not give, in the component's order.
    #[error(
        "imports more than a sandbox gives: {}; an integration imports `koalr:integration/log` and `wasi:http` alone",
        .0.join(", ")
    )]
    Imports(Vec<String>),
    /// Verbs it lacks, in the order of the contract.
    #[error("does not export {}; a source exports describe, connect and sync, an integration score and gate too", .0.join(", "))]
    Exports(Vec<&'static str>),
    /// Names fit, types do not.
    #[error("does not fit the contract: {0}")]
    Link(String),
}

impl Refusal {
    /// What the engine said when it compiled. The pool's own words tell a component that is too large from a broken one.
    fn of(cause: &str) -> Self {
        let limit = [
            ("core module instances", LimitName::Instances),
            ("minimum element size", LimitName::TableElements),
            ("tables", LimitName::Tables),
            ("memor", LimitName::Memory),
        ]
        .into_iter()
        .find(|(word, _)| cause.contains("exceeds the") && cause.contains(word));
        let cause = cause.to_owned();
        match limit {
            Some((_, limit)) => Self::Limit { limit, cause },
            None => Self::Invalid(cause),
        }
    }
}

/// What a plugin says of itself, and who counts what it uses.
struct Known {
    id: String,
    version: String,
    meter: Option<Arc<dyn Meter>>,
}

struct Inner {
    instance: InstancePre<StoreState>,
    verbs: Verbs,
    shared: Arc<Shared>,
    name: String,
    content_hash: String,
    imports: Vec<String>,
    exports: Vec<String>,
    world: World,
    size_bytes: u64,
}

/// What can be told from the first bytes, so that the sentence is better than a parser's.
fn check_form(wasm: &[u8]) -> Result<(), Refusal> {
    if wasm.is_empty() {
        return Err(Refusal::Empty);
    }
    if wasm.len() as u64 > LARGEST_BYTES {
        return Err(Refusal::TooLarge);
    }
    if wasmtime::Engine::detect_precompiled(wasm).is_some() {
        return Err(Refusal::Precompiled);
    }
    if wasm.starts_with(CORE_MODULE) {
        return Err(Refusal::CoreModule);
    }
    if !wasm.starts_with(WASM) {
        return Err(Refusal::NotWasm);
    }
    Ok(())
}

fn compile(shared: &Shared, wasm: &[u8], hash: &str) -> Result<Component, Refusal> {
    let kept = shared.artifacts.as_ref();
    if let Some(component) = kept.and_then(|artifacts| artifacts.load(&shared.wasm, hash)) {
        return Ok(component);
    }
    let component = Component::from_binary(&shared.wasm, wasm)
        .map_err(|cause| Refusal::of(&cause.root_cause().to_string()))?;
    if let Some(artifacts) = kept {
        artifacts.store(&component, hash);
    }
    Ok(component)
}

fn admit(
    component: &ComponentType,
    shared: &Shared,
    imports: &[String],
    exports: &[String],
) -> Result<World, Refusal> {
    check_version(exports.iter().chain(imports))?;
    let refused = linker::refused(component, &shared.wasm);
    if !refused.is_empty() {
        return Err(Refusal::Imports(refused));
    }
    let lacks = |verbs: &[&'static str]| -> Vec<&'static str> {
        let exported = |verb: &str| {
            exports.iter().any(|name| {
                name.strip_prefix(contract::PACKAGE)
                    .and_then(|interface| interface.split('@').next())
                    == Some(verb)
            })
        };
        verbs
            .iter()
            .copied()
            .filter(|verb| !exported(verb))
            .collect()
    };
    let pulls = lacks(&["describe", "connect", "sync"]);
    let judges = lacks(&["score", "gate"]);
    match (pulls.as_slice(), judges.len()) {
        ([], 0) => Ok(World::Integration),
        ([], 2) => Ok(World::Source),
        ([], _) => Err(Refusal::Exports(judges)),
        _ => Err(Refusal::Exports(pulls)),
    }
}

fn check_version<'a>(mut names: impl Iterator<Item = &'a String>) -> Result<(), Refusal> {
    let other = names.find_map(|name| {
        let (_, version) = name.strip_prefix(contract::PACKAGE)?.split_once('@')?;
        let patch = version
            .strip_prefix(contract::VERSION_LINE)
            .and_then(|rest| rest.strip_prefix('.'));
        patch.is_none().then(|| version.to_owned())
    });
    other.map_or(Ok(()), |found| Err(Refusal::Version { found }))
}

fn sorted<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort();
    names
}

/// Bytes: a hundred times a usual integration.
const LARGEST_BYTES: u64 = 64 << 20;
/// First bytes of every WebAssembly binary.
const WASM: &[u8] = b"\0asm";
/// First bytes of a core module.
const CORE_MODULE: &[u8] = b"\0asm\x01\0\0\0";

#[cfg(test)]
mod tests;
