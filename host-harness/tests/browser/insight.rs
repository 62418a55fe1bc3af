//! Findings and correlation, with ninety days of a team.

use crate::sight::look_at;
use crate::stage::Stage;

#[test]
fn findings_are_listed_and_each_leads_to_its_life() {
    let stage = Stage::team();
    let browser = &stage.browser;
    stage.sign_in("ines");
    stage.open("/findings");
    assert!(
        browser.text().contains("all there are"),
        "{}",
        browser.text()
    );
    assert_eq!(look_at(browser, "findings"), [""; 0]);
    for (query, name) in [
        (
            "severity=critical&class=package-vulnerability",
            "findings-filtered",
        ),
        ("state=resolved", "findings-resolved"),
        ("repository=nowhere", "findings-none"),
    ] {
        stage.open(&format!("/findings?{query}"));
        assert_eq!(look_at(browser, name), [""; 0]);
    }
    assert!(
        browser.text().contains("No finding fits"),
        "{}",
        browser.text()
    );
    stage.open("/findings/nobody-has-it");
    assert!(
        browser.text().contains("nothing at this address"),
        "{}",
        browser.text()
    );
    assert_eq!(look_at(browser, "findings-nobody"), [""; 0]);
    stage.open("/findings/SNYK-DEBIAN12-SYSVINIT-SAMPLE");
    let text = browser.text();
    for told in [
        " introduced",
        "re-introduced",
        " resolved after ",
        "not known",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    assert_eq!(look_at(browser, "timeline"), [""; 0]);
}

#[test]
fn correlation_answers_or_says_what_it_lacks() {
    let stage = Stage::team();
    let browser = &stage.browser;
    stage.sign_in("ines");
    for (query, name) in [
        ("window=4h", "correlation-4h"),
        ("window=30d", "correlation-30d"),
        ("", "correlation"),
    ] {
        stage.open(&format!("/correlation?{query}"));
        assert_eq!(look_at(browser, name), [""; 0]);
    }
    let rows = browser.run(
        "return [...document.querySelectorAll('td.number a[href*=\"/dashboard/rows/\"]')].map(one => one.pathname)",
    );
    let of_arms = ["/dashboard/rows/exposed", "/dashboard/rows/others"];
    let rows = rows.as_array().unwrap();
    assert!(
        rows.len() == 2 && rows.iter().zip(of_arms).all(|(row, arm)| row == arm),
        "{rows:?}"
    );
    let short = "from=2026-09-07&to=2026-09-21";
    stage.open(&format!("/correlation?{short}"));
    assert!(
        browser.text().contains("not enough data yet"),
        "{}",
        browser.text()
    );
    assert_eq!(look_at(browser, "correlation-little"), [""; 0]);
    stage.open("/correlation?from=2020-01-01&to=2020-02-01");
    assert!(
        browser.text().contains("No deployments yet"),
        "{}",
        browser.text()
    );
    assert_eq!(look_at(browser, "correlation-nothing"), [""; 0]);
}
