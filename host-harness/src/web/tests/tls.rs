//! The server over TLS.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion, version,
};
use rustls_pki_types::{CertificateDer, IpAddr, ServerName};
use tempfile::TempDir;

use super::fake::Fake;
use super::{Limits, Server, Tls};

/// A certificate of 127.0.0.1 that vouches for itself, and its key, as files.
struct Pair {
    directory: TempDir,
    root: CertificateDer<'static>,
}

impl Pair {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let pair = Self {
            directory: tempfile::tempdir().unwrap(),
            root: made.cert.der().clone(),
        };
        fs::write(pair.path("certificate"), made.cert.pem()).unwrap();
        fs::write(pair.path("key"), made.signing_key.serialize_pem()).unwrap();
        pair.mode(0o600);
        pair
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn mode(&self, mode: u32) {
        fs::set_permissions(self.path("key"), fs::Permissions::from_mode(mode)).unwrap();
    }

    fn tls(&self) -> Tls {
        Tls::read(&self.path("certificate"), &self.path("key")).unwrap()
    }

    #[track_caller]
    fn refused(&self) -> String {
        let refused = Tls::read(&self.path("certificate"), &self.path("key"));
        let sentence = refused.unwrap_err().to_string();
        sentence.replace(&*self.directory.path().to_string_lossy(), "D")
    }

    fn served(&self, limits: Limits) -> Server {
        Server::speaking(Some(self.tls()), Fake::default(), limits)
    }

    /// What somebody who trusts this certificate alone is answered in this version; why not.
    fn ask(&self, port: u16, version: &'static SupportedProtocolVersion) -> Result<String, String> {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.clone()).unwrap();
        let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::IpAddress(IpAddr::try_from("127.0.0.1").unwrap());
        let connection = ClientConnection::new(Arc::new(client), name).unwrap();
        let tcp = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let mut stream = StreamOwned::new(connection, tcp);
        let request = b"GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n";
        stream
            .write_all(request)
            .map_err(|error| error.to_string())?;
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .map_err(|error| error.to_string())?;
        Ok(answer)
    }
}

/// What comes until the end of the connection.
fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    // What the server did not read may take the end along.
    let _ = stream.read_to_end(&mut rest);
    rest
}

#[test]
fn whoever_trusts_the_certificate_is_answered_in_both_versions() {
    let pair = Pair::new();
    let server = pair.served(Limits::default());
    for version in [&version::TLS12, &version::TLS13] {
        let answer = pair.ask(server.port, version).unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok\n"),
            "{answer}"
        );
    }
    let stranger = Pair::new().ask(server.port, &version::TLS13).unwrap_err();
    assert!(stranger.contains("certificate"), "{stranger}");
}

#[test]
fn plain_http_is_refused_at_once() {
    let server = Pair::new().served(Limits {
        head_timeout: Duration::from_hours(1),
        ..Limits::default()
    });
    let mut stream = server.connect();
    stream.write_all(b"GET /healthz HTTP/1.1\r\n\r\n").unwrap();
    let answer = rest(stream);
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
}

#[test]
fn half_a_handshake_leaves_its_slot_after_the_time_for_a_head() {
    let server = Pair::new().served(Limits {
        connections: 1,
        head_timeout: Duration::from_millis(20),
        ..Limits::default()
    });
    // The second one only ends if the first one left the slot.
    for sent in [&b""[..], &[22, 3, 1, 2]] {
        let mut stream = server.connect();
        stream.write_all(sent).unwrap();
        assert_eq!(rest(stream), b"");
    }
}

#[test]
fn a_server_that_stops_does_not_wait_for_a_handshake() {
    let mut server = Pair::new().served(Limits {
        head_timeout: Duration::from_hours(1),
        grace: Duration::from_hours(1),
        ..Limits::default()
    });
    let half = server.connect();
    server.stop();
    server.stopped();
    assert_eq!(rest(half), b"");
}

#[test]
fn a_certificate_that_was_read_again_is_shown_from_then_on_and_a_broken_one_is_not() {
    let (old, new) = (Pair::new(), Pair::new());
    let tls = old.tls();
    let server = Server::speaking(Some(tls.clone()), Fake::default(), Limits::default());
    for name in ["certificate", "key"] {
        fs::copy(new.path(name), old.path(name)).unwrap();
    }
    tls.reload().unwrap();
    assert!(new.ask(server.port, &version::TLS13).is_ok());
    assert!(old.ask(server.port, &version::TLS13).is_err());
    fs::write(old.path("key"), "").unwrap();
    assert!(tls.reload().is_err());
    assert!(new.ask(server.port, &version::TLS13).is_ok());
}

#[test]
fn files_that_do_not_go_together_are_refused() {
    let pair = Pair::new();
    fs::copy(Pair::new().path("key"), pair.path("key")).unwrap();
    let start = "the key `D/key` does not go with the certificate `D/certificate`: ";
    assert!(pair.refused().starts_with(start), "{}", pair.refused());
}

#[test]
fn a_key_that_others_may_read_is_refused() {
    let pair = Pair::new();
    for mode in [0o604, 0o660] {
        pair.mode(mode);
        assert_eq!(
            pair.refused(),
            format!(
                "the key `D/key` is open to other users (mode {mode:04o}); run `chmod 640 D/key`"
            )
        );
    }
    pair.mode(0o640);
    pair.tls();
}

#[test]
fn files_that_hold_something_else_are_refused_and_not_repeated() {
    let pair = Pair::new();
    fs::write(pair.path("key"), "canary").unwrap();
    assert_eq!(
        pair.refused(),
        "reading the key `D/key`: there is no key in it; name a PEM file with a key that no password protects"
    );
    fs::write(pair.path("certificate"), "canary").unwrap();
    assert_eq!(
        pair.refused(),
        "there is no certificate in `D/certificate`; name a PEM file"
    );
    fs::remove_file(pair.path("certificate")).unwrap();
    assert!(
        pair.refused()
            .starts_with("reading the certificate `D/certificate`: No such file")
    );
}

#[test]
fn what_is_printed_of_a_certificate_has_no_key() {
    let pair = Pair::new();
    let printed = format!("{:?}", pair.tls());
    assert!(
        printed.starts_with("Tls { certificate: ") && printed.ends_with(".. }"),
        "{printed}"
    );
}
