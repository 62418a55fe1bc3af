//! The pages of correlation and of findings, with the real server and a cookie, against what the command line prints.

use std::collections::BTreeSet;

use koalr_upstream::{Issue, Organization, State, Subject, sample};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::support::{Koalr, serve};
use crate::visitor::{Site, Visitor};

fn rfc3339(at: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp(at / 1_000).unwrap();
    at.format(&Rfc3339).unwrap()
}

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

/// Two branches of a repository that have the same vulnerability, whose id is told too, and another without it.
fn two_branches([main, release, other]: [&String; 3]) -> (Organization, String) {
    let mut acme = sample::organization(NOW - 30 * DAY);
    let sample = acme
        .issues
        .iter()
        .find(|one| matches!(one.subject, Subject::Package { .. }));
    let sample = sample.unwrap().clone();
    let Subject::Package { vulnerability, .. } = &sample.subject else {
        unreachable!()
    };
    let vulnerability = vulnerability.id.clone();
    acme.projects.truncate(3);
    let places = [
        (main, "acme/shop", "main"),
        (release, "acme/shop", "release-2"),
        (other, "acme/till", "main"),
    ];
    for (project, (id, repository, branch)) in acme.projects.iter_mut().zip(places) {
        project.id.clone_from(id);
        project.name = format!("{repository}:package.json");
        project.target.display_name = repository.to_owned();
        project.target_reference = Some(branch.to_owned());
    }
    acme.issues = [main, release]
        .map(|project| Issue {
            id: project.replace("-4000-", "-4001-"),
            project: project.clone(),
            state: State::Open,
            created_at: NOW - 40 * DAY,
            updated_at: NOW - 40 * DAY,
            ..sample.clone()
        })
        .to_vec();
    (acme, vulnerability)
}

#[test]
fn a_timeline_tells_apart_what_happened_in_two_branches() {
    let [main, release, other] = ["1", "2", "3"].map(|end| format!("{UUID}{end}"));
    let (acme, vulnerability) = two_branches([&main, &release, &other]);
    let upstream = serve(acme);
    let koalr = Koalr::new();
    let at = |days: i64| rfc3339(NOW - days * DAY);
    assert_eq!(koalr.connect(&upstream, &["--now", &at(30)]).code, 0);
    let change = |days, project: &str, state| {
        let changed = upstream.change(|all| {
            let mut issues = all[0].issues.iter_mut();
            let issue = issues.find(|one| one.project == project).unwrap();
            issue.state = state;
            issue.updated_at = NOW - days * DAY;
        });
        changed.unwrap();
        let ran = koalr.run(&["sync", "snyk", "--now", &at(days - 1)]);
        assert_eq!(ran.code, 0, "{}", ran.err);
    };
    let ran = koalr.run(&["sync", "snyk", "--now", &at(30)]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    change(20, &main, State::Ignored);
    change(15, &release, State::Resolved(NOW - 15 * DAY));
    let (resolved, introduced) = (NOW - 15 * DAY, NOW - 10 * DAY);
    change(
        10,
        &release,
        State::Reintroduced {
            resolved,
            introduced,
        },
    );
    let site = Site::start(koalr, &["--now", NOW_TEXT]);
    let link = ["--as", "ines", "--now", NOW_TEXT];
    let visitor = Visitor::signed_in(&site.koalr, &site.address, &link);
    let page = visitor.page(&format!("/findings/{vulnerability}"));
    assert!(
        page.contains("Open in <strong>1</strong> of 2 places, ignored in 1."),
        "{page}"
    );
    let day = |days: i64| at(days).split('T').next().unwrap().to_owned();
    for (branch, happened) in [
        (
            "main",
            vec![(40, "introduced"), (30, "first seen"), (20, "ignored")],
        ),
        (
            "release-2",
            vec![
                (40, "introduced"),
                (30, "first seen"),
                (15, "resolved"),
                (10, "re-introduced"),
            ],
        ),
    ] {
        let mut cards = page.split("<article").skip(1);
        let place = format!("package.json</span> · {branch}</div>");
        let card = cards.find(|card| card.contains(&place)).unwrap();
        let card = card.split("</article>").next().unwrap();
        assert!(card.contains("acme/shop"), "{card}");
        assert_eq!(card.matches("<li title").count(), happened.len(), "{card}");
        let mut rest = card;
        for (days, what) in happened {
            let told = format!("{}</time> {what}", day(days));
            let (_, after) = rest
                .split_once(&told)
                .unwrap_or_else(|| panic!("{told}: {card}"));
            rest = after;
        }
    }
    assert!(!page.contains("acme/till"), "{page}");
}

const UUID: &str = "5a1f0c7e-93d2-4000-8b6a-00000000000";
const DAY: i64 = 86_400_000;

/// When the ninety days end, in milliseconds since 1970, and the same for people.
const NOW: i64 = 1_790_000_000_000;
const NOW_TEXT: &str = "2026-09-21T14:13:20Z";
