//! What no listing tells: fixes of single package versions, and exports.

mod export;

use koalr_integration_kit::model::common::{FixState, Timestamp};
use koalr_integration_kit::model::record::{Entry, Finding, Fix};
use koalr_integration_kit::model::walk::{
    Batch, EnrichmentScope, Progress, SyncError, SyncRequest,
};
use serde::Serialize;

use self::export::{Call, Export, Next};
use super::exchange::{Exchange, Output};
use super::lookup::{self, Lookup};
use super::{PACKAGES, cursor};
use crate::json::fields;
use crate::snyk::error::Outcome;
use crate::snyk::export::DataSet;

pub(super) fn sync(
    request: &SyncRequest,
    scope: &EnrichmentScope,
    organization: &str,
    mut exchange: Exchange<'_>,
) -> Result<Batch, SyncError> {
    let stored: Option<Walk> = cursor::read(request.cursor.as_ref(), |_| true)?;
    let mut walk = stored.unwrap_or_default().go_on(scope, request.as_of);
    let mut output = Output::default();
    walk.look_up(organization, &mut exchange, &mut output)?;
    let next = if lookup::waiting(&walk.lookups).next().is_some() {
        Next::Now
    } else {
        walk.export(request, &mut exchange, &mut output)?
    };
    walk.under_way = next != Next::Over;
    let progress = walk.progress();
    let coverage = walk
        .lookups
        .iter()
        .filter_map(|one| one.coverage(walk.began));
    let coverage = coverage
        .chain(walk.exports.iter().map(Export::coverage))
        .collect();
    if !walk.under_way {
        walk.lookups.clear();
    }
    let batch = exchange.batch(output)?;
    Ok(Batch {
        cursor: Some(cursor::write(&walk)?),
        done: !walk.under_way,
        progress,
        resume_after_secs: batch.resume_after_secs.or(match next {
            Next::After(secs) => Some(secs),
            Next::Now | Next::Over => None,
        }),
        coverage,
        ..batch
    })
}

/// A walk and what is remembered from one walk to the next. Its JSON is the cursor, also at a walk's end.
#[derive(Debug, Default, Serialize)]
struct Walk {
    began: Timestamp,
    /// False between walks.
    under_way: bool,
    lookups: Vec<Lookup>,
    /// Of each organization and data set in turn.
    exports: Vec<Export>,
}

fields!(Walk { began under_way lookups exports });

impl Walk {
    /// The walk that goes on, or the next one after its end. The packages are those of its first call; organizations
    /// may come and go.
    fn go_on(mut self, scope: &EnrichmentScope, as_of: Timestamp) -> Self {
        let anew = !self.under_way;
        let mut exports: Vec<Export> = Vec::new();
        for organization in &scope.organizations {
            for set in [DataSet::Checks, DataSet::Fixes] {
                if exports.iter().any(|one| one.is_of(organization, set)) {
                    continue;
                }
                let known = self
                    .exports
                    .iter()
                    .position(|one| one.is_of(organization, set));
                let mut export = known.map_or_else(
                    || Export::new(organization, set),
                    |index| self.exports.swap_remove(index),
                );
                if anew || known.is_none() {
                    export.begin(as_of);
                }
                exports.push(export);
            }
        }
        self.exports = exports;
        if anew {
            self.began = as_of;
            let packages = scope.packages.iter().filter_map(|package| {
                let (ecosystem, version) = (package.ecosystem.as_ref()?, package.version.as_ref()?);
                Some(Lookup::new(ecosystem, &package.name, version))
            });
            lookup::add(&mut self.lookups, packages, usize::MAX);
        }
        self
    }

    /// Looks packages up as far as the call goes.
    fn look_up(
        &mut self,
        organization: &str,
        exchange: &mut Exchange<'_>,
        output: &mut Output,
    ) -> Result<(), SyncError> {
        let began = self.began;
        let fix = |finding: Finding| fix(finding, began);
        loop {
            let waiting: Vec<usize> = lookup::waiting(&self.lookups).collect();
            let paths = waiting.iter().filter_map(|&index| self.lookups.get(index));
            let paths: Vec<_> = paths.map(|lookup| lookup.path(organization)).collect();
            let mut take = |ticket: usize, outcome: Outcome<'_>, age_secs: u32| {
                let index = waiting.get(ticket).copied().unwrap_or_default();
                if let Some(lookup) = self.lookups.get_mut(index) {
                    lookup.age_secs = age_secs;
                    lookup.take(outcome, (organization, (0, index)), output, &fix);
                }
            };
            if !exchange.round(&paths, &mut take)? {
                return Ok(());
            }
        }
    }

    /// Takes every export as far as the call goes.
    fn export(
        &mut self,
        request: &SyncRequest,
        exchange: &mut Exchange<'_>,
        output: &mut Output,
    ) -> Result<Next, SyncError> {
        let mut call = Call::new(request, exchange, output);
        let mut next = Next::Over;
        for (index, export) in self.exports.iter_mut().enumerate() {
            next = next.sooner(export.step(&mut call, (1, index))?);
        }
        Ok(next)
    }

    fn progress(&self) -> Progress {
        let lookups = self
            .lookups
            .iter()
            .filter(|lookup| lookup.is_over())
            .count();
        let files = self
            .exports
            .iter()
            .map(Export::files)
            .fold(0, u32::saturating_add);
        Progress {
            done: u32::try_from(lookups)
                .unwrap_or(u32::MAX)
                .saturating_add(files),
            total: None,
        }
    }
}

/// What a finding of a looked-up package says about its fix. One without a version says nothing: Snyk states there what
/// to upgrade to, never that there is nothing.
fn fix(finding: Finding, as_of: Timestamp) -> Option<Entry> {
    let affected = finding.packages.into_iter().next()?;
    (!finding.fixed_in.is_empty()).then(|| {
        Entry::Fix(Fix {
            organization: finding.organization,
            vulnerability: finding.vulnerability,
            affected,
            state: FixState::Available,
            versions: finding.fixed_in,
            source: PACKAGES.to_owned(),
            as_of,
        })
    })
}
