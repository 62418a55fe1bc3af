//! Changes of which version serves whom, each with the consent that it needs.

use std::collections::BTreeSet;
use std::path::Path;

use koalr_platform::model::manifest::Manifest;
use koalr_platform::rollout::{Action, Cohort, Moved, Refused, Release, Rollout, Swap};
use koalr_platform::widening::{Widening, widened};
use koalr_store::{DataDir, Installed, StoreError};
use schemars::JsonSchema;
use semver::Version;
use serde::Serialize;

use super::install::Package;
use super::{By, Signers, find, load, release_of};
use crate::{Host, HostError};

/// Versions of integrations, and the component that serves where nothing was swapped in.
pub struct Registry<'a> {
    /// Where they are kept.
    pub data: &'a DataDir,
    /// The component that comes with the program, or that the settings name.
    pub base: &'a Host,
    /// Its file.
    pub base_file: &'a Path,
    /// Who may sign versions.
    pub signers: &'a Signers,
    /// Who asks, and when.
    pub by: By<'a>,
}

/// What somebody wants of a swap.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Whether they agree to where the version goes beyond the one before.
    pub accept_widening: bool,
    /// What the history says of it besides. May be empty.
    pub note: String,
    /// Whom it shall serve; none means everybody.
    pub cohort: Option<Cohort>,
}

/// What was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Changed {
    /// The change, as the history keeps it.
    pub swap: Swap,
    /// Where the version goes beyond the one before. Empty if it does not, or none comes to serve.
    pub beyond: Vec<Widening>,
    /// Whether it is an older version than the one before.
    pub downgrade: bool,
    /// What serves whom now.
    pub rollout: Rollout,
}

