//! The pages of correlation and of findings, with the real server and a cookie, against what the command line prints.

use std::collections::BTreeSet;

use koalr_upstream::sample;
use serde_json::Value;

use crate::support::{Koalr, serve};
use crate::visitor::{Site, Visitor};

/// Ninety days of a sample team, which ended before today, and somebody who looks at them.
fn visited() -> (Site, Visitor) {
    let history = sample::history(7, NOW);
    let upstream = serve(history.organization());
    let koalr = Koalr::new();
    koalr.write("history.json", history.document().to_string());
    assert_eq!(koalr.connect(&upstream, &["--now", NOW_TEXT]).code, 0);
    for words in [
        &["sync", "snyk"][..],
        &["import", "history.json"],
        &["reconstruct"],
    ] {
        let ran = koalr.run(&[words, &["--now", NOW_TEXT]].concat());
        assert_eq!(ran.code, 0, "{words:?}: {}", ran.err);
    }
    let site = Site::start(koalr, &["--now", NOW_TEXT]);
    let link = ["--as", "ines", "--now", NOW_TEXT];
    let visitor = Visitor::signed_in(&site.koalr, &site.address, &link);
    (site, visitor)
}

fn json(site: &Site, words: &[&str]) -> Value {
    let more = ["--now", NOW_TEXT, "--format", "json"];
    let ran = site.koalr.run(&[words, &more].concat());
    assert_eq!(ran.code, 0, "{words:?}: {}", ran.err);
    ran.json()
}

#[test]
fn the_page_of_correlation_shows_what_the_command_line_prints() {
    let (site, visitor) = visited();
    let end = format!("?from=2026-06-23T14:13:20Z&to={NOW_TEXT}");
    for window in ["4h", "14d"] {
        let page = visitor.page(&format!(
            "/correlation{end}&window={window}&repository=&service="
        ));
        let report = json(&site, &["report", "correlation", "--window", window]);
        let headline = &report["reconstructed"]["headline"];
        for arm in ["exposed-share", "others-share"] {
            let share = &headline[arm];
            let counts = format!(">{} of {}</a>", share["count"], share["of"]);
            assert!(page.contains(&counts), "{window} {arm} {counts}: {page}");
        }
        for (arm, figure) in [("exposed-share", "exposed"), ("others-share", "others")] {
            let link = page
                .split(&format!("href=\"/dashboard/rows/{figure}?"))
                .nth(1);
            let query = link.unwrap().split('"').next().unwrap();
            let query = query.replace("&amp;", "&");
            let rows = visitor.page(&format!("/dashboard/rows/{figure}?{query}"));
            let title = rows.split("<h1").nth(1).unwrap().split(['>', '<']).nth(1);
            let told = title.unwrap().split(' ').next().unwrap();
            assert!(
                told.parse::<u64>().unwrap() >= headline[arm]["of"].as_u64().unwrap(),
                "{query}"
            );
        }
        let sentence = headline["sentence"].as_str().unwrap();
        assert!(page.contains(sentence), "{sentence}: {page}");
    }
}

#[test]
fn a_name_that_correlation_does_not_know_is_told_beside_its_field() {
    let (_site, visitor) = visited();
    let known = "repository=acme/analytics";
    for (query, field, value) in [
        (
            "repository=acme/analytic&service=",
            "repository",
            "acme/analytic",
        ),
        (&format!("{known}&service=none"), "service", "none"),
    ] {
        let page = visitor.page(&format!("/correlation?{query}&window=7d"));
        let field = format!(
            "name=\"{field}\" placeholder=\"All\" value=\"{value}\" aria-invalid=\"true\" aria-describedby=\"told\""
        );
        let told = page.split("id=\"told\" role=\"alert\">").nth(1).unwrap();
        let told = told.split('<').next().unwrap();
        assert!(page.contains(&field), "{field}: {page}");
        assert!(
            told.contains(&format!("`{value}` is not known; ")),
            "{told}"
        );
        assert!(page.contains("name=\"window\" value=\"7d\""), "{page}");
        assert_eq!(page.matches("aria-invalid").count(), 1, "{page}");
    }
    let page = visitor.page("/correlation?from=2026-09-01&to=2026-09-01");
    assert!(
        page.contains("covers no time") && !page.contains("aria-invalid"),
        "{page}"
    );
    assert!(
        !visitor
            .page(&format!("/correlation?{known}"))
            .contains("id=\"told\"")
    );
}

