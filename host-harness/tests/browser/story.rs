//! From a link to a connection, and every page on the way.

use crate::sight::look_at;
use crate::stage::{Stage, TOKEN};

#[test]
fn a_link_signs_in_once() {
    let stage = Stage::new();
    let browser = &stage.browser;
    stage.open("/settings/integrations");
    assert!(browser.text().contains("koalr sign-in --as LOGIN"));
    let link = stage.link("ines");
    browser.open(&link);
    assert!(browser.text().contains("signs you in as ines"));
    browser.follow("main button");
    assert_eq!(browser.path(), "/");
    browser.open(&link);
    assert!(
        browser.text().contains("This link was used already"),
        "{}",
        browser.text()
    );
    stage.open("/");
    browser.follow(".who button");
    stage.open("/settings/integrations");
    assert!(browser.text().contains("koalr sign-in --as LOGIN"));
}

#[test]
fn a_bad_token_is_answered_in_words_and_a_good_one_connects() {
    let stage = Stage::new();
    let browser = &stage.browser;
    stage.sign_in("ines");
    stage.open("/settings/integrations");
    browser.follow("article a.button");
    browser.fill("#token", "not a token");
    browser.fill("#upstream", stage.upstream.base_url());
    browser.follow("main form button.main");
    let text = browser.text();
    assert!(text.contains("Not connected."), "{text}");
    let typed = |id: &str| browser.run(&format!("return document.getElementById('{id}').value"));
    assert_eq!(typed("upstream"), stage.upstream.base_url());
    assert_eq!(typed("token"), "", "a token is never echoed");
    assert_eq!(look_at(browser, "not-connected"), [""; 0]);
    browser.fill("#token", TOKEN);
    browser.follow("main form button.main");
    assert_eq!(browser.path(), "/settings/integrations/snyk");
    assert!(browser.text().contains("Connection"), "{}", browser.text());
    assert_eq!(look_at(browser, "connected"), [""; 0]);
}

#[test]
fn everybody_can_use_every_page_that_a_new_user_sees() {
    let stage = Stage::new();
    stage.open("/");
    let mut wrong = look_at(&stage.browser, "new-stranger");
    stage.browser.open(&stage.link("ines"));
    wrong.extend(look_at(&stage.browser, "new-invited"));
    stage.sign_in("ines");
    wrong.extend(all_pages(&stage, "new"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn everybody_can_use_every_page_that_has_something_to_show() {
    let stage = Stage::filled();
    stage.sign_in("ines");
    let wrong = all_pages(&stage, "filled");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with them.
fn all_pages(stage: &Stage, kind: &str) -> Vec<String> {
    let look = |(path, name): &(&str, &str)| {
        stage.open(path);
        look_at(&stage.browser, &format!("{kind}-{name}"))
    };
    PAGES.iter().flat_map(look).collect()
}

/// Every page that needs nothing to be looked at, and the name of its pictures.
const PAGES: &[(&str, &str)] = &[
    ("/", "home"),
    ("/nothing-here", "nothing"),
    ("/settings/integrations/nothing-here", "no-integration"),
    ("/dashboard", "dashboard"),
    ("/dashboard?days=30", "dashboard-30"),
    ("/changes", "changes"),
    ("/findings", "findings"),
    ("/correlation", "correlation"),
    ("/policy", "policy"),
    ("/settings/integrations", "integrations"),
    ("/settings/integrations?search=nothing", "integrations-none"),
    ("/settings/integrations/snyk", "integration"),
    ("/settings/plugins", "plugins"),
];
