//! Changes: found in the list, understood, let pass, and held back again.

use time::{Duration, OffsetDateTime};

use crate::sight::look_at;
use crate::stage::Stage;

#[test]
fn a_waiver_flips_the_gate_until_it_is_taken_back() {
    let stage = signed_in();
    let browser = &stage.browser;
    stage.open("/changes");
    browser.follow(&format!("td a[href='{BLOCKED}']"));
    let text = browser.text();
    for said in [
        "Blocked: this change introduces CVE-2025-7783 (CVSS 9.4) in form-data 4.0.2.",
        "npm install form-data@4.0.4",
        "ines or noor-e can: by a waiver of the finding that blocks, until ",
        "priya, who wrote the change, cannot.",
        "would pass",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    browser.click("#lift details:first-of-type > summary");
    let day = (OffsetDateTime::now_utc() + Duration::days(9))
        .date()
        .to_string();
    let type_day = format!("document.getElementById('until').value = '{day}'");
    browser.run(&type_day);
    browser.fill("#waiver-reason", "  ");
    browser.fill("#author", "omar");
    browser.follow("form[action$='/waive'] button");
    let text = browser.text();
    assert!(text.contains("Nothing was stored."), "{text}");
    let beside = browser.run("return document.getElementById('waiver-reason-told').innerText");
    assert_eq!(beside, "`reason` is missing; say why it may pass");
    let kept =
        browser.run("return ['until', 'author'].map(id => document.getElementById(id).value)");
    assert_eq!(
        kept,
        serde_json::json!([day, "omar"]),
        "what was typed stays"
    );
    assert_eq!(look_at(browser, "change-waiver-refused"), [""; 0]);

    browser.fill("#waiver-reason", "only at build time");
    browser.follow("form[action$='/waive'] button");
    assert_eq!(browser.path(), format!("{BLOCKED}?done=waived"));
    until(&stage, BLOCKED, "May pass");
    let text = browser.text();
    assert!(
        text.contains("approved by ines: only at build time"),
        "{text}"
    );
    assert_eq!(look_at(browser, "change-waived"), [""; 0]);

    stage.open("/policy");
    let text = browser.text();
    assert!(text.contains("only at build time"), "{text}");
    browser.click("#waivers summary");
    browser.follow("#waivers button.bad");
    until(&stage, BLOCKED, "Blocked: ");
}

#[test]
fn an_override_holds_for_the_commit_that_was_looked_at() {
    let stage = signed_in();
    let browser = &stage.browser;
    stage.open(BLOCKED);
    browser.click("#lift details:last-of-type > summary");
    browser.fill("#override-reason", "hotfix, form-data follows");
    browser.follow("form[action$='/override'] button");
    assert_eq!(browser.path(), format!("{BLOCKED}?done=overridden"));
    until(&stage, BLOCKED, "Their reason: ");
    let text = browser.text();
    assert!(text.contains("let pass by ines"), "{text}");
    assert!(
        !text.contains("Let it pass"),
        "nothing is left to lift: {text}"
    );
    assert_eq!(look_at(browser, "change-overridden"), [""; 0]);
}

#[test]
fn who_has_no_role_is_told_why_and_who_has() {
    let stage = Stage::filled();
    stage.sign_in("mo");
    stage.open(BLOCKED);
    assert_eq!(look_at(&stage.browser, "change-of-others"), [""; 0]);
    stage.browser.click("#lift details:last-of-type > summary");
    let text = stage.browser.text();
    assert!(
        text.contains(
            "`mo` may not override the gate; ask somebody with the role `lead` or `security`"
        ),
        "{text}"
    );
    assert!(text.contains("ines or noor-e can: by a waiver"), "{text}");
    let forms = "return document.querySelectorAll('main form').length";
    assert_eq!(stage.browser.run(forms), 0);
}

#[test]
fn everybody_can_use_the_list_and_each_kind_of_change() {
    let stage = signed_in();
    let day = OffsetDateTime::now_utc().date();
    stage.write(
        "new.json",
        &format!(
            r#"{{"changes": [{{"id": "acme/checkout-api#990", "repository": "acme/checkout-api", "number": 990, "title": "A change that nobody judged yet {}",
               "author": "priya", "head-sha": "{}", "state": "open", "opened-at": "{day}T00:00:00Z"}}]}}"#,
            "with-a-name-that-has-no-end/".repeat(6),
            "9".repeat(40),
        ),
    );
    stage.koalr(&["import", "new.json"]);
    let mut wrong = Vec::new();
    for (path, name) in [
        ("/changes", "changes"),
        ("/changes?decision=block", "changes-blocked"),
        (
            "/changes?repository=acme%2Fnothing&state=open",
            "changes-none",
        ),
        (BLOCKED, "change-blocked"),
        ("/changes/acme%2Fcheckout-api%23990", "change-not-judged"),
    ] {
        stage.open(path);
        wrong.extend(look_at(&stage.browser, name));
    }
    for decision in ["warn", "pass"] {
        stage.open(&format!("/changes?decision={decision}"));
        stage.browser.follow("td a");
        wrong.extend(look_at(&stage.browser, &format!("change-{decision}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_head_leads_to_what_was_decided_about_it_and_another_one_to_nothing() {
    let stage = signed_in();
    let browser = &stage.browser;
    stage.open(BLOCKED);
    let head = browser.run("return document.querySelector('input[name=head-sha]').value");
    let head = head.as_str().unwrap();
    stage.open(&format!("{BLOCKED}?head={head}"));
    assert!(browser.text().contains("Blocked: "), "{}", browser.text());
    stage.open(&format!("{BLOCKED}?head={}", "0".repeat(40)));
    assert!(!browser.text().contains("Blocked: "), "{}", browser.text());
}

fn signed_in() -> Stage {
    let stage = Stage::filled();
    stage.sign_in("ines");
    stage
}

/// Opens a page until it says something: a job has to run first.
#[track_caller]
fn until(stage: &Stage, path: &str, said: &str) {
    let shown = (0..MOST_LOOKS).any(|_| {
        stage.open(path);
        stage.browser.text().contains(said)
    });
    assert!(shown, "never `{said}`: {}", stage.browser.text());
}

/// The sample's change that is blocked.
const BLOCKED: &str = "/changes/acme%2Fcheckout-api%2377";

/// How often to look whether a job has run: a page takes tens of milliseconds, a job a second or two.
const MOST_LOOKS: u32 = 2_000;
