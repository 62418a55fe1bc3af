//! From a link to a connection, and every page on the way.

use crate::sight::look_at;
use crate::stage::Stage;

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
