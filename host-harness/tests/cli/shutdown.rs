//! A server that is told to end: what is under way is answered or goes on later, and nothing is done twice.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;

use koalr_upstream::github::Delivery;
use koalr_upstream::{Fault, Occurrence};
use serde_json::{Value, json};

use crate::serve::{SECRET, Served, blocked};

/// Tells the process to end.
fn terminate(served: &Served) {
    let kill = format!("kill -TERM {}", served.child.id());
    assert!(
        Command::new("sh")
            .args(["-c", &kill])
            .status()
            .unwrap()
            .success()
    );
}

/// Waits until nobody can connect any more.
fn refuses(served: &Served) {
    while TcpStream::connect(&served.address).is_ok() {
        std::thread::yield_now();
    }
}

/// Status and body of an address.
fn get(served: &Served, path: &str) -> u16 {
    let mut stream = TcpStream::connect(&served.address).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: koalr\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    status(stream)
}

fn status(mut stream: TcpStream) -> u16 {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

/// Sends the head of a delivery, and waits until the server asks for the rest.
fn begin(served: &Served, delivery: &Delivery) -> TcpStream {
    let length = delivery.body.len();
    let mut head = format!(
        "POST /webhooks/default/github HTTP/1.1\r\nhost: koalr\r\nconnection: close\r\n\
         expect: 100-continue\r\ncontent-length: {length}\r\n"
    );
    for (name, value) in &delivery.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let mut stream = TcpStream::connect(&served.address).unwrap();
    stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

/// Sends a delivery whose job then waits for an answer that does not come.
fn hung(served: &Served) -> Delivery {
    let path = "/repos/acme/checkout-api/dependency-graph";
    let never = Fault::Slow(3_600_000);
    served.github.fault(path, Occurrence::Every, never);
    let delivery = blocked().opened().deliver(SECRET);
    assert_eq!(served.send(&delivery).0, 202);
    let asked = |served: &Served| {
        let requests = served.github.requests();
        requests
            .iter()
            .any(|request| request.path.starts_with(path))
    };
    while !asked(served) {
        std::thread::yield_now();
    }
    delivery
}

/// It goes on after a restart, once.
fn goes_on(served: &mut Served, delivery: &Delivery) {
    served.github.heal();
    served.restart();
    served.until("change judged");
    assert_eq!(
        served.check().conclusion.as_deref(),
        Some("action_required")
    );
    let (status, body) = served.send(delivery);
    assert_eq!((status, &body["duplicate"]), (202, &json!(true)));
    let waiting = served
        .koalr
        .run(&["jobs", "list", "--format", "json"])
        .json();
    let judged = |job: &Value| job["kind"] == "judge";
    assert!(!waiting.as_array().unwrap().iter().any(judged), "{waiting}");
}

#[test]
fn a_request_that_is_under_way_is_answered_and_its_job_goes_on_with_the_next_start() {
    let mut served = Served::with(&[]);
    let delivery = blocked().opened().deliver(SECRET);
    let mut stream = begin(&served, &delivery);
    terminate(&served);
    refuses(&served);
    stream.write_all(&delivery.body).unwrap();
    assert_eq!(status(stream), 202);
    assert_eq!(served.ended(), (Some(0), String::new()));
    goes_on(&mut served, &delivery);
}

#[test]
fn a_job_that_outlasts_its_grace_goes_on_with_the_next_start() {
    let mut served = Served::with(&[("KOALR_QUEUE_GRACE_SECS", "0")]);
    let delivery = hung(&served);
    terminate(&served);
    let (code, said) = served.ended();
    assert_eq!(code, Some(0));
    // A sync may be one of them.
    assert!(
        said.starts_with("Ended; ") && said.ends_with(" on with the next start.\n"),
        "{said}"
    );
    goes_on(&mut served, &delivery);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let mut served = Served::with(&[("KOALR_QUEUE_GRACE_SECS", "600")]);
    let delivery = hung(&served);
    terminate(&served);
    refuses(&served);
    terminate(&served);
    let said = "Ended at once; what was under way goes on with the next start.\n";
    assert_eq!(served.ended(), (Some(0), said.to_owned()));
    goes_on(&mut served, &delivery);
}

#[test]
fn while_it_drains_it_is_not_ready_and_takes_what_still_comes() {
    let mut served = Served::with(&[("KOALR_SERVER_DRAIN_SECS", "300")]);
    assert_eq!(get(&served, "/readyz"), 200);
    terminate(&served);
    while get(&served, "/readyz") != 503 {
        std::thread::yield_now();
    }
    assert_eq!(get(&served, "/healthz"), 200);
    let delivery = blocked().opened().deliver(SECRET);
    assert_eq!(served.send(&delivery).0, 202);
    terminate(&served);
    assert_eq!(served.ended().0, Some(0));
    goes_on(&mut served, &delivery);
}
