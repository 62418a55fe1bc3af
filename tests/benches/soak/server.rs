//! The server: a process that is killed and started again on the same data, and looked at all the time.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::company::Company;
use crate::{procfs, role};

/// Where and how it runs now.
pub(super) struct Server {
    log: PathBuf,
    data: PathBuf,
    state: Mutex<State>,
}

struct State {
    /// None between an end and the next start.
    running: Option<Running>,
    starts: usize,
    samples: Vec<Sample>,
}

struct Running {
    child: Child,
    address: String,
    began: Instant,
    /// Held open, so that what is printed later is not refused.
    _out: BufReader<ChildStdout>,
}

/// What the process has at some moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    /// Which start of the server it is of, from 1.
    pub(super) start: usize,
    /// Seconds since that start.
    pub(super) age: f64,
    /// Resident memory.
    pub(super) bytes: f64,
    /// What the tenants' files have, of which it holds some in memory.
    pub(super) stored: f64,
    /// Open file descriptors.
    pub(super) open: f64,
    /// How many of them hold a file that was removed.
    pub(super) removed: usize,
}

impl Server {
    pub(super) fn new(company: &Company, log: &Path) -> Self {
        Self {
            log: log.to_owned(),
            data: company.data.clone(),
            state: Mutex::new(State {
                running: None,
                starts: 0,
                samples: Vec::new(),
            }),
        }
    }

    /// A command on the same data.
    pub(super) fn command(&self, args: &[&str]) -> Command {
        let mut command = role("koalr");
        command.args(args).arg("--data").arg(&self.data);
        command.stdin(Stdio::null());
        command
    }

    fn log_file(&self) -> File {
        let mut options = OpenOptions::new();
        options.append(true).create(true).open(&self.log).unwrap()
    }

    /// Starts it, and returns when it listens.
    pub(super) fn start(&self) {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0", "-v"]);
        command.env("KOALR_SYNC_EVERY_SECS", "10");
        command.stdout(Stdio::piped()).stderr(self.log_file());
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("http://") {
            line.clear();
            let read = out.read_line(&mut line).unwrap();
            assert!(
                read > 0,
                "the server does not start: see {}",
                self.log.display()
            );
        }
        let address = line.split("http://").nth(1).unwrap();
        let address = address.split(';').next().unwrap().to_owned();
        let mut state = self.state();
        state.starts += 1;
        state.running = Some(Running {
            child,
            address,
            began: Instant::now(),
            _out: out,
        });
    }

    /// Kills it, wherever it is.
    pub(super) fn kill(&self) {
        if let Some(mut running) = self.state().running.take() {
            running.child.kill().unwrap();
            running.child.wait().unwrap();
        }
    }

    /// Tells it to end; its exit code.
    pub(super) fn end(&self) -> Option<i32> {
        let mut running = self.state().running.take()?;
        let kill = format!("kill -TERM {}", running.child.id());
        assert!(
            Command::new("sh")
                .args(["-c", &kill])
                .status()
                .unwrap()
                .success()
        );
        running.child.wait().unwrap().code()
    }

    /// Where it listens; none while it does not run.
    pub(super) fn address(&self) -> Option<String> {
        let state = self.state();
        state
            .running
            .as_ref()
            .map(|running| running.address.clone())
    }

    /// Whether it ended although nobody told it to. It is started again then.
    pub(super) fn died(&self) -> bool {
        let mut state = self.state();
        let Some(running) = &mut state.running else {
            return false;
        };
        let died = running.child.try_wait().unwrap().is_some();
        if died {
            state.running = None;
            drop(state);
            self.start();
        }
        died
    }

    /// Looks at it.
    pub(super) fn sample(&self) {
        let mut state = self.state();
        let start = state.starts;
        let Some(running) = &state.running else {
            return;
        };
        if let Some(sample) = look(running, start, &self.data) {
            state.samples.push(sample);
        }
    }

    /// All looks at the process that runs now, the oldest first. There is one at least.
    pub(super) fn samples_of_last_start(&self) -> Vec<Sample> {
        let state = self.state();
        let samples = state.samples.iter();
        samples
            .filter(|one| one.start == state.starts)
            .copied()
            .collect()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// None where the system does not tell, or the process ended.
fn look(running: &Running, start: usize, data: &Path) -> Option<Sample> {
    let process = running.child.id();
    let bytes = procfs::resident_bytes(process)?;
    let tenants = fs::read_dir(data.join("tenants")).ok()?.flatten();
    let databases = tenants.filter(|entry| entry.path().extension().is_some_and(|end| end == "db"));
    let stored = databases.filter_map(|entry| u32::try_from(entry.metadata().ok()?.len()).ok());
    let entries = fs::read_dir(format!("/proc/{process}/fd")).ok()?.flatten();
    let targets: Vec<_> = entries.map(|entry| fs::read_link(entry.path())).collect();
    let removed = targets.iter().flatten().filter(|target| {
        let target = target.as_os_str().as_encoded_bytes();
        target.starts_with(b"/") && target.ends_with(b" (deleted)")
    });
    Some(Sample {
        start,
        age: running.began.elapsed().as_secs_f64(),
        stored: stored.map(f64::from).sum(),
        bytes,
        open: f64::from(u32::try_from(targets.len()).ok()?),
        removed: removed.count(),
    })
}
