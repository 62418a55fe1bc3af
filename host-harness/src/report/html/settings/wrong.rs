//! Why a connection was not made, beside the field that it is about and with the way out.

use koalr_platform::model::connection::ConnectError;
use koalr_platform::model::manifest::{Manifest, OriginAddress};
use koalr_runtime::{PinError, PolicyError};

use crate::HostError;
use crate::jobs::ConnectRefusal;

/// What is wrong with what somebody gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// The field that it is about; none if it is about all of them, or none alone.
    pub(crate) field: Option<&'static str>,
    /// What is wrong, and the way out.
    pub(crate) text: String,
}

impl Wrong {
    /// What an error says to who filled the form in.
    ///
    /// # Errors
    ///
    /// It is none of theirs: the error again.
    pub(crate) fn of(error: HostError, manifest: &Manifest) -> Result<Self, HostError> {
        Ok(match error {
            HostError::Connect { reason, .. } => refused(reason, manifest),
            HostError::Pin(error) | HostError::Policy(PolicyError::Base(error)) => {
                pinned(&error, &manifest.name)
            }
            HostError::Policy(
                error @ (PolicyError::Download { .. }
                | PolicyError::NoDownloads(_)
                | PolicyError::LoopbackDownload(_)),
            ) => beside("downloads", error.to_string()),
            HostError::Credential(error) => beside("token", error.to_string()),
            HostError::Policy(error) => nowhere(error.to_string()),
            HostError::NotPossible(text) => nowhere(text),
            HostError::Call(error) => nowhere(format!(
                "the token could not be checked: {error}; try again, and tell whoever runs Koalr if it stays so"
            )),
            other => return Err(other),
        })
    }
}

fn refused(reason: ConnectRefusal, manifest: &Manifest) -> Wrong {
    let name = &manifest.name;
    let error = match reason {
        ConnectRefusal::Unreachable(text) => return beside("address", text),
        ConnectRefusal::Strange(text) => {
            return beside(
                "address",
                format!("{text}; check that this is {name}'s address"),
            );
        }
        ConnectRefusal::Trouble(text) => {
            return nowhere(format!(
                "{name} cannot answer now: {text}; nothing is wrong with what you gave, so try again in a few minutes"
            ));
        }
        ConnectRefusal::Decided(error) => error,
    };
    match error {
        ConnectError::BadCredential => beside(
            "token",
            format!(
                "the token is not accepted; it may be mistyped, expired or revoked, or belong to another region than the one below: paste it again, or make a new one in {name}"
            ),
        ),
        ConnectError::WrongRegion(host) => beside(
            "region",
            match region(manifest, &host) {
                Some(id) => format!("the token belongs to {id}; choose that region"),
                None => format!("the token belongs to `{host}`; give that as the web address"),
            },
        ),
        ConnectError::NoApiAccess => beside(
            "token",
            format!(
                "the token is right, but its account's plan has no API access; ask {name} for a plan that has, or give a token of another account"
            ),
        ),
        ConnectError::MissingPermissions(names) => beside(
            "token",
            format!(
                "the token works but lacks {}; have an administrator of {name} grant that to its role, then paste the same token again",
                told(manifest, &names)
            ),
        ),
        ConnectError::OrganizationsNotVisible(names) => beside(
            "organizations",
            format!(
                "the token does not see {}; check the spelling, or give a token of a member of it",
                joined(&names)
            ),
        ),
        ConnectError::InvalidSetting((key, expected)) => nowhere(format!("`{key}`: {expected}")),
        ConnectError::Upstream(text) | ConnectError::Other((_, text)) => beside("token", text),
    }
}

fn pinned(error: &PinError, name: &str) -> Wrong {
    match error {
        PinError::NotChosen { .. } => beside(
            "region",
            "this token does not say its region; choose the one of your account, or paste its web address below",
        ),
        PinError::Unknown { chosen, .. } => beside(
            "address",
            format!(
                "`{chosen}` is no address of {name}; choose a region, or paste the address that your browser shows when you are signed in there"
            ),
        ),
        PinError::UnknownAudience { host, .. } => beside(
            "token",
            format!(
                "the token is for `{host}`, which this version of the integration does not know; check that it is a token of {name}"
            ),
        ),
        PinError::Elsewhere { chosen, valid, .. } => beside(
            "region",
            format!(
                "the token is for {valid}, not for {chosen}; choose {valid}, or paste a token of {chosen}"
            ),
        ),
        PinError::Loopback(address) => beside(
            "address",
            format!(
                "`{address}` is the machine that runs Koalr, and this server may not ask it; choose a region, or have it started with `--allow-loopback`"
            ),
        ),
        error => beside("address", error.to_string()),
    }
}

/// The origin that a host belongs to.
fn region<'a>(manifest: &'a Manifest, host: &str) -> Option<&'a str> {
    let origin = manifest.origins.iter().find(|origin| {
        let fixed = match &origin.address {
            OriginAddress::Fixed(address) => address.strip_prefix("https://"),
            _ => None,
        };
        fixed == Some(host) || origin.aliases.iter().any(|alias| alias == host)
    });
    origin.map(|origin| origin.id.as_str())
}

/// Permissions with what each is for, as far as the manifest says.
fn told(manifest: &Manifest, names: &[String]) -> String {
    let one = |name: &String| {
        let declared = manifest.permissions.iter().find(|one| one.name == *name);
        match declared {
            Some(declared) => {
                let why = declared.why.trim_end_matches('.');
                format!("`{name}` ({why})")
            }
            None => format!("`{name}`"),
        }
    };
    let all: Vec<String> = names.iter().map(one).collect();
    all.join(" and ")
}

fn joined(names: &[String]) -> String {
    let all: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    all.join(" and ")
}

fn beside(field: &'static str, text: impl Into<String>) -> Wrong {
    Wrong {
        field: Some(field),
        text: text.into(),
    }
}

fn nowhere(text: String) -> Wrong {
    Wrong { field: None, text }
}
