//! What the tests drive: the command line on a directory of its own, and organizations for the mock.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use koalr_upstream::{Organization, Upstream, World, sample};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A token in the form of an API key.
pub(crate) const TOKEN: &str = "6f0c1a52-3b7e-4d19-9a84-c0ffee15c001";

/// The command line in a working directory of its own, with `data` in it as its data directory.
pub(crate) struct Koalr {
    directory: TempDir,
}

impl Koalr {
    /// Nothing is stored; only the component's machine code is there, since making it takes most of a second.
    pub(crate) fn new() -> Self {
        static COMPILED: OnceLock<PathBuf> = OnceLock::new();
        let compiled = COMPILED.get_or_init(|| {
            let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled");
            let mut builder = fs::DirBuilder::new();
            builder.recursive(true).mode(0o700);
            builder.create(&directory).unwrap();
            // It is refused by its name only after the component was loaded.
            Self::sharing(&directory).run(&["connect", "nothing"]);
            directory
        });
        Self::sharing(compiled)
    }

    /// Connected, with all organizations that the upstream has.
    pub(crate) fn connected(upstream: &Upstream) -> Self {
        let koalr = Self::new();
        let ran = koalr.connect(upstream, &[]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        koalr
    }

    /// Connected and backfilled.
    pub(crate) fn synced(upstream: &Upstream) -> Self {
        let koalr = Self::connected(upstream);
        let ran = koalr.run(&["sync", "snyk"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        koalr
    }

    fn sharing(compiled: &Path) -> Self {
        let koalr = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(koalr.path("data")).unwrap();
        symlink(compiled, koalr.path("data/artifacts")).unwrap();
        koalr
    }

    /// A path in the working directory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file into the working directory.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    /// Connects to the upstream with [`TOKEN`].
    pub(crate) fn connect(&self, upstream: &Upstream, more: &[&str]) -> Ran {
        self.connect_to(upstream.base_url(), &[&["--allow-loopback"], more].concat())
    }

    /// Connects to an address with [`TOKEN`].
    pub(crate) fn connect_to(&self, address: &str, more: &[&str]) -> Ran {
        let args = [
            "connect",
            "snyk",
            "--token-env",
            "TOKEN",
            "--upstream",
            address,
        ];
        let mut command = self.command(&[&args, more].concat());
        finish(command.env("TOKEN", TOKEN))
    }

    /// Runs a command.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        finish(&mut self.command(args))
    }

    /// Runs a command with this standard input.
    pub(crate) fn run_with_input(&self, args: &[&str], input: &str) -> Ran {
        let mut command = self.command(args);
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A command that refuses its arguments ends without reading.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        Ran::of(child.wait_with_output().unwrap())
    }

    /// Runs a command until it has stored this many batches, and kills it. False if it ended by itself before.
    pub(crate) fn killed_after_commit(&self, batches: usize, args: &[&str]) -> bool {
        let mut command = self.command(&[args, &["-v"]].concat());
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let committed = log
            .lines()
            .filter(|line| line.as_ref().unwrap().contains("batch committed"))
            .take(batches)
            .count();
        // It may have ended meanwhile; then there is nothing left to kill.
        let _ = child.kill();
        let killed = !child.wait().unwrap().success();
        killed && committed == batches
    }

    /// Judges a change file with `gate --format json`.
    pub(crate) fn gate(&self, change: &Value, more: &[&str]) -> Ran {
        self.write("change.json", change.to_string());
        self.run(&[&["gate", "change.json", "--format", "json"], more].concat())
    }

    /// A command on the data directory, without anything of this process's environment.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.bare(args);
        command.args(["--data", "data"]);
        // Exports take minutes of waiting: the tests that are about them ask for them.
        if args.contains(&"sync") && !args.contains(&"--enrichment") && !args.contains(&"--help") {
            command.args(["--enrichment", "off"]);
        }
        command
    }

    /// A command without a data directory.
    pub(crate) fn bare(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_koalr"));
        command.env_clear().current_dir(self.directory.path());
        command.args(args).stdin(Stdio::null());
        command
    }

    /// Paths of all files under the data directory, sorted.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut directories = vec![self.path("data")];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let entry = entry.unwrap();
                // The link to the shared machine code counts as a file.
                if entry.file_type().unwrap().is_dir() {
                    directories.push(entry.path());
                } else {
                    files.push(entry.path());
                }
            }
        }
        files.sort();
        files
    }
}

/// What a command printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().expect("no signal ended it"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The one line of JSON that it printed.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.out.lines().count(), 1, "{self:?}");
        serde_json::from_str(&self.out).unwrap()
    }

    /// The one sentence of a command that failed and printed nothing else.
    #[track_caller]
    pub(crate) fn failure(&self) -> &str {
        assert_eq!((self.code, self.out.as_str()), (2, ""), "{}", self.err);
        let sentence = self.err.strip_prefix("koalr: ").expect(&self.err);
        let sentence = sentence.strip_suffix('\n').expect(sentence);
        assert!(!sentence.contains('\n'), "{sentence}");
        sentence
    }
}

/// Runs a command to its end.
pub(crate) fn finish(command: &mut Command) -> Ran {
    Ran::of(command.output().unwrap())
}

/// Serves a world.
pub(crate) fn serve(world: impl Into<World>) -> Upstream {
    Upstream::start_blocking(world).unwrap()
}

/// The demo's organization, as of now: the command line reads the clock too.
pub(crate) fn acme() -> Organization {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    sample::organization(i64::try_from(now.as_millis()).unwrap())
}

/// One of the demo's changes as a change file: `clean`, `raised` or `blocked`.
pub(crate) fn sample_change(name: &str) -> Value {
    let mut changes = sample::changes().into_iter();
    let change = changes.find(|change| change.name == name).unwrap();
    let dependencies = change.dependencies.iter().map(|one| {
        json!({
            "ecosystem": one.ecosystem,
            "name": one.name,
            "before": one.before,
            "after": one.after,
            "direct": one.direct,
        })
    });
    json!({
        "change": {
            "id": format!("{}#{}", change.repository, change.number),
            "repository": change.repository,
            "head-sha": change.head_sha,
        },
        "base-score": change.base_score,
        "dependencies": dependencies.collect::<Vec<_>>(),
    })
}
