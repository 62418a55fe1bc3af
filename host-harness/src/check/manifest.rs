//! What a component says of itself.

use koalr_platform::conformance::check_manifest;
use koalr_runtime::{EgressPolicy, Organizations, unreadable_patterns};
use semver::Version;

use super::Came;
use super::subject::Subject;
use crate::report::plain;

pub(super) fn sound(subject: &Subject) -> Came {
    let mut wrong = Vec::new();
    if let Err(breaches) = check_manifest(&subject.manifest, subject.judges()) {
        wrong.extend(breaches.sentences().iter().cloned());
    }
    let version = &subject.manifest.version;
    if let Err(error) = Version::parse(version) {
        let version = plain(version);
        wrong.push(format!(
            "describe: version is `{version}`, which is no semantic version: {error}"
        ));
    }
    for (index, cause) in unreadable_patterns(&subject.declared) {
        wrong.push(format!(
            "describe: credentials[{index}].pattern is no regular expression: {cause}"
        ));
    }
    if let Some(pinned) = subject.pinned.clone() {
        let organizations = Organizations::Connecting;
        let policy = EgressPolicy::from_manifest(&subject.declared, pinned, organizations);
        wrong.extend(policy.err().map(|error| format!("describe: {error}")));
    }
    Came::Tried(wrong)
}
