//! What is delivered where: services and merged changes. Deployments and incidents are the contract's records.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::complaint::shown;
use crate::model::common::Timestamp;

/// Something that runs. Records name it by its name or any alias, in any case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Service {
    /// Its present name. Not blank.
    pub name: String,
    /// Other names: those it had before, and ids that sources of records give it. May be empty.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Repositories it is built from, as `owner/name`. May be empty: then its changes are known by commit only.
    #[serde(default)]
    pub repositories: Vec<String>,
}

impl Service {
    /// Whether it is called so, now or formerly.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        let name = key(name);
        let mut names = std::iter::once(&self.name).chain(&self.aliases);
        !name.is_empty() && names.any(|one| key(one) == name)
    }

    /// Whether it is built from a repository.
    #[must_use]
    pub fn holds(&self, repository: &str) -> bool {
        let mut repositories = self.repositories.iter();
        repositories.any(|one| one.eq_ignore_ascii_case(repository))
    }
}

/// A change that was merged into the branch that is deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Merge {
    /// The change's id.
    pub change: String,
    /// Repository as `owner/name`.
    pub repository: String,
    /// Number in the repository; none if it has none.
    pub number: Option<u32>,
    /// The commit that the merge made; none while unknown.
    pub merge_sha: Option<String>,
    /// The commit that was merged.
    pub head_sha: String,
    /// When.
    pub merged_at: Timestamp,
}

/// Services, no two of which claim one name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Services {
    all: Vec<Service>,
    /// Indexes by name and alias, in lower case.
    by_name: HashMap<String, usize>,
    /// Indexes by repository, in lower case.
    by_repository: HashMap<String, Vec<usize>>,
}

/// What is wrong with a list of services.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// Two services claim one name: it, and their names.
    #[error(
        "services `{}` and `{}` both claim the name `{}`; take it from one of them",
        shown(.1), shown(.2), shown(.0)
    )]
    Clash(String, String, String),
    /// A service has no name: its place in the list, from 1.
    #[error("service {0} of the list has no name; reports name it by one")]
    Unnamed(usize),
}

impl Services {
    /// Services by all their names. Blank aliases do not count.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, in the order of the list:
    /// - a service has a blank name
    /// - two services claim one name
    pub fn new(all: Vec<Service>) -> Result<Self, Vec<ServiceError>> {
        let mut errors = Vec::new();
        let mut by_name: HashMap<String, usize> = HashMap::new();
        let mut by_repository: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, service) in all.iter().enumerate() {
            if service.name.trim().is_empty() {
                errors.push(ServiceError::Unnamed(index + 1));
            }
            for name in std::iter::once(&service.name).chain(&service.aliases) {
                let key = key(name);
                if key.is_empty() {
                    continue;
                }
                let holder = *by_name.entry(key.into_owned()).or_insert(index);
                if let Some(holder) = all.get(holder).filter(|_| holder != index) {
                    let (first, second) = (holder.name.clone(), service.name.clone());
                    errors.push(ServiceError::Clash(name.clone(), first, second));
                }
            }
            for repository in &service.repositories {
                let repository = key(repository).into_owned();
                let held = by_repository.entry(repository).or_default();
                if held.last() != Some(&index) {
                    held.push(index);
                }
            }
        }
        if errors.is_empty() {
            Ok(Self {
                all,
                by_name,
                by_repository,
            })
        } else {
            Err(errors)
        }
    }

    /// All of them, in the order they were given.
    #[must_use]
    pub fn all(&self) -> &[Service] {
        &self.all
    }

    /// The service of that name or alias; none if nobody claims it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Service> {
        self.all.get(*self.by_name.get(&*key(name))?)
    }

    /// The present name of the service that is called so; the stated one, without the spaces around it, if nobody claims
    /// that.
    #[must_use]
    pub fn present<'a>(&'a self, stated: &'a str) -> &'a str {
        let known = self.get(stated);
        known.map_or(stated.trim(), |service| &service.name)
    }

    /// The services that are built from a repository. May be none.
    pub fn of_repository(&self, repository: &str) -> impl Iterator<Item = &Service> {
        let held = self.by_repository.get(&*key(repository));
        let held = held.into_iter().flatten();
        held.filter_map(|index| self.all.get(*index))
    }
}

/// Without the spaces around it, in lower case: what names and commits are compared by. Most are so already.
pub(crate) fn key(name: &str) -> Cow<'_, str> {
    let name = name.trim();
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(name: &str, aliases: &[&str], repositories: &[&str]) -> Service {
        let own = |list: &[&str]| list.iter().map(|&one| one.to_owned()).collect();
        Service {
            name: name.to_owned(),
            aliases: own(aliases),
            repositories: own(repositories),
        }
    }

    #[test]
    fn a_renamed_service_is_found_by_all_its_names_in_any_case() {
        let services = Services::new(vec![service("checkout", &["Shop", "P1"], &[])]).unwrap();
        for name in ["checkout", "shop", " SHOP ", "p1"] {
            assert_eq!(services.get(name).unwrap().name, "checkout");
        }
        assert_eq!(services.get("cart"), None);
        assert_eq!(services.get(""), None);
    }

    #[test]
    fn two_services_that_claim_one_alias_are_both_named() {
        let list = vec![
            service("checkout", &["shop"], &[]),
            service("cart", &["Shop"], &[]),
        ];
        let errors = Services::new(list).unwrap_err();
        assert_eq!(
            errors.first().unwrap().to_string(),
            "services `checkout` and `cart` both claim the name `Shop`; take it from one of them"
        );
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let list = vec![
            service("a", &[], &[]),
            service(" ", &["x"], &[]),
            service("A", &["X"], &[]),
        ];
        assert_eq!(Services::new(list).unwrap_err().len(), 3);
    }

    #[test]
    fn a_service_may_claim_its_own_name_twice() {
        assert!(Services::new(vec![service("a", &["A", ""], &[])]).is_ok());
    }

    #[test]
    fn a_repository_may_be_in_several_services() {
        let list = vec![
            service("a", &[], &["acme/shop", "Acme/Shop"]),
            service("b", &[], &["acme/shop"]),
        ];
        let services = Services::new(list).unwrap();
        let names = services.of_repository("ACME/shop").map(|one| &*one.name);
        assert_eq!(names.collect::<Vec<_>>(), ["a", "b"]);
    }
}
