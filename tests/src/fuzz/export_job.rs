//! Bytes: what is said about an export, at each of its three stages. Its walk ends, fetches only what was named, and shows
//! nothing of an address but its host.

use koalr_integration_kit::model::common::CoverageState;
use koalr_integration_kit::model::walk::{EnrichmentScope, Scope};

use super::upstream::{Upstream, good, request, walk};

pub(super) fn run(bytes: &[u8]) {
    for stage in ["POST ", "/jobs/", "/export/"] {
        let mut fetched = Vec::new();
        let mut upstream = Upstream::new(|asked| {
            if let Some(address) = asked.strip_prefix("FILE ") {
                fetched.push(address.to_owned());
                return good(b"");
            }
            let at =
                |one: &str| asked.contains(one) && (one != "/export/" || !asked.contains("/jobs/"));
            good(match asked {
                _ if at(stage) => bytes,
                _ if at("POST ") => br#"{"data":{"id":"e-1"}}"#,
                _ if at("/jobs/") => br#"{"data":{"attributes":{"status":"FINISHED"}}}"#,
                _ => br#"{"data":{"attributes":{"row_count":0,"results":[]}}}"#,
            })
        });
        let scope = EnrichmentScope {
            organizations: vec!["o-1".to_owned()],
            packages: Vec::new(),
        };
        let batches = walk(&mut request(Scope::Enrichment(scope)), &mut upstream);
        let batches = batches.unwrap_or_else(|error| panic!("any answer ends the walk: {error:?}"));
        assert!(
            fetched.is_empty() || stage == "/export/",
            "{fetched:?} was named by nobody"
        );
        let told = format!("{batches:?}");
        for address in &fetched {
            let secret = address.split_once('?').map_or("", |(_, query)| query);
            let shown = secret.contains("canary") && told.contains(secret);
            assert!(!shown, "the query of `{address}` is shown");
        }
        let rows = batches.last().map(|batch| batch.coverage.as_slice());
        for row in rows.unwrap_or_default() {
            let known = row.state != CoverageState::Complete || row.as_of.is_some();
            assert!(known, "`{}` is complete as of no time", row.route);
        }
    }
}