#[test]
fn the_pages_of_findings_hold_as_many_as_the_dashboard_counts() {
    let (site, visitor) = visited();
    let rows = |state: &str| {
        let mut path = format!("/findings?repository=&severity=&class=&state={state}");
        let (mut rows, mut pages) = (0, BTreeSet::new());
        loop {
            let page = visitor.page(&path);
            let body = page.split("<tbody>").nth(1).unwrap();
            rows += body.matches("<tr>").count();
            assert!(pages.insert(path));
            let next = page.split("class=\"button\" href=\"/findings?").nth(1);
            match next {
                Some(next) => {
                    let query = next.split('"').next().unwrap().replace("&amp;", "&");
                    path = format!("/findings?{query}");
                }
                None => return rows,
            }
        }
    };
    let (open, ignored) = (rows("open"), rows("ignored"));
    let dashboard = visitor.page("/dashboard");
    for (figure, count) in [("open", open), ("accepted", ignored)] {
        let told = format!("/dashboard/rows/{figure}?");
        let mut links = dashboard.split(&told).skip(1);
        let number = format!("\">{count}");
        let told = links.next().unwrap();
        assert!(
            told.split("</a>").next().unwrap().contains(&number),
            "{told}"
        );
        assert!(count > 0, "{figure}");
    }
    assert_eq!(json(&site, &["status", "snyk"])["open"], open + ignored);
}

#[test]
fn what_is_looked_for_by_a_name_is_listed_with_the_other_filters() {
    let (_site, visitor) = visited();
    let all = visitor.page("/findings?state=all");
    let alias = all.split(" · CVE-").nth(1).unwrap();
    let alias = format!("CVE-{}", alias.split([' ', '<']).next().unwrap());
    let rows = |query: &str| {
        let page = visitor.page(&format!("/findings?{query}"));
        let body = page.split("<tbody>").nth(1).unwrap_or_default();
        let rows: Vec<String> = body.split("<tr>").skip(1).map(str::to_owned).collect();
        rows
    };
    let any = rows(&format!("find=%20{}&state=all", alias.to_lowercase()));
    assert!(!any.is_empty());
    assert!(any.iter().all(|row| row.contains(&alias)), "{any:?}");
    let states = ["open", "ignored", "resolved", "vanished"];
    let of_states = states.map(|state| rows(&format!("find={alias}&state={state}")).len());
    assert_eq!(of_states.iter().sum::<usize>(), any.len());
    let none = visitor.page("/findings?find=CVE-1999-0001&state=all");
    assert!(
        none.contains("No finding has the name “CVE-1999-0001”"),
        "{none}"
    );
}

#[test]
fn a_finding_leads_to_the_timeline_of_its_vulnerability() {
    let (_site, visitor) = visited();
    let page = visitor.page("/findings?state=all");
    let path = page.split("href=\"/findings/").nth(1).unwrap();
    let path = path.split('"').next().unwrap();
    let timeline = visitor.page(&format!("/findings/{path}"));
    assert!(timeline.contains("</time> introduced") && timeline.contains("</time> first seen"));
    let nothing = visitor.get("/findings/nothing");
    assert_eq!(nothing.status, 404, "{nothing:?}");
}

/// When the ninety days end, in milliseconds since 1970, and the same for people.
const NOW: i64 = 1_790_000_000_000;
const NOW_TEXT: &str = "2026-09-21T14:13:20Z";
