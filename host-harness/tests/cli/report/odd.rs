//! What there is to say of nothing, of little, and of what nobody knows.

use serde_json::{Value, json};

use super::{NOW_TEXT, team};
use crate::support::Koalr;

#[test]
fn no_report_holds_a_number_that_is_none() {
    for (asked, ran) in &team().said {
        for word in ["NaN", "inf ", "Infinity", "-0.0 %"] {
            assert!(!ran.out.contains(word), "{asked}: {word}: {}", ran.out);
        }
    }
}

#[test]
fn every_share_tells_of_how_many() {
    for report in ["dora", "debt", "correlation", "calibration"] {
        let mut shares = 0;
        visit(&team().json(report), &mut |value| {
            if let Some(of) = value.get("interval") {
                shares += 1;
                assert!(value["count"].is_u64() && value["of"].is_u64(), "{value}");
                assert_eq!(of.is_null(), value["of"] == 0, "{value}");
            }
        });
        assert!(shares > 4, "{report}");
    }
}

#[test]
fn the_texts_fit_a_terminal() {
    for report in ["dora", "debt", "correlation", "calibration"] {
        for line in team().ran(report).out.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn a_name_that_nobody_knows_is_answered_with_the_nearest() {
    let koalr = imported(&team().document);
    let failure = |args: &[&str]| report(&koalr, args).failure().to_owned();
    assert_eq!(
        failure(&["dora", "--service", "checkuot"]),
        "service `checkuot` is not known; did you mean `checkout`?"
    );
    assert_eq!(
        failure(&["correlation", "--repository", "acme/payment"]),
        "repository `acme/payment` is not known; did you mean `acme/payments`?"
    );
    assert!(failure(&["calibration", "--service", "zzzzzzzz"]).starts_with(
        "service `zzzzzzzz` is not known; known are `analytics`, `checkout`, `payments` and 2 more"
    ));
}

#[test]
fn a_tenant_that_nobody_made_is_not_an_empty_one() {
    let koalr = Koalr::new();
    for one in ["dora", "debt", "correlation", "calibration"] {
        let failure = report(&koalr, &[one]).failure().to_owned();
        assert!(
            failure.starts_with("there is no tenant `default` in "),
            "{failure}"
        );
        assert!(
            failure.ends_with("; `koalr connect` or `koalr import` makes one"),
            "{failure}"
        );
    }
}

#[test]
fn debt_without_a_connection_says_how_to_connect() {
    let koalr = imported(&json!({}));
    assert_eq!(
        report(&koalr, &["debt"]).failure(),
        "`snyk` is not connected for tenant `default`; run `koalr connect snyk` first"
    );
}

#[test]
fn a_window_that_cannot_be_is_refused() {
    let koalr = imported(&json!({}));
    for (args, says) in [
        (&["dora", "--days", "0"][..], "0 is not in 1..=3650"),
        (&["dora", "--days", "-1"], "-1"),
        (
            &["correlation", "--days", "9999"],
            "9999 is not in 1..=3650",
        ),
        (
            &["correlation", "--window", "3d"],
            "[possible values: 4h, 7d, 14d, 30d]",
        ),
        (
            &["dora", "--cfr-window", "0"],
            "more than 0 ms and at most 30 days",
        ),
        (
            &["dora", "--cfr-window", "721"],
            "more than 0 ms and at most 30 days",
        ),
        (
            &["debt", "--sla", "1,2,3"],
            "`--sla` takes four numbers of days",
        ),
    ] {
        let ran = report(&koalr, args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        assert!(ran.err.contains(says), "{args:?}: {}", ran.err);
    }
}

#[test]
fn a_tenant_without_anything_gets_absent_figures_with_their_reasons() {
    let koalr = imported(&json!({}));
    let dora = report(&koalr, &["dora", "--format", "json"]).json();
    for (figure, value, why) in [
        ("frequency", "per-day", "no-deployments"),
        ("lead-time", "median-ms", "no-deployments"),
        ("change-failure-rate", "tier", "no-deployments"),
        ("time-to-restore", "median-minutes", "no-incidents"),
    ] {
        assert_eq!(
            (&dora[figure][value], &dora[figure]["absent"]),
            (&Value::Null, &json!(why))
        );
    }
    assert_eq!(
        dora["change-failure-rate"]["rate"],
        json!({"count": 0, "of": 0, "interval": null})
    );
    let text = report(&koalr, &["dora"]).out;
    assert!(
        text.contains("Change failure rate     not known: nothing was deployed\n"),
        "{text}"
    );
    let text = report(&koalr, &["correlation"]).out;
    assert!(
        text.contains("Nothing was deployed to production in this time.\n"),
        "{text}"
    );
    let text = report(&koalr, &["calibration"]).out;
    assert!(text.contains("Nothing was judged and deployed"), "{text}");
}

#[test]
fn incidents_without_a_deployment_still_have_a_time_to_restore() {
    let koalr = imported(&json!({
        "services": [{ "name": "shop", "repositories": ["acme/shop"] }],
        "incidents": [{
            "id": "i", "service": "shop", "title": "\u{1b}[31mDown",
            "started-at": "2026-09-20T10:00:00Z", "resolved-at": "2026-09-20T11:30:00Z"
        }]
    }));
    let dora = report(&koalr, &["dora", "--format", "json"]).json();
    assert_eq!(dora["time-to-restore"]["median-minutes"], 90.0);
    assert_eq!(dora["change-failure-rate"]["rate"]["of"], 0);
    assert_eq!(
        dora["left-out"],
        json!([{"why": "untied-incident", "count": 1}])
    );
    let one = report(&koalr, &["correlation", "--format", "json"]).json();
    assert_eq!(one["cohort"]["deployments"], 0);
    let verdict = &one["observed"]["headline"]["verdict"]["insufficient-data"];
    assert_eq!(
        verdict["lacking"],
        json!({"exposed": 20, "others": 20, "incidents": 5})
    );
}

fn imported(document: &Value) -> Koalr {
    let koalr = Koalr::new();
    koalr.write("all.json", document.to_string());
    let ran = koalr.run(&["import", "all.json", "--now", NOW_TEXT]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    koalr
}

fn report(koalr: &Koalr, args: &[&str]) -> crate::support::Ran {
    koalr.run(&[&["report"], args, &["--now", NOW_TEXT]].concat())
}

fn visit(value: &Value, each: &mut impl FnMut(&Value)) {
    each(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| visit(item, each)),
        Value::Object(members) => members.values().for_each(|member| visit(member, each)),
        _ => {}
    }
}
