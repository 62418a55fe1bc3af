//! The real server over TLS.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::{CertificateDer, IpAddr, ServerName};

use crate::support::Koalr;

/// Writes a fresh certificate of 127.0.0.1 and its key into the working directory.
fn certified(koalr: &Koalr) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    koalr.write("certificate.pem", made.cert.pem());
    koalr.write("key.pem", made.signing_key.serialize_pem());
    fs::set_permissions(koalr.path("key.pem"), fs::Permissions::from_mode(0o600)).unwrap();
    made.cert.der().clone()
}

/// What is answered to somebody who trusts only this.
fn ask(
    what: &str,
    address: &str,
    root: &CertificateDer<'static>,
) -> Result<String, std::io::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(root.clone()).unwrap();
    let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::IpAddress(IpAddr::try_from("127.0.0.1").unwrap());
    let connection = ClientConnection::new(Arc::new(client), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address)?);
    let request =
        format!("{what} HTTP/1.1\r\nhost: koalr\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn a_server_with_a_certificate_speaks_tls_and_reads_it_again_when_it_is_told() {
    let koalr = Koalr::new();
    let old = certified(&koalr);
    let files = ["--certificate", "certificate.pem", "--key", "key.pem"];
    let args = [&["serve", "-v", "--listen", "127.0.0.1:0"], &files[..]].concat();
    let mut command = koalr.command(&args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let address = line
        .split("https://")
        .nth(1)
        .unwrap()
        .split(';')
        .next()
        .unwrap();
    let healthz = |root| ask("GET /healthz", address, root);
    assert!(healthz(&old).unwrap().starts_with("HTTP/1.1 200"));
    let printed = koalr.run(&["sign-in", "--as", "ines"]).out;
    let ticket = printed.trim().split("/sign-in/").nth(1).unwrap();
    let signed_in = ask(&format!("POST /sign-in/{ticket}"), address, &old).unwrap();
    let cookie = signed_in.split("set-cookie: ").nth(1).unwrap();
    let (_, attributes) = cookie.lines().next().unwrap().split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Lax; Secure");
    let new = certified(&koalr);
    let id = child.id();
    let tell = |signal: &str| {
        let kill = format!("kill -{signal} {id}");
        assert!(
            Command::new("sh")
                .args(["-c", &kill])
                .status()
                .unwrap()
                .success()
        );
    };
    tell("HUP");
    let log = BufReader::new(child.stderr.take().unwrap());
    let read = log.lines().find(|line| {
        line.as_ref()
            .unwrap()
            .contains("the certificate was read again")
    });
    assert!(read.is_some());
    assert!(healthz(&new).unwrap().starts_with("HTTP/1.1 200"));
    assert!(healthz(&old).is_err());
    tell("TERM");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
