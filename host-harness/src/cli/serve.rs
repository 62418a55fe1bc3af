//! `koalr serve`.

use std::process::ExitCode;
use std::sync::Arc;

use koalr_store::DataDir;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::args::{Common, Format};
use super::host::open_named;
use super::{data_path, now, print};
use crate::HostError;
use crate::jobs::RECORDINGS;
use crate::queue::{CapacityError, WallClock};
use crate::recording::Recordings;
use crate::serve::{ServeSettings, Server};
use crate::web::Tls;

/// What it is run with was read into `common` before.
pub(super) async fn run(common: &Common) -> Result<ExitCode, HostError> {
    if common.record.is_some() {
        return Err(HostError::NotPossible(
            "`--record` is about one command; set `server.recordings` for a server".to_owned(),
        ));
    }
    let mut signals = Signals::listen().map_err(HostError::Serve)?;
    let tls = common.settings.look()?;
    let data = DataDir::open(data_path(common)?)?;
    let host = open_named(common, common.settings.rate_share).await?;
    let host = match common.settings.recordings {
        0 => host,
        newest => {
            let directory = data_path(common)?.join(RECORDINGS);
            host.recorded(Recordings::newest(directory, newest))
        }
    };
    let clock = common.clone();
    let clock = Arc::new(WallClock(move || now(&clock)));
    let settings = ServeSettings::of(&common.settings, tls.clone(), clock)
        .map_err(|error: CapacityError| HostError::NotPossible(error.to_string()))?;
    let settings = ServeSettings {
        signers: common.settings.signatures.read()?,
        ..settings
    };
    let server = Server::start(host, data, settings).await?;
    let (address, scheme) = (
        server.address(),
        if tls.is_some() { "https" } else { "http" },
    );
    print(Format::Text, &(), |()| {
        format!(
            "Listening at {scheme}://{address}; press Ctrl-C to end.\n\
             GitHub's webhooks go to /webhooks/TENANT/github, PagerDuty's to /webhooks/TENANT/pagerduty.\n"
        )
    })?;
    if let Some(metrics) = server.metrics_address() {
        print(Format::Text, &(), |()| {
            format!("Metrics are at http://{metrics}/metrics.\n")
        })?;
    }
    signals.ended(tls.as_ref()).await;
    let interrupted = tokio::select! {
        stopped = server.stop() => stopped.interrupted,
        () = signals.ended(tls.as_ref()) => {
            return say("Ended at once; what was under way goes on with the next start.\n".to_owned());
        }
    };
    if interrupted > 0 {
        return say(format!(
            "Ended; {interrupted} jobs go on with the next start.\n"
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn say(sentence: String) -> Result<ExitCode, HostError> {
    print(Format::Text, &(), |()| sentence)?;
    Ok(ExitCode::SUCCESS)
}

/// What a process is told from outside.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for Ctrl-C, or for whoever runs services to end this one. Meanwhile reads the certificate again when asked.
    pub(super) async fn ended(&mut self, tls: Option<&Tls>) {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => return,
                _ = self.terminate.recv() => return,
                _ = self.hangup.recv() => reload(tls),
            }
        }
    }
}

fn reload(tls: Option<&Tls>) {
    match tls.map(Tls::reload) {
        Some(Ok(())) => tracing::info!("the certificate was read again"),
        Some(Err(error)) => tracing::error!("the certificate stays as it was: {error}"),
        None => tracing::info!("there is no certificate to read again"),
    }
}
