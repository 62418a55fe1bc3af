//! The program, as a person or a bench runs it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

#[test]
fn it_prints_its_address_serves_and_ends_when_standard_input_closes() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_koalr-upstream"))
        .args([
            "--sample",
            "--until-stdin-closes",
            "--now",
            "2026-01-15T00:00:00Z",
        ])
        .args(["--token-env", "KOALR_UPSTREAM_TOKEN"])
        .args(["--fault", "status-503=first:1@/rest/self"])
        .env("KOALR_UPSTREAM_TOKEN", "canary")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut address = String::new();
    BufReader::new(program.stdout.take().unwrap())
        .read_line(&mut address)
        .unwrap();
    let address = address.trim().strip_prefix("http://").unwrap();
    let ask = |token: &str| {
        let mut stream = TcpStream::connect(address).unwrap();
        let path = "/rest/self?version=2024-10-15";
        let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: token {token}");
        write!(stream, "{head}\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    assert_eq!(ask("canary"), "503");
    assert_eq!(ask("canary"), "200");
    assert_eq!(ask("other"), "401");
    drop(program.stdin.take());
    assert!(program.wait().unwrap().success());
}

#[test]
fn an_option_that_is_wrong_says_what_to_write() {
    let output = Command::new(env!("CARGO_BIN_EXE_koalr-upstream"))
        .args(["--fault", "html-page=sometimes"])
        .output()
        .unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    let ways = "write every, every:8, first:3, nth:2 or from:5";
    assert!(
        error.contains(&format!("`sometimes` is no occurrence; {ways}")),
        "{error}"
    );
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_command_that_the_documentation_shows_serves() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/sync.md");
    let page = std::fs::read_to_string(page).unwrap();
    let mut lines = page.lines();
    let line = lines.find_map(|line| line.strip_prefix("koalr-upstream --port 8080 "));
    let mut program = Command::new(env!("CARGO_BIN_EXE_koalr-upstream"))
        .args(["--port", "0", "--until-stdin-closes"])
        .args(line.unwrap().split_whitespace())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut address = String::new();
    BufReader::new(program.stdout.take().unwrap())
        .read_line(&mut address)
        .unwrap();
    assert!(address.starts_with("http://127.0.0.1:"), "{address}");
    drop(program.stdin.take());
    assert!(program.wait().unwrap().success());
}
