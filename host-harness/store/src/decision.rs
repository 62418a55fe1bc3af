//! What was decided about changes.

use koalr_platform::decision::Settled;
use koalr_platform::ledger::Summary;
use koalr_platform::model::assessment::Assessment;
use koalr_platform::model::common::Timestamp;
use koalr_platform::model::evidence::{Evidence, Observation};
use koalr_platform::model::verdict::Verdict;
use rusqlite::types::ValueRef;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::kept::optional;
use crate::table::own::DECISIONS;
use crate::tenant::Tenant;

/// What an integration decided about one head of a change, with all it decided on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DecisionRecord {
    /// Id of the integration.
    pub integration: String,
    /// Id of the change.
    pub change: String,
    /// The head that was judged.
    pub head_sha: String,
    /// Whether it was decided at the time or rebuilt later; both may be stored of one head.
    pub observation: Observation,
    /// What was known. Assessment and verdict count in its lists.
    pub evidence: Evidence,
    /// The answer of `score`.
    pub assessment: Assessment,
    /// The answer of `gate`.
    pub verdict: Verdict,
    /// What it came to under the policy.
    pub settled: Settled,
    /// Version of the integration that decided.
    pub plugin_version: String,
    /// When a decision about this head was first asked for.
    pub asked_at: Timestamp,
    /// The time the decision was made for.
    pub as_of: Timestamp,
}

/// Which decisions to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DecisionFilter {
    /// Of this integration.
    pub integration: String,
    /// Only of this kind; none means of both.
    pub observation: Option<Observation>,
    /// Only those made for then or later.
    pub from: Option<Timestamp>,
    /// Only those made for then or earlier.
    pub to: Option<Timestamp>,
}

/// Where a page of decisions ended, so that the next one goes on after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionPlace {
    as_of: Timestamp,
    change: String,
    head_sha: String,
    observation: Observation,
}

impl DecisionRecord {
    /// Where it stands among the others.
    #[must_use]
    pub fn place(&self) -> DecisionPlace {
        DecisionPlace {
            as_of: self.as_of,
            change: self.change.clone(),
            head_sha: self.head_sha.clone(),
            observation: self.observation,
        }
    }
}

