//! Writes recordings into a directory, one file a call.

use std::fs::{self, DirBuilder};
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use koalr_runtime::{CallError, EgressPolicy, Recorder, Redactor, Secret};
use koalr_store::{Tenant, TenantId};
use serde::Serialize;
use tempfile::NamedTempFile;

use super::{Asked, Header, Line, Outcome, Way};
use crate::contract::Mirror;
use crate::{Host, HostError};

/// Where calls are recorded.
#[derive(Debug, Clone)]
pub struct Recordings {
    directory: PathBuf,
    /// How many of each verb are kept for a tenant, each of which has a directory of its own there; none means all, of all
    /// tenants, in the directory itself.
    newest: Option<usize>,
}

impl Recordings {
    /// All calls, into this directory, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// It cannot be made.
    pub fn all(directory: PathBuf) -> Result<Self, HostError> {
        make(&directory).map_err(|error| HostError::File {
            path: directory.clone(),
            reason: error.to_string(),
        })?;
        Ok(Self {
            directory,
            newest: None,
        })
    }

    /// So many of the newest calls of each tenant and verb, below this directory.
    #[must_use]
    pub fn newest(directory: PathBuf, count: usize) -> Self {
        Self {
            directory,
            newest: Some(count),
        }
    }

    /// Where those of a tenant go.
    pub(crate) fn of(&self, tenant: &TenantId) -> Folder {
        let directory = match self.newest {
            Some(_) => self.directory.join(tenant.as_str()),
            None => self.directory.clone(),
        };
        Folder {
            directory,
            newest: self.newest,
            secrets: Vec::new(),
        }
    }
}

/// Where calls of one tenant are recorded, and which credentials must not be.
#[derive(Clone)]
pub(crate) struct Folder {
    directory: PathBuf,
    newest: Option<usize>,
    secrets: Vec<Secret>,
}

impl Folder {
    /// The folder of this tenant, which knows the credential of its connection; none if nothing is recorded.
    pub(crate) fn of(host: &Host, tenant: &Tenant) -> Result<Option<Self>, HostError> {
        let Some(recordings) = host.recordings() else {
            return Ok(None);
        };
        let folder = recordings.of(tenant.id());
        let Some(connection) = tenant.connection(&host.manifest().id)? else {
            return Ok(Some(folder));
        };
        let secret = Secret::parse(&tenant.reveal_credential(&connection)?);
        Ok(Some(match secret {
            Ok(secret) => folder.without(&secret),
            Err(_) => folder,
        }))
    }

    /// The same, without this credential too.
    pub(crate) fn without(mut self, secret: &Secret) -> Self {
        self.secrets.push(secret.clone());
        self
    }

    /// Begins a recording. One that cannot be written is a line in the log, and the call goes on.
    pub(crate) fn begin(
        &self,
        host: &Host,
        asked: Asked,
        way: Option<(Way, EgressPolicy)>,
    ) -> Taking {
        let (way, policy) = way.unzip();
        let verb = asked.verb().word();
        let redactor = Redactor::new(&self.secrets, policy);
        let header = Line::Recording(Box::new(Header::new(host, way, asked)));
        let begun = File::new(&self.directory).and_then(|file| {
            file.write(&redactor, &header)?;
            Ok(file)
        });
        match begun {
            Ok(file) => Taking(Some(Call {
                recorder: recorder(&redactor, &file),
                folder: self.clone(),
                redactor,
                verb,
                file,
            })),
            Err(error) => {
                unwritten(verb, &error);
                Taking::NONE
            }
        }
    }
}

fn recorder(redactor: &Redactor, file: &File) -> Recorder {
    let file = file.clone();
    let sink = move |recorded: &_| {
        // What it holds is redacted already.
        let line = serde_json::json!({ "exchange": recorded });
        file.line(&line)
            .map_err(|error| format!("a part could not be written: {error}"))
    };
    Recorder::new(redactor.clone(), Box::new(sink))
}

/// A call that may be recorded. Dropped before its end, nothing is left of it.
pub(crate) struct Taking(Option<Call>);

struct Call {
    recorder: Recorder,
    folder: Folder,
    redactor: Redactor,
    verb: &'static str,
    file: File,
}

