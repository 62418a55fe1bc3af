//! The policy.

use koalr_platform::policy::Policy;
use koalr_store::{ApiKeyRecord, Tenant};

use super::super::super::desk::Desk;
use super::{done, person};
use crate::HostError;
use crate::jobs::{policy_status, set_policy};
use crate::web::{PolicyAsk, PolicySet, Reply};

impl Desk {
    pub(super) fn policy(
        &self,
        tenant: &mut Tenant,
        caller: &ApiKeyRecord,
        ask: PolicyAsk,
    ) -> Result<Option<Reply>, HostError> {
        let text = match ask {
            PolicyAsk::Show => return done(&policy_status(&self.serving(tenant), tenant)?),
            PolicyAsk::Set { text } => text,
        };
        let login = person(caller)?;
        let policy = Policy::parse(&text, self.serving(tenant).manifest());
        let policy = policy.map_err(|complaints| HostError::Complaints {
            path: "policy".into(),
            complaints,
        })?;
        let version = set_policy(tenant, (&text, &policy), login, self.now())?;
        done(&PolicySet { version })
    }
}
