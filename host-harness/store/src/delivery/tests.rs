use koalr_platform::model::record::{DeploymentState, Entry};

use super::*;
use crate::fixture::{batch, connected, connection, organizations};

#[test]
fn a_service_is_replaced_and_removed_by_its_name_in_any_case() {
    let (_directory, mut tenant, _) = connected();
    tenant.save_service(&service("checkout", &[])).unwrap();
    tenant.save_service(&service("cart", &[])).unwrap();
    let renamed = service("Checkout", &["shop"]);
    tenant.save_service(&renamed).unwrap();
    assert_eq!(tenant.services().unwrap(), [service("cart", &[]), renamed]);
    assert!(tenant.remove_service("CHECKOUT").unwrap());
    assert!(!tenant.remove_service("checkout").unwrap());
    assert_eq!(tenant.services().unwrap(), [service("cart", &[])]);
}

#[test]
fn an_older_state_of_a_deployment_never_replaces_a_newer_one() {
    let (_directory, mut tenant, _) = connected();
    let newer = deployment("d1", "checkout", 30);
    let mut older = deployment("d1", "checkout", 20);
    older.deployment.state = DeploymentState::Running;
    assert!(tenant.save_deployment(&newer).unwrap());
    assert!(!tenant.save_deployment(&older).unwrap());
    assert_eq!(all(&tenant), [newer]);
}

#[test]
fn of_two_equally_old_states_of_a_deployment_the_later_counts() {
    let (_directory, mut tenant, _) = connected();
    let mut first = deployment("d1", "checkout", 30);
    first.deployment.state = DeploymentState::Running;
    let second = deployment("d1", "checkout", 30);
    assert!(tenant.save_deployment(&first).unwrap());
    assert!(tenant.save_deployment(&second).unwrap());
    assert_eq!(all(&tenant), [second]);
}

#[test]
fn one_id_of_two_sources_is_two_deployments() {
    let (_directory, mut tenant, _) = connected();
    let github = deployment("d1", "checkout", 30);
    let mut import = github.clone();
    import.source = "import".to_owned();
    tenant.save_deployment(&import).unwrap();
    tenant.save_deployment(&github).unwrap();
    assert_eq!(all(&tenant), [github, import]);
}

#[test]
fn an_older_state_of_an_incident_never_replaces_a_newer_one() {
    let (_directory, mut tenant, _) = connected();
    let resolved = incident("i1", "checkout", 5);
    let mut triggered = resolved.clone();
    triggered.incident.open = true;
    assert!(tenant.save_incident(&resolved, 30).unwrap());
    assert!(!tenant.save_incident(&triggered, 20).unwrap());
    let incidents = tenant.incidents(&DeliveryFilter::default()).unwrap();
    assert_eq!(incidents, [resolved]);
    assert!(tenant.save_incident(&triggered, 30).unwrap());
    let incidents = tenant.incidents(&DeliveryFilter::default()).unwrap();
    assert_eq!(incidents, [triggered]);
}

#[test]
fn what_plugins_and_the_platform_know_is_read_together() {
    let (_directory, mut tenant, connection) = connected();
    let mut synced = deployment("d1", "checkout", 25);
    synced.repository = None;
    synced.source = "snyk".to_owned();
    let mut fallen = incident("i1", "checkout", 26);
    fallen.source = "snyk".to_owned();
    let entries = batch(vec![
        Entry::Deployment(synced.deployment.clone()),
        Entry::Incident(fallen.incident.clone()),
    ]);
    tenant
        .apply_batch(&connection, &organizations(), &entries, 5)
        .unwrap();
    let own = [20, 30].map(|at| deployment(&at.to_string(), "checkout", at));
    for one in &own {
        tenant.save_deployment(one).unwrap();
    }
    let other = incident("i2", "checkout", 27);
    tenant.save_incident(&other, 27).unwrap();
    let [first, last] = own;
    assert_eq!(all(&tenant), [first, synced, last]);
    let filter = of("CHECKOUT");
    assert_eq!(tenant.incidents(&filter).unwrap(), [fallen, other]);
}

#[test]
fn what_a_replaced_connection_brought_is_not_counted_again() {
    let (_directory, mut tenant, former) = connected();
    let entry = Entry::Deployment(deployment("d1", "checkout", 25).deployment);
    let mut elsewhere = connection();
    elsewhere.endpoint.base = "https://api.example.com".to_owned();
    let current = tenant.save_connection(&elsewhere, "token").unwrap();
    for connection in [former, current] {
        tenant
            .apply_batch(
                &connection,
                &organizations(),
                &batch(vec![entry.clone()]),
                5,
            )
            .unwrap();
    }
    assert_eq!(all(&tenant).len(), 1);
}

#[test]
fn a_renamed_service_keeps_what_was_recorded_under_its_former_names() {
    let (_directory, mut tenant, _) = connected();
    for (id, name) in [("d1", "Shop"), ("d2", "checkout"), ("d3", "cart")] {
        tenant.save_deployment(&deployment(id, name, 20)).unwrap();
    }
    let ids = |tenant: &Tenant, name| {
        let found = tenant.deployments(&of(name)).unwrap().into_iter();
        found.map(|one| one.deployment.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&tenant, "Checkout"), ["d2"]);
    tenant
        .save_service(&service("checkout", &["shop"]))
        .unwrap();
    assert_eq!(ids(&tenant, "Checkout"), ["d1", "d2"]);
    assert_eq!(ids(&tenant, "SHOP"), ["d1", "d2"]);
}

#[test]
fn the_first_and_the_last_moment_of_a_time_are_in_it() {
    let (_directory, mut tenant, _) = connected();
    for at in [19, 20, 25, 30, 31] {
        let one = deployment(&at.to_string(), "checkout", at);
        tenant.save_deployment(&one).unwrap();
    }
    let filter = DeliveryFilter {
        service: None,
        from: Some(20),
        to: Some(30),
    };
    let found = tenant.deployments(&filter).unwrap().into_iter();
    let times: Vec<_> = found.map(|one| one.deployment.at).collect();
    assert_eq!(times, [20, 25, 30]);
}

fn all(tenant: &Tenant) -> Vec<OwnDeployment> {
    tenant.deployments(&DeliveryFilter::default()).unwrap()
}

fn of(service: &str) -> DeliveryFilter {
    DeliveryFilter {
        service: Some(service.to_owned()),
        ..DeliveryFilter::default()
    }
}

fn service(name: &str, aliases: &[&str]) -> Service {
    Service {
        name: name.to_owned(),
        aliases: aliases.iter().map(|&alias| alias.to_owned()).collect(),
        repositories: vec!["shop/web".to_owned()],
    }
}

fn deployment(id: &str, service: &str, at: Timestamp) -> OwnDeployment {
    OwnDeployment {
        deployment: Deployment {
            id: id.to_owned(),
            service: service.to_owned(),
            environment: Some("production".to_owned()),
            sha: Some("abc".to_owned()),
            state: DeploymentState::Succeeded,
            at,
            extra: vec![],
        },
        repository: Some("shop/web".to_owned()),
        source: "github".to_owned(),
    }
}

fn incident(id: &str, service: &str, started_at: Timestamp) -> OwnIncident {
    OwnIncident {
        incident: Incident {
            id: id.to_owned(),
            service: service.to_owned(),
            title: "checkout is down".to_owned(),
            severity: Some("P1".to_owned()),
            change: None,
            started_at,
            acknowledged_at: None,
            resolved_at: None,
            open: false,
            extra: vec![],
        },
        source: "pagerduty".to_owned(),
    }
}
