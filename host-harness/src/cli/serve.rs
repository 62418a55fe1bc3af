//! `koalr serve`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use koalr_store::DataDir;

use super::args::{Common, Format, Serve};
use super::{data_path, now, open_host, print};
use crate::queue::{Capacity, WallClock};
use crate::serve::{ServeSettings, Server};
use crate::web::Reach;
use crate::{HostError, RateShare};

pub(super) async fn run(common: &Common, options: Serve) -> Result<ExitCode, HostError> {
    let data = DataDir::open(data_path(common)?)?;
    let host = open_host(common, RateShare::default()).await?;
    let clock = common.clone();
    let settings = ServeSettings {
        listen: options.listen,
        reach: if options.anyone {
            Reach::Anyone
        } else {
            Reach::Loopback
        },
        capacity: Capacity::new(options.slots, options.reserved)
            .map_err(|error| HostError::NotPossible(error.to_string()))?,
        every: Duration::from_secs(options.every),
        api: options.api(),
        metrics: None,
        allow_loopback: options.allow_loopback,
        clock: Arc::new(WallClock(move || now(&clock))),
    };
    let server = Server::start(host, data, settings).await?;
    let address = server.address();
    print(Format::Text, &(), |()| {
        format!(
            "Listening at http://{address}; press Ctrl-C to end.\n\
             GitHub's webhooks go to /webhooks/TENANT/github, PagerDuty's to /webhooks/TENANT/pagerduty.\n"
        )
    })?;
    ended().await?;
    let stopped = server.stop().await;
    if stopped.interrupted > 0 {
        let jobs = stopped.interrupted;
        print(Format::Text, &(), |()| {
            format!("Ended; {jobs} jobs go on with the next start.\n")
        })?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Waits for Ctrl-C, or for whoever runs services to end this one.
async fn ended() -> Result<(), HostError> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).map_err(HostError::Serve)?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed.map_err(HostError::Serve),
        _ = terminate.recv() => Ok(()),
    }
}
