//! What no setting is to blame for alone, and what the settings name.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use koalr_platform::complaint::Problem;

use super::{Complaint, Config, ConfigError, Place};
use crate::queue::Capacity;
use crate::web::{ListenError, Tls, TlsError};

/// Settings that contradict each other; about those whose value was not understood nothing is said twice.
pub(super) fn contradictions(config: &Config, wrong: &BTreeSet<&'static str>) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    // The first of these that somebody set is to be changed.
    let mut say = |names: &[&str], sentence: String| {
        if names.iter().any(|name| wrong.contains(name)) {
            return;
        }
        let place = names.iter().find_map(|name| config.set.get(name));
        complaints.push(Complaint {
            place: place.cloned().unwrap_or(Place::Default),
            problem: Problem::Contradiction(sentence),
        });
    };
    if let Err(error) = Capacity::new(config.slots, config.reserved) {
        say(&["queue.reserved", "queue.slots"], error.to_string());
    }
    let (streams, connections) = (config.limits.streams, config.limits.connections);
    if streams >= connections {
        let sentence = format!(
            "streams of news could take all {connections} connections; let there be fewer than {connections} of them"
        );
        say(&["api.streams", "server.connections"], sentence);
    }
    if config.signatures.required && config.signatures.keys.is_empty() {
        let sentence = "no version could be run, because no key signs any; set `plugins.keys` too";
        say(&["plugins.signature", "plugins.keys"], sentence.to_owned());
    }
    match (&config.certificate, &config.key) {
        (Some(_), None) => say(
            &["server.certificate", "server.key"],
            "a certificate without its key; set `server.key` too".to_owned(),
        ),
        (None, Some(_)) => say(
            &["server.key", "server.certificate"],
            "a key without its certificate; set `server.certificate` too".to_owned(),
        ),
        (None, None) if !config.anyone && is_open(config.listen) => {
            let sentence = ListenError::Exposed(config.listen).to_string();
            say(&REACH, sentence);
        }
        _ => {}
    }
    if let Some(metrics) = config.metrics {
        if !config.anyone && is_open(metrics) {
            let sentence = format!(
                "other machines could reach `{metrics}`, and metrics are served by plain HTTP; listen on 127.0.0.1, or \
                 set `server.anyone`"
            );
            say(&["metrics.listen", "server.anyone"], sentence);
        }
        if metrics == config.listen && metrics.port() != 0 {
            let sentence =
                format!("`{metrics}` is where the server listens; give metrics another port");
            say(&["metrics.listen", "server.listen"], sentence);
        }
    }
    complaints
}

fn is_open(address: SocketAddr) -> bool {
    !address.ip().to_canonical().is_loopback()
}

impl Config {
    /// Looks at what the settings name, and reads the certificate: none where there is to be no TLS.
    ///
    /// # Errors
    ///
    /// - the certificate or its key cannot be used
    /// - the component is no file
    /// - the data directory is a file
    /// - a key that signs versions cannot be used
    pub fn look(&self) -> Result<Option<Tls>, ConfigError> {
        let mut complaints = Vec::new();
        let mut say = |name: &str, sentence: String| {
            let place = self.set.get(name).cloned().unwrap_or(Place::Default);
            let problem = Problem::Contradiction(sentence);
            complaints.push(Complaint { place, problem });
        };
        if let Some(path) = self.data.as_ref().filter(|path| path.is_file()) {
            say(
                "data.dir",
                format!("`{}` is a file; name a directory", path.display()),
            );
        }
        if let Some(path) = self.plugin.as_ref().filter(|path| !path.is_file()) {
            say(
                "plugin.file",
                format!("there is no file `{}`", path.display()),
            );
        }
        if let Err(error) = self.signatures.read() {
            say("plugins.keys", error.to_string());
        }
        let mut tls = None;
        if let (Some(certificate), Some(key)) = (&self.certificate, &self.key) {
            match Tls::read(certificate, key) {
                Ok(read) => tls = Some(read),
                Err(error @ (TlsError::Certificate { .. } | TlsError::NoCertificate { .. })) => {
                    say("server.certificate", error.to_string());
                }
                Err(error) => say("server.key", error.to_string()),
            }
        }
        if complaints.is_empty() {
            Ok(tls)
        } else {
            Err(ConfigError { complaints })
        }
    }
}

/// What decides whether others can reach the server, beginning with what is to be changed if they must not.
const REACH: [&str; 4] = [
    "server.listen",
    "server.anyone",
    "server.certificate",
    "server.key",
];
