//! Which version of an integration serves which tenant, and how that changes.
//!
//! A [`Rollout`] is the whole answer for one integration: [`Rollout::resolve`] looks at the pins, then at the candidate's
//! cohort, then takes the current version. Every change is a method that either gives what [`Moved`], for the history, or
//! is [`Refused`] and changes nothing.

mod cohort;
mod moved;
mod refused;
mod release;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::common::Timestamp;

pub use cohort::{Cohort, Percent};
pub use moved::{Action, Moved, Swap};
pub use refused::{Refused, Use};
pub use release::{ContentHash, NoHash, Release};

/// Which versions of one integration serve, and whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rollout {
    /// The integration, by its id.
    pub integration: String,
    /// Serves every tenant that nothing else is said of.
    pub current: Release,
    /// Served before, so that a rollback goes back to it; none after a rollback, and at the beginning.
    pub previous: Option<Release>,
    /// Is being tried; none if none is.
    pub candidate: Option<Candidate>,
    /// Serves every tenant without a pin of its own, whatever is swapped; none if that is not said.
    pub pinned: Option<Release>,
    /// Tenants with a version of their own, whatever is swapped.
    pub pins: BTreeMap<String, Release>,
    /// Why nothing is asked of the integration for now; none if it works.
    pub paused: Option<Paused>,
}

/// A version that serves some of the tenants before it serves all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Candidate {
    /// The version.
    pub release: Release,
    /// Whom it serves.
    pub cohort: Cohort,
}

/// An integration of which nothing is asked for now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Paused {
    /// Why, in somebody's words. Not empty.
    pub why: String,
    /// Since when.
    pub since: Timestamp,
}

impl Rollout {
    /// Of an integration that nothing served before.
    #[must_use]
    pub fn first(integration: &str, release: Release) -> Self {
        Self {
            integration: integration.to_owned(),
            current: release,
            previous: None,
            candidate: None,
            pinned: None,
            pins: BTreeMap::new(),
            paused: None,
        }
    }

    /// The version that serves a tenant: its pin, else the pin of all, else the candidate if the tenant is in its cohort,
    /// else the current one.
    #[must_use]
    pub fn resolve(&self, tenant: &str) -> &Release {
        let tried = |candidate: &&Candidate| candidate.cohort.holds(&self.integration, tenant);
        let pin = self.pins.get(tenant).or(self.pinned.as_ref());
        pin.or_else(|| {
            self.candidate
                .as_ref()
                .filter(tried)
                .map(|candidate| &candidate.release)
        })
        .unwrap_or(&self.current)
    }

    /// Lets another version serve from now on.
    ///
    /// # Errors
    /// - [`Refused::Serves`]: it does already
    /// - [`Refused::Pinned`]: the pin of all would hide it
    /// - [`Refused::Trying`]: another one is being tried; the one that is tried itself is promoted
    pub fn swap(&mut self, to: Release) -> Result<Moved, Refused> {
        self.refuse_pinned()?;
        self.refuse_serving(&to)?;
        if self.tried().is_some_and(|tried| *tried == to) {
            return self.promote();
        }
        self.refuse_trying()?;
        Ok(self.advance(Action::Swapped, to))
    }

    /// Goes back to the version that served before, which is none after that: a second rollback would only bring the
    /// broken one back.
    ///
    /// # Errors
    /// - [`Refused::NoPrevious`]
    /// - [`Refused::Pinned`]: the pin of all would hide it
    pub fn rollback(&mut self) -> Result<Moved, Refused> {
        self.refuse_pinned()?;
        let Some(to) = self.previous.take() else {
            return Err(Refused::NoPrevious {
                integration: self.integration.clone(),
            });
        };
        if self.tried() == Some(&to) {
            self.candidate = None;
        }
        let from = std::mem::replace(&mut self.current, to.clone());
        Ok(Moved::between(Action::RolledBack, Some(from), Some(to)))
    }

    /// Tries a version with some of the tenants, or the one that is being tried with others.
    ///
    /// # Errors
    /// - [`Refused::Serves`], [`Refused::Pinned`], [`Refused::Trying`]: as of [`swap`](Self::swap)
    /// - [`Refused::EmptyCohort`]
    pub fn try_out(&mut self, release: Release, cohort: Cohort) -> Result<Moved, Refused> {
        self.refuse_pinned()?;
        self.refuse_serving(&release)?;
        if self.tried() != Some(&release) {
            self.refuse_trying()?;
        }
        if cohort.is_empty() {
            return Err(Refused::EmptyCohort);
        }
        let current = self.current.clone();
        let moved = Moved::between(Action::Tried, Some(current), Some(release.clone()));
        let moved = moved.with(cohort.clone());
        self.candidate = Some(Candidate { release, cohort });
        Ok(moved)
    }

    /// Lets the candidate serve everybody.
    ///
    /// # Errors
    /// - [`Refused::NotTrying`]
    /// - [`Refused::Pinned`]: the pin of all would hide it
    pub fn promote(&mut self) -> Result<Moved, Refused> {
        self.refuse_pinned()?;
        let candidate = self.take_candidate()?;
        Ok(self.advance(Action::Promoted, candidate.release))
    }

    /// Ends trying the candidate; its tenants go back to the current version.
    ///
    /// # Errors
    /// - [`Refused::NotTrying`]
    pub fn withdraw(&mut self) -> Result<Moved, Refused> {
        let candidate = self.take_candidate()?;
        let (from, to) = (candidate.release, self.current.clone());
        Ok(Moved::between(Action::Withdrawn, Some(from), Some(to)).with(candidate.cohort))
    }

