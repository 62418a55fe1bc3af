//! Settings: an integration is connected, read, looked at and taken away.

use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread::{self, Scope};

use koalr_upstream::{Fault, Hint, Occurrence, Organization, Upstream, sample};

use crate::sight::look_at;
use crate::stage::{Stage, TOKEN, now};

#[test]
fn a_bad_token_is_answered_in_words_and_a_good_one_connects() {
    let stage = Stage::new();
    let browser = &stage.browser;
    stage.sign_in("ines");
    stage.open("/settings/plugins");
    assert_eq!(look_at(browser, "plugins-idle"), [""; 0]);
    stage.open("/settings/integrations");
    browser.follow("article a.button");
    assert_eq!(look_at(browser, "connect"), [""; 0]);
    browser.fill("#token", "not a token");
    browser.fill("#address", stage.upstream.base_url());
    browser.follow("main form button.main");
    let text = browser.text();
    assert!(text.contains("Not connected."), "{text}");
    let typed = |id: &str| browser.run(&format!("return document.getElementById('{id}').value"));
    assert_eq!(typed("address"), stage.upstream.base_url());
    assert_eq!(typed("token"), "", "a token is never echoed");
    assert_eq!(look_at(browser, "not-connected"), [""; 0]);
    browser.fill("#token", TOKEN);
    browser.follow("main form button.main");
    assert_eq!(browser.path(), SNYK);
    browser.wait_for("Everything was last read");
    assert_eq!(look_at(browser, "connected"), [""; 0]);
    stage.open("/settings/plugins");
    assert_eq!(look_at(browser, "plugins"), [""; 0]);
    stage.open(&format!("{SNYK}/connect"));
    assert_eq!(look_at(browser, "connect-anew"), [""; 0]);
}

#[test]
fn a_connection_is_taken_away_after_a_question() {
    let stage = Stage::filled();
    let browser = &stage.browser;
    stage.sign_in("ines");
    stage.open(SNYK);
    browser.follow("a.button.bad");
    assert!(browser.text().contains("What stays"), "{}", browser.text());
    assert_eq!(look_at(browser, "disconnect"), [""; 0]);
    browser.follow("main form button.bad");
    assert_eq!(browser.path(), SNYK);
    assert!(
        browser.text().contains("not connected"),
        "{}",
        browser.text()
    );
}

#[test]
fn a_first_sync_is_watched_as_it_goes() {
    let stage = Stage::of(large());
    let browser = &stage.browser;
    stage.sign_in("ines");
    thread::scope(|scope| {
        let held = Held::at(&[40, 90], &stage.upstream, scope);
        connect(&stage);
        held.is();
        browser.wait(&format!("return {PAGES} > 0"));
        browser.run("window.stays = true");
        let before = browser.run(&format!("return {PAGES}")).as_u64().unwrap();
        held.go_on();
        held.is();
        browser.wait(&format!("return {PAGES} > {before}"));
        let stays = browser.run("return window.stays === true");
        assert_eq!(stays, true, "the numbers moved on the page that was there");
        browser.wait_for("Reading findings of Acme.");
        stage.open(SNYK);
        let text = browser.text();
        for told in ["under way", "partial", "At most 128 a second"] {
            assert!(text.contains(told), "{told}: {text}");
        }
        assert!(browser.run(&format!("return {PAGES}")).as_u64().unwrap() > before);
        assert_eq!(look_at(browser, "syncing"), [""; 0]);
        for page in ["/dashboard", "/findings"] {
            stage.open(page);
            let text = browser.text();
            assert!(
                text.contains("The first sync of Snyk is under way: "),
                "{text}"
            );
        }
        assert_eq!(look_at(browser, "syncing-findings"), [""; 0]);
        stage.open(SNYK);
        held.go_on();
        browser.wait_for("Everything was last read");
    });
    assert!(
        browser.text().contains("20,000 findings in"),
        "{}",
        browser.text()
    );
    stage.open("/findings");
    assert!(!browser.text().contains("first sync"), "{}", browser.text());
}

