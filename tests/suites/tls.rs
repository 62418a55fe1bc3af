//! HTTPS, from inside the sandbox to a loopback server that has a root certificate of its own.

use koalr_runtime::contract::connect::{Connection, Error};
use koalr_runtime::{ClientError, HttpClient, Limits, Outcome, Roots, Transcript};
use koalr_tests::sandbox::Sandbox;
use koalr_tests::tls::TlsServer;

#[tokio::test]
async fn a_server_under_a_root_given_beside_the_platforms_is_reached() {
    let server = TlsServer::start(UNAUTHORIZED).await;
    let root = server.root_pem().as_bytes().to_vec();
    let (result, transcript) =
        connect(&server, HttpClient::new(Roots::Pem(root), None).unwrap()).await;
    assert!(matches!(result, Err(Error::BadCredential)), "{result:?}");
    let answered = |outcome: &Outcome| matches!(outcome, Outcome::Answered { status: 401, .. });
    let exchanges = transcript.exchanges();
    assert!(!exchanges.is_empty());
    assert!(exchanges.iter().all(|exchange| answered(&exchange.outcome)));
}

#[tokio::test]
async fn a_server_under_an_unknown_root_is_refused_with_its_name_and_the_way_out() {
    let server = TlsServer::start(UNAUTHORIZED).await;
    let stranger = TlsServer::start(UNAUTHORIZED).await;
    let root = stranger.root_pem().as_bytes().to_vec();
    let client = HttpClient::new(Roots::OnlyPem(root), None).unwrap();
    let (result, transcript) = connect(&server, client).await;
    assert!(matches!(result, Err(Error::Upstream(_))), "{result:?}");
    assert_eq!(transcript.last_failure().unwrap().to_string(), UNTRUSTED);
}

#[tokio::test]
async fn the_platforms_roots_alone_do_not_trust_it() {
    let server = TlsServer::start(UNAUTHORIZED).await;
    match HttpClient::new(Roots::Platform, None) {
        Ok(client) => {
            let (_, transcript) = connect(&server, client).await;
            assert_eq!(transcript.last_failure().unwrap().to_string(), UNTRUSTED);
        }
        Err(error) => assert!(matches!(error, ClientError::Platform(_)), "{error}"),
    }
}

async fn connect(
    server: &TlsServer,
    client: HttpClient,
) -> (Result<Connection, Error>, Transcript) {
    let sandbox = Sandbox::new(Limits::default()).await;
    let (result, transcript) = sandbox.connect(&server.base(), client).await;
    (result.unwrap(), transcript)
}

/// What the upstream says to a request without a credential: enough to see that it was reached.
const UNAUTHORIZED: &str = "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/vnd.api+json\r\ncontent-length: 96\r\nconnection: close\r\n\r\n\
    {\"jsonapi\":{\"version\":\"1.0\"},\"errors\":[{\"status\":\"401\",\"title\":\"Unauthorized\",\"detail\":\"none\"}]}";

const UNTRUSTED: &str = "the certificate of `127.0.0.1` is not accepted: this machine does not trust who issued it; \
    if that is your own authority, give the host its root certificate";
