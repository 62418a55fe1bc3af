//! A platform that asks: one connection, one request at a time, what comes by dice.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use koalr_upstream::Dice;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::company::Company;

pub(super) struct Client {
    address: SocketAddr,
    dice: Dice,
    company: Arc<Company>,
    stream: Option<BufReader<TcpStream>>,
}

impl Client {
    pub(super) fn new(address: SocketAddr, dice: Dice, company: Arc<Company>) -> Self {
        Self {
            address,
            dice,
            company,
            stream: None,
        }
    }

    /// Asks once: what, and how long it took; none if it failed.
    pub(super) async fn ask(&mut self) -> (&'static str, Option<Duration>) {
        let asked = self.company.request(&mut self.dice);
        if self.stream.is_none() {
            let stream = TcpStream::connect(self.address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            self.stream = Some(BufReader::new(stream));
        }
        let began = Instant::now();
        let status = match &mut self.stream {
            Some(stream) => exchange(stream, &asked.bytes).await.map(|answer| answer.0),
            None => None,
        };
        let took = began.elapsed();
        if status.is_none() {
            self.stream = None;
        }
        let is_good = status.is_some_and(|status| status < 300);
        (asked.operation, is_good.then_some(took))
    }
}

/// Status and body; none if the connection was ended.
pub(super) async fn exchange(
    stream: &mut BufReader<TcpStream>,
    request: &[u8],
) -> Option<(u16, Vec<u8>)> {
    stream.get_mut().write_all(request).await.ok()?;
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    let status = line.split(' ').nth(1)?.parse().ok()?;
    let mut length = 0;
    loop {
        line.clear();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some((status, body))
}
