//! What Snyk's own checks said about the pull requests.

use super::changes::{SampleChange, changes};
use super::{CHECKOUT, DAY, STOREFRONT};
use crate::check::{CheckState, PullRequestCheck};
use crate::data::{Severity, Timestamp};
use crate::id;

/// One check a pull request of the open source product, and one of another product on the blocked one.
pub(super) fn checks(as_of: Timestamp) -> Vec<PullRequestCheck> {
    let mut checks = Vec::new();
    for change in changes() {
        let (state, description) = match change.name {
            "clean" => (CheckState::Success, "No new issues"),
            // A person let it pass.
            "raised" => (CheckState::Success, "1 new issue"),
            _ => (CheckState::Failed, "1 new issue"),
        };
        let open_source = check(&change, "Snyk Open Source", state, description, as_of);
        if change.name == "blocked" {
            let code = check(
                &change,
                "Snyk Code",
                CheckState::Success,
                "No new issues",
                as_of,
            );
            checks.push(PullRequestCheck {
                project: None,
                ..code
            });
        }
        checks.push(PullRequestCheck {
            marked_as_success: change.name == "raised",
            ..open_source
        });
    }
    checks
}

fn check(
    change: &SampleChange,
    product: &str,
    state: CheckState,
    description: &str,
    as_of: Timestamp,
) -> PullRequestCheck {
    let project = [STOREFRONT, CHECKOUT]
        .into_iter()
        .find(|name| name.starts_with(change.repository));
    let of = |what: &str| id::uuid(&format!("{what} {product} {}", change.head_sha));
    PullRequestCheck {
        id: of("check"),
        group: id::uuid(&format!("checks {}", change.head_sha)),
        test: Some(of("test")),
        project: project.map(id::uuid),
        created_at: as_of - 3 * DAY,
        updated_at: as_of - 2 * DAY,
        pull_request: change.number,
        pull_ref: format!("refs/pull/{}/head", change.number),
        repository: change.repository.to_owned(),
        origin: "github".to_owned(),
        product: product.to_owned(),
        state,
        marked_as_success: false,
        description: description.to_owned(),
        old_sha: change.base_sha.to_owned(),
        new_sha: change.head_sha.to_owned(),
        merge_base_sha: change.base_sha.to_owned(),
        error: None,
        policy: "only_new".to_owned(),
        threshold: Some(Severity::High),
        only_fixable: false,
    }
}
