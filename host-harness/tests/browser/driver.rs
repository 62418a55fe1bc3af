//! chromedriver, and one session of it: the W3C `WebDriver` protocol over a socket of this machine.

use std::env;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// A session. The browser ends with it.
pub(crate) struct Driver {
    process: Child,
    // Kept open, so that what it prints later has somewhere to go.
    _out: BufReader<ChildStdout>,
    port: u16,
    session: String,
}

impl Driver {
    /// Starts a browser, whose console is kept.
    pub(crate) fn start() -> Self {
        let binary = CHROMIUMS.iter().find_map(|name| found(name));
        let Some(binary) = binary else {
            panic!("there is no Chromium; {INSTALL}");
        };
        let mut command = Command::new("chromedriver");
        command.args(["--port=0", "--log-level=SEVERE"]);
        command.stdin(Stdio::null()).stderr(Stdio::null());
        let mut process = match command.stdout(Stdio::piped()).spawn() {
            Ok(process) => process,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                panic!("there is no chromedriver; {INSTALL}")
            }
            Err(error) => panic!("starting chromedriver: {error}"),
        };
        let mut out = BufReader::new(process.stdout.take().unwrap());
        let port = port(&mut out);
        let mut driver = Self {
            process,
            _out: out,
            port,
            session: String::new(),
        };
        let asked = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "binary": binary, "args": FLAGS },
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let begun = driver.send("POST", "/session", &asked).unwrap();
        let id = begun["sessionId"].as_str().unwrap();
        driver.session = format!("/session/{id}");
        driver
    }

    /// Does something in the session.
    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        self.attempt(path, body).unwrap()
    }

    /// The same where it may not work now.
    pub(crate) fn attempt(&self, path: &str, body: &Value) -> Result<Value, String> {
        let path = format!("{}{path}", self.session);
        self.send("POST", &path, body)
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let (port, length) = (self.port, body.len());
        let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(|error| {
            format!("chromedriver does not answer any more on port {port}: {error}")
        })?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let answer = answer(BufReader::new(stream));
        let value = answer["value"].clone();
        if let Some(error) = value["error"].as_str() {
            let message = value["message"].as_str().unwrap_or_default();
            return Err(format!("{method} {path}: {error}: {message}"));
        }
        Ok(value)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The browser is a process of its own, which chromedriver ends if it is asked to.
        if !self.session.is_empty() {
            let _ = self.send("DELETE", &self.session, &Value::Null);
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where a program is.
fn found(name: &str) -> Option<PathBuf> {
    let paths = env::var_os("PATH")?;
    let mut all = env::split_paths(&paths).map(|directory| directory.join(name));
    all.find(|path| path.is_file())
}

/// The port that chromedriver chose, as it prints it.
fn port(out: &mut BufReader<ChildStdout>) -> u16 {
    let mut line = String::new();
    while out.read_line(&mut line).unwrap() > 0 {
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            return port.trim().trim_end_matches('.').parse().unwrap();
        }
        line.clear();
    }
    panic!("chromedriver ended before it listened");
}

fn answer(mut stream: BufReader<TcpStream>) -> Value {
    let mut length = 0;
    let mut line = String::new();
    while stream.read_line(&mut line).unwrap() > 2 {
        let header = line.to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    serde_json::from_slice(&body).unwrap()
}

/// Names that Chromium goes by.
const CHROMIUMS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Nothing of the browser's own goes out; it runs as any user, without a screen.
const FLAGS: [&str; 6] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--no-first-run",
];

/// What to do without it.
const INSTALL: &str = "run `apt-get install chromium chromium-driver`, or put both on the path";
