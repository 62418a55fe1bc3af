//! An upstream on loopback that answers as it is told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A server of one answer a connection. It ends when it is dropped.
pub struct Loopback {
    address: SocketAddr,
    received: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

/// What it sends.
#[derive(Debug, Clone)]
pub enum Reply {
    /// This status line, these headers (each with its line end), and this body.
    Answer(&'static str, String, Vec<u8>),
    /// JSON in these pieces, each in a packet of its own as far as the network lets it.
    Pieces(Vec<String>),
    /// Nothing, and the connection stays open.
    Never,
}

impl Reply {
    /// This JSON.
    #[must_use]
    pub fn json(body: impl Into<String>) -> Self {
        let kind = "content-type: application/json\r\n".to_owned();
        Self::Answer("200 OK", kind, body.into().into_bytes())
    }
}

impl Loopback {
    /// Starts on a free port. The function sees each request whole.
    pub async fn start(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::<Mutex<Vec<String>>>::default();
        let kept = Arc::clone(&received);
        let answer = Arc::new(answer);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                tokio::spawn(async move {
                    // A host that breaks off is what many attacks are about.
                    let _ = serve(stream, &kept, &*answer).await;
                });
            }
        });
        Self {
            address,
            received,
            task,
        }
    }

    /// Base address.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far.
    #[must_use]
    pub fn received(&self) -> Vec<String> {
        self.received.lock().unwrap().clone()
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    received: &Mutex<Vec<String>>,
    answer: &(dyn Fn(&str) -> Reply + Send + Sync),
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let request = read(&mut stream).await?;
    received.lock().unwrap().push(request.clone());
    match answer(&request) {
        Reply::Answer(status, headers, body) => {
            let head = format!(
                "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
                body.len()
            );
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(&body).await?;
        }
        Reply::Pieces(pieces) => {
            stream.write_all(CHUNKED.as_bytes()).await?;
            for piece in pieces {
                let chunk = format!("{:x}\r\n{piece}\r\n", piece.len());
                stream.write_all(chunk.as_bytes()).await?;
                stream.flush().await?;
                tokio::task::yield_now().await;
            }
            stream.write_all(b"0\r\n\r\n").await?;
        }
        Reply::Never => {
            // Until the other side hangs up.
            stream.read_u8().await?;
        }
    }
    stream.shutdown().await
}

async fn read(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.to_ascii_lowercase().lines().find_map(|line| {
                let length = line.strip_prefix("content-length: ")?;
                length.parse::<usize>().ok()
            });
            if body.len() >= length.unwrap_or_default() {
                return Ok(text.into_owned());
            }
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
