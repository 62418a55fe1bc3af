//! The policy.

use http::Method;
use koalr_platform::access::Scope;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::super::problem::Problem;
use super::super::Ask;
use super::super::members::Members;
use super::super::route::{Answer, Given, Route, SMALL, nothing, shape};
use super::ChangesAsk;
use crate::jobs::PolicyStatus;

/// What is asked about the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyAsk {
    /// Tell it.
    Show,
    /// Set another one.
    Set {
        /// Its text.
        text: String,
    },
}

/// A policy to set.
#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "it is read member by member; this is its form")]
struct PolicyBody {
    /// Its text, in TOML. An empty one is the default policy.
    policy: String,
}

/// That a policy was set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PolicySet {
    /// Its number, from 1.
    pub version: u64,
}

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        path: "/api/v1/policy",
        scope: Scope::Read,
        summary: "Tell the policy that holds, with every default.",
        query: &[],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<PolicyStatus>),
        read: |given| {
            nothing(given.body)?;
            Ok(Ask::Changes(ChangesAsk::Policy(PolicyAsk::Show)))
        },
    },
    Route {
        method: Method::PUT,
        path: "/api/v1/policy",
        scope: Scope::Approve,
        summary: "Set the policy that holds from now on, as the key's person.",
        query: &[],
        body: Some(shape::<PolicyBody>),
        most_bytes: SMALL,
        answer: Answer::Done(shape::<PolicySet>),
        read: |given| set(&given),
    },
];

fn set(given: &Given<'_>) -> Result<Ask, Problem> {
    let mut members = Members::read(given.body)?;
    let why = "it is the text of the policy, in TOML";
    let text = members.needed("policy", why, |members, key| members.long(key, SMALL));
    members.end()?;
    Ok(Ask::Changes(ChangesAsk::Policy(PolicyAsk::Set { text })))
}