#[test]
fn an_upstream_that_fails_on_the_way_is_told_with_what_to_do() {
    let stage = Stage::of(large());
    let browser = &stage.browser;
    stage.sign_in("ines");
    let refused = Fault::Status(401, None);
    (stage.upstream).fault("/rest/orgs/", Occurrence::From(50), refused);
    connect(&stage);
    browser.wait_for("The last attempt failed");
    // It is tried again and again meanwhile.
    browser.hear_nothing();
    let text = loop {
        stage.open(SNYK);
        let text = browser.text();
        if text.contains("The last attempt failed") {
            break text;
        }
    };
    for told in ["no longer accepted", "replace it", "partial"] {
        assert!(text.contains(told), "{told}: {text}");
    }
    assert_eq!(look_at(browser, "sync-failed"), [""; 0]);
    browser.follow(".notice a");
    stage.upstream.heal();
    browser.fill("#token", TOKEN);
    browser.follow("main form button.main");
    while !browser.text().contains("Everything was last read") {
        stage.open(SNYK);
    }
}

#[test]
fn an_upstream_that_asks_to_wait_is_waited_for_with_a_clock() {
    let stage = Stage::of(large());
    let browser = &stage.browser;
    stage.sign_in("ines");
    let limited = Fault::Limited(Hint::Seconds(50));
    (stage.upstream).fault("/rest/orgs/", Occurrence::Nth(50), limited);
    connect(&stage);
    browser.wait_for("The upstream asked to wait");
    browser.run("window.first = document.querySelector('[data-live=told]').textContent");
    browser.wait("return document.querySelector('[data-live=told]').textContent !== window.first");
    stage.open(SNYK);
    assert!(
        browser.text().contains("it goes on in"),
        "{}",
        browser.text()
    );
    assert_eq!(look_at(browser, "sync-paused"), [""; 0]);
}

/// Fills the form in, and follows to where it leads.
fn connect(stage: &Stage) {
    stage.open(SNYK);
    stage.browser.fill("#token", TOKEN);
    stage.browser.fill("#address", stage.upstream.base_url());
    stage.browser.follow("main form button.main");
}

/// An organization that takes several batches to read.
fn large() -> Organization {
    let mut organization = sample::organization(now());
    let one = organization.issues[0].clone();
    let copies = (0..20_000).map(|number| {
        let mut copy = one.clone();
        copy.id = format!("00000000-0000-4000-a000-{number:012x}");
        copy
    });
    organization.issues = copies.collect();
    organization
}

/// An upstream that stops answering after so many requests, until it is told to go on.
struct Held {
    holds: Receiver<()>,
    goes_on: Sender<()>,
}

impl Held {
    fn at<'a>(requests: &'a [usize], upstream: &'a Upstream, scope: &'a Scope<'a, '_>) -> Self {
        let (hold, holds) = mpsc::channel();
        let (goes_on, go_on) = mpsc::channel();
        scope.spawn(move || {
            for number in requests {
                while upstream.requests().len() < *number {
                    if go_on.try_recv() == Err(TryRecvError::Disconnected) {
                        return;
                    }
                    thread::yield_now();
                }
                // Whatever is asked for meanwhile waits for the change.
                let stopped = upstream.change(|_| hold.send(()).is_ok() && go_on.recv().is_ok());
                if stopped.is_ok_and(|held| !held) {
                    return;
                }
            }
        });
        Self { holds, goes_on }
    }

    /// Waits until it holds.
    fn is(&self) {
        self.holds.recv().unwrap();
    }

    fn go_on(&self) {
        self.goes_on.send(()).unwrap();
    }
}

/// Pages that the page says were read; not a number while it says none.
const PAGES: &str = "Number(document.querySelector('[data-live=pages]')?.textContent.split(' of ')[0].replace(',', ''))";

const SNYK: &str = "/settings/integrations/snyk";
