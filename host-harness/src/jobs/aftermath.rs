//! What deployments brought, and what followed them.

use koalr_platform::ledger::{Brought, Delivered, Ledger};
use koalr_platform::model::common::Timestamp;
use koalr_store::{OwnDeployment, Tenant};

use crate::HostError;

/// What a deployment that counts brought, and what followed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aftermath {
    /// Ids of the changes that it brought. May be empty.
    pub changes: Vec<String>,
    /// Ids of the incidents that are tied to it, by the time they began. May be empty.
    pub incidents: Vec<String>,
    /// Vulnerabilities with a score of 7.0 or more that those changes introduced, added up; none if it brought no change
    /// that is known, or if not everything is known of each.
    pub introduced_high: Option<u32>,
}

/// What each of some deployments brought, in their order, with the present name of its service. None if it does not count:
/// only what succeeded in production does.
///
/// # Errors
/// - the store failed
pub fn aftermath(
    tenant: &mut Tenant,
    deployments: &[OwnDeployment],
    as_of: Timestamp,
) -> Result<Vec<(String, Option<Aftermath>)>, HostError> {
    let services = tenant.services()?;
    let ledger = tenant.ledger(as_of)?;
    let told = deployments.iter().map(|own| {
        let recorded = &own.deployment.service;
        let service = services.iter().find(|one| one.is_named(recorded));
        let service = service.map_or_else(|| recorded.clone(), |one| one.name.clone());
        let place = place(&ledger, own, &service);
        (service, place.map(|place| of(&ledger, place)))
    });
    Ok(told.collect())
}

/// Where a deployment is in a ledger.
fn place(ledger: &Ledger, own: &OwnDeployment, service: &str) -> Option<u32> {
    let deployment = &own.deployment;
    let key = (deployment.at, deployment.id.as_str());
    let all = &ledger.deployments;
    let first = all.partition_point(|one| (one.at, one.id.as_str()) < key);
    let same = |one: &Delivered| (one.at, one.id.as_str()) == key;
    let named = |one: &Delivered| {
        let name = usize::try_from(one.service)
            .ok()
            .and_then(|place| ledger.services.get(place));
        name.is_some_and(|name| name.eq_ignore_ascii_case(service))
    };
    let mut alike = all
        .iter()
        .enumerate()
        .skip(first)
        .take_while(|(_, one)| same(one));
    let (place, _) = alike.find(|(_, one)| named(one))?;
    u32::try_from(place).ok()
}

fn of(ledger: &Ledger, place: u32) -> Aftermath {
    let all = &ledger.brought;
    let first = all.partition_point(|one| one.deployment < place);
    let brought = all.iter().skip(first);
    let brought: Vec<&Brought> = brought.take_while(|one| one.deployment == place).collect();
    let introduced = brought.iter().map(|one| {
        let judged = ledger.judged.get(usize::try_from(one.judged?).ok()?)?;
        judged
            .summary
            .told
            .then_some(judged.summary.introduced_high)
    });
    let sum = introduced.sum::<Option<u32>>();
    let outages = ledger.outages.iter();
    let outages = outages.filter(|one| one.cause.is_some_and(|cause| cause.deployment == place));
    Aftermath {
        introduced_high: sum.filter(|_| !brought.is_empty()),
        changes: brought.iter().map(|one| one.change.clone()).collect(),
        incidents: outages.map(|one| one.id.clone()).collect(),
    }
}
