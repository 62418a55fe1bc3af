use koalr_integration_kit::model::common::{CoverageState, FixState};
use koalr_integration_kit::model::record::Entry;
use koalr_integration_kit::model::walk::{Scope, SyncError};

use super::super::{call, rows};
use super::{creating, enrichment, walk};
use crate::sync::tests::request;
use crate::transport::script::Script;

const LODASH: &str = r#"{"data":[
    {"id":"SNYK-A","attributes":{"created_at":"2025-01-01T00:00:00Z","updated_at":"2025-01-01T00:00:00Z",
        "coordinates":[{"remedies":[{"details":{"upgrade_package":"4.17.5,4.17.21"}}]}]}},
    {"id":"SNYK-B","attributes":{"created_at":"2025-01-01T00:00:00Z","updated_at":"2025-01-01T00:00:00Z",
        "coordinates":[{"representations":[{"resource_path":"*"}]}]}}]}"#;

fn refusing() -> Script {
    Script::new()
        .on("POST", 403, r#"{"errors":[{"detail":"no"}]}"#)
        .on("lodash%404.17.4", 200, LODASH)
        .on("pad%401", 200, r#"{"data":[]}"#)
}

#[test]
fn a_looked_up_package_tells_the_versions_that_fix_it_and_never_that_there_are_none() {
    let mut request = enrichment(&[("lodash", "4.17.4"), ("lodash", "4.17.4"), ("pad", "1")]);
    let as_of = request.as_of;
    let batches = walk(&mut request, &mut refusing());
    let [Entry::Fix(fix)] = batches[0].records.as_slice() else {
        panic!("{:?}", batches[0].records)
    };
    assert_eq!(
        (fix.organization.as_str(), fix.vulnerability.as_str()),
        ("o-1", "SNYK-A")
    );
    assert_eq!(fix.affected.version.as_deref(), Some("4.17.4"));
    assert_eq!(
        (fix.state, fix.versions.join(" ")),
        (FixState::Available, "4.17.5 4.17.21".to_owned())
    );
    assert_eq!((fix.source.as_str(), fix.as_of), ("packages", as_of));
    assert_eq!(
        rows(&batches[0].coverage)[..2],
        [
            ("packages", "npm:lodash@4.17.4", CoverageState::Complete),
            ("packages", "npm:pad@1", CoverageState::Complete),
        ]
    );
}

#[test]
fn a_package_without_ecosystem_or_version_is_not_looked_up() {
    let mut request = enrichment(&[("a", "1"), ("b", "1")]);
    if let Scope::Enrichment(scope) = &mut request.scope {
        scope.packages[0].version = None;
        scope.packages[1].ecosystem = None;
    }
    let mut script = refusing();
    assert!(call(&request, &mut script).unwrap().done);
    assert_eq!(script.asked.len(), 2);
}

#[test]
fn lookups_come_first_and_go_on_where_the_budget_ended() {
    let mut request = enrichment(&[("lodash", "4.17.4"), ("pad", "1")]);
    request.request_budget = 1;
    let mut script = refusing();
    let batches = walk(&mut request, &mut script);
    assert_eq!(batches.len(), 4);
    assert!(
        script.asked[..2]
            .iter()
            .all(|path| path.contains("/packages/"))
    );
    assert!(
        script.asked[2..]
            .iter()
            .all(|path| path.starts_with("POST"))
    );
}

#[test]
fn without_an_organization_nothing_can_be_asked() {
    let mut request = enrichment(&[]);
    if let Scope::Enrichment(scope) = &mut request.scope {
        scope.organizations.clear();
    }
    let text = "the enrichment's scope names no organization".to_owned();
    assert_eq!(
        call(&request, &mut Script::new()),
        Err(SyncError::InvalidRequest(text))
    );
}

#[test]
fn a_cursor_of_another_scope_is_stale() {
    let mut listing = request(Scope::Organizations(vec!["o-1".to_owned()]));
    listing.cursor = call(&enrichment(&[]), &mut creating()).unwrap().cursor;
    assert_eq!(
        call(&listing, &mut Script::new()),
        Err(SyncError::StaleCursor)
    );
}
