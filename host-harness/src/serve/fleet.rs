//! Keeps the versions that serve in step with the registry, and goes back by itself from one that fails too often.
//!
//! Other processes install and swap, so the registry is looked at again and again. A change is followed only when every
//! version that it names is loaded and checked: until then, and if one of them cannot be, what served goes on serving.

use std::sync::Arc;

use koalr_platform::model::common::Timestamp;
use koalr_platform::rollout::{Moved, Release, Rollout, Use};
use koalr_store::DataDir;

use super::api::blocking;
use super::desk::Desk;
use crate::registry::load;
use crate::{HostError, Versions};

/// What of the registry was followed.
#[derive(Default)]
pub(super) struct Fleet {
    /// As of which change.
    followed: Option<u64>,
    loaded: Versions,
    rollout: Option<Rollout>,
    /// What was said last, so that it is not said every second.
    said: String,
}

/// How many calls of a version may fail before the one before it serves again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tolerance {
    /// So many failed calls are too many; 0 goes back never.
    pub faults: usize,
    /// Among so many of the newest.
    pub calls: usize,
}

impl Default for Tolerance {
    /// 3 of 100: one bad upstream answer that a version cannot bear comes back with each retry of its job, and is soon
    /// known; a single trap is no reason yet.
    fn default() -> Self {
        Self {
            faults: 3,
            calls: 100,
        }
    }
}

/// Which version fails.
#[derive(Debug, Clone, Copy)]
enum Failing {
    Candidate,
    Current,
}

impl Fleet {
    /// Lets serve what the registry names at the start.
    pub(super) async fn begin(desk: &Arc<Desk>) -> Result<Self, HostError> {
        let mut fleet = Self::default();
        fleet.follow(desk).await?;
        Ok(fleet)
    }

    /// Follows the registry until the process ends.
    pub(super) async fn watch(mut self, desk: Arc<Desk>) {
        loop {
            tokio::select! {
                () = desk.pause(LOOK_MS) => {}
                () = desk.host.alarmed() => {}
            }
            self.look(&desk).await;
        }
    }

    /// Looks once.
    pub(super) async fn look(&mut self, desk: &Arc<Desk>) {
        let went_back = self.go_back(desk).await;
        let followed = self.follow(desk).await;
        let said = match went_back.and(followed) {
            Ok(()) => String::new(),
            Err(error) => error.to_string(),
        };
        if !said.is_empty() && said != self.said {
            tracing::error!(
                "following the registry of plugins: {said}; what served goes on serving"
            );
        }
        self.said = said;
    }

    /// Loads what the registry names now, and lets it serve.
    async fn follow(&mut self, desk: &Arc<Desk>) -> Result<(), HostError> {
        let looking = Arc::clone(desk);
        let followed = self.followed;
        let changed = blocking(move || {
            let generation = looking.data.rollout_generation()?;
            if followed == Some(generation) {
                return Ok(None);
            }
            let rollout = looking.data.rollout(looking.integration())?;
            Ok(Some((generation, rollout)))
        });
        let Some((generation, rollout)) = changed.await? else {
            return Ok(());
        };
        if rollout != self.rollout {
            self.serve(desk, rollout).await?;
        }
        self.followed = Some(generation);
        Ok(())
    }

    async fn serve(&mut self, desk: &Arc<Desk>, rollout: Option<Rollout>) -> Result<(), HostError> {
        let Some(rollout) = rollout else {
            return Ok(());
        };
        let mut loaded = Versions::new();
        for release in rollout.releases() {
            if rollout.uses(&release.hash) == [Use::Previous] {
                continue;
            }
            let version = if let Some(version) = self.loaded.get(&release.hash) {
                version.clone()
            } else {
                let version = load(&desk.host, &desk.data, release, &desk.signers).await?;
                // Also the one that came with the program begins without faults.
                version.metered(&desk.metrics)
            };
            loaded.insert(release.hash.clone(), version);
        }
        desk.host.serve(rollout.clone(), &loaded);
        let (version, integration) = (&rollout.current.version, &rollout.integration);
        tracing::info!(plugin = integration, version, "serves as the registry says");
        self.loaded = loaded;
        self.rollout = Some(rollout);
        Ok(())
    }

    /// Ends trying a candidate that fails too often, or lets the version before the current one serve again.
    async fn go_back(&mut self, desk: &Arc<Desk>) -> Result<(), HostError> {
        let Some(rollout) = &self.rollout else {
            return Ok(());
        };
        let Tolerance { faults, calls } = desk.tolerance;
        let failing = |release: &Release| {
            let version = self.loaded.get(&release.hash)?;
            let failed = version.vigil().faults_among(calls);
            (faults > 0 && failed >= faults).then(|| {
                format!(
                    "{failed} of the newest {calls} calls of {} {} failed",
                    rollout.integration, release.version
                )
            })
        };
        let tried = rollout.candidate.as_ref();
        let tried = tried.and_then(|candidate| failing(&candidate.release));
        let (which, why) = match (tried, failing(&rollout.current)) {
            (Some(why), _) => (Failing::Candidate, why),
            (None, Some(why)) => (Failing::Current, why),
            (None, None) => return Ok(()),
        };
        let (seen, going, now) = (rollout.clone(), Arc::clone(desk), desk.now());
        let said = why.clone();
        let gone = blocking(move || go_back(&going.data, (&seen, which), &why, now)).await;
        gone.map_err(|error| {
            HostError::NotPossible(format!("{said}, and there is no way back: {error}"))
        })?;
        tracing::error!("{said}; the version before it serves again");
        Ok(())
    }
}

/// Leaves the failing version, unless somebody did meanwhile.
fn go_back(
    data: &DataDir,
    (seen, failing): (&Rollout, Failing),
    why: &str,
    now: Timestamp,
) -> Result<(), HostError> {
    let change = |rollout: &mut Rollout| {
        if rollout != seen {
            return Err(HostError::NotPossible(
                "its versions were changed meanwhile".to_owned(),
            ));
        }
        let moved = match failing {
            Failing::Candidate => rollout.withdraw(),
            Failing::Current => rollout.rollback(),
        };
        let moved = moved.map_err(|refused| HostError::NotPossible(refused.to_string()))?;
        Ok(Moved {
            note: why.to_owned(),
            ..moved
        })
    };
    data.change_rollout(&seen.integration, now, ITSELF, change)?;
    Ok(())
}

/// Who goes back, in the history.
const ITSELF: &str = "koalr";
/// Wait between two looks, in milliseconds.
const LOOK_MS: i64 = 1_000;
