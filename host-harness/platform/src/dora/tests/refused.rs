//! Reports that cannot be made, and what is said then.

use super::*;

#[test]
fn a_window_that_cannot_be_reported_is_refused_with_both_times() {
    let told = |from, as_of| {
        let settings = DoraSettings::default();
        let report = report(&ledger(), &settings, &Scope::default(), from, as_of);
        report.unwrap_err().to_string()
    };
    assert_eq!(
        told(FROM, FROM),
        "a report from `2026-03-02T00:00:00Z` to `2026-03-02T00:00:00Z` covers no time; let it begin earlier"
    );
    assert_eq!(
        told(FROM + DAY, FROM),
        "a report from `2026-03-03T00:00:00Z` to `2026-03-02T00:00:00Z` covers no time; let it begin earlier"
    );
    assert_eq!(
        told(Timestamp::MIN, Timestamp::MAX),
        "a report from `-9223372036854775808 ms after 1970` to `9223372036854775807 ms after 1970` covers more than 100 years; let it begin later"
    );
}

#[test]
fn a_ledger_that_leaves_out_part_of_the_window_is_refused() {
    let mut ledger = ledger();
    let settings = DoraSettings::default();
    ledger.next_at = Some(AS_OF);
    let error = report(&ledger, &settings, &Scope::default(), FROM, AS_OF).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a report up to `2026-03-12T00:00:00Z` needs a newer ledger: this one leaves out what happened at `2026-03-12T00:00:00Z`"
    );
    ledger.next_at = Some(AS_OF + 1);
    assert!(report(&ledger, &settings, &Scope::default(), FROM, AS_OF).is_ok());
}

#[test]
fn a_window_of_failure_without_links_is_refused() {
    let told = |cfr_window_ms| {
        let settings = DoraSettings {
            cfr_window_ms,
            ..DoraSettings::default()
        };
        report(&ledger(), &settings, &Scope::default(), FROM, AS_OF).map(|_| ())
    };
    assert_eq!(
        told(0).unwrap_err().to_string(),
        "a failure window of `0` ms cannot be used; write more than 0 ms and at most 30 days"
    );
    assert_eq!(told(30 * DAY), Ok(()));
    assert_eq!(
        told(30 * DAY + 1),
        Err(DoraError::FailureWindow(30 * DAY + 1))
    );
}

#[test]
fn an_unknown_service_is_refused_with_the_nearest_name() {
    let scope = Scope {
        service: Some("chekout".to_owned()),
        ..Scope::default()
    };
    let report = report(&ledger(), &DoraSettings::default(), &scope, FROM, AS_OF);
    assert_eq!(
        report.unwrap_err().to_string(),
        "service `chekout` is not known; did you mean `checkout`?"
    );
}

#[test]
fn settings_that_are_not_written_are_the_default_ones() {
    let settings: DoraSettings = serde_json::from_str(r#"{"tiers": "site"}"#).unwrap();
    assert_eq!(settings.cfr_window_ms, 4 * HOUR);
    assert_eq!(settings.tiers, Tiers::Site);
    assert!(serde_json::from_str::<DoraSettings>(r#"{"cfr-window": 2}"#).is_err());
}
