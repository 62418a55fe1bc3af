//! What the conformance suite says of the real component, of the second integration, and of hostile guests.

use std::path::PathBuf;

use koalr_guests::{self as guests, Guest};
use koalr_host::check::{CheckOptions, CheckOutcome, CheckReport, CheckRow, check_component};
use koalr_host::component_path;
use koalr_tests::stage::Stage;

async fn checked(file: PathBuf, recordings: Vec<PathBuf>) -> CheckReport {
    let options = CheckOptions { file, recordings };
    check_component(&options).await.unwrap()
}

/// The reasons of a row that must have failed.
#[track_caller]
fn failed<'a>(report: &'a CheckReport, code: &str) -> &'a [String] {
    let row = report.checks.iter().find(|row| row.code == code).unwrap();
    assert_eq!(row.outcome, CheckOutcome::Failed, "{report:#?}");
    &row.reasons
}

async fn checked_guest(guest: Guest) -> CheckReport {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("guest.wasm");
    std::fs::write(&file, guest.wasm()).unwrap();
    checked(file, Vec::new()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_component_passes_everything_that_can_be_tried() {
    let folder = tempfile::tempdir().unwrap();
    Stage::of(450).await.record(folder.path()).await;
    let recordings = vec![folder.path().to_path_buf()];
    let report = checked(component_path().unwrap(), recordings).await;
    let not_passed = not_passed(&report);
    assert!(not_passed.is_empty(), "{not_passed:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_integration_passes_everything_but_what_only_recordings_show() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("guest.wasm");
    std::fs::write(&file, guests::sonarqube()).unwrap();
    let report = checked(file, Vec::new()).await;
    let not_passed = not_passed(&report);
    let codes: Vec<_> = not_passed.iter().map(|row| row.code).collect();
    let recorded = ["recorded-again", "recorded-one-by-one", "recorded-fault"];
    assert_eq!(codes, recorded, "{not_passed:#?}");
}

fn not_passed(report: &CheckReport) -> Vec<&CheckRow> {
    let rows = report.checks.iter();
    rows.filter(|row| row.outcome != CheckOutcome::Passed)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_components_fail_in_the_row_that_is_about_them() {
    for (guest, code, part) in [
        (guests::RETURNS_NAN, "honest-404", "value is NaN"),
        (
            guests::RETURNS_OTHERS_IDS,
            "honest-404",
            "`somebody-else`, which was not asked about",
        ),
        (guests::LIES_ABOUT_REQUESTS, "budget", "the host counted 0"),
        (
            guests::WALKS_IN_A_CIRCLE,
            "honest-500",
            "has not ended after 50 batches",
        ),
        (guests::SUMS_WRONGLY, "many-facts", "add up to 0"),
        (
            guests::CONTRADICTS_ITS_VERDICT,
            "rule-off",
            "is no active rule",
        ),
        (
            guests::PASSES_THE_UNKNOWN,
            "unknown-is-not-zero",
            "decision is pass, and coverage[0]",
        ),
        (
            guests::DESCRIBES_ITSELF_WRONGLY,
            "manifest",
            "which is there before",
        ),
        (
            guests::CONNECTS_TO_OTHERS,
            "honest-401",
            "gave a connection although",
        ),
    ] {
        let report = checked_guest(guest).await;
        let reasons = failed(&report, code);
        assert!(
            reasons.iter().any(|reason| reason.contains(part)),
            "{}: {reasons:#?}",
            guest.name
        );
    }
}
