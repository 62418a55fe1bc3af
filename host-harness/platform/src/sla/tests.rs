use super::*;
use Standing::{AtRisk, Breached, Within};

fn days(edit: impl FnOnce(&mut Days)) -> Result<Windows, String> {
    let mut days = Days::default();
    edit(&mut days);
    Windows::try_from(days).map_err(|error| error.to_string())
}

#[test]
fn the_default_windows_are_7_30_90_and_120_days() {
    let default = Windows::default();
    let all = [
        Severity::Critical,
        Severity::High,
        Severity::Medium,
        Severity::Low,
        Severity::Info,
    ];
    let expected = [Some(7), Some(30), Some(90), Some(120), None];
    assert_eq!(all.map(|severity| default.days(severity)), expected);
}

#[test]
fn a_finding_is_at_risk_from_80_percent_of_its_window_and_late_after_its_end() {
    let window = Windows::default().window(Severity::High).unwrap();
    let standing = |open_ms| window.standing(open_ms);
    assert_eq!(standing(0), Within);
    assert_eq!(standing(24 * DAY - 1), Within);
    assert_eq!(standing(24 * DAY), AtRisk);
    assert_eq!(standing(30 * DAY), AtRisk);
    assert_eq!(standing(30 * DAY + 1), Breached);
}

#[test]
fn what_only_informs_is_never_late() {
    let window = Windows::default().window(Severity::Info);
    assert_eq!(window, None);
}

#[test]
fn a_window_out_of_range_is_named() {
    assert_eq!(
        days(|days| days.medium = 0).unwrap_err(),
        "`medium` is `0`; expected 1 to 3650 days"
    );
    assert_eq!(
        days(|days| days.low = 3_651).unwrap_err(),
        "`low` is `3651`; expected 1 to 3650 days"
    );
    assert_eq!(
        days(|days| days.at_risk_percent = 101).unwrap_err(),
        "`at-risk-percent` is `101`; expected 1 to 100 percent"
    );
}

#[test]
fn a_worse_severity_cannot_have_the_longer_window() {
    assert_eq!(
        days(|days| days.critical = 31).unwrap_err(),
        "`critical` has 31 days and `high` only 30; a worse severity cannot have the longer window"
    );
    assert!(days(|days| days.critical = 30).is_ok());
}

#[test]
fn what_is_left_out_of_a_file_is_as_by_default_and_what_is_unknown_is_refused() {
    let read = |text| serde_json::from_str::<Windows>(text).map_err(|error| error.to_string());
    let edited = read(r#"{"critical": 3}"#).unwrap();
    assert_eq!(edited, days(|days| days.critical = 3).unwrap());
    let text = serde_json::to_string(&edited).unwrap();
    assert_eq!(read(&text), Ok(edited));
    assert!(
        read(r#"{"urgent": 3}"#)
            .unwrap_err()
            .starts_with("unknown field `urgent`")
    );
    let refused = read(r#"{"critical": 0}"#).unwrap_err();
    assert_eq!(refused, "`critical` is `0`; expected 1 to 3650 days");
}
