//! Where the server listens.

use std::net::SocketAddr;

use tokio::net::TcpListener;

use super::tls::Tls;

/// Who may reach the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// This machine only.
    #[default]
    Loopback,
    /// Whoever reaches the address.
    Anyone,
}

/// Where connections come from, and what is spoken on them.
#[derive(Debug)]
pub struct Listener {
    /// Where they come from.
    pub tcp: TcpListener,
    /// What they are sealed with; none speaks plain HTTP.
    pub tls: Option<Tls>,
    /// Whether people reach them through something that speaks TLS with them.
    pub is_behind_tls: bool,
}

impl Listener {
    /// Whether what people send is sealed on its way over networks.
    pub(super) fn is_sealed(&self) -> bool {
        self.tls.is_some() || self.is_behind_tls
    }
}

impl From<TcpListener> for Listener {
    fn from(tcp: TcpListener) -> Self {
        Self {
            tcp,
            tls: None,
            is_behind_tls: false,
        }
    }
}

/// Why the server does not listen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// Others could reach the address.
    #[error(
        "other machines could reach `{0}`; listen on 127.0.0.1 behind a proxy with TLS, name a certificate and its key, or say with `--anyone` that anyone may reach it"
    )]
    Exposed(SocketAddr),
    /// The address is not to be had.
    #[error("listening on `{address}`: {cause}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why not.
        cause: std::io::Error,
    },
}

/// Listens. Port 0 is any free one; the listener knows which.
///
/// # Errors
///
/// - [`ListenError::Exposed`]: the address is not this machine's own, and nobody said that anyone may reach it
/// - [`ListenError::Bind`]: the address is taken or not to be had
pub async fn listen(address: SocketAddr, reach: Reach) -> Result<TcpListener, ListenError> {
    if reach == Reach::Loopback && !address.ip().to_canonical().is_loopback() {
        return Err(ListenError::Exposed(address));
    }
    let bound = TcpListener::bind(address).await;
    bound.map_err(|cause| ListenError::Bind { address, cause })
}
