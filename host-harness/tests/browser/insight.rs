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
    stage.open("/findings");
    browser.fill("#find", " Sysvinit/sysvinit-utils ");
    browser.follow(".filters button");
    let text = browser.text();
    assert!(text.contains("SNYK-DEBIAN12-SYSVINIT-SAMPLE"), "{text}");
    assert!(
        browser.path().contains("find=+Sysvinit"),
        "{}",
        browser.path()
    );
    assert_eq!(look_at(browser, "findings-found"), [""; 0]);
    browser.fill("#find", "CVE-1999-0001");
    browser.follow(".filters button");
    browser.wait_for("No finding that fits has the name “CVE-1999-0001”");
    assert_eq!(look_at(browser, "findings-unfound"), [""; 0]);
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
    let figures = "return [...document.querySelectorAll('td.number a[href*=\"/dashboard/rows/\"]')].map(one => [one.textContent, one.pathname + one.search])";
    for figure in browser.run(figures).as_array().unwrap() {
        let (told, rows) = (figure[0].as_str().unwrap(), figure[1].as_str().unwrap());
        let of = told.split(" of ").nth(1).unwrap();
        stage.open(rows);
        let title = browser.run("return document.querySelector('h1').textContent");
        let listed = browser.run("return String(document.querySelectorAll('tbody tr').length)");
        let title = title.as_str().unwrap();
        assert!(
            title.starts_with(&format!("{of} ")),
            "{told} at {rows}: {title}"
        );
        assert_eq!(listed, of, "{told} at {rows}");
    }
    let short = "from=2026-09-07&to=2026-09-21";
    stage.open(&format!("/correlation?{short}"));
    assert!(
        browser.text().contains("not enough data yet"),
        "{}",
        browser.text()
    );
    assert_eq!(look_at(browser, "correlation-little"), [""; 0]);
    stage.open("/correlation?repository=acme/payment&service=");
    browser.wait_for("did you mean `acme/payments`?");
    assert_eq!(look_at(browser, "correlation-unknown"), [""; 0]);
    stage.open("/correlation?from=2020-01-01&to=2020-02-01");
    assert!(
        browser.text().contains("No deployments yet"),
        "{}",
        browser.text()
    );
    assert_eq!(look_at(browser, "correlation-nothing"), [""; 0]);
}
