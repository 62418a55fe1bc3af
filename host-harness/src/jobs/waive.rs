//! Waivers that are stored: approved, pressed for on a check run, taken back.

use koalr_platform::audit::Event;
use koalr_platform::model::common::Timestamp;
use koalr_platform::model::verdict::Decision as Judged;
use koalr_platform::policy::Policy;
use koalr_platform::team::Act;
use koalr_platform::waiver::{Condition, Waiver, Waivers};
use koalr_store::{ChangeRecord, DecisionRecord, StoredWaiver, Tenant};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::judge::JudgeOptions;
use super::sync::DAY_MS;
use super::team::{known, permitted};
use crate::report::plain;
use crate::{Host, HostError};

/// Stores waivers that somebody approves: all of them, or none. Each is audited. One that is stored already, word for
/// word, stays as it is.
///
/// # Errors
/// - the login is not known, or may not; nobody may approve what they asked for
/// - a waiver names another approver
/// - its id belongs to another waiver
/// - the store failed
pub fn add_waivers(
    tenant: &mut Tenant,
    waivers: &Waivers,
    login: &str,
    now: Timestamp,
) -> Result<usize, HostError> {
    let actor = known(tenant, login)?;
    let stored = tenant.waivers()?;
    let mut added = Vec::new();
    for waiver in waivers.all() {
        actor
            .may(Act::Waive, waiver.author.as_deref())
            .map_err(|error| {
                HostError::Forbidden(format!("waiver `{}`: {error}", plain(&waiver.id)))
            })?;
        if !actor.is(&waiver.approver) {
            return Err(HostError::NotPossible(format!(
                "waiver `{}` is approved by `{}`; `{}` cannot approve it in their name",
                plain(&waiver.id),
                plain(&waiver.approver),
                plain(login)
            )));
        }
        match stored.get(&waiver.id) {
            Some(known) if known == waiver => {}
            Some(_) => {
                return Err(HostError::NotPossible(format!(
                    "the id `{0}` belongs to another waiver; take that back with `koalr waiver revoke {0}` and \
                     choose another id",
                    plain(&waiver.id)
                )));
            }
            None => added.push(waiver),
        }
    }
    tenant.as_one(|tenant| {
        for waiver in &added {
            tenant.save_waiver(waiver)?;
            let event = Event::from(*waiver);
            tenant.append_audit(now, actor.login(), &waiver.vulnerability, &event)?;
        }
        Ok::<_, HostError>(())
    })?;
    Ok(added.len())
}

/// A waiver that is asked for, but for who approves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenWaiver {
    /// Name of the waiver; one is made where there is none.
    pub id: Option<String>,
    /// The vulnerability.
    pub vulnerability: String,
    /// Only in this package.
    pub package: Option<String>,
    /// Only at this version.
    pub version: Option<String>,
    /// Only in this repository.
    pub repository: Option<String>,
    /// Why it may pass.
    pub reason: String,
    /// Login of who asked for it.
    pub author: String,
    /// From when on it holds; none means from now on.
    pub created: Option<Timestamp>,
    /// From when on it does not hold any more.
    pub expires: Timestamp,
    /// What ends it earlier.
    pub void_if: Vec<Condition>,
}

/// A stored waiver, and whether it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WaiverStatus {
    /// The waiver.
    #[serde(flatten)]
    pub waiver: Waiver,
    /// When it was taken back, in milliseconds since 1970; none if it was not.
    pub revoked_at: Option<Timestamp>,
    /// Whether it is neither taken back, nor ended, nor yet to begin. What else ends it is looked at for each change.
    pub holds: bool,
}

impl WaiverStatus {
    /// A waiver as it is at a time.
    #[must_use]
    pub fn at(now: Timestamp, stored: StoredWaiver) -> Self {
        Self {
            holds: stored.holds_at(now),
            revoked_at: stored.revoked_at,
            waiver: stored.waiver,
        }
    }
}

/// Approves one waiver, by the rules that hold for a file of them. The same again without an id, as from a form that was
/// sent twice, stays as it is.
///
/// # Errors
/// - it has no reason or nobody asked for it, the policy does not let it live so long, it would never hold, or who asked
///   for it approves it
/// - its id belongs to another waiver, or to one that was taken back
/// - as those of [`add_waivers`]
pub fn approve_waiver(
    host: &Host,
    tenant: &mut Tenant,
    given: GivenWaiver,
    login: &str,
    now: Timestamp,
) -> Result<WaiverStatus, HostError> {
    let policy = JudgeOptions::stored_policy(host, tenant)?;
    let begins_now = given.created.is_none();
    let mut waiver = Waiver {
        id: given.id.unwrap_or_default(),
        vulnerability: given.vulnerability,
        package: given.package,
        version: given.version,
        repository: given.repository,
        reason: given.reason,
        approver: known(tenant, login)?.login().to_owned(),
        author: Some(given.author),
        created: given.created.unwrap_or(now),
        expires: given.expires,
        void_if: given.void_if,
    };
    if waiver.id.is_empty() {
        let stored = stored_alike(tenant, &waiver)?;
        waiver = match stored.filter(|_| begins_now) {
            Some(stored) => stored,
            None => named(waiver)?,
        };
    }
    let problems = waiver.problems(policy.waiver_max_days);
    if !problems.is_empty() {
        return Err(HostError::Waiver(problems));
    }
    let former = tenant.stored_waiver(&waiver.id)?;
    if former.is_some_and(|former| former.revoked_at.is_some()) {
        return Err(HostError::NotPossible(format!(
            "the id `{}` belongs to a waiver that was taken back; choose another id",
            plain(&waiver.id)
        )));
    }
    add_waivers(tenant, &Waivers::of(vec![waiver.clone()]), login, now)?;
    let revoked_at = None;
    Ok(WaiverStatus::at(now, StoredWaiver { waiver, revoked_at }))
}