impl Registry<'_> {
    /// Lets a version serve, everybody or a cohort.
    ///
    /// # Errors
    /// - the version is not installed, not loadable or not signed as it must be
    /// - [`HostError::Widened`]: it goes beyond the one that serves, and nobody agreed
    /// - the rollout refuses it
    pub async fn swap(
        &self,
        integration: &str,
        wanted: &str,
        wish: Wish,
    ) -> Result<Changed, HostError> {
        let to = self.find(integration, wanted)?;
        self.runs(&to).await?;
        let Some(from) = self.current(integration)? else {
            return self.first(&to, wish.cohort.is_some());
        };
        let beyond = self.beyond(&from, &to, wish.accept_widening)?;
        self.begin(integration).await?;
        self.change(integration, beyond, |rollout| {
            refuse_moved(rollout.current == from)?;
            let moved = match wish.cohort {
                Some(cohort) => rollout.try_out(to.release, cohort),
                None => rollout.swap(to.release),
            };
            Ok(Moved {
                note: wish.note,
                ..moved.map_err(refused)?
            })
        })
    }

    /// Lets the candidate serve everybody, whatever cohort is wished for. What was agreed to when it was first tried holds.
    ///
    /// # Errors
    ///
    /// As [`swap`](Self::swap), and if none is being tried.
    pub async fn promote(&self, integration: &str, wish: Wish) -> Result<Changed, HostError> {
        let rollout = self.rollout(integration)?;
        let tried = rollout.candidate.map(|candidate| candidate.release);
        let beyond = match &tried {
            Some(release) => {
                let to = self.find(integration, release.hash.as_str())?;
                self.runs(&to).await?;
                let agreed = self.agreed(integration, release)?;
                let found = widened(&self.manifest(&rollout.current)?, &to.manifest);
                let is_agreed = found.iter().all(|one| agreed.contains(&one.to_string()));
                let accept = wish.accept_widening || is_agreed;
                self.beyond(&rollout.current, &to, accept)?
            }
            None => Vec::new(),
        };
        self.change(integration, beyond, |now| {
            let candidate = now.candidate.as_ref().map(|candidate| &candidate.release);
            refuse_moved(now.current == rollout.current && candidate == tried.as_ref())?;
            Ok(Moved {
                note: wish.note,
                ..now.promote().map_err(refused)?
            })
        })
    }

    /// Takes the last step back: withdraws the candidate, or else lets the version before serve again. It served already,
    /// so that nobody is asked whether it may.
    ///
    /// # Errors
    /// - the rollout refuses it
    pub fn rollback(&self, integration: &str) -> Result<Changed, HostError> {
        self.change(integration, Vec::new(), |rollout| {
            match rollout.candidate {
                Some(_) => rollout.withdraw(),
                None => rollout.rollback(),
            }
            .map_err(refused)
        })
    }

    /// Lets one version serve a tenant, or with none everybody, whatever is swapped.
    ///
    /// # Errors
    ///
    /// As [`swap`](Self::swap).
    pub async fn pin(
        &self,
        integration: &str,
        wanted: &str,
        tenant: Option<&str>,
        accept_widening: bool,
    ) -> Result<Changed, HostError> {
        let to = self.find(integration, wanted)?;
        self.runs(&to).await?;
        let served = |rollout: &Rollout| match tenant {
            Some(tenant) => rollout.resolve(tenant).clone(),
            None => rollout.pinned.as_ref().unwrap_or(&rollout.current).clone(),
        };
        let from = match self.data.rollout(integration)? {
            Some(rollout) => served(&rollout),
            None => self.base_release(integration).ok_or_else(|| {
                let integration = integration.to_owned();
                StoreError::NoRollout { integration }
            })?,
        };
        let beyond = self.beyond(&from, &to, accept_widening)?;
        self.begin(integration).await?;
        self.change(integration, beyond, |rollout| {
            refuse_moved(served(rollout) == from)?;
            rollout.pin(to.release, tenant).map_err(refused)
        })
    }

    /// Takes a pin away.
    ///
    /// # Errors
    /// - the rollout refuses it
    pub fn unpin(&self, integration: &str, tenant: Option<&str>) -> Result<Changed, HostError> {
        self.change(integration, Vec::new(), |rollout| {
            rollout.unpin(tenant).map_err(refused)
        })
    }

    /// Asks nothing of an integration until it is resumed.
    ///
    /// # Errors
    /// - the rollout refuses it
    pub async fn pause(&self, integration: &str, why: &str) -> Result<Changed, HostError> {
        self.begin(integration).await?;
        self.change(integration, Vec::new(), |rollout| {
            rollout.pause(why, self.by.at).map_err(refused)
        })
    }

    /// Ends a pause.
    ///
    /// # Errors
    /// - the rollout refuses it
    pub fn resume(&self, integration: &str) -> Result<Changed, HostError> {
        self.change(integration, Vec::new(), |rollout| {
            rollout.resume().map_err(refused)
        })
    }

    /// The first version of an integration that nothing serves.
    fn first(&self, to: &Installed, has_cohort: bool) -> Result<Changed, HostError> {
        let integration = &to.manifest.id;
        if has_cohort {
            return Err(HostError::NotPossible(format!(
                "no version of `{integration}` serves the others; swap one in for everybody first"
            )));
        }
        let (at, actor) = (self.by.at, self.by.actor);
        self.data
            .begin_rollout(integration, &to.release, at, actor)?;
        let swap = Swap {
            at,
            actor: actor.to_owned(),
            integration: integration.clone(),
            moved: Moved::between(Action::Swapped, None, Some(to.release.clone())),
        };
        self.changed(swap, Vec::new())
    }

    /// Makes the component that comes with the program a version like others, so that a rollback can go back to it.
    async fn begin(&self, integration: &str) -> Result<(), HostError> {
        if self.data.rollout(integration)?.is_some() {
            return Ok(());
        }
        if self.base_release(integration).is_none() {
            return Ok(());
        }
        let own = Package::own(self.base, self.base_file).await?;
        own.store(self.data, self.by)?;
        let By { at, actor } = self.by;
        self.data
            .begin_rollout(integration, &own.release(), at, actor)?;
        Ok(())
    }

    fn change(
        &self,
        integration: &str,
        beyond: Vec<Widening>,
        change: impl FnOnce(&mut Rollout) -> Result<Moved, HostError>,
    ) -> Result<Changed, HostError> {
        let By { at, actor } = self.by;
        let accepted = beyond.iter().map(ToString::to_string).collect();
        let swap = self
            .data
            .change_rollout(integration, at, actor, |rollout| {
                Ok::<_, HostError>(Moved {
                    accepted,
                    ..change(rollout)?
                })
            })?;
        self.changed(swap, beyond)
    }

    fn changed(&self, swap: Swap, beyond: Vec<Widening>) -> Result<Changed, HostError> {
        let number = |release: &Option<Release>| {
            let release = release.as_ref();
            release.and_then(|release| Version::parse(&release.version).ok())
        };
        let (from, to) = (number(&swap.moved.from), number(&swap.moved.to));
        Ok(Changed {
            rollout: self.rollout(&swap.integration)?,
            downgrade: from.zip(to).is_some_and(|(from, to)| to < from),
            swap,
            beyond,
        })
    }

    /// Where a version goes beyond another one, if somebody agreed or it does not.
    fn beyond(
        &self,
        from: &Release,
        to: &Installed,
        accept: bool,
    ) -> Result<Vec<Widening>, HostError> {
        let beyond = widened(&self.manifest(from)?, &to.manifest);
        if beyond.is_empty() || accept {
            return Ok(beyond);
        }
        Err(HostError::Widened {
            integration: to.manifest.id.clone(),
            from: from.version.clone(),
            to: to.release.version.clone(),
            beyond,
        })
    }

    /// What somebody agreed to when a candidate was tried.
    fn agreed(&self, integration: &str, tried: &Release) -> Result<BTreeSet<String>, HostError> {
        let swaps = self.data.swaps(Some(integration), LOOKED_AT)?;
        let of_it = swaps.into_iter().filter(|swap| {
            swap.moved.action == Action::Tried && swap.moved.to.as_ref() == Some(tried)
        });
        Ok(of_it.flat_map(|swap| swap.moved.accepted).collect())
    }

    /// Makes sure that a version can serve, and has it compiled before it must.
    async fn runs(&self, version: &Installed) -> Result<(), HostError> {
        load(self.base, self.data, &version.release, self.signers).await?;
        Ok(())
    }

    fn manifest(&self, release: &Release) -> Result<Manifest, HostError> {
        if release_of(self.base).as_ref() == Some(release) {
            return Ok(self.base.manifest().clone());
        }
        let version = self.data.installed_version(&release.hash)?;
        let version = version.ok_or_else(moved_on)?;
        Ok(version.manifest)
    }

    /// A version that is installed, or that comes with the program.
    fn find(&self, integration: &str, wanted: &str) -> Result<Installed, HostError> {
        let mut versions = self.data.installed()?;
        if let Some(release) = self.base_release(integration)
            && versions.iter().all(|version| version.release != release)
        {
            versions.push(Installed {
                release,
                bytes: u32::try_from(self.base.plugin().size_bytes()).unwrap_or(u32::MAX),
                manifest: self.base.manifest().clone(),
                installed_at: self.by.at,
                installed_by: self.by.actor.to_owned(),
                file: String::new(),
                signed: None,
            });
        }
        Ok(find(&versions, integration, wanted)?.clone())
    }

    fn current(&self, integration: &str) -> Result<Option<Release>, HostError> {
        Ok(match self.data.rollout(integration)? {
            Some(rollout) => Some(rollout.current),
            None => self.base_release(integration),
        })
    }

    fn base_release(&self, integration: &str) -> Option<Release> {
        let is_it = self.base.manifest().id == integration;
        is_it.then(|| release_of(self.base)).flatten()
    }

    fn rollout(&self, integration: &str) -> Result<Rollout, HostError> {
        self.data.rollout(integration)?.ok_or_else(|| {
            let integration = integration.to_owned();
            StoreError::NoRollout { integration }.into()
        })
    }
}

/// What was compared must still be so when it is changed.
fn refuse_moved(is_as_it_was: bool) -> Result<(), HostError> {
    if is_as_it_was {
        Ok(())
    } else {
        Err(moved_on())
    }
}

fn moved_on() -> HostError {
    HostError::Outdated(
        "somebody else changed what serves meanwhile; look at `koalr plugin list` and try again"
            .to_owned(),
    )
}

fn refused(refused: Refused) -> HostError {
    StoreError::from(refused).into()
}

/// Changes that are looked at for what was agreed to.
const LOOKED_AT: u32 = 1_000;
