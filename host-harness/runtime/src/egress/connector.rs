//! Connections to screened addresses, straight or through the operator's proxy.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use super::proxy::Proxy;
use super::screen::Reach;
use super::transport::{Prohibited, Unresolved};

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type BoxFuture<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// A connector that judges literal addresses itself, because they are not resolved, and leaves names to
/// [`ScreenedResolver`], or to the operator's proxy.
#[derive(Clone)]
pub(super) struct Screened {
    direct: HttpConnector<ScreenedResolver>,
    reach: Reach,
    proxy: Option<(Proxy, HttpConnector)>,
}

impl Screened {
    pub(super) fn new(reach: Reach, proxy: Option<Proxy>) -> Self {
        // A proxy may well be at a private address: the operator chose it, not a guest.
        let to_proxy = |proxy| (proxy, timed(GaiResolver::new()));
        Self {
            direct: timed(ScreenedResolver(reach)),
            reach,
            proxy: proxy.map(to_proxy),
        }
    }
}

impl Service<Uri> for Screened {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = BoxFuture<Self::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.direct.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let host = uri.host().unwrap_or_default();
        let literal = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>();
        if let Ok(address) = literal
            && !self.reach.allows(address)
        {
            return Box::pin(async move { Err(Prohibited(address).into()) });
        }
        if let Some((proxy, connector)) = &mut self.proxy
            && proxy.takes(&uri)
        {
            let connecting = connector.call(proxy.uri().clone());
            let proxy = proxy.clone();
            return Box::pin(async move {
                let stream = match connecting.await {
                    Ok(stream) => stream.into_inner(),
                    Err(cause) => return Err(proxy.unreachable(&cause).into()),
                };
                Ok(TokioIo::new(proxy.tunnel(stream, &uri).await?))
            });
        }
        let connecting = self.direct.call(uri);
        Box::pin(async move { connecting.await.map_err(Into::into) })
    }
}

/// A resolver that only returns addresses within reach.
#[derive(Clone)]
struct ScreenedResolver(Reach);

impl Service<Name> for ScreenedResolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = BoxFuture<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let reach = self.0;
        let resolving = GaiResolver::new().call(name);
        Box::pin(async move {
            let found: Vec<SocketAddr> = resolving.await.map_err(|_| Unresolved)?.collect();
            let (within, beyond): (Vec<_>, Vec<_>) = found
                .into_iter()
                .partition(|address| reach.allows(address.ip()));
            match (within.is_empty(), beyond.first()) {
                (false, _) => Ok(within.into_iter()),
                (true, Some(address)) => Err(Prohibited(address.ip()).into()),
                (true, None) => Err(Unresolved.into()),
            }
        })
    }
}

fn timed<R>(resolver: R) -> HttpConnector<R> {
    let mut http = HttpConnector::new_with_resolver(resolver);
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(Some(CONNECT_TIMEOUT));
    http
}

/// Time to connect, TLS not included; with a proxy, to it.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
