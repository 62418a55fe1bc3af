//! Names that an attacker chose, at every place where somebody else names something, on every page.

use std::collections::{BTreeSet, VecDeque};

use koalr_upstream::{Organization, Subject, Upstream, World, sample};
use serde_json::{Value, json};

use super::markup::{links, wrong};
use crate::support::{Koalr, sample_change, serve};
use crate::visitor::{Site, Visitor};

/// The demo's organization with hostile names wherever its people, their repositories or advisories name something.
fn organization() -> Organization {
    let mut acme = sample::organization(NOW);
    acme.name = name(0);
    for (place, project) in acme.projects.iter_mut().enumerate() {
        let hostile = name(place);
        project.name = format!("{}:{hostile}", project.name);
        project.target.display_name += &hostile;
        project.target_file = Some(hostile.clone());
        project.target_reference = Some(hostile);
    }
    for (place, issue) in acme.issues.iter_mut().enumerate() {
        issue.title = name(place);
        match &mut issue.subject {
            Subject::Package {
                vulnerability,
                name: package,
                ..
            } => {
                *package += &name(place);
                vulnerability.title = name(place);
                vulnerability.id += &name(place + 1);
            }
            Subject::License {
                license,
                name: package,
                ..
            } => {
                *license = name(place);
                *package = name(place);
            }
            Subject::Config { rule, resource } | Subject::Cloud { rule, resource, .. } => {
                *rule = name(place);
                *resource = name(place);
            }
            Subject::Code { weakness, file, .. } => {
                *weakness = name(place);
                *file = name(place);
            }
            Subject::Unknown { .. } => {}
        }
    }
    for package in &mut acme.packages {
        for (place, one) in package.vulnerabilities.iter_mut().enumerate() {
            one.title = name(place);
            one.id += &name(place);
            one.cves.push(name(place + 1));
        }
    }
    acme
}

/// Two changes, a service, a deployment and an incident for each hostile name.
fn history() -> Value {
    let hostile = || NAMES.iter().enumerate();
    let sha = |place: usize| format!("{place:040x}");
    let id = |place: usize, hostile: &str, number: u32| format!("acme/{place}{hostile}#{number}");
    let changes = hostile().flat_map(|(place, hostile)| {
        let mut dependencies = sample_change("blocked")["dependencies"].clone();
        dependencies.as_array_mut().unwrap().push(json!({
            "ecosystem": "npm", "name": hostile, "before": hostile, "after": hostile, "direct": true,
        }));
        let change = json!({
            "id": id(place, hostile, 1), "repository": format!("acme/{place}{hostile}"),
            "head-sha": format!("{}{hostile}", sha(place)), "state": "open", "title": hostile,
            "author": if place == 0 { hostile } else { "priya" }, "source-branch": hostile, "target-branch": hostile,
            "opened-at": "2026-09-20T10:00:00Z", "dependencies": dependencies, "dependencies-source": hostile,
        });
        let mut merged = change.clone();
        merged["id"] = id(place, hostile, 2).into();
        merged["author"] = (*hostile).into();
        merged["state"] = "merged".into();
        merged["merged-at"] = "2026-09-20T12:00:00Z".into();
        merged["merge-sha"] = sha(place).into();
        [change, merged]
    });
    json!({
        "services": hostile().map(|(place, hostile)| json!({
            "name": format!("{place}{hostile}"), "aliases": [format!("alias {place}{hostile}")],
            "repositories": [format!("acme/{place}{hostile}")],
        })).collect::<Vec<_>>(),
        "changes": changes.collect::<Vec<_>>(),
        "deployments": hostile().map(|(place, hostile)| json!({
            "id": format!("d{place}{hostile}"), "service": format!("{place}{hostile}"), "environment": "production",
            "sha": sha(place), "state": "succeeded", "at": "2026-09-20T13:00:00Z",
            "repository": format!("acme/{place}{hostile}"),
        })).collect::<Vec<_>>(),
        "incidents": hostile().map(|(place, hostile)| json!({
            "id": format!("i{place}{hostile}"), "service": format!("{place}{hostile}"), "title": hostile,
            "severity": hostile, "started-at": "2026-09-20T14:00:00Z", "resolved-at": "2026-09-20T15:00:00Z",
        })).collect::<Vec<_>>(),
    })
}

