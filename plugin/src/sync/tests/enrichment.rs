//! Walks over what no listing tells.

mod export;
mod fixes;

use koalr_integration_kit::model::common::{Coverage, Timestamp};
use koalr_integration_kit::model::record::{Entry, PackageVersion};
use koalr_integration_kit::model::walk::{Batch, EnrichmentScope, Scope, SyncRequest};

use super::{call, request};
use crate::transport::Headers;
use crate::transport::script::Script;

const MINUTE: Timestamp = 60_000;

fn enrichment(packages: &[(&str, &str)]) -> SyncRequest {
    let package = |&(name, version): &(&str, &str)| PackageVersion {
        ecosystem: Some("npm".to_owned()),
        name: name.to_owned(),
        version: Some(version.to_owned()),
    };
    request(Scope::Enrichment(EnrichmentScope {
        organizations: vec!["o-1".to_owned()],
        packages: packages.iter().map(package).collect(),
    }))
}

/// Walks without a pause until the end, and moves the time on as the batches ask.
fn walk(request: &mut SyncRequest, script: &mut Script) -> Vec<Batch> {
    let mut batches = Vec::new();
    loop {
        let batch = call(request, script).unwrap();
        assert!(batch.requests <= request.request_budget);
        request.cursor.clone_from(&batch.cursor);
        request.as_of += 1_000 * Timestamp::from(batch.resume_after_secs.unwrap_or_default());
        let done = batch.done;
        batches.push(batch);
        assert!(batches.len() < 500, "the walk does not end");
        if done {
            return batches;
        }
    }
}

fn entries(batches: &[Batch]) -> Vec<Entry> {
    batches
        .iter()
        .flat_map(|batch| batch.records.clone())
        .collect()
}

fn row<'b>(batch: &'b Batch, route: &str) -> &'b Coverage {
    batch
        .coverage
        .iter()
        .find(|row| row.route == route)
        .unwrap()
}

/// How often something was asked for.
fn asked(script: &Script, part: &str) -> usize {
    script
        .asked
        .iter()
        .filter(|path| path.contains(part))
        .count()
}

fn status(status: &str) -> String {
    format!(r#"{{"data":{{"attributes":{{"status":"{status}"}}}}}}"#)
}

fn results(rows: u32, urls: &[&str]) -> String {
    let urls: Vec<_> = urls
        .iter()
        .map(|url| format!(r#"{{"url":"{url}"}}"#))
        .collect();
    let urls = urls.join(",");
    format!(
        r#"{{"data":{{"attributes":{{"status":"FINISHED","row_count":{rows},"results":[{urls}]}}}}}}"#
    )
}

/// Exports of checks are `c`, those of fixes `f`; both are refused by none.
fn creating() -> Script {
    let wait = || Headers {
        retry_after: Some("7".to_owned()),
        ..Headers::default()
    };
    Script::new()
        .answers("POST *pr_checks", 202, wait(), r#"{"data":{"id":"c"}}"#)
        .answers("POST *issues", 202, wait(), r#"{"data":{"id":"f"}}"#)
}

/// Both exports are ready at once, the one of checks with two files, the one of fixes with none.
fn ready() -> Script {
    creating()
        .on("/jobs/export/", 200, &status("FINISHED"))
        .on("/export/c?", 200, &results(3, &[FILE_1, FILE_2]))
        .on("/export/f?", 200, &results(0, &[]))
        .on("/1?", 200, &checks(&["1", "2"]))
        .on("/2?", 200, &checks(&["3"]))
}

fn checks(changes: &[&str]) -> String {
    let head = "PULL_REQUEST,REPOSITORY_NAME,PRODUCT_NAME,PR_CHECK_STATE\r\n".to_owned();
    let row = |change: &&str| format!("{change},acme/shop,\"Snyk\r\nOpen Source\",Failed\r\n");
    head + &changes.iter().map(row).collect::<String>()
}

const FILE_1: &str = "https://b.s3.amazonaws.com/1?signature=secret";
const FILE_2: &str = "https://b.s3.amazonaws.com/2?signature=secret";
