use super::*;

fn issue(more: &str) -> Issue {
    let text = format!(
        r#"{{"key":"I1","rule":"rust:S1","component":"acme_shop:src/a.rs","line":42,"hash":"abc","creationDate":"2026-01-01T00:00:00+0000",{more}}}"#
    );
    serde_json::from_str(&text).unwrap()
}

#[test]
fn an_issue_is_where_its_line_is_and_keeps_its_identity_when_the_line_moves() {
    let one = finding(&issue(r#""status":"OPEN","severity":"BLOCKER""#), "o", "p").unwrap();
    assert_eq!(one.location.as_deref(), Some("src/a.rs:42"));
    assert_eq!(one.key, "rust:S1 src/a.rs abc");
    assert_eq!(one.severity, Some(Severity::Critical));
    assert!(one.open && !one.ignored);
}

#[test]
fn an_accepted_issue_is_ignored_and_still_open() {
    for resolution in ["FALSE-POSITIVE", "WONTFIX"] {
        let more = format!(r#""status":"RESOLVED","resolution":"{resolution}""#);
        let one = finding(&issue(&more), "o", "p").unwrap();
        assert!(one.open && one.ignored, "{resolution}");
        assert!(resolved(&one).is_none());
    }
}

#[test]
fn a_closed_issue_tells_when_it_ended() {
    let more = r#""status":"CLOSED","resolution":"FIXED","closeDate":"2026-02-01T00:00:00+0000""#;
    let one = finding(&issue(more), "o", "p").unwrap();
    assert!(!one.open);
    assert_eq!(resolved(&one).unwrap().at, 1_769_904_000_000);
}

#[test]
fn an_unknown_severity_is_none() {
    let one = finding(&issue(r#""status":"OPEN","severity":"NEW""#), "o", "p").unwrap();
    assert_eq!(one.severity, None);
}

#[test]
fn a_measure_that_is_no_number_is_no_measurement() {
    let read = |text: &str| {
        let measure: Measure = serde_json::from_str(text).unwrap();
        measurement("project:p", &measure, 0).map(|one| (one.metric, one.value, one.unit))
    };
    assert_eq!(
        read(r#"{"metric":"new_coverage","period":{"index":1,"value":"63.1"}}"#),
        Some(("new-coverage".to_owned(), 63.1, "percent".to_owned()))
    );
    assert_eq!(
        read(r#"{"metric":"ncloc_language_distribution","value":"rs=1"}"#),
        None
    );
    assert_eq!(read(r#"{"metric":"coverage","value":"NaN"}"#), None);
    assert_eq!(read(r#"{"metric":"coverage"}"#), None);
}

#[test]
fn only_an_address_of_owner_and_name_is_a_repository() {
    let read = |url| repository(url);
    assert_eq!(
        read("https://github.com/acme/shop.git").as_deref(),
        Some("acme/shop")
    );
    assert_eq!(
        read("https://github.com/acme/shop/").as_deref(),
        Some("acme/shop")
    );
    assert_eq!(read("https://example.com/a/b/c"), None);
    assert_eq!(read("acme/shop"), None);
}
