use koalr_platform::calibration;
use koalr_platform::correlation::{self, CorrelationSettings};
use koalr_platform::ledger::{Ledger, Scope};
use koalr_platform::merge::Bands;

use super::*;
use crate::report::insight::tests::{AS_OF, FROM, ledger};

fn shown(ledger: &Ledger, settings: &CorrelationSettings) -> String {
    let scope = Scope::default();
    let report = correlation::report(ledger, settings, &scope, FROM, AS_OF).unwrap();
    let calibration = calibration::report(ledger, Bands::default(), &scope, FROM, AS_OF).unwrap();
    let shown = Shown {
        report,
        calibration,
        from: Some(FROM),
        to: None,
    };
    page(&shown).body.0
}

fn easily_satisfied() -> CorrelationSettings {
    CorrelationSettings {
        least_exposed: 1,
        least_others: 1,
        least_incidents: 1,
        window: Window::Hours4,
        ..CorrelationSettings::default()
    }
}

#[test]
fn too_little_data_never_shows_a_ratio() {
    let page = shown(&ledger(), &CorrelationSettings::default());
    assert!(page.contains("not enough data yet"), "{page}");
    assert!(
        page.contains("With so few deployments no effect could be seen"),
        "{page}"
    );
    assert!(page.contains("<strong>19 more needed</strong>"), "{page}");
    assert!(
        !page.contains("Odds ratio") && !page.contains("class=\"none\" x1=\"50\""),
        "{page}"
    );
    assert!(
        page.contains("What speaks for it</h3><p class=\"quiet\">Nothing yet."),
        "{page}"
    );
}

#[test]
fn enough_data_that_does_not_tell_says_so_before_any_ratio() {
    let page = shown(&ledger(), &easily_satisfied());
    let verdict = page.find("The figures do not tell").unwrap();
    let ratio = page.find("2.00 (0.45 to 8.94)*").unwrap();
    assert!(verdict < ratio);
    assert!(page.contains("chance alone may well differ as much"));
}

#[test]
fn counts_and_windows_link_to_the_same_time_and_scope() {
    let page = shown(&ledger(), &easily_satisfied());
    for link in [
        "/dashboard/rows/exposed?from=2026-03-02T00%3A00%3A00Z&amp;window=4h\">1 of 1</a>",
        "/dashboard/rows/others?from=2026-03-02T00%3A00%3A00Z&amp;window=4h\">1 of 3</a>",
        "/correlation?from=2026-03-02T00%3A00%3A00Z&amp;window=30d\"",
        "/changes/acme%2Fshop%233\"",
    ] {
        assert!(page.contains(link), "{link}: {page}");
    }
}

#[test]
fn nothing_deployed_says_what_to_do_and_draws_nothing() {
    let nothing = Ledger {
        as_of: AS_OF,
        ..Ledger::default()
    };
    let page = shown(&nothing, &CorrelationSettings::default());
    assert!(page.contains("No deployments yet") && page.contains("koalr import"));
    assert!(!page.contains("<svg"), "{page}");
}

#[test]
fn a_hostile_title_of_an_incident_is_text() {
    let mut hostile = ledger();
    for outage in &mut hostile.outages {
        outage.title = "</td><script>alert(1)</script>\u{202e}".to_owned();
    }
    let page = shown(&hostile, &easily_satisfied());
    assert!(
        page.contains("&lt;script&gt;") && !page.contains("<script") && !page.contains('\u{202e}')
    );
}
