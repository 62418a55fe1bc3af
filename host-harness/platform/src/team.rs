//! People: who they are, what they may do, and what they let pass.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::complaint::shown;
use crate::model::common::{Change, Timestamp};
use crate::waiver::{bare, is_login, is_same_login};

/// What somebody is trusted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Writes changes.
    Member,
    /// Answers for a team's changes.
    Lead,
    /// Answers for what is vulnerable.
    Security,
    /// Runs the installation.
    Operator,
}

impl Role {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Lead => "lead",
            Self::Security => "security",
            Self::Operator => "operator",
        }
    }
}

/// Something that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Let one head of a change pass in spite of the gate.
    Override,
    /// Approve that one vulnerability may pass for a while.
    Waive,
    /// Take a waiver back. It makes the gate stricter, so that the author of a change may.
    Revoke,
    /// Change the policy.
    SetPolicy,
    /// Connect an integration, or take it away.
    Connect,
    /// Run a failed job again.
    Replay,
}

impl Act {
    /// The roles that may, any of which is enough.
    #[must_use]
    pub fn roles(self) -> &'static [Role] {
        match self {
            Self::Override | Self::Waive | Self::Revoke => &[Role::Lead, Role::Security],
            Self::SetPolicy => &[Role::Security, Role::Operator],
            Self::Connect | Self::Replay => &[Role::Operator],
        }
    }

    /// Whether it is about a change, whose author may not.
    #[must_use]
    pub fn is_approval(self) -> bool {
        matches!(self, Self::Override | Self::Waive)
    }

    fn phrase(self) -> &'static str {
        match self {
            Self::Override => "override the gate",
            Self::Waive => "approve a waiver",
            Self::Revoke => "take a waiver back",
            Self::SetPolicy => "change the policy",
            Self::Connect => "connect an integration",
            Self::Replay => "run a failed job again",
        }
    }

    fn holders(self) -> String {
        let words = self.roles().iter().map(|role| format!("`{}`", role.word()));
        words.collect::<Vec<_>>().join(" or ")
    }
}

/// Somebody with a login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", try_from = "Given")]
pub struct Actor {
    login: String,
    roles: BTreeSet<Role>,
}

/// An actor before its login is looked at.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Given {
    login: String,
    roles: BTreeSet<Role>,
}

/// A text that is no login.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "`{0}` is no login: expected letters, digits and signs without spaces, at most 254 of them"
)]
pub struct NoLogin(String);

impl Actor {
    /// Somebody with these roles; an `@` before the login does not count.
    ///
    /// # Errors
    /// - the login is empty or too long
    /// - it has a space or a letter beyond ASCII: what only looks alike would make one person two
    pub fn new(login: &str, roles: impl IntoIterator<Item = Role>) -> Result<Self, NoLogin> {
        let login = bare(login);
        if !is_login(login) {
            return Err(NoLogin(shown(login)));
        }
        Ok(Self {
            login: login.to_owned(),
            roles: roles.into_iter().collect(),
        })
    }

    /// The login, without an `@`, in the case it was given in.
    #[must_use]
    pub fn login(&self) -> &str {
        &self.login
    }

    /// The roles. May be empty.
    #[must_use]
    pub fn roles(&self) -> &BTreeSet<Role> {
        &self.roles
    }

    /// Whether it is the same person's login, in any case and with or without an `@`.
    #[must_use]
    pub fn is(&self, login: &str) -> bool {
        is_same_login(&self.login, bare(login))
    }

    /// Whether they may. `author` is the login of who wrote the change, none while unknown; only approvals look at it.
    ///
    /// # Errors
    /// - they have none of the roles it takes
    /// - they wrote the change
    /// - nobody can tell whether they wrote it
    pub fn may(&self, act: Act, author: Option<&str>) -> Result<(), Refusal> {
        let login = || self.login.clone();
        if !act.roles().iter().any(|role| self.roles.contains(role)) {
            return Err(Refusal::Role(login(), act));
        }
        if !act.is_approval() {
            return Ok(());
        }
        match author.map(bare).filter(|author| is_login(author)) {
            None => Err(Refusal::AuthorUnknown(login(), act)),
            Some(author) if self.is(author) => Err(Refusal::Author(login(), act)),
            Some(_) => Ok(()),
        }
    }
}

