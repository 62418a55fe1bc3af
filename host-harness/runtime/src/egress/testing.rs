//! A loopback upstream that answers from a script.

use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Answers one connection after the other with these texts, and returns the requests it read.
pub(crate) async fn upstream(answers: &[&str]) -> (SocketAddr, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
    let served = tokio::spawn(async move {
        let mut requests = Vec::new();
        for answer in answers {
            let (stream, _) = listener.accept().await.unwrap();
            requests.push(answer_one(stream, &answer).await);
        }
        requests
    });
    (address, served)
}

/// Reads one request and answers it.
pub(crate) async fn answer_one(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answer: &str,
) -> String {
    let mut read = Vec::new();
    let mut piece = [0; 4096];
    while !is_complete(&read) {
        let count = stream.read(&mut piece).await.unwrap();
        assert!(count > 0, "the request ended early");
        read.extend_from_slice(&piece[..count]);
    }
    stream.write_all(answer.as_bytes()).await.unwrap();
    // A client that has seen enough may have closed its side already.
    let _ = stream.shutdown().await;
    String::from_utf8(read).unwrap()
}

/// A full answer with these headers and this body.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
}

fn is_complete(read: &[u8]) -> bool {
    let text = String::from_utf8_lossy(read).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.trim().parse().unwrap());
    body.len() >= length
}