impl Tenant {
    /// Stores a decision in place of the former one of the same integration and kind about the same head, and what it
    /// came to in figures beside it.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn save_decision(&mut self, record: &DecisionRecord) -> Result<(), StoreError> {
        let summary = Summary::of(
            &record.evidence,
            &record.assessment,
            &record.verdict,
            &record.settled,
        );
        let number = |number: u32| ValueRef::Integer(number.into());
        let known = |known: Option<i64>| known.map_or(ValueRef::Null, ValueRef::Integer);
        let overridden = record.settled.overridden.as_ref();
        let beside = [
            ValueRef::from(summary.decision.word()),
            ValueRef::Integer(summary.enforced.into()),
            ValueRef::Integer(summary.told.into()),
            number(summary.introduced_high),
            number(summary.introduced_low),
            number(summary.introduced_unscored),
            known(summary.introduced_highest.map(i64::from)),
            number(summary.unattributed),
            known(summary.dependencies.map(i64::from)),
            number(summary.waived),
            number(summary.security.into()),
            number(summary.score.into()),
            ValueRef::from(record.settled.decision.word()),
            ValueRef::from(record.settled.mode.word()),
            ValueRef::from(record.settled.score.band.word()),
            optional(overridden.map(|one| &*one.actor)),
        ];
        self.keep(&DECISIONS, &beside, record)?;
        Ok(())
    }

    /// What an integration decided about one head of a change at the time; none if it did not.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn decision(
        &self,
        integration: &str,
        change: &str,
        head_sha: &str,
    ) -> Result<Option<DecisionRecord>, StoreError> {
        self.decided(integration, change, head_sha, Observation::Observed)
    }

    /// The decision about one head of a change that was rebuilt later; none if there is none.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn reconstructed(
        &self,
        integration: &str,
        change: &str,
        head_sha: &str,
    ) -> Result<Option<DecisionRecord>, StoreError> {
        self.decided(integration, change, head_sha, Observation::Reconstructed)
    }

    /// The newest decision about any head of a change: one of the time, or else one that was rebuilt later; none if
    /// there is none. Its head need not be the change's present one.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn latest_decision(
        &self,
        integration: &str,
        change: &str,
    ) -> Result<Option<DecisionRecord>, StoreError> {
        let condition = "integration = ?1 AND change = ?2
             ORDER BY observation = 'observed' DESC, as_of DESC, asked_at DESC, rowid DESC";
        self.record(&DECISIONS, condition, &[&integration, &change])
    }

    /// Hands over decisions one after the other, by the time they were made for, then by change and head. The first
    /// error ends it.
    ///
    /// # Errors
    /// - the database cannot be read
    /// - what `each` fails with
    pub fn decisions<E: From<StoreError>>(
        &self,
        filter: &DecisionFilter,
        each: &mut dyn FnMut(DecisionRecord) -> Result<(), E>,
    ) -> Result<(), E> {
        let condition = "integration = ?1 AND as_of BETWEEN ?2 AND ?3
             AND (?4 IS NULL OR observation = ?4)
             ORDER BY as_of, change, head_sha, observation";
        let from = filter.from.unwrap_or(Timestamp::MIN);
        let to = filter.to.unwrap_or(Timestamp::MAX);
        let observation = filter.observation.map(word);
        let parameters: [&dyn rusqlite::ToSql; 4] = [&filter.integration, &from, &to, &observation];
        self.each_record(&DECISIONS, condition, &parameters, each)
    }

    /// At most so many of them in the same order, those after a place; none begins at the first.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn decisions_after(
        &self,
        filter: &DecisionFilter,
        after: Option<&DecisionPlace>,
        limit: u32,
    ) -> Result<Vec<DecisionRecord>, StoreError> {
        let condition = "integration = ?1 AND as_of <= ?2 AND (?3 IS NULL OR observation = ?3)
             AND (as_of, change, head_sha, observation) > (?4, ?5, ?6, ?7)
             ORDER BY as_of, change, head_sha, observation LIMIT ?8";
        let to = filter.to.unwrap_or(Timestamp::MAX);
        let observation = filter.observation.map(word);
        let from = filter.from.unwrap_or(Timestamp::MIN);
        // Every decision has a change, so that an empty one stands before all of its time.
        let (as_of, change, head_sha, kind) = match after {
            Some(place) => (
                place.as_of.max(from),
                place.change.as_str(),
                place.head_sha.as_str(),
                word(place.observation),
            ),
            None => (from, "", "", ""),
        };
        let parameters: [&dyn rusqlite::ToSql; 8] = [
            &filter.integration,
            &to,
            &observation,
            &as_of,
            &change,
            &head_sha,
            &kind,
            &limit,
        ];
        self.records(&DECISIONS, condition, &parameters)
    }

    /// When this integration first decided about any head of a change at the time; none if it never did.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn first_asked_at(
        &self,
        integration: &str,
        change: &str,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.database.read(|database| {
            let first = database.query_row(
                "SELECT min(asked_at) FROM decisions
                 WHERE integration = ?1 AND change = ?2 AND observation = 'observed'",
                [integration, change],
                |row| row.get(0),
            );
            Ok(first?)
        })
    }

    fn decided(
        &self,
        integration: &str,
        change: &str,
        head_sha: &str,
        observation: Observation,
    ) -> Result<Option<DecisionRecord>, StoreError> {
        let condition = "integration = ?1 AND change = ?2 AND head_sha = ?3 AND observation = ?4";
        let observation = word(observation);
        let parameters: [&dyn rusqlite::ToSql; 4] =
            [&integration, &change, &head_sha, &observation];
        self.record(&DECISIONS, condition, &parameters)
    }
}

/// As it is stored.
pub(crate) fn word(observation: Observation) -> &'static str {
    match observation {
        Observation::Observed => "observed",
        Observation::Reconstructed => "reconstructed",
    }
}

#[cfg(test)]
pub(crate) mod tests;
