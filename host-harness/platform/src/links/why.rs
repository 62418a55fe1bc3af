//! Why something has no link.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::complaint::shown;

/// Why something has no link to a deployment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Why {
    /// It is said to happen later than now.
    #[error("its time lies in the future; correct the clock that told it")]
    Future,
    /// It has no service.
    #[error("it states no service; say which it is about")]
    ServiceUnstated,
    /// Nobody knows its service: the name.
    #[error("no service has the name `{}`; add the service, or the name to the aliases of one", shown(.0))]
    ServiceUnknown(String),
    /// No service is built from the change's repository, and none got one of its commits: the repository.
    #[error("no service is built from repository `{}`; add it to the repositories of one", shown(.0))]
    NoService(String),
    /// It has not been deployed since its merge.
    #[error("no successful production deployment has brought it since its merge")]
    NotDeployed,
    /// It was deployed before its merge and not since.
    #[error("its commits were deployed only before its merge")]
    BeforeMerge,
    /// The incident's service had no deployment before it.
    #[error("its service had no successful production deployment before it")]
    BeforeDeployments,
    /// The nearest deployment is too long before: its id, and the time between in milliseconds.
    #[error("the nearest deployment before it, `{}`, is longer ago than any window", shown(.0))]
    OutsideWindows(String, i64),
    /// What the incident names is not known.
    #[error("it names `{}`, which is no known change, deployment or commit; import that, or correct the name", shown(.0))]
    NamesUnknown(String),
    /// What the incident names is several things.
    #[error("it names `{}`, which several changes or deployments are; write the id of one", shown(.0))]
    NamesSeveral(String),
    /// What the incident names came after it began.
    #[error("it names `{}`, which came after it began, so that it is not the cause", shown(.0))]
    NamesLater(String),
    /// What the incident names did not succeed, or not in production.
    #[error("it names `{}`, which is no successful production deployment", shown(.0))]
    NamesUnsuccessful(String),
    /// No one deployment is known that brought the named change before the incident: its id.
    #[error("it names change `{}`, and no one deployment is known to have brought that to its service before", shown(.0))]
    NamedNotDeployed(String),
}

impl Why {
    /// It for people, without names and times that only one thing has: what many have in common can be counted by it.
    pub(crate) fn in_general(&self) -> String {
        let words = match self {
            Self::OutsideWindows(..) => {
                "the nearest deployment before it is longer ago than any window"
            }
            Self::NamesUnknown(_) => {
                "it names something that is no known change, deployment or commit; import that, or correct the name"
            }
            Self::NamesSeveral(_) => {
                "it names something that several changes or deployments are; write the id of one"
            }
            Self::NamesLater(_) => {
                "it names something that came after it began, which is not the cause"
            }
            Self::NamesUnsuccessful(_) => {
                "it names something that is no successful production deployment"
            }
            Self::NamedNotDeployed(_) => {
                "it names a change that no one deployment is known to have brought to its service before"
            }
            _ => return self.to_string(),
        };
        words.to_owned()
    }
}
