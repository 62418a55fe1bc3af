//! Which rows of a ledger are of a repository or a service.

use thiserror::Error;

use super::{Brought, Ledger, Outage, Scope};
use crate::complaint::{distance, shown};

/// The places of what a scope names. None means of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Places {
    /// In [`Ledger::repositories`].
    pub repository: Option<u32>,
    /// In [`Ledger::services`].
    pub service: Option<u32>,
}

/// Whether a row is within a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// It is.
    Inside,
    /// It is not.
    Outside,
    /// It cannot be told: count it as left out.
    Unknown,
}

/// A name of a scope that the ledger does not have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what} `{}` is not known; {}", shown(.name), self.hint())]
pub struct UnknownName {
    /// What it should name: `repository` or `service`.
    pub what: &'static str,
    /// The name.
    pub name: String,
    /// The nearest known names, the nearest first; where none is near, the first ones. At most three.
    pub known: Vec<String>,
    /// Whether those are near.
    pub near: bool,
    /// How many names are known.
    pub of: usize,
}

impl Scope {
    /// Where what it names is in a ledger.
    ///
    /// # Errors
    ///
    /// The ledger has no repository, or no service, of that name.
    pub fn places(&self, ledger: &Ledger) -> Result<Places, UnknownName> {
        let place = |what, name: Option<&String>, known: &[String]| {
            name.map(|name| place(what, name, known)).transpose()
        };
        Ok(Places {
            repository: place("repository", self.repository.as_ref(), &ledger.repositories)?,
            service: place("service", self.service.as_ref(), &ledger.services)?,
        })
    }
}

impl Places {
    /// Whether each deployment is within, in their order. A deployment is of a repository that is its own, and of each of
    /// which it brought a change; of one that has none of its own and brought nothing, it cannot be told.
    #[must_use]
    pub fn deployments(&self, ledger: &Ledger) -> Vec<Within> {
        let mut brought = vec![Brings::Nothing; ledger.deployments.len()];
        for one in &ledger.brought {
            if let Some(brings) = usize_of(one.deployment).and_then(|at| brought.get_mut(at)) {
                if self.repository == Some(one.repository) {
                    *brings = Brings::Its;
                } else if *brings == Brings::Nothing {
                    *brings = Brings::Others;
                }
            }
        }
        let rows = ledger.deployments.iter().zip(brought);
        rows.map(|(one, brings)| {
            if self.service.is_some_and(|service| service != one.service) {
                Within::Outside
            } else if self.repository.is_none() || one.repository == self.repository {
                Within::Inside
            } else {
                match (brings, one.repository) {
                    (Brings::Its, _) => Within::Inside,
                    (Brings::Nothing, None) => Within::Unknown,
                    (Brings::Others | Brings::Nothing, _) => Within::Outside,
                }
            }
        })
        .collect()
    }

    /// Whether a change that was brought is within: it is of the repository, and its deployment of the service.
    #[must_use]
    pub fn brought(&self, ledger: &Ledger, one: &Brought) -> bool {
        let deployment = usize_of(one.deployment).and_then(|at| ledger.deployments.get(at));
        let service = deployment.map(|deployment| deployment.service);
        (self.repository.is_none() || self.repository == Some(one.repository))
            && (self.service.is_none() || self.service == service)
    }

    /// Whether an incident is within. It is of its service, and of the repositories of the deployment that it is tied to;
    /// where its service is not known, it is of that of the deployment. `deployments` are from
    /// [`Places::deployments`].
    #[must_use]
    pub fn outage(&self, deployments: &[Within], one: &Outage) -> Within {
        let service_told = self.service.is_none() || one.service.is_some();
        if service_told && self.service.is_some() && self.service != one.service {
            return Within::Outside;
        }
        if service_told && self.repository.is_none() {
            return Within::Inside;
        }
        let cause = one.cause.and_then(|cause| usize_of(cause.deployment));
        let within = cause.and_then(|at| deployments.get(at));
        within.copied().unwrap_or(Within::Unknown)
    }
}

impl UnknownName {
    fn hint(&self) -> String {
        let quoted: Vec<String> = self
            .known
            .iter()
            .map(|name| format!("`{}`", shown(name)))
            .collect();
        let more = self.of.saturating_sub(quoted.len());
        match (&*quoted, self.near, more) {
            ([], _, _) => "none is known yet".to_owned(),
            (names, true, _) => format!("did you mean {}?", names.join(" or ")),
            (names, false, 0) => format!("known are {}", names.join(", ")),
            (names, false, more) => format!("known are {} and {more} more", names.join(", ")),
        }
    }
}

/// What a deployment brought, as seen from a repository.
#[derive(Clone, Copy, PartialEq)]
enum Brings {
    Nothing,
    Its,
    Others,
}

fn place(what: &'static str, name: &str, known: &[String]) -> Result<u32, UnknownName> {
    let name = name.trim();
    let place = known.iter().position(|one| one.eq_ignore_ascii_case(name));
    if let Some(place) = place.and_then(|place| u32::try_from(place).ok()) {
        return Ok(place);
    }
    let lower = name.to_ascii_lowercase();
    let mut near: Vec<(usize, &String)> = known
        .iter()
        .filter_map(|one| Some((distance(&lower, &one.to_ascii_lowercase())?, one)))
        .collect();
    near.sort_unstable();
    let nearest: Vec<String> = near.iter().map(|(_, one)| (*one).clone()).collect();
    let listed = if nearest.is_empty() { known } else { &nearest };
    Err(UnknownName {
        what,
        name: name.to_owned(),
        known: listed.iter().take(NAMED).cloned().collect(),
        near: !nearest.is_empty(),
        of: known.len(),
    })
}