/// Everything is stored under hostile names, and judged; ines, who may all, looks at it.
fn stored() -> (Upstream, Site, Visitor) {
    let upstream = serve(World::from(organization()));
    let koalr = Koalr::new();
    let done = |words: &[&str]| {
        let ran = koalr.run(&[words, &["--now", NOW_TEXT]].concat());
        assert!([0, 1].contains(&ran.code), "{words:?}: {}", ran.err);
    };
    let roles = ["--role", "lead", "--role", "security", "--role", "operator"];
    done(&[&["team", "add", "ines"], &roles[..]].concat());
    let connected = koalr.connect(&upstream, &["--now", NOW_TEXT]);
    assert_eq!(connected.code, 0, "{}", connected.err);
    done(&["sync", "snyk"]);
    let history = history();
    koalr.write("history.json", history.to_string());
    done(&["import", "history.json"]);
    for change in history["changes"].as_array().unwrap() {
        done(&["gate", change["id"].as_str().unwrap()]);
    }
    done(&["reconstruct"]);
    let site = Site::start(koalr, &["--now", NOW_TEXT, "--allow-loopback"]);
    let link = ["--as", "ines", "--now", NOW_TEXT];
    let ines = Visitor::signed_in(&site.koalr, &site.address, &link);
    (upstream, site, ines)
}

#[track_caller]
fn sound(what: &str, page: &str) {
    let found = wrong(page);
    let what: String = what.chars().take(200).collect();
    assert!(found.is_empty(), "{what}: {found:#?}");
}

