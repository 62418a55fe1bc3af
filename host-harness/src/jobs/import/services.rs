//! Services of a document among those that are known.

use std::collections::BTreeSet;

use koalr_platform::delivery::{Service, ServiceError, Services};

use super::Counts;
use super::document::GivenService;
use super::fields::Reading;
use crate::report::plain;

/// What becomes of the services.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Those to store.
    pub(super) save: Vec<Service>,
    /// Names of those that have another name now.
    pub(super) remove: Vec<String>,
    pub(super) counts: Counts,
    /// Which those are, as sentences.
    pub(super) notes: Vec<String>,
    /// All of them, as they will be.
    pub(super) all: Services,
}

/// Joins the services of a document with the stored ones. A stored service whose name is an alias of a new one was
/// renamed: the new one takes over its names, and with them its history.
pub(super) fn plan(reading: &mut Reading, stored: &[Service], given: Vec<GivenService>) -> Plan {
    let mut plan = Plan::default();
    let mut kept: Vec<Service> = stored.to_vec();
    let named: BTreeSet<String> = given.iter().map(|one| key(&one.name)).collect();
    let places: Vec<_> = given
        .iter()
        .map(|one| (one.name.clone(), one.at, one.path.clone()))
        .collect();
    for one in given {
        let own = |service: &Service| key(&service.name) == key(&one.name);
        let before = kept.iter().position(own).map(|index| kept.remove(index));
        let mut service = Service {
            name: one.name.clone(),
            aliases: one.aliases.clone().unwrap_or_default(),
            repositories: one.repositories.clone().unwrap_or_default(),
        };
        if let Some(before) = &before {
            if one.aliases.is_none() {
                service.aliases.clone_from(&before.aliases);
            }
            if one.repositories.is_none() {
                service.repositories.clone_from(&before.repositories);
            }
            if before.name != service.name {
                plan.remove.push(before.name.clone());
            }
        }
        while let Some(index) = kept
            .iter()
            .position(|other| service.is_named(&other.name) && !named.contains(&key(&other.name)))
        {
            let other = kept.remove(index);
            let (old, new) = (plain(&other.name), plain(&one.name));
            plan.notes.push(format!(
                "service `{old}` is now called `{new}`, and keeps its history"
            ));
            add(&mut service.aliases, other.aliases);
            if one.repositories.is_none() {
                add(&mut service.repositories, other.repositories);
            }
            plan.remove.push(other.name);
        }
        match before {
            Some(before) if before == service => plan.counts.unchanged += 1,
            Some(_) => plan.counts.updated += 1,
            None => plan.counts.new += 1,
        }
        kept.push(service.clone());
        plan.save.push(service);
    }
    match Services::new(kept) {
        Ok(all) => plan.all = all,
        Err(errors) => {
            for error in errors {
                let mut places = places.iter().rev();
                let place = places.find(|(name, ..)| match &error {
                    ServiceError::Clash(_, first, second) => name == second || name == first,
                    _ => false,
                });
                let (at, path) = place.map_or((0, "services"), |(_, at, path)| (*at, path));
                reading.complaints.add(at, path, error.to_string());
            }
        }
    }
    plan
}

fn add(names: &mut Vec<String>, more: Vec<String>) {
    for name in more {
        if !names.iter().any(|known| key(known) == key(&name)) {
            names.push(name);
        }
    }
}

fn key(name: &str) -> String {
    name.trim().to_ascii_lowercase()
}
