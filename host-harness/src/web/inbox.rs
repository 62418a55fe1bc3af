//! Who takes what webhooks bring.

use koalr_store::TenantId;
use zeroize::Zeroizing;

use crate::error::HostError;
use crate::inbox::{Received, Source};

/// Whether a delivery was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// It was taken before, and nothing was done.
    pub duplicate: bool,
}

/// Who takes what webhooks bring.
pub trait Inbox: Send + Sync + 'static {
    /// The secret that the tenant's webhooks of this source are signed with; none for an unknown tenant and where none
    /// is set. A tenant whom nobody knows must not take another time than one without a secret.
    ///
    /// # Errors
    ///
    /// It cannot be told. The sender is asked to come again.
    fn secret(
        &self,
        tenant: &TenantId,
        source: Source,
    ) -> impl Future<Output = Result<Option<Zeroizing<Vec<u8>>>, HostError>> + Send;

    /// Claims the delivery's id and queues its events, both or neither; the work is done later. Its events are not empty.
    /// The future is dropped when the sender hangs up.
    ///
    /// # Errors
    ///
    /// It could not be queued. The sender is asked to come again.
    fn take(
        &self,
        tenant: &TenantId,
        source: Source,
        received: Received,
    ) -> impl Future<Output = Result<Taken, HostError>> + Send;
}