    /// Lets one version serve a tenant, or with none every tenant that has no pin of its own, whatever is swapped.
    ///
    /// # Errors
    /// - [`Refused::Serves`]: it is pinned to that version already
    pub fn pin(&mut self, release: Release, tenant: Option<&str>) -> Result<Moved, Refused> {
        let from = match tenant {
            Some(tenant) => self.resolve(tenant),
            None => self.pinned.as_ref().unwrap_or(&self.current),
        };
        let from = from.clone();
        let pin = tenant.map_or(self.pinned.as_ref(), |tenant| self.pins.get(tenant));
        if pin == Some(&release) {
            return Err(self.serves(&release));
        }
        match tenant {
            Some(tenant) => drop(self.pins.insert(tenant.to_owned(), release.clone())),
            None => self.pinned = Some(release.clone()),
        }
        Ok(Moved::between(Action::Pinned, Some(from), Some(release)).of(tenant))
    }

    /// Takes the pin of a tenant away, or with none the pin of all.
    ///
    /// # Errors
    /// - [`Refused::NotPinned`]
    pub fn unpin(&mut self, tenant: Option<&str>) -> Result<Moved, Refused> {
        let pin = match tenant {
            Some(tenant) => self.pins.remove(tenant),
            None => self.pinned.take(),
        };
        let Some(from) = pin else {
            return Err(Refused::NotPinned {
                integration: self.integration.clone(),
                tenant: tenant.map(str::to_owned),
            });
        };
        let to = tenant.map_or(&self.current, |tenant| self.resolve(tenant));
        let to = to.clone();
        Ok(Moved::between(Action::Unpinned, Some(from), Some(to)).of(tenant))
    }

    /// Asks nothing of the integration until it is resumed.
    ///
    /// # Errors
    /// - [`Refused::Paused`]: it is already
    /// - [`Refused::NoReason`]
    pub fn pause(&mut self, why: &str, since: Timestamp) -> Result<Moved, Refused> {
        if let Some(paused) = &self.paused {
            return Err(Refused::Paused {
                integration: self.integration.clone(),
                why: paused.why.clone(),
            });
        }
        let why = why.trim();
        if why.is_empty() {
            return Err(Refused::NoReason);
        }
        let why = why.to_owned();
        self.paused = Some(Paused {
            why: why.clone(),
            since,
        });
        Ok(Moved {
            note: why,
            ..Moved::between(Action::Paused, Some(self.current.clone()), None)
        })
    }

    /// Ends a pause.
    ///
    /// # Errors
    /// - [`Refused::NotPaused`]
    pub fn resume(&mut self) -> Result<Moved, Refused> {
        if self.paused.take().is_none() {
            let integration = self.integration.clone();
            return Err(Refused::NotPaused { integration });
        }
        let to = self.current.clone();
        Ok(Moved::between(Action::Resumed, None, Some(to)))
    }

    /// Everything that a version is for, in the order of importance; empty if it may be removed.
    #[must_use]
    pub fn uses(&self, hash: &ContentHash) -> Vec<Use> {
        let is = |release: Option<&Release>| release.is_some_and(|one| one.hash == *hash);
        let all = [
            (is(Some(&self.current)), Use::Current),
            (is(self.tried()), Use::Candidate),
            (is(self.previous.as_ref()), Use::Previous),
            (is(self.pinned.as_ref()), Use::Pinned),
        ];
        let pins = self.pins.iter().filter(|(_, pin)| is(Some(pin)));
        let pins = pins.map(|(tenant, _)| Use::PinnedFor(tenant.clone()));
        let all = all.into_iter().filter(|(is, _)| *is).map(|(_, what)| what);
        all.chain(pins).collect()
    }

    /// Every version that this rollout names, without repetition.
    #[must_use]
    pub fn releases(&self) -> Vec<&Release> {
        let mut all: Vec<&Release> = [Some(&self.current), self.tried()]
            .into_iter()
            .chain([self.previous.as_ref(), self.pinned.as_ref()])
            .flatten()
            .chain(self.pins.values())
            .collect();
        all.sort();
        all.dedup();
        all
    }

    /// Makes sure that a version may be removed.
    ///
    /// # Errors
    /// - [`Refused::InUse`]
    pub fn refuse_used(&self, release: &Release) -> Result<(), Refused> {
        let uses = self.uses(&release.hash);
        if uses.is_empty() {
            return Ok(());
        }
        Err(Refused::InUse {
            integration: self.integration.clone(),
            version: release.version.clone(),
            uses,
        })
    }

    fn advance(&mut self, action: Action, to: Release) -> Moved {
        let from = std::mem::replace(&mut self.current, to.clone());
        self.previous = Some(from.clone());
        Moved::between(action, Some(from), Some(to))
    }

    fn tried(&self) -> Option<&Release> {
        self.candidate.as_ref().map(|candidate| &candidate.release)
    }

    fn take_candidate(&mut self) -> Result<Candidate, Refused> {
        self.candidate.take().ok_or_else(|| Refused::NotTrying {
            integration: self.integration.clone(),
        })
    }

    fn refuse_pinned(&self) -> Result<(), Refused> {
        match &self.pinned {
            None => Ok(()),
            Some(pinned) => Err(Refused::Pinned {
                integration: self.integration.clone(),
                version: pinned.version.clone(),
            }),
        }
    }

    fn refuse_serving(&self, to: &Release) -> Result<(), Refused> {
        if self.current == *to {
            return Err(self.serves(to));
        }
        Ok(())
    }

    fn refuse_trying(&self) -> Result<(), Refused> {
        match self.tried() {
            None => Ok(()),
            Some(tried) => Err(Refused::Trying {
                integration: self.integration.clone(),
                version: tried.version.clone(),
            }),
        }
    }

    fn serves(&self, release: &Release) -> Refused {
        Refused::Serves {
            integration: self.integration.clone(),
            version: release.version.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
