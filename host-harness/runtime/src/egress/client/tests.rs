use super::*;
use crate::egress::testing::{answer, tls_upstream, upstream};
use http_body_util::BodyExt;
use tokio::net::TcpListener;

fn client() -> HttpClient {
    // No test needs the machine's roots; one made here stands in for them.
    HttpClient::new(Roots::OnlyPem(authority().pem().into_bytes()), None).unwrap()
}

fn authority() -> rcgen::Certificate {
    let key = rcgen::KeyPair::generate().unwrap();
    rcgen::CertificateParams::new(Vec::new())
        .unwrap()
        .self_signed(&key)
        .unwrap()
}

async fn get(client: &HttpClient, uri: &str, reach: Reach) -> Result<String, TransportError> {
    let request = Request::get(uri).body(Full::default()).unwrap();
    let body = client.send(request, reach).await?.into_body();
    Ok(String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap())
}

async fn failure(uri: &str, reach: Reach) -> String {
    get(&client(), uri, reach).await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_permitted_loopback_answers() {
    let (address, _) = upstream(&[&answer("200 OK", "", "hello")]).await;
    assert_eq!(
        get(&client(), &format!("http://{address}/"), Reach::Loopback)
            .await
            .unwrap(),
        "hello"
    );
}

#[tokio::test]
async fn a_request_of_the_host_is_answered_whole_or_not_at_all() {
    let hello = answer("200 OK", "", "hello");
    let bounds = |answer_bytes| Bounds {
        allow_loopback: true,
        timeout: ANSWER_TIMEOUT,
        answer_bytes,
    };
    let ask = async |bounds| {
        let (address, _) = upstream(&[&hello]).await;
        let request = Request::get(format!("http://{address}/")).body(Bytes::new());
        let answer = client().ask(request.unwrap(), bounds).await;
        answer
            .map(Response::into_body)
            .map_err(|error| error.to_string())
    };
    assert_eq!(ask(bounds(5)).await, Ok("hello".into()));
    assert_eq!(
        ask(bounds(4)).await,
        Err("`127.0.0.1` answers with more than 4 bytes, and no more is read".to_owned())
    );
    // Somebody listens, and nobody ever answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    let request = Request::get(format!("http://{address}/")).body(Bytes::new());
    let hurried = Bounds {
        timeout: Duration::from_millis(1),
        ..bounds(5)
    };
    let error = client().ask(request.unwrap(), hurried).await.unwrap_err();
    assert_eq!(error.to_string(), "`127.0.0.1` did not answer within 0 s");
    let public = Bounds {
        allow_loopback: false,
        ..bounds(5)
    };
    assert!(ask(public).await.is_err());
}

#[tokio::test]
async fn an_address_of_this_machine_is_out_of_public_reach_by_number_and_by_name() {
    let (address, _) = upstream(&[]).await;
    assert_eq!(
        failure(&format!("https://{address}/"), Reach::Public).await,
        "`127.0.0.1` is at the private address 127.0.0.1, which integrations must not reach"
    );
    let by_name = failure(
        &format!("https://localhost:{}/", address.port()),
        Reach::Public,
    )
    .await;
    assert!(
        by_name.starts_with("`localhost` is at the private address"),
        "{by_name}"
    );
    let mapped = failure("https://[::ffff:127.0.0.1]/", Reach::Public).await;
    assert!(mapped.contains("private address"), "{mapped}");
}

#[tokio::test]
async fn a_private_address_stays_out_of_reach_where_loopback_is_permitted() {
    let text = failure("http://169.254.169.254/latest/meta-data", Reach::Loopback).await;
    assert_eq!(
        text,
        "`169.254.169.254` is at the private address 169.254.169.254, which integrations must not reach"
    );
}

#[tokio::test]
async fn plain_http_never_leaves_publicly() {
    let text = failure("http://1.1.1.1/", Reach::Public).await;
    assert!(text.contains("unsupported scheme http"), "{text}");
}

#[tokio::test]
async fn a_port_where_nothing_listens_refuses() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(
        failure(&format!("http://{address}/"), Reach::Loopback).await,
        "`127.0.0.1` refuses the connection; nothing listens there, or a firewall is in between"
    );
}

#[tokio::test]
async fn a_name_without_an_address_is_told_apart() {
    // Longer than a label may be, so that no name server is asked.
    let host = "n".repeat(64);
    let text = failure(&format!("http://{host}.invalid/"), Reach::Loopback).await;
    assert_eq!(
        text,
        format!(
            "the name `{host}.invalid` cannot be resolved; check the name and this machine's network"
        )
    );
}

#[tokio::test]
async fn an_operators_own_root_is_trusted_when_given() {
    let (port, root) = tls_upstream("localhost").await;
    let client = HttpClient::new(Roots::OnlyPem(root.into_bytes()), None).unwrap();
    let text = get(
        &client,
        &format!("https://localhost:{port}/"),
        Reach::Loopback,
    )
    .await;
    assert_eq!(text.unwrap(), "over TLS");
}

#[tokio::test]
async fn a_certificate_of_an_unknown_issuer_is_refused_with_the_way_out() {
    let (port, _) = tls_upstream("localhost").await;
    assert_eq!(
        failure(&format!("https://localhost:{port}/"), Reach::Loopback).await,
        "the certificate of `localhost` is not accepted: this machine does not trust who issued it; if that is your own \
         authority, give the host its root certificate"
    );
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let (port, root) = tls_upstream("localhost").await;
    let client = HttpClient::new(Roots::OnlyPem(root.into_bytes()), None).unwrap();
    let error = get(
        &client,
        &format!("https://127.0.0.1:{port}/"),
        Reach::Loopback,
    )
    .await
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the certificate of `127.0.0.1` is not accepted: it is for another name; check the address"
    );
}

#[tokio::test]
async fn an_upstream_without_tls_is_told_apart_from_a_bad_certificate() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
        // Held open until the client has read what it was sent.
        let mut rest = Vec::new();
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest).await;
    });
    let text = failure(&format!("https://localhost:{port}/"), Reach::Loopback).await;
    assert!(
        text.starts_with("`localhost` does not speak TLS as expected:"),
        "{text}"
    );
}

#[tokio::test]
async fn an_upstream_that_does_not_speak_http_is_broken() {
    let (address, _) = upstream(&["SSH-2.0-sample\r\n\r\n"]).await;
    let text = failure(&format!("http://{address}/"), Reach::Loopback).await;
    assert!(
        text.starts_with("`127.0.0.1` broke off or does not speak HTTP:"),
        "{text}"
    );
}

#[test]
fn a_file_without_a_certificate_is_no_root() {
    let sentence = |pem: &[u8]| {
        HttpClient::new(Roots::OnlyPem(pem.to_vec()), None)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        sentence(b"hello"),
        "reading root certificates: no certificate in it; give a PEM file with `BEGIN CERTIFICATE`"
    );
    let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(sentence(broken).starts_with("reading root certificates: "));
}
