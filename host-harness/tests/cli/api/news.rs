//! News as they come.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;

use serde_json::{Value, json};

use super::{ALL, Served, key};

/// Somebody who listens.
struct Stream(BufReader<TcpStream>);

impl Stream {
    fn open(served: &Served, key: &str, more: &str) -> Self {
        let mut stream = TcpStream::connect(&served.address).unwrap();
        let request = format!(
            "GET /api/v1/events HTTP/1.1\r\nhost: koalr\r\nauthorization: Bearer {key}\r\n{more}\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut stream = Self(BufReader::new(stream));
        assert!(stream.line().starts_with("HTTP/1.1 200"));
        while !stream.line().trim().is_empty() {}
        stream
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.0.read_line(&mut line).unwrap() > 0, "it ended");
        line
    }

    /// The next event of this kind, and its id.
    fn next(&mut self, kind: &str) -> (Value, String) {
        let mut data = Value::Null;
        loop {
            let line = self.line();
            if let Some(text) = line.strip_prefix("data: ") {
                data = serde_json::from_str(text).unwrap();
            }
            if let Some(id) = line.strip_prefix("id: ")
                && data["event"] == kind
            {
                return (data, id.trim().to_owned());
            }
        }
    }
}

#[test]
fn a_sync_and_a_decision_are_told_as_they_happen_and_again_to_who_missed_them() {
    let served = Served::new();
    let (change, key) = served.imported(&json!({ "state": "open" }));
    let mut stream = Stream::open(&served, &key, "");
    served.ask("POST /api/v1/integrations/snyk/sync", &key, &Value::Null);
    let (progress, _) = stream.next("sync-progress");
    assert_eq!(progress["integration"], "snyk");
    let (ended, id) = stream.next("sync-ended");
    assert_eq!(ended["outcome"], "ok", "{ended}");
    served.hand_in(&change, &key);
    let told = stream.next("change-decided");
    assert_eq!(
        (&told.0["change"], &told.0["decision"], &told.0["head-sha"]),
        (&change["id"], &json!("block"), &change["head-sha"])
    );
    let mut again = Stream::open(&served, &key, &format!("last-event-id: {id}\r\n"));
    assert_eq!(again.next("change-decided"), told);
}

#[test]
fn another_tenant_hears_nothing_of_it() {
    let mut served = Served::new();
    let (change, own) = served.imported(&json!({ "state": "open" }));
    let rival = key(&served.koalr, "rival", &ALL);
    let mut theirs = Stream::open(&served, &rival, "");
    served.hand_in(&change, &own);
    served.decided(&change, &own);
    let pid = served.child.id().to_string();
    assert!(Command::new("kill").arg(pid).status().unwrap().success());
    let mut rest = String::new();
    theirs.0.read_to_string(&mut rest).unwrap();
    // The end of the chunks, and nothing before it.
    assert_eq!(rest.trim(), "0");
}

#[test]
fn a_server_ends_although_somebody_listens() {
    let mut served = Served::new();
    let own = key(&served.koalr, "default", &["read"]);
    let mut stream = Stream::open(&served, &own, "");
    let pid = served.child.id().to_string();
    assert!(Command::new("kill").arg(pid).status().unwrap().success());
    stream.0.read_to_string(&mut String::new()).unwrap();
    assert!(served.child.wait().unwrap().success());
}
