use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::*;
use crate::egress::screen::Reach;
use crate::egress::testing::{answer, tls_upstream, upstream};
use crate::egress::{HttpClient, Roots};

fn read(variables: &[(&str, &str)]) -> Result<Option<Proxy>, ProxyError> {
    Proxy::read(|name| {
        let found = variables.iter().find(|(variable, _)| *variable == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

fn proxy(variables: &[(&str, &str)]) -> Proxy {
    read(variables).unwrap().unwrap()
}

/// A proxy for one connection that answers with this head, and connects to the port if that is a good one. It resolves
/// every name to this machine. The head it read.
async fn connect_proxy(head: &'static str, port: u16) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = Vec::new();
        while !read.ends_with(b"\r\n\r\n") {
            read.push(stream.read_u8().await.unwrap());
        }
        stream.write_all(head.as_bytes()).await.unwrap();
        if head.contains(" 200 ") {
            let mut target = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut stream, &mut target).await;
        }
        String::from_utf8(read).unwrap()
    });
    (address.to_string(), served)
}

async fn get(client: &HttpClient, uri: &str, reach: Reach) -> Result<String, TransportError> {
    let request = Request::get(uri).body(Full::<Bytes>::default()).unwrap();
    let body = client.send(request, reach).await?.into_body();
    Ok(String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap())
}

fn client(root: String, variables: &[(&str, &str)]) -> HttpClient {
    HttpClient::new(Roots::OnlyPem(root.into_bytes()), Some(proxy(variables))).unwrap()
}

async fn failure(address: &str) -> String {
    let (_, root) = tls_upstream("api.example.test").await;
    let client = client(root, &[("HTTPS_PROXY", &format!("http://{address}"))]);
    get(&client, "https://api.example.test/", Reach::Public)
        .await
        .unwrap_err()
        .to_string()
}

#[tokio::test]
async fn a_name_that_only_the_proxy_resolves_is_reached_through_it() {
    let (port, root) = tls_upstream("api.example.test").await;
    let (address, served) = connect_proxy("HTTP/1.1 200 OK\r\nx: y\r\n\r\n", port).await;
    let client = client(
        root,
        &[("HTTPS_PROXY", &format!("http://us%65r:p%40ss@{address}"))],
    );
    let body = get(&client, "https://api.example.test/", Reach::Public).await;
    assert_eq!(body.unwrap(), "over TLS");
    drop(client);
    let head = served.await.unwrap();
    assert!(
        head.starts_with("CONNECT api.example.test:443 HTTP/1.1\r\n"),
        "{head}"
    );
    // `user:p@ss`
    assert!(
        head.contains("proxy-authorization: Basic dXNlcjpwQHNz\r\n"),
        "{head}"
    );
}

#[tokio::test]
async fn the_target_never_sees_the_proxys_password() {
    let (api, served) = upstream(&[&answer("200 OK", "", "")]).await;
    let client = client(
        tls_upstream("localhost").await.1,
        &[("HTTPS_PROXY", "http://user:password@127.0.0.1:9")],
    );
    get(&client, &format!("http://{api}/"), Reach::Loopback)
        .await
        .unwrap();
    assert!(!served.await.unwrap()[0].contains("proxy-authorization"));
}

#[tokio::test]
async fn this_machine_is_reached_without_the_proxy() {
    let (port, root) = tls_upstream("localhost").await;
    let client = client(root, &[("HTTPS_PROXY", "http://127.0.0.1:9")]);
    let body = get(
        &client,
        &format!("https://localhost:{port}/"),
        Reach::Loopback,
    )
    .await;
    assert_eq!(body.unwrap(), "over TLS");
}

#[tokio::test]
async fn a_private_address_stays_out_of_reach_behind_a_proxy_too() {
    let client = client(
        tls_upstream("localhost").await.1,
        &[("HTTPS_PROXY", "http://127.0.0.1:9")],
    );
    for address in ["169.254.169.254", "127.0.0.1", "10.0.0.1"] {
        let error = get(&client, &format!("https://{address}/"), Reach::Public).await;
        assert!(
            matches!(error, Err(TransportError::Prohibited { .. })),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_proxy_where_nothing_listens_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    assert_eq!(
        failure(&address).await,
        format!(
            "the proxy `{address}` cannot be reached: nothing listens there; check `HTTPS_PROXY`, or name \
             `api.example.test` in `NO_PROXY`"
        )
    );
}

#[tokio::test]
async fn a_proxy_that_wants_a_password_says_where_to_write_it() {
    let (address, _served) = connect_proxy("HTTP/1.1 407 Who are you\r\n\r\n", 0).await;
    assert_eq!(
        failure(&address).await,
        format!(
            "the proxy `{address}` wants a user name and a password that it accepts; write them as \
             `http://USER:PASSWORD@{address}` in `HTTPS_PROXY`"
        )
    );
}

#[tokio::test]
async fn a_proxy_that_refuses_is_told_apart_from_the_host() {
    for (head, status) in [
        ("HTTP/1.1 403 Forbidden\r\n\r\n", 403),
        ("HTTP/1.0 502 Bad Gateway\r\n\r\n", 502),
        (
            "HTTP/1.1 302 Found\r\nlocation: http://evil.example/\r\n\r\n",
            302,
        ),
    ] {
        let (address, _served) = connect_proxy(head, 0).await;
        assert_eq!(
            failure(&address).await,
            format!(
                "the proxy `{address}` does not connect to `api.example.test` (status {status}); have it permitted \
                 there, or name it in `NO_PROXY`"
            )
        );
    }
}

#[tokio::test]
async fn what_does_not_answer_like_a_proxy_is_none() {
    for head in ["SSH-2.0-sample\r\n\r\n", "HTTP/1.1 2\r\n\r\n"] {
        let (address, _served) = connect_proxy(head, 0).await;
        let text = failure(&address).await;
        assert!(
            text.contains("it does not answer like a proxy; check `HTTPS_PROXY`"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_certificate_is_judged_through_a_proxy_as_without() {
    let (port, _) = tls_upstream("api.example.test").await;
    let (address, _served) = connect_proxy("HTTP/1.1 200 OK\r\n\r\n", port).await;
    let text = failure(&address).await;
    assert!(
        text.starts_with(
            "the certificate of `api.example.test` is not accepted: this machine does not trust"
        ),
        "{text}"
    );
}

#[test]
fn the_first_filled_variable_counts() {
    assert!(read(&[]).unwrap().is_none());
    assert!(
        read(&[("HTTPS_PROXY", " "), ("HTTP_PROXY", "http://p:1")])
            .unwrap()
            .is_none()
    );
    for (variables, address) in [
        (
            &[
                ("HTTPS_PROXY", "http://one:1"),
                ("ALL_PROXY", "http://two:2"),
            ] as &[_],
            "one:1",
        ),
        (&[("HTTPS_PROXY", ""), ("https_proxy", "one:1")], "one:1"),
        (&[("all_proxy", "http://one/")], "one:80"),
    ] {
        assert_eq!(proxy(variables).to_string(), address);
    }
}

#[test]
fn an_exempt_host_and_this_machine_are_reached_directly() {
    let proxy = proxy(&[
        ("HTTPS_PROXY", "http://proxy:1"),
        ("NO_PROXY", "example.com, 10.0.0.0/8"),
    ]);
    let takes = |uri: &str| proxy.takes(&uri.parse().unwrap());
    assert!(takes("https://api.example.org/") && takes("https://notexample.com/"));
    for direct in [
        "https://api.example.com/",
        "https://10.1.2.3/",
        "https://127.0.0.1:8443/",
        "https://[::1]/",
        "https://localhost/",
        "http://127.0.0.1/",
    ] {
        assert!(!takes(direct), "{direct}");
    }
}

#[test]
fn a_proxy_that_cannot_be_used_is_refused_without_repeating_its_password() {
    for scheme in ["https", "socks5", "SOCKS5h"] {
        let value = format!("{scheme}://user:canary@proxy:1");
        assert_eq!(
            read(&[("ALL_PROXY", &value)]).unwrap_err().to_string(),
            format!(
                "`ALL_PROXY` names a proxy of the kind `{}://`; only `http://` proxies can be used, which tunnel HTTPS \
                 as well",
                scheme.to_ascii_lowercase()
            )
        );
    }
    for value in [
        "http://user:12#canary@proxy:1",
        "http://user:12/canary@proxy:1",
        "http://user:can ary@proxy:1",
        "http://proxy:port",
        "http://",
    ] {
        assert_eq!(
            read(&[("https_proxy", value)]).unwrap_err().to_string(),
            "`https_proxy` holds no address of a proxy; write it like `http://proxy.example.com:3128`, and other \
             characters than letters and digits of a password as `%XX`",
            "{value}"
        );
    }
}

#[test]
fn a_proxy_prints_without_its_password() {
    let proxy = proxy(&[("HTTPS_PROXY", "http://user:canary@proxy:3128")]);
    assert_eq!(format!("{proxy} {proxy:?}"), "proxy:3128 Proxy(proxy:3128)");
}