impl Taking {
    /// A call that is not.
    pub(crate) const NONE: Self = Self(None);

    /// Who writes its exchanges down; none if it is not recorded.
    pub(crate) fn recorder(&self) -> Option<Recorder> {
        self.0.as_ref().map(|call| call.recorder.clone())
    }

    /// The call ended with this, whose types in the model are `M` and `N`.
    pub(crate) fn end<M, N, T, E>(self, answer: &Result<Result<T, E>, CallError>)
    where
        T: Clone + Mirror<M>,
        E: Clone + Mirror<N>,
        M: Serialize,
        N: Serialize,
    {
        let Some(call) = self.0 else {
            return;
        };
        let verb = call.verb;
        let outcome = match answer {
            Ok(Ok(brought)) => serde_json::to_value(brought.clone().mirror()).map(Outcome::Brought),
            Ok(Err(refused)) => {
                serde_json::to_value(refused.clone().mirror()).map(Outcome::Refused)
            }
            Err(error) => Ok(Outcome::from(error)),
        };
        if let Err(error) = outcome.map_err(io::Error::from).and_then(|it| call.end(it)) {
            unwritten(verb, &error);
        }
    }
}

impl Call {
    fn end(self, outcome: Outcome) -> io::Result<()> {
        let written = self.recorder.finish();
        if let Some(cut) = &written.cut {
            tracing::warn!(verb = self.verb, "the recording is not complete: {cut}");
        }
        let end = Line::End {
            outcome,
            exchanges: written.exchanges,
            cut: written.cut,
        };
        self.file.write(&self.redactor, &end)?;
        let Folder {
            directory, newest, ..
        } = &self.folder;
        self.file.keep(directory, self.verb)?;
        match newest {
            Some(newest) => prune(directory, self.verb, *newest),
            None => Ok(()),
        }
    }
}

/// A file that has no name yet.
#[derive(Clone)]
struct File(Arc<Mutex<Option<BufWriter<NamedTempFile>>>>);

impl File {
    fn new(directory: &Path) -> io::Result<Self> {
        make(directory)?;
        let mut builder = tempfile::Builder::new();
        let file = builder
            .prefix(".call-")
            .suffix(".part")
            .tempfile_in(directory)?;
        Ok(Self(Arc::new(Mutex::new(Some(BufWriter::new(file))))))
    }

    fn write(&self, redactor: &Redactor, line: &Line) -> io::Result<()> {
        let mut line = serde_json::to_value(line)?;
        redactor.json(&mut line);
        self.line(&line)
    }

    fn line(&self, line: &serde_json::Value) -> io::Result<()> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = file.as_mut() else {
            return Ok(());
        };
        serde_json::to_writer(&mut *file, line)?;
        file.write_all(b"\n")
    }

    /// Gives it the next free name of the verb.
    fn keep(&self, directory: &Path, verb: &str) -> io::Result<()> {
        let file = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(file) = file else {
            return Ok(());
        };
        let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        loop {
            let last = numbered(directory, verb)?.into_iter().max();
            let number = last.map_or(1, |(last, _)| last + 1);
            let path = directory.join(format!("{verb}-{number}.jsonl"));
            match file.persist_noclobber(path) {
                Ok(_) => return Ok(()),
                // Another process was faster.
                Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => {
                    file = refused.file;
                }
                Err(refused) => return Err(refused.error),
            }
        }
    }
}

/// The recordings of a verb in a directory, each with its number.
fn numbered(directory: &Path, verb: &str) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let number = name
            .and_then(|name| {
                name.strip_prefix(verb)?
                    .strip_prefix('-')?
                    .strip_suffix(".jsonl")
            })
            .and_then(|number| number.parse().ok());
        if let Some(number) = number {
            found.push((number, path));
        }
    }
    Ok(found)
}

/// Removes all but the newest.
fn prune(directory: &Path, verb: &str, newest: usize) -> io::Result<()> {
    let mut all = numbered(directory, verb)?;
    all.sort();
    let old = all.len().saturating_sub(newest);
    for (_, path) in all.into_iter().take(old) {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn make(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700).create(directory)
}

fn unwritten(verb: &str, error: &io::Error) {
    tracing::warn!(verb, "a call is not recorded: {error}");
}

#[cfg(test)]
mod tests;
