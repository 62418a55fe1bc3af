//! Pull requests and deployments, page by page.

use koalr_platform::model::common::Timestamp;
use koalr_store::{
    ChangeState, DeploymentListing, ListedPullRequest, OwnDeployment, PullRequestListing, Tenant,
};

use super::super::done;
use crate::HostError;
use crate::jobs::aftermath;
use crate::report::{KoalrDeployment, KoalrPage, KoalrPullRequest};
use crate::web::{After, Items, Page, Reply};

pub(super) fn pull_requests(
    tenant: &Tenant,
    integration: &str,
    (repository, state): (Option<String>, Option<ChangeState>),
    (from, to): (Option<Timestamp>, Option<Timestamp>),
    page: &Page,
) -> Result<Option<Reply>, HostError> {
    let (after, limit) = begin(page);
    let listing = PullRequestListing {
        repository,
        state,
        from,
        to,
        after,
        limit,
    };
    let place = |one: &ListedPullRequest| After {
        at: one.at(),
        id: one.record.change.id.clone(),
    };
    let cut = Items::cut(
        tenant.list_pull_requests(integration, &listing)?,
        page,
        place,
    );
    done(&KoalrPage {
        data: cut.items.into_iter().map(KoalrPullRequest::of).collect(),
        next_cursor: cut.next_cursor,
    })
}

pub(super) fn deployments(
    tenant: &mut Tenant,
    (service, environment): (Option<String>, Option<String>),
    (from, to): (Option<Timestamp>, Option<Timestamp>),
    page: &Page,
    now: Timestamp,
) -> Result<Option<Reply>, HostError> {
    let (after, limit) = begin(page);
    let listing = DeploymentListing {
        service,
        environment,
        from,
        to,
        after,
        limit,
    };
    let place = |one: &OwnDeployment| After {
        at: one.deployment.at,
        id: one.place(),
    };
    let cut = Items::cut(tenant.list_deployments(&listing)?, page, place);
    let told = aftermath(tenant, &cut.items, now)?;
    let told = cut.items.into_iter().zip(told);
    done(&KoalrPage {
        data: told
            .map(|(own, (service, aftermath))| KoalrDeployment::of(own, service, aftermath))
            .collect(),
        next_cursor: cut.next_cursor,
    })
}

/// Where a page begins, and how many to fetch: one more tells whether another page follows.
fn begin(page: &Page) -> (Option<(Timestamp, String)>, u32) {
    let after = page.after.clone().map(|after| (after.at, after.id));
    (after, page.limit.saturating_add(1))
}
