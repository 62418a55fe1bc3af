//! Loads an integration component into a sandbox and calls its verbs.
//!
//! This crate knows the contract in `wit/`, wasmtime and HTTP. It knows no upstream, no database and none of the host's
//! models. In the order in which a host uses it:
//!
//! 1. [`Engine`] compiles a component once and keeps the machine code by content hash.
//! 2. [`Plugin`] is a component that passed admission: it is one, it speaks this contract, it imports nothing but what
//!    a sandbox gives.
//! 3. [`Egress`] says where a session's requests may go and adds the credential; [`Egress::closed`] lets none out.
//! 4. [`Session`] is one instance in one store, and calls the verbs one after the other.
//!
//! A [`Meter`] is told what a plugin does and uses. [`Limits`] bounds everything a guest can use. A guest that exceeds one, traps or lies ends its own session with a
//! [`CallError`]; the host goes on.

pub mod contract;

mod artifacts;
mod call;
mod credential;
mod egress;
mod engine;
mod limits;
mod linker;
mod meter;
mod plugin;
mod session;
mod state;
mod verbs;

pub use artifacts::forget_artifacts;
pub use call::{CallError, Usage, Verb};
pub use credential::{
    CredentialError, CredentialHeader, Secret, SecretError, check_credentials, credential_header,
    identify_credential, unreadable_patterns,
};
pub use egress::{
    Answered, Answers, Asked, Bounds, CameTo, ClientError, Content, Cut, Denial, DownloadFault,
    Egress, EgressPolicy, Ending, Exchange, Giver, Governor, HttpClient, Known, Organizations,
    Outcome, PinError, PinnedOrigin, PolicyError, Precedence, Priority, Proxy, ProxyError,
    Recorded, Recorder, Redactor, Responder, Roots, Shared, Sink, Transcript, TransportError,
    Written, asked_wait, pin_origin,
};
pub use engine::{Engine, EngineError, EngineSettings};
pub use limits::{Limit, LimitName, Limits};
pub use meter::{CallMeasured, ExchangeMeasured, Meter};
pub use plugin::{LoadError, Plugin, Refusal, World};
pub use session::Session;
