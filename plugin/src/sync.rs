//! Third verb: plans walks and reads them, several requests at once.

mod change;
mod cursor;
mod enrichment;
mod exchange;
mod findings;
mod lookup;
mod organizations;
mod walk;

use koalr_integration_kit::model::walk::{Batch, Scope, SyncError, SyncRequest};

use self::exchange::Exchange;
use crate::transport::{Base, Transport};

/// Coverage route of the projects listing.
pub(crate) const PROJECTS: &str = "projects";

/// Coverage route of the issues listing.
pub(crate) const ISSUES: &str = "issues";

/// Coverage route of the checks that Snyk ran on changes.
pub(crate) const PR_CHECKS: &str = "pr-checks";

/// Coverage route of the issues of single package versions.
pub(crate) const PACKAGES: &str = "packages";

/// Coverage route of a change's dependency list, which comes from the host.
pub(crate) const DEPENDENCIES: &str = "dependencies";

/// Coverage route of what exports say about fixes.
pub(crate) const FIXES: &str = "fixes";

/// Coverage route of the findings of a check's test.
pub(crate) const TEST_FINDINGS: &str = "test-findings";

/// How often a page is asked for before it counts as broken.
const MAX_ATTEMPTS: u8 = 3;

/// Pulls the next batch.
///
/// Listings are read side by side, each page as soon as the one before is there. What is asked depends on the answers
/// only, never on the order in which they arrive.
///
/// # Errors
///
/// - [`SyncError::StaleCursor`]: a cursor of another format, or of another scope.
/// - [`SyncError::BadCredential`]: any 401.
/// - [`SyncError::InvalidRequest`]: a base that is no address, a budget of 0, no organization, an unknown
///   kind of scope.
/// - [`SyncError::Upstream`]: not one answer.
pub fn sync(request: &SyncRequest, transport: &mut dyn Transport) -> Result<Batch, SyncError> {
    let invalid = |text: &str| Err(SyncError::InvalidRequest(text.to_owned()));
    let Some(base) = Base::parse(&request.endpoint.base) else {
        return invalid(&format!("`{}` is no base address", request.endpoint.base));
    };
    if request.request_budget == 0 {
        return invalid("a budget of 0 requests brings nothing; give at least 1");
    }
    let exchange = Exchange::new(base, transport, request.request_budget, request.as_of);
    match &request.scope {
        Scope::Organizations(ids) if ids.is_empty() => invalid("the scope names no organization"),
        Scope::Organizations(ids) => organizations::sync(request, ids, exchange),
        Scope::Change(scope) => match scope.organizations.first() {
            Some(organization) => change::sync(request, scope, organization, exchange),
            None => invalid("the change's scope names no organization"),
        },
        Scope::Enrichment(scope) => match scope.organizations.first() {
            Some(organization) => enrichment::sync(request, scope, organization, exchange),
            None => invalid("the enrichment's scope names no organization"),
        },
        Scope::Findings(scope) if scope.ids.is_empty() => invalid("the scope names no finding"),
        Scope::Findings(scope) => findings::sync(request, scope, exchange),
        Scope::Other((kind, _)) => invalid(&format!("the scope `{kind}` is not known here")),
    }
}

#[cfg(test)]
mod tests;
