//! Clients that hold connections and hardly send anything.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

pub(super) struct Slow(JoinSet<()>);

impl Slow {
    /// Connects all of them. What the server ends is begun anew.
    pub(super) async fn start(address: SocketAddr, number: usize) -> Self {
        let mut all = JoinSet::new();
        for _ in 0..number {
            let stream = TcpStream::connect(address).await.unwrap();
            all.spawn(async move {
                trickle(stream).await;
                loop {
                    if let Ok(stream) = TcpStream::connect(address).await {
                        trickle(stream).await;
                    }
                    sleep(PAUSE).await;
                }
            });
        }
        Self(all)
    }

    /// Hangs up.
    pub(super) fn stop(mut self) {
        self.0.abort_all();
    }
}

/// Sends the head of a request byte by byte until the server has enough of it.
async fn trickle(mut stream: TcpStream) {
    let head = b"GET /api/v1/connections HTTP/1.1\r\nhost: koalr\r\nx: ";
    for byte in head.iter().chain(std::iter::repeat(&b'y')) {
        if stream.write_all(&[*byte]).await.is_err() {
            return;
        }
        sleep(PAUSE).await;
    }
}

const PAUSE: Duration = Duration::from_secs(1);