fn usize_of(place: u32) -> Option<usize> {
    usize::try_from(place).ok()
}

/// Known names that are told beside an unknown one.
const NAMED: usize = 3;

#[cfg(test)]
mod tests {
    use super::super::{Cause, Delivered};
    use super::Within::{Inside, Outside, Unknown};
    use super::*;
    use crate::links::Reason;

    fn named(repositories: &[&str], services: &[&str]) -> Ledger {
        let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Ledger {
            repositories: own(repositories),
            services: own(services),
            ..Ledger::default()
        }
    }

    fn scope(repository: Option<&str>, service: Option<&str>) -> Scope {
        Scope {
            repository: repository.map(str::to_owned),
            service: service.map(str::to_owned),
        }
    }

    fn outage(service: Option<u32>, cause: Option<u32>) -> Outage {
        Outage {
            id: "i".to_owned(),
            title: String::new(),
            severity: None,
            service,
            started_at: 0,
            resolved_at: None,
            open: true,
            cause: cause.map(|deployment| Cause {
                deployment,
                after_ms: 0,
                reason: Reason::Explicit,
            }),
            change: None,
        }
    }

    /// Deployments of service 0: of repository 0; of several; of a repository nobody knows.
    fn delivered() -> Ledger {
        let mut ledger = named(&["acme/shop", "acme/cart"], &["checkout", "cart"]);
        for (id, repository) in [("d0", Some(0)), ("d1", None), ("d2", None)] {
            ledger.deployments.push(Delivered {
                id: id.to_owned(),
                service: 0,
                repository,
                at: 0,
            });
        }
        for repository in [0, 1] {
            ledger.brought.push(Brought {
                change: format!("c{repository}"),
                deployment: 1,
                repository,
                merged_at: 0,
                lead_ms: 0,
                judged: None,
            });
        }
        ledger
    }

    #[test]
    fn names_are_found_in_any_case() {
        let ledger = named(&["acme/shop", "acme/cart"], &["Checkout"]);
        let places = scope(Some("Acme/Cart"), Some(" checkout ")).places(&ledger);
        let (repository, service) = (Some(1), Some(0));
        assert_eq!(
            places,
            Ok(Places {
                repository,
                service
            })
        );
        assert_eq!(Scope::default().places(&ledger), Ok(Places::default()));
    }

    #[test]
    fn an_unknown_name_is_told_with_the_nearest_ones() {
        let ledger = named(&["acme/shop", "acme/cart", "acme/ship"], &["a", "b"]);
        let told = |repository, service| {
            let places = scope(repository, service).places(&ledger);
            places.unwrap_err().to_string()
        };
        assert_eq!(
            told(Some("acme/shp"), None),
            "repository `acme/shp` is not known; did you mean `acme/ship` or `acme/shop`?"
        );
        assert_eq!(
            told(None, Some("checkout")),
            "service `checkout` is not known; known are `a`, `b`"
        );
        assert_eq!(
            scope(None, Some("x"))
                .places(&Ledger::default())
                .unwrap_err()
                .to_string(),
            "service `x` is not known; none is known yet"
        );
        let many = named(&[], &["aaaa", "bbbb", "cccc", "dddd", "eeee"]);
        let places = scope(None, Some("checkout")).places(&many);
        assert_eq!(
            places.unwrap_err().to_string(),
            "service `checkout` is not known; known are `aaaa`, `bbbb`, `cccc` and 2 more"
        );
    }

    #[test]
    fn a_deployment_of_several_repositories_is_of_each_and_one_of_none_is_unknown() {
        let ledger = delivered();
        let within = |repository| {
            let places = scope(Some(repository), None).places(&ledger).unwrap();
            places.deployments(&ledger)
        };
        assert_eq!(within("acme/shop"), [Inside, Inside, Unknown]);
        assert_eq!(within("acme/cart"), [Outside, Inside, Unknown]);
        let cart = scope(None, Some("cart")).places(&ledger).unwrap();
        assert_eq!(cart.deployments(&ledger), [Outside; 3]);
        let all = Places::default();
        assert_eq!(all.deployments(&ledger), [Inside; 3]);
    }

    #[test]
    fn an_incident_without_a_service_is_of_that_of_its_deployment() {
        let ledger = delivered();
        let places = scope(None, Some("checkout")).places(&ledger).unwrap();
        let deployments = places.deployments(&ledger);
        let within = |one| places.outage(&deployments, &one);
        assert_eq!(within(outage(Some(0), None)), Within::Inside);
        assert_eq!(within(outage(Some(1), Some(0))), Within::Outside);
        assert_eq!(within(outage(None, Some(0))), Within::Inside);
        assert_eq!(within(outage(None, None)), Within::Unknown);
        let all = Places::default();
        assert_eq!(
            all.outage(&deployments, &outage(None, None)),
            Within::Inside
        );
    }

    #[test]
    fn an_incident_is_of_the_repository_of_its_deployment() {
        let ledger = delivered();
        let places = scope(Some("acme/cart"), None).places(&ledger).unwrap();
        let deployments = places.deployments(&ledger);
        let within = |one| places.outage(&deployments, &one);
        assert_eq!(within(outage(Some(0), Some(0))), Within::Outside);
        assert_eq!(within(outage(Some(0), Some(1))), Within::Inside);
        assert_eq!(within(outage(Some(0), Some(2))), Within::Unknown);
        assert_eq!(within(outage(Some(0), None)), Within::Unknown);
    }
}
