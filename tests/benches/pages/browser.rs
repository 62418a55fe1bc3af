//! When Chromium first paints, told by chromedriver.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// The first contentful paint of each visit of the dashboard, in milliseconds since its address was entered.
pub(crate) fn first_paints(address: &str, cookie: &str, visits: usize) -> Vec<f64> {
    let mut command = Command::new("chromedriver");
    command.arg("--port=0").stdout(Stdio::piped());
    let mut process = command.spawn().expect("chromedriver is on the path");
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let port = lines.by_ref().find_map(|line| {
        let line = line.unwrap();
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim().trim_end_matches('.').parse().ok()
    });
    let port = port.expect("chromedriver tells its port");
    let options = json!({ "args": ["--headless=new", "--no-sandbox", "--window-size=1280,900"] });
    let asked = json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options } } });
    let begun = send(port, "POST", "/session", &asked);
    let session = format!("/session/{}", begun["sessionId"].as_str().unwrap());
    let tell = |path: &str, body: &Value| send(port, "POST", &format!("{session}/{path}"), body);
    let dashboard = format!("{address}/dashboard");
    tell("url", &json!({ "url": &dashboard }));
    let (name, value) = cookie.split_once('=').unwrap();
    tell(
        "cookie",
        &json!({ "cookie": { "name": name, "value": value, "httpOnly": true } }),
    );
    let painted = (0..visits).map(|_| {
        tell("url", &json!({ "url": &dashboard }));
        // It is painted when a frame is over, which is soon after it is loaded.
        let paint = json!({ "script": PAINTED, "args": [] });
        tell("execute/async", &paint).as_f64().unwrap()
    });
    let painted = painted.collect();
    send(port, "DELETE", &session, &Value::Null);
    process.kill().unwrap();
    process.wait().unwrap();
    painted
}

fn send(port: u16, method: &str, path: &str, body: &Value) -> Value {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    // It keeps the connection, whatever it is asked.
    let mut stream = BufReader::new(stream);
    let (mut length, mut line) = (0_usize, String::new());
    while stream.read_line(&mut line).unwrap() > 2 {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    let answer: Value = serde_json::from_slice(&body).unwrap();
    assert!(answer["value"]["error"].is_null(), "{path}: {answer}");
    answer["value"].clone()
}

/// Waits for the paint if it was not yet.
const PAINTED: &str = "
    const done = arguments[0];
    new PerformanceObserver((seen) => {
        const paint = seen.getEntriesByName('first-contentful-paint')[0];
        if (paint) done(paint.startTime);
    }).observe({ type: 'paint', buffered: true });";
