//! What a credential may read.

use std::collections::{HashMap, HashSet};

use super::CONNECT;
use super::breach::Breaches;
use super::check::Check;
use super::place::Place;
use crate::complaint::shown;
use crate::model::connection::{Access, Connection};

/// Checks a connection against the organizations that were chosen, by id or short name; none chosen means all.
///
/// # Errors
///
/// All that it breaks of the contract.
pub fn check_connection(chosen: &[String], connection: &Connection) -> Result<(), Breaches> {
    let mut check = Check::of(CONNECT);
    let account = Place::of("account");
    check.named(&account.field("id"), &connection.account.id);
    check.named(&account.field("name"), &connection.account.name);
    let ids = check_organizations(&mut check, chosen, connection);
    let list = Place::of("capabilities");
    let mut told = HashMap::new();
    for (index, capability) in connection.capabilities.iter().enumerate() {
        let at = list.item(index);
        let organization = capability.organization.as_str();
        if !ids.contains(organization) {
            let organization = shown(organization);
            check.breach(
                &at.field("organization"),
                format_args!("is `{organization}`, which is no organization of this connection"),
            );
        }
        check.named(&at.field("route"), &capability.route);
        if capability.access == Access::Allowed && !capability.detail.is_empty() {
            check.breach(
                &at.field("detail"),
                format_args!("is not empty, and the access is allowed"),
            );
        }
        let key = (organization, capability.route.as_str());
        let before = told.insert(key, capability.access);
        if before.is_some_and(|before| before != capability.access) {
            check.breach(
                &at.field("access"),
                format_args!("contradicts an earlier row of the same organization and route"),
            );
        }
    }
    check.end()
}

/// Ids of the organizations.
fn check_organizations<'a>(
    check: &mut Check,
    chosen: &[String],
    connection: &'a Connection,
) -> HashSet<&'a str> {
    let organizations = Place::of("organizations");
    if connection.organizations.is_empty() {
        check.breach(&organizations, format_args!("are empty"));
    }
    let chosen: HashSet<&str> = chosen.iter().map(String::as_str).collect();
    let mut found = HashSet::new();
    let mut ids = HashSet::new();
    for (index, one) in connection.organizations.iter().enumerate() {
        let at = organizations.item(index);
        let id = &at.field("id");
        check.named(id, &one.id);
        check.unique(id, &one.id, &mut ids);
        let names = [Some(one.id.as_str()), one.slug.as_deref()];
        let mut names = names
            .into_iter()
            .flatten()
            .filter(|name| chosen.contains(name));
        if let Some(name) = names.next() {
            found.insert(name);
            found.extend(names);
        } else if !chosen.is_empty() {
            let one = shown(&one.id);
            check.breach(id, format_args!("is `{one}`, which was not chosen"));
        }
    }
    let mut lost: Vec<_> = chosen.difference(&found).collect();
    lost.sort_unstable();
    for name in lost {
        let name = shown(name);
        check.breach(
            &organizations,
            format_args!(
                "do not hold `{name}`, which was chosen; that is `organizations-not-visible`"
            ),
        );
    }
    ids
}
