//! Waivers.

use http::Method;
use koalr_platform::access::Scope;
use koalr_platform::model::common::Tenths;
use koalr_platform::team::Actor;
use koalr_platform::waiver::Condition;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::super::problem::Problem;
use super::super::Ask;
use super::super::members::Members;
use super::super::page::{Items, Page};
use super::super::parameter::{CURSOR, Kind, PAGE_LIMIT, Parameter};
use super::super::route::{Answer, Given, Route, SMALL, nothing, shape};
use super::ChangesAsk;
use crate::jobs::{GivenWaiver, WaiverStatus};

/// What is asked about waivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaiversAsk {
    /// List them.
    List {
        /// Only those that hold, or only the others.
        holding: Option<bool>,
        /// Which page.
        page: Page,
    },
    /// Tell one.
    One {
        /// Its id.
        id: String,
    },
    /// Approve one, as the key's person.
    Approve(GivenWaiver),
    /// Take one back, as the key's person.
    Revoke {
        /// Its id.
        id: String,
    },
}

/// A waiver that was approved or taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WaiverDone {
    /// The waiver, as it is now.
    pub waiver: WaiverStatus,
    /// How many open changes it may concern and are judged again, at most 200: the last opened. 0 while nothing is
    /// connected.
    pub queued: usize,
}

/// A waiver to approve. Who approves it is the key's person.
#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "it is read member by member; this is its form")]
struct WaiverBody {
    /// Name of the waiver; one is made if absent.
    id: Option<String>,
    /// The vulnerability, by the upstream's id or any alias such as a CVE.
    vulnerability: String,
    /// Only in this package; in any if absent.
    package: Option<String>,
    /// Only at this version; at any if absent.
    version: Option<String>,
    /// Only in this repository, as `owner/name`; in any if absent.
    repository: Option<String>,
    /// Why it may pass.
    reason: String,
    /// Login of who asked for it, who cannot approve it.
    author: String,
    /// From when on it holds, as in RFC 3339 or in milliseconds since 1970; from now on if absent.
    #[schemars(with = "Option<Time>")]
    created: Option<()>,
    /// From when on it does not hold any more, in the same form.
    #[schemars(with = "Time")]
    expires: (),
    /// What ends it earlier; nothing if absent.
    void_if: Option<Vec<ConditionWord>>,
    /// The CVSS score it is approved at, 0 to 10 with one decimal place at most; `cvss-rises` needs it.
    cvss_at_approval: Option<f64>,
}

/// As in RFC 3339, a day, or milliseconds since 1970.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its form is told")]
enum Time {
    Text(String),
    Milliseconds(i64),
}

/// What ends a waiver before it expires.
#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its form is told")]
enum ConditionWord {
    /// The CVSS base score is above `cvss-at-approval`.
    CvssRises,
    /// A fix exists.
    FixAvailable,
    /// The change has another version than `version`.
    VersionChanges,
}

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        path: "/api/v1/waivers",
        scope: Scope::Read,
        summary: "List waivers, the newest first.",
        query: &[
            Parameter {
                name: "holding",
                about: "Only waivers that hold now, or only the others; all if absent.",
                kind: Kind::Word(&[YES, "false"]),
            },
            CURSOR,
            PAGE_LIMIT,
        ],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<Items<WaiverStatus>>),
        read: |mut given| {
            nothing(given.body)?;
            let holding = given.query.word("holding").map(|word| word == YES);
            let page = given.query.page();
            Ok(ask(WaiversAsk::List { holding, page }))
        },
    },
    Route {
        method: Method::POST,
        path: "/api/v1/waivers",
        scope: Scope::Approve,
        summary: "Approve a waiver, as the key's person; open changes that it may concern are judged again.",
        query: &[],
        body: Some(shape::<WaiverBody>),
        most_bytes: SMALL,
        answer: Answer::Done(shape::<WaiverDone>),
        read: |given| approve(&given),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/waivers/{id}",
        scope: Scope::Read,
        summary: "Tell a waiver, also one that was taken back.",
        query: &[],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<WaiverStatus>),
        read: |given| {
            nothing(given.body)?;
            Ok(ask(WaiversAsk::One { id: given.id }))
        },
    },
    Route {
        method: Method::DELETE,
        path: "/api/v1/waivers/{id}",
        scope: Scope::Approve,
        summary: "Take a waiver back, as the key's person; open changes that it may concern are judged again.",
        query: &[],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<WaiverDone>),
        read: |given| {
            nothing(given.body)?;
            Ok(ask(WaiversAsk::Revoke { id: given.id }))
        },
    },
];

fn ask(ask: WaiversAsk) -> Ask {
    Ask::Changes(ChangesAsk::Waivers(ask))
}

fn approve(given: &Given<'_>) -> Result<Ask, Problem> {
    let mut members = Members::read(given.body)?;
    let why = "write the upstream's id or the CVE that may pass";
    let mut given = GivenWaiver {
        id: members.text("id"),
        vulnerability: members.required("vulnerability", why),
        package: members.text("package"),
        version: members.text("version"),
        repository: members.text("repository"),
        reason: members.required("reason", "say why it may pass"),
        author: members.required("author", "write the login of who asked for it"),
        created: members.time("created"),
        expires: members.needed(
            "expires",
            "no waiver holds for ever; write the date it ends",
            Members::time,
        ),
        void_if: Vec::new(),
    };
    let words = members.words("void-if", &CONDITIONS).unwrap_or_default();
    let score = members.tenths("cvss-at-approval", MAX_CVSS);
    for word in words {
        given.void_if.extend(match (word, score) {
            (RISES, None) => {
                let why = "it is missing; `cvss-rises` compares with it";
                members.complain("cvss-at-approval", why);
                None
            }
            (RISES, Some(score)) => Some(Condition::CvssRises(score)),
            (VERSION, _) => {
                if given.version.is_none() {
                    members.complain(
                        "version",
                        "it is missing; `version-changes` compares with it",
                    );
                }
                Some(Condition::VersionChanges)
            }
            _ => Some(Condition::FixAvailable),
        });
    }
    if !given.author.is_empty() {
        let author = members.check("author", Actor::new(&given.author, []));
        given.author = author.map_or_else(String::new, |author| author.login().to_owned());
    }
    members.end()?;
    Ok(ask(WaiversAsk::Approve(given)))
}

/// A word of a query.
const YES: &str = "true";

const RISES: &str = "cvss-rises";

const VERSION: &str = "version-changes";

const CONDITIONS: [&str; 3] = [RISES, "fix-available", VERSION];

/// 10 in tenths.
const MAX_CVSS: Tenths = 100;
