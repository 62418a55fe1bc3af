//! The gate's policy and the waivers.

use time::{Duration, OffsetDateTime};

use crate::sight::look_at;
use crate::stage::Stage;

#[test]
fn a_policy_is_corrected_tried_and_set() {
    let stage = Stage::filled();
    let browser = &stage.browser;
    stage.sign_in("ines");
    stage.open("/policy");
    let typed = "mode = \"warn\"\nwaiver-max-dyas = 30\n";
    browser.fill("#policy", typed);
    browser.follow("#change button.main");
    let text = browser.text();
    assert!(
        text.contains(
            "line 2, column 1: unknown key `waiver-max-dyas`; did you mean `waiver-max-days`?"
        ),
        "{text}"
    );
    let value = browser.run("return document.getElementById('policy').value");
    assert_eq!(value, typed.trim(), "what was typed stays");
    assert_eq!(look_at(browser, "policy-wrong"), [""; 0]);
    browser.fill("#policy", "mode = \"warn\"\n");
    browser.follow("#change button[formaction]");
    let text = browser.text();
    assert!(text.contains("Nothing was changed."), "{text}");
    assert!(text.contains("Decided at the time"), "{text}");
    assert_eq!(look_at(browser, "policy-tried"), [""; 0]);
    browser.follow("#change button.main");
    assert_eq!(browser.path(), "/policy");
    assert!(
        browser.text().contains("Version 1, set by ines"),
        "{}",
        browser.text()
    );
}

#[test]
fn who_may_not_change_the_policy_may_still_try_one() {
    let stage = Stage::filled();
    let browser = &stage.browser;
    stage.sign_in("mo");
    stage.open("/policy");
    let text = browser.text();
    assert!(
        text.contains("You cannot change it: `mo` may not change the policy"),
        "{text}"
    );
    assert_eq!(
        browser.run("return document.querySelectorAll('#change button').length"),
        1
    );
    browser.follow("#change button");
    assert!(
        browser.text().contains("Nothing was changed."),
        "{}",
        browser.text()
    );
}

#[test]
fn a_waiver_is_taken_back_on_its_page() {
    let stage = Stage::filled();
    let browser = &stage.browser;
    let day = |from_now: i64| (OffsetDateTime::now_utc() + Duration::days(from_now)).date();
    stage.write(
        "waivers.toml",
        &format!(
            "[[waiver]]\nid = \"W-<b>1\"\nvulnerability = \"CVE-2025-7783\"\nreason = \"build only\"\n\
             author = \"priya\"\napprover = \"ines\"\ncreated = {}\nexpires = {}\n",
            day(-1),
            day(5),
        ),
    );
    stage.koalr(&["waiver", "add", "waivers.toml", "--as", "ines"]);
    stage.sign_in("ines");
    stage.open("/policy");
    let text = browser.text();
    for shown in ["W-<b>1", "about to end", "4 days left", "unused"] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    assert_eq!(look_at(browser, "policy-waiver"), [""; 0]);
    stage.koalr(&["gate", "acme/checkout-api#77"]);
    stage.open("/policy");
    assert!(!browser.text().contains("unused"), "{}", browser.text());
    browser.click("#waivers summary");
    browser.follow("#waivers button.bad");
    assert_eq!(browser.path(), "/policy");
    assert!(
        browser.text().contains("No waiver holds"),
        "{}",
        browser.text()
    );
}