/// One that is stored and says the same, whenever it was approved.
fn stored_alike(tenant: &Tenant, waiver: &Waiver) -> Result<Option<Waiver>, HostError> {
    let stored = tenant.waivers()?;
    let mut all = stored.all().iter();
    let alike = all.find(|one| {
        let (id, created) = (one.id.clone(), one.created);
        let waiver = waiver.clone();
        **one
            == Waiver {
                id,
                created,
                ..waiver
            }
    });
    Ok(alike.cloned())
}

/// The same with a name that comes of what it says.
fn named(waiver: Waiver) -> Result<Waiver, HostError> {
    let whole = serde_json::to_vec(&waiver).map_err(HostError::Json)?;
    let digits = hex::encode(Sha256::digest(whole));
    let digits: String = digits.chars().take(SHORT_SHA).collect();
    let id = format!("{}-{digits}", waiver.vulnerability);
    Ok(Waiver { id, ..waiver })
}

/// Takes a waiver back. It does not hold any more, and its id is not given again.
///
/// # Errors
/// - the login is not known, or may not approve waivers
/// - no waiver of that id holds
/// - the store failed
pub fn revoke_waiver(
    tenant: &mut Tenant,
    id: &str,
    login: &str,
    now: Timestamp,
) -> Result<(), HostError> {
    let actor = permitted(tenant, login, Act::Revoke, None)?;
    tenant.as_one(|tenant| {
        if !tenant.revoke_waiver(id, now)? {
            return Err(HostError::NotPossible(format!(
                "no waiver `{}` is stored; `koalr waiver list` names those that are",
                plain(id)
            )));
        }
        let event = Event::WaiverRevoked {
            waiver: id.to_owned(),
        };
        tenant.append_audit(now, actor.login(), "", &event)?;
        Ok(())
    })
}

/// Waives what a decision blocks a change for, in its repository, for a week, or less if the policy wants so. A finding
/// that is waived so already stays as it is.
///
/// # Errors
/// - the login is not known, or may not: nobody may for a change of their own
/// - the decision blocks for nothing that a waiver lifts
/// - the store failed
pub fn waive_blocking(
    tenant: &mut Tenant,
    (change, decision): (&ChangeRecord, &DecisionRecord),
    policy: &Policy,
    login: &str,
    now: Timestamp,
) -> Result<usize, HostError> {
    let days = policy.waiver_max_days.min(PRESSED_DAYS);
    let stored = tenant.waivers()?;
    let short: String = decision.head_sha.chars().take(SHORT_SHA).collect();
    let blocking = decision.verdict.fired.iter();
    let mut findings: Vec<u32> = blocking
        .filter(|fired| fired.decision == Judged::Block)
        .flat_map(|fired| fired.findings.iter().copied())
        .collect();
    findings.sort_unstable();
    findings.dedup();
    let mut waivers: Vec<Waiver> = Vec::new();
    for index in findings {
        let place = usize::try_from(index).unwrap_or(usize::MAX);
        let Some(fact) = decision.evidence.findings.get(place) else {
            continue;
        };
        let waiver = Waiver {
            id: format!("pressed-{short}-{}-{}", fact.vulnerability, fact.package),
            vulnerability: fact.vulnerability.clone(),
            package: Some(fact.package.clone()).filter(|name| !name.is_empty()),
            version: Some(fact.version.clone()).filter(|version| !version.is_empty()),
            repository: Some(change.change.repository.clone()),
            reason: "pressed Waive on the check run".to_owned(),
            approver: known(tenant, login)?.login().to_owned(),
            author: change.author.clone(),
            created: now,
            expires: now.saturating_add(Timestamp::from(days) * DAY_MS),
            void_if: Vec::new(),
        };
        let twice = waivers.iter().any(|one| one.id == waiver.id);
        if !twice && stored.get(&waiver.id).is_none() {
            waivers.push(waiver);
        }
    }
    add_waivers(tenant, &Waivers::of(waivers), login, now)
}

/// How long a waiver lasts that was pressed for, in days: nobody wrote down why.
const PRESSED_DAYS: u32 = 7;

/// Digits of a commit that tell it apart.
const SHORT_SHA: usize = 12;