#[test]
fn no_name_from_outside_is_more_than_a_text_on_any_page() {
    let (_upstream, _site, ines) = stored();
    let mut queue: VecDeque<String> = PLACES.iter().map(|path| (*path).to_owned()).collect();
    let mut seen: BTreeSet<String> = queue.iter().cloned().collect();
    let (mut hostile, mut found) = (0, BTreeSet::new());
    while let Some(path) = queue.pop_front() {
        let shown = ines.get(&path);
        let short: String = path.chars().take(100).collect();
        // A filter is not as long as the longest of the names.
        let told = if shown.status == 400 && path.len() > LONG.len() {
            400
        } else {
            200
        };
        if shown.status != told {
            found.insert(format!("{short}: {}", shown.status));
        }
        found.extend(
            wrong(&shown.body)
                .into_iter()
                .map(|one| format!("{short}: {one}")),
        );
        hostile += usize::from(shown.body.contains("&lt;script&gt;alert"));
        for link in links(&shown.body) {
            let link = link.split('#').next().unwrap().to_owned();
            if !link.is_empty() && seen.insert(link.clone()) {
                queue.push_back(link);
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    let of = |prefix: &str| seen.iter().filter(|path| path.starts_with(prefix)).count();
    assert!(of("/changes/") >= 2 * NAMES.len(), "{}", of("/changes/"));
    assert!(of("/findings/") >= 10, "{}", of("/findings/"));
    assert!(of("/dashboard/rows/") >= 5, "{}", of("/dashboard/rows/"));
    assert!(hostile >= 10, "{hostile}");
}

#[test]
fn what_somebody_types_is_shown_again_as_a_text() {
    let (_upstream, site, ines) = stored();
    let history = history();
    for (place, hostile) in NAMES.iter().enumerate() {
        let mut encoded = form_urlencoded::Serializer::new(String::new());
        encoded.append_pair("x", hostile);
        let encoded = encoded.finish()[2..].replace('+', "%20");
        for path in [
            format!("/changes?repository={encoded}"),
            format!("/changes?{encoded}=1"),
            format!("/findings?repository={encoded}&state=all"),
            format!("/findings?severity={encoded}"),
            format!("/findings?cursor={encoded}"),
            format!("/findings/{encoded}"),
            format!("/changes/{encoded}"),
            format!("/dashboard?service={encoded}"),
            format!("/dashboard?repository={encoded}"),
            format!("/dashboard/rows/{encoded}"),
            format!("/dashboard/rows/deployments?service={encoded}"),
            format!("/correlation?service={encoded}&repository={encoded}"),
            format!("/correlation?from={encoded}"),
            format!("/settings/integrations?search={encoded}"),
            format!("/settings/integrations/{encoded}"),
            format!("/settings/integrations/{encoded}/disconnect"),
            format!("/{encoded}"),
        ] {
            let shown = ines.get(&path);
            let statuses = [200, 400, 404, 422];
            assert!(statuses.contains(&shown.status), "{path}: {shown:?}");
            sound(&path, &shown.body);
        }
        let change = &history["changes"][2 * place]["id"];
        let mut path = form_urlencoded::Serializer::new(String::new());
        path.append_pair("x", change.as_str().unwrap());
        let change = format!("/changes/{}", &path.finish()[2..].replace('+', "%20"));
        let page = ines.get(&change);
        let (as_of, head, until) = (
            page.hidden("as-of"),
            page.hidden("head-sha"),
            page.hidden("until"),
        );
        assert!(!as_of.is_empty(), "{page:?}");
        let waive = [
            ("as-of", as_of),
            ("finding", "0"),
            ("finding", hostile),
            ("waiver-reason", hostile),
        ];
        let snyk = "/settings/integrations/snyk/connect";
        for (path, fields) in [
            (
                format!("{change}/waive"),
                [&waive[..], &[("author", *hostile), ("until", hostile)]].concat(),
            ),
            (
                format!("{change}/waive"),
                [&waive[..], &[("author", "priya"), ("until", until)]].concat(),
            ),
            (
                format!("{change}/override"),
                vec![("head-sha", *hostile), ("override-reason", hostile)],
            ),
            (
                format!("{change}/override"),
                vec![("head-sha", head), ("override-reason", hostile)],
            ),
            (
                snyk.to_owned(),
                vec![
                    ("token", *hostile),
                    ("address", hostile),
                    ("organizations", hostile),
                ],
            ),
            (
                snyk.to_owned(),
                vec![
                    ("token", TOKEN),
                    ("address", hostile),
                    ("downloads", hostile),
                ],
            ),
            ("/policy".to_owned(), vec![("policy", *hostile)]),
            ("/policy/try".to_owned(), vec![("policy", hostile)]),
            ("/policy/revoke".to_owned(), vec![("waiver", hostile)]),
        ] {
            let shown = ines.post(&path, &fields);
            let statuses = [200, 404, 422, 502];
            assert!(statuses.contains(&shown.status), "{path}: {shown:?}");
            sound(&path, &shown.body);
        }
        for path in [change.as_str(), "/policy", "/changes"] {
            sound(path, &ines.page(path));
        }
    }
    let link = ["--as", NAMES[0], "--now", NOW_TEXT];
    let named_so = Visitor::signed_in(&site.koalr, &site.address, &link);
    sound("/policy", &named_so.page("/policy"));
    let waivers = site.koalr.run(&["waiver", "list", "--format", "json"]);
    let waivers = waivers.json();
    assert!(!waivers.as_array().unwrap().is_empty(), "{waivers}");
}

/// One of them, whatever the number.
fn name(place: usize) -> String {
    NAMES[place % NAMES.len()].to_owned()
}

/// Long enough to break what is not cut, and what is not made for it.
const LONG: &str = match std::str::from_utf8(&[b'x'; 10_000]) {
    Ok(long) => long,
    Err(_) => "",
};

const NAMES: [&str; 8] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(2)>",
    "</title></textarea></pre><svg onload=alert(3)>",
    "javascript:alert(4)//",
    "//evil.example/%2e%2e/%00",
    "gnp.\u{202e}exe\u{2066} \u{200f}x",
    "bell \u{7} red \u{1b}[31m csi \u{9b}x",
    LONG,
];

const PLACES: [&str; 9] = [
    "/",
    "/dashboard",
    "/changes",
    "/findings",
    "/findings?state=all",
    "/correlation",
    "/policy",
    "/settings/integrations/snyk/disconnect",
    "/settings/plugins",
];

/// A token in the form of an API key.
const TOKEN: &str = crate::support::TOKEN;

const NOW: i64 = 1_790_000_000_000;
const NOW_TEXT: &str = "2026-09-21T14:13:20Z";
