//! Who tells an operator how it goes.

use std::sync::Arc;

use crate::observe::{Metrics, Scene};

/// Who tells an operator how it goes.
pub trait Pulse: Send + Sync + 'static {
    /// Whether deliveries can be taken and questions answered now.
    fn ready(&self) -> impl Future<Output = Result<(), Unready>> + Send;

    /// What counts its requests.
    fn metrics(&self) -> &Arc<Metrics>;

    /// What is counted when somebody asks.
    fn scene(&self) -> Scene;
}

/// Why nothing can be taken now. It names no path and no tenant: everybody may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unready {
    /// It ends soon.
    #[error("the server is about to end")]
    Ending,
    /// No job runs any more.
    #[error("the queue of jobs has ended; start the server again")]
    Queue,
    /// Nothing can be stored.
    #[error("the data directory cannot be read; its log line says why")]
    Data,
    /// Nothing sealed can be read.
    #[error("the vault does not open; its log line says why")]
    Vault,
}
