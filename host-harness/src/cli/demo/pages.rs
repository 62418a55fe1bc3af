//! The demo as pages.

use std::sync::Arc;
use std::time::Duration;

use koalr_platform::team::Role;
use koalr_store::{DataDir, Tenant};
use koalr_upstream::Upstream;

use super::super::args::Common;
use super::super::{data_path, now};
use crate::jobs::{invite, set_roles};
use crate::queue::{CapacityError, WallClock};
use crate::serve::{ServeSettings, Server};
use crate::{Host, HostError, Ticket};

/// What runs until somebody ends it.
pub(super) struct Served {
    server: Server,
    upstream: Upstream,
    link: Ticket,
}

impl Served {
    /// Serves what is stored to this machine alone, to somebody who may do everything.
    pub(super) async fn start(
        common: &Common,
        host: Host,
        mut tenant: Tenant,
        upstream: Upstream,
    ) -> Result<Self, HostError> {
        let roles = [Role::Lead, Role::Security, Role::Operator];
        set_roles(&mut tenant, LOGIN, roles, now(common))?;
        let data = DataDir::open(data_path(common)?)?;
        let link = invite(&data, &mut tenant, LOGIN, now(common))?;
        drop(tenant);
        let clock = common.clone();
        let settings = ServeSettings::on_loopback(Arc::new(WallClock(move || now(&clock))))
            .map_err(|error: CapacityError| HostError::NotPossible(error.to_string()))?;
        let settings = ServeSettings {
            allow_loopback: true,
            grace: GRACE,
            ..settings
        };
        Ok(Self {
            server: Server::start(host, data, settings).await?,
            upstream,
            link,
        })
    }

    /// What to do next. `change` is one to try the other commands on.
    pub(super) fn hint(&self, common: &Common, change: &str) -> Result<String, HostError> {
        let pages = format!("http://{}", self.server.address());
        let data = data_path(common)?;
        // As it was called here, so that the lines can be copied.
        let program = std::env::args().next();
        let koalr = format!(
            "{} --data {}",
            program.as_deref().unwrap_or("koalr"),
            data.display()
        );
        Ok(format!(
            "\n── The same as pages, with 90 days of a made-up team\n\n\
             In another terminal, for the last verdict as JSON and for another link:\n\n  \
               {koalr} gate '{change}' --format json\n  \
               {koalr} sign-in --as {LOGIN} --url {pages}\n\n\
             The sample Snyk is at {upstream} and takes any token.\n\
             Ctrl-C ends everything and removes its temporary directory.\n\n\
             Open this link within ten minutes; it signs you in once:\n\n  \
               {pages}/sign-in/{link}\n",
            upstream = self.upstream.base_url(),
            link = self.link.reveal(),
        ))
    }

    /// Ends it.
    pub(super) async fn end(self) {
        self.server.stop().await;
    }
}

/// Who looks at the demo's pages. Nobody of the made-up team: they may lift whatever anybody wrote.
const LOGIN: &str = "sam";

/// Nothing is lost with a job of the demo.
const GRACE: Duration = Duration::from_secs(1);
