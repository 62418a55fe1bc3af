//! A flawless document, stored record by record. Each is as good alone; the file again completes what was stopped.

use std::collections::{BTreeMap, HashMap};

use koalr_platform::model::common::Timestamp;
use koalr_store::{ChangeRecord, DeliveryFilter, OwnDeployment, OwnIncident, Tenant};

use super::change::Given;
use super::document::Document;
use super::services::Plan;
use super::{API, Counts, ImportReport, SOURCE};
use crate::HostError;
use crate::jobs::team;
use crate::report::plain;

/// Stores a document, and counts what it changed.
pub(super) fn save(
    tenant: &mut Tenant,
    document: Document,
    plan: &Plan,
    (source, now): (&'static str, Timestamp),
) -> Result<ImportReport, HostError> {
    let mut report = ImportReport {
        records: document.records(),
        services: plan.counts,
        notes: plan.notes.clone(),
        ..ImportReport::default()
    };
    report.notes.extend(unknown_services(&document, plan));
    for name in &plan.remove {
        tenant.remove_service(name)?;
    }
    for service in &plan.save {
        tenant.save_service(service)?;
    }
    for actor in document.actors {
        let before = tenant.actor(actor.login())?;
        match before {
            Some(before) if before.roles() == actor.roles() => report.actors.unchanged += 1,
            before => {
                report.actors.add(before.is_some(), true);
                team::save(tenant, &actor, SOURCE, now)?;
            }
        }
    }
    for given in document.changes {
        change(tenant, given, &mut report, (source, now))?;
    }
    deployments(
        tenant,
        document.deployments,
        &mut report.deployments,
        source,
    )?;
    incidents(tenant, document.incidents, &mut report.incidents, source)?;
    Ok(report)
}

fn change(
    tenant: &mut Tenant,
    mut given: Given,
    report: &mut ImportReport,
    (source, now): (&'static str, Timestamp),
) -> Result<(), HostError> {
    let dependencies = given.dependencies.take();
    let record = given.record(source, now);
    let (id, head) = (&record.change.id, &record.change.head_sha);
    let before = tenant.change(id)?;
    let saved = tenant.save_change(&record)?;
    match &before {
        Some(before) if saved && says_the_same(before, tenant.change(id)?) => {
            report.changes.unchanged += 1;
        }
        before => report.changes.add(before.is_some(), saved),
    }
    let Some(list) = dependencies else {
        return Ok(());
    };
    let before = tenant.dependencies(id, head)?;
    if before.as_ref() == Some(&list) {
        report.dependencies.unchanged += 1;
    } else {
        tenant.save_dependencies(id, head, &list, now)?;
        report.dependencies.add(before.is_some(), true);
    }
    Ok(())
}

/// Whether two states differ at most in who told them and when.
fn says_the_same(before: &ChangeRecord, after: Option<ChangeRecord>) -> bool {
    after.is_some_and(|after| {
        let updated_at = before.updated_at;
        let source = before.source.clone();
        *before
            == ChangeRecord {
                updated_at,
                source,
                ..after
            }
    })
}

fn deployments(
    tenant: &mut Tenant,
    given: Vec<OwnDeployment>,
    counts: &mut Counts,
    source: &'static str,
) -> Result<(), HostError> {
    if given.is_empty() {
        return Ok(());
    }
    let stored = tenant.deployments(&DeliveryFilter::default())?.into_iter();
    let stored: HashMap<_, _> = stored.map(|one| (one.deployment.id.clone(), one)).collect();
    for mut one in given {
        let before = stored.get(&one.deployment.id);
        one.source = told_by(before.map(|before| &*before.source), source);
        if let Some(before) = before {
            one.repository = one.repository.or_else(|| before.repository.clone());
            if before.deployment == one.deployment && before.repository == one.repository {
                counts.unchanged += 1;
                continue;
            }
        }
        let saved = tenant.save_deployment(&one)?;
        counts.add(before.is_some(), saved);
    }
    Ok(())
}

fn incidents(
    tenant: &mut Tenant,
    given: Vec<(OwnIncident, Timestamp)>,
    counts: &mut Counts,
    source: &'static str,
) -> Result<(), HostError> {
    if given.is_empty() {
        return Ok(());
    }
    let stored = tenant.incidents(&DeliveryFilter::default())?.into_iter();
    let stored: HashMap<_, _> = stored.map(|one| (one.incident.id.clone(), one)).collect();
    for (mut one, updated_at) in given {
        let before = stored.get(&one.incident.id);
        one.source = told_by(before.map(|before| &*before.source), source);
        if before.is_some_and(|before| before.incident == one.incident) {
            counts.unchanged += 1;
            continue;
        }
        let saved = tenant.save_incident(&one, updated_at)?;
        counts.add(before.is_some(), saved);
    }
    Ok(())
}

/// Under which source a record is stored. A file and the API speak of the same records, so that one which the other told
/// first stays one.
fn told_by(before: Option<&str>, source: &'static str) -> String {
    let same = before.filter(|before| [SOURCE, API].contains(before));
    same.unwrap_or(source).to_owned()
}

/// Names that no service has, with how many records use them.
fn unknown_services(document: &Document, plan: &Plan) -> Vec<String> {
    let deployments = document
        .deployments
        .iter()
        .map(|one| &one.deployment.service);
    let incidents = document
        .incidents
        .iter()
        .map(|(one, _)| &one.incident.service);
    let mut unknown: BTreeMap<&str, u64> = BTreeMap::new();
    for name in deployments.chain(incidents) {
        if !name.is_empty() && plan.all.get(name).is_none() {
            *unknown.entry(name).or_default() += 1;
        }
    }
    let sentence = |(name, count): (&str, u64)| {
        let name = plain(name);
        let records = if count == 1 {
            "record names"
        } else {
            "records name"
        };
        format!(
            "{count} {records} service `{name}`, which is not known: kept, and linked once `services` has it or an alias of it"
        )
    };
    unknown.into_iter().map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use koalr_platform::model::record::DeploymentState;
    use koalr_store::{DataDir, TenantId};
    use serde_json::json;

    use super::*;
    use crate::jobs::{import, import_without_people};

    #[test]
    fn what_a_file_and_the_api_tell_of_one_deployment_or_incident_is_one_record() {
        let directory = tempfile::tempdir().unwrap();
        let data = DataDir::open(directory.path()).unwrap();
        let acme = TenantId::parse("acme").unwrap();
        let mut tenant = data.tenant(&acme, true).unwrap();
        let document = |state: &str, hour: u32| {
            let at = format!("2026-01-09T{hour:02}:00:00Z");
            let deployment = json!({ "id": "d-1", "state": state, "at": at });
            let incident = json!({ "id": "i-1", "started-at": at });
            json!({ "deployments": [deployment], "incidents": [incident] }).to_string()
        };
        import_without_people(&mut tenant, "api key 1", &document("running", 8), NOW).unwrap();
        import(&mut tenant, "file", &document("succeeded", 9), NOW).unwrap();
        let older = import(&mut tenant, "file", &document("failed", 7), NOW).unwrap();
        assert_eq!((older.deployments.older, older.incidents.older), (1, 1));
        let all = DeliveryFilter::default();
        let deployments = tenant.deployments(&all).unwrap();
        let [one] = deployments.as_slice() else {
            panic!("{deployments:?}");
        };
        assert_eq!(
            (&*one.source, one.deployment.state),
            ("api", DeploymentState::Succeeded)
        );
        assert_eq!(tenant.incidents(&all).unwrap().len(), 1);
    }

    /// 2026-01-15T00:00:00Z.
    const NOW: Timestamp = 1_768_435_200_000;
}