impl TryFrom<Given> for Actor {
    type Error = NoLogin;

    fn try_from(given: Given) -> Result<Self, NoLogin> {
        Self::new(&given.login, given.roles)
    }
}

/// Why somebody may not, and who may.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// They have none of the roles.
    #[error("`{}` may not {}; ask somebody with the role {}", .0, .1.phrase(), .1.holders())]
    Role(String, Act),
    /// They wrote the change.
    #[error(
        "`{}` wrote the change and may not {} for it; ask somebody else with the role {}",
        .0,
        .1.phrase(),
        .1.holders()
    )]
    Author(String, Act),
    /// Nobody can tell whether they wrote it.
    #[error(
        "nobody may {} while it is not known who wrote the change: it might be `{}`; name its author",
        .1.phrase(),
        .0
    )]
    AuthorUnknown(String, Act),
}

/// Who of a team may, in its order.
pub fn able<'a>(
    team: &'a [Actor],
    act: Act,
    author: Option<&str>,
) -> impl Iterator<Item = &'a Actor> {
    team.iter().filter(move |one| one.may(act, author).is_ok())
}

/// Somebody's decision that one head of a change may pass in spite of the gate. Any other head is judged anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Override {
    /// Id of the change.
    pub change: String,
    /// The head that may pass. Not empty.
    pub head_sha: String,
    /// Login of who said so.
    pub actor: String,
    /// Why it may pass, in their words: escape it where it is shown. Not blank, at most 1,000 characters.
    pub reason: String,
    /// When they said so.
    pub at: Timestamp,
}

/// Why there is no override.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OverrideError {
    /// They may not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No reason is given.
    #[error("an override needs a reason; say why this change may pass")]
    NoReason,
    /// The reason is too long: its characters.
    #[error("the reason has {0} characters; say it in at most {MAX_REASON_CHARS}")]
    LongReason(usize),
    /// It is not known what would pass.
    #[error("the change has no head commit, and an override holds for one commit only")]
    NoHead,
}

impl Override {
    /// Lets the present head of a change pass. `author` is the login of who wrote it, none while unknown.
    ///
    /// # Errors
    /// - the actor may not
    /// - the reason is blank or too long
    /// - the change has no head
    pub fn new(
        actor: &Actor,
        (change, author): (&Change, Option<&str>),
        reason: &str,
        at: Timestamp,
    ) -> Result<Self, OverrideError> {
        actor.may(Act::Override, author)?;
        let reason = reason.trim();
        let chars = reason.chars().count();
        if chars == 0 {
            return Err(OverrideError::NoReason);
        }
        if chars > MAX_REASON_CHARS {
            return Err(OverrideError::LongReason(chars));
        }
        if change.head_sha.is_empty() {
            return Err(OverrideError::NoHead);
        }
        Ok(Self {
            change: change.id.clone(),
            head_sha: change.head_sha.clone(),
            actor: actor.login.clone(),
            reason: reason.to_owned(),
            at,
        })
    }

    /// Whether it is about this head of this change.
    #[must_use]
    pub fn holds_for(&self, change: &Change) -> bool {
        !self.head_sha.is_empty()
            && self.change == change.id
            && self.head_sha.eq_ignore_ascii_case(&change.head_sha)
    }

    /// Who let it pass, as one sentence without their reason, which is text from outside.
    #[must_use]
    pub fn note(&self) -> String {
        let head: String = self.head_sha.chars().take(SHORT_SHA_CHARS).collect();
        format!(
            "`{}` lets this change pass at `{head}` in spite of the gate; another commit is judged anew.",
            self.actor
        )
    }
}

/// About two paragraphs: more is a document, which the reason can name.
const MAX_REASON_CHARS: usize = 1_000;

/// How people write a commit.
const SHORT_SHA_CHARS: usize = 7;

#[cfg(test)]
mod tests;
