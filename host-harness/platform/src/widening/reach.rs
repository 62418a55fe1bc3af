//! Where a version goes, what it must be permitted there, and how often it asks.

use super::{Found, Subject};
use crate::model::manifest::{Manifest, Origin, OriginAddress, PathRule, Quota};

pub(super) fn origins(old: &Manifest, new: &Manifest, found: &mut Found) {
    for origin in &new.origins {
        let id = &origin.id;
        match old.origins.iter().find(|before| before.id == *id) {
            None => {
                let address = address(&origin.address);
                found.add(Subject::Origin, format!("new `{id}`, {address}"));
                paths(&[], origin, found);
            }
            Some(before) => changed(before, origin, found),
        }
    }
}

pub(super) fn permissions(old: &Manifest, new: &Manifest, found: &mut Found) {
    for permission in &new.permissions {
        let name = &permission.name;
        let before = old.permissions.iter().find(|before| before.name == *name);
        match before {
            None => found.add(Subject::Permission, format!("new `{name}`")),
            Some(before) if permission.required && !before.required => {
                found.add(Subject::Permission, format!("`{name}` becomes required"));
            }
            Some(_) => {}
        }
    }
}

pub(super) fn quotas(old: &Manifest, new: &Manifest, found: &mut Found) {
    for before in &old.quotas {
        let id = &before.id;
        let Some(after) = new.quotas.iter().find(|after| after.id == *id) else {
            found.add(Subject::Quota, format!("`{id}` is gone"));
            continue;
        };
        if is_raised(before, after) {
            let (was, is) = (rate(before), rate(after));
            found.add(Subject::Quota, format!("`{id}` rises from {was} to {is}"));
        }
        if (before.method, &before.path_prefix) != (after.method, &after.path_prefix) {
            found.add(Subject::Quota, format!("`{id}` holds for other requests"));
        }
    }
}

fn changed(old: &Origin, new: &Origin, found: &mut Found) {
    let id = &new.id;
    if let (OriginAddress::Download(before), OriginAddress::Download(after)) =
        (&old.address, &new.address)
    {
        let is_new = |one: &&String| !before.iter().any(|suffix| is_below(one, suffix));
        for suffix in after.iter().filter(is_new) {
            found.add(Subject::Download, format!("`{id}` from `{suffix}`"));
        }
    } else if old.address != new.address {
        let (was, is) = (address(&old.address), address(&new.address));
        found.add(Subject::Origin, format!("`{id}` moves from {was} to {is}"));
    }
    let is_new = |alias: &&String| !old.aliases.contains(alias);
    for alias in new.aliases.iter().filter(is_new) {
        found.add(
            Subject::Origin,
            format!("`{id}` is also meant by `{alias}`"),
        );
    }
    paths(&old.paths, new, found);
}

fn paths(old: &[PathRule], new: &Origin, found: &mut Found) {
    let is_new = |rule: &&PathRule| {
        !old.iter()
            .any(|before| before.method == rule.method && covers(&before.template, &rule.template))
    };
    for rule in new.paths.iter().filter(is_new) {
        let (method, template) = (rule.method.word(), &rule.template);
        found.add(
            Subject::Origin,
            format!("`{}` is asked `{method} {template}`", new.id),
        );
    }
}

/// Whether every path of the one template is one of the other's. What `{org}` stands for is bound, so it covers only
/// itself.
fn covers(wide: &str, narrow: &str) -> bool {
    let is_open = |segment: &str| segment.starts_with('{') && segment != "{org}";
    let (wide, narrow) = (wide.split('/'), narrow.split('/'));
    wide.clone().count() == narrow.clone().count()
        && wide
            .zip(narrow)
            .all(|(wide, narrow)| wide == narrow || is_open(wide))
}

/// Whether one domain is the other, or below it.
fn is_below(domain: &str, suffix: &str) -> bool {
    let (domain, suffix) = (
        domain.trim_start_matches('.'),
        suffix.trim_start_matches('.'),
    );
    let rest = domain.strip_suffix(suffix);
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// More over time, or more at once.
fn is_raised(old: &Quota, new: &Quota) -> bool {
    let over = |requests: u32, window: u32| u64::from(requests) * u64::from(window);
    new.requests > old.requests
        || over(new.requests, old.window_secs) > over(old.requests, new.window_secs)
}

fn rate(quota: &Quota) -> String {
    format!("{} in {} s", quota.requests, quota.window_secs)
}

fn address(address: &OriginAddress) -> String {
    match address {
        OriginAddress::Fixed(base) | OriginAddress::Template(base) => format!("`{base}`"),
        OriginAddress::CustomerSupplied => "an address that the customer gives".to_owned(),
        OriginAddress::Download(suffixes) => format!("downloads from `{}`", suffixes.join("`, `")),
        OriginAddress::Other(what) => format!("another address, `{what}`"),
    }
}
