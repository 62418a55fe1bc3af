use koalr_platform::model::common::{ExploitMaturity, FixState, Reachability};
use koalr_platform::model::record::{PackageVersion, Remediation, RemediationStep};

use super::*;

const DAY: Timestamp = 86_400_000;

/// Opened ten days after 1970.
fn listed(title: &str) -> ListedFinding {
    let finding = Finding {
        id: "f".to_owned(),
        key: "k".to_owned(),
        organization: "o".to_owned(),
        project: "p".to_owned(),
        class: FindingClass::PackageVulnerability,
        kind: "package_vulnerability".to_owned(),
        title: title.to_owned(),
        vulnerability: "V/1 <b>".to_owned(),
        aliases: vec![],
        weaknesses: vec![],
        packages: vec![PackageVersion {
            ecosystem: None,
            name: title.to_owned(),
            version: None,
        }],
        severity: None,
        cvss: vec![],
        selected: None,
        exploit: ExploitMaturity::Unknown,
        risk: None,
        reachability: Reachability::Unknown,
        fix: FixState::Unknown,
        fix_source: String::new(),
        fixed_in: vec![],
        license: None,
        location: None,
        open: true,
        ignored: false,
        created_at: 10 * DAY,
        updated_at: 10 * DAY,
        introduced_at: None,
        resolved_at: None,
        disclosed_at: None,
        extra: vec![],
    };
    ListedFinding {
        row: 7,
        finding,
        vanished_at: None,
        project: None,
        repository: None,
        reference: Some("main".to_owned()),
    }
}

fn step(step: RemediationStep, day: Timestamp) -> Remediation {
    Remediation {
        organization: "o".to_owned(),
        finding: "f".to_owned(),
        step,
        at: day * DAY,
        source: "updated-at".to_owned(),
    }
}

fn shown(items: Vec<ListedFinding>, wanted: FindingList, next: Option<FindingPlace>) -> String {
    let listed = Listed {
        wanted,
        items,
        next,
        is_first: true,
    };
    list(&listed).body.0
}

#[test]
fn what_is_not_known_is_said_in_words() {
    let page = shown(vec![listed("left-pad")], open(), None);
    for words in [
        "not stated",
        "project not known",
        "repository not known",
        "1970-01-11",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[test]
fn hostile_names_are_text_and_stay_in_their_address() {
    let page = shown(vec![listed("<script>\u{202e}\u{7}")], open(), None);
    assert!(page.contains("&lt;script&gt;\u{fffd}\u{fffd}"), "{page}");
    assert!(
        page.contains("href=\"/findings/V%2F1%20%3Cb%3E\""),
        "{page}"
    );
    assert!(!page.contains("<script"), "{page}");
}

#[test]
fn the_next_page_has_the_same_filters() {
    let wanted = FindingList {
        repository: Some("acme/shop".to_owned()),
        severity: Some(Severity::High),
        find: Some("left pad".to_owned()),
        ..open()
    };
    let place = FindingPlace {
        severity: Some(Severity::High),
        row: 7,
    };
    let page = shown(vec![listed("left-pad")], wanted, Some(place));
    let cursor = After {
        at: 7,
        id: "high".to_owned(),
    }
    .text();
    let link = format!(
        "/findings?find=left+pad&amp;repository=acme%2Fshop&amp;severity=high&amp;state=open&amp;cursor={cursor}"
    );
    assert!(page.contains(&link), "{page}");
}

#[test]
fn an_empty_list_says_why_and_what_to_do_next() {
    assert!(shown(vec![], open(), None).contains("No open findings"));
    let resolved = FindingList {
        state: Some(FindingState::Resolved),
        ..open()
    };
    assert!(shown(vec![], resolved, None).contains("No finding fits"));
    assert!(unconnected().body.0.contains("Connect an integration"));
}

#[test]
fn a_name_that_nothing_has_is_told_with_what_can_be_looked_for() {
    let wanted = FindingList {
        find: Some("<b>CVE".to_owned()),
        ..open()
    };
    let page = shown(vec![], wanted, None);
    for told in [
        "No finding that fits has the name “&lt;b&gt;CVE”",
        "a vulnerability with this id or alias, or a package with this name",
        "value=\"&lt;b&gt;CVE\"",
        "href=\"/findings?find=%3Cb%3ECVE&amp;state=all\"",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let everywhere = FindingList {
        find: Some("<b>CVE".to_owned()),
        ..FindingList::default()
    };
    let page = shown(vec![], everywhere, None);
    assert!(
        page.contains("No finding has the name") && !page.contains("state=all"),
        "{page}"
    );
}

#[test]
fn every_mark_has_its_date_as_text() {
    let steps = [
        (RemediationStep::FirstSeen, 12),
        (RemediationStep::Ignored, 13),
        (RemediationStep::UnIgnored, 14),
        (RemediationStep::Resolved, 15),
        (RemediationStep::ReIntroduced, 20),
    ];
    let traced = Traced {
        listed: listed("left-pad"),
        steps: steps.map(|(what, day)| step(what, day)).to_vec(),
    };
    let page = timeline("V/1 <b>", &[traced], &[], 30 * DAY).body.0;
    let card = page.split("<article").nth(1).unwrap();
    let (drawn, told) = card.split_once("<ol").unwrap();
    assert_eq!(drawn.matches("class=\"mark").count(), 6, "{drawn}");
    assert_eq!(told.matches("<time").count(), 6, "{told}");
    for words in [
        "1970-01-11</time> introduced",
        "1970-01-13</time> first seen",
        "1970-01-14</time> ignored",
        "1970-01-15</time> heeded again",
        "1970-01-16</time> resolved",
        "1970-01-21</time> re-introduced",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    // Open until ignored, ignored, open until resolved, and open again.
    assert_eq!(drawn.matches("class=\"stretch").count(), 4, "{drawn}");
    assert_eq!(drawn.matches("stretch aside").count(), 1, "{drawn}");
}

#[test]
fn what_was_resolved_before_it_was_first_read_is_not_drawn_as_open() {
    let mut gone = listed("left-pad");
    gone.finding.open = false;
    gone.finding.resolved_at = Some(15 * DAY);
    let traced = Traced {
        listed: gone,
        steps: vec![step(RemediationStep::FirstSeen, 20)],
    };
    let page = timeline("V", &[traced], &[], 30 * DAY).body.0;
    assert!(page.contains("1970-01-16</time> resolved"), "{page}");
    assert!(page.contains("x1=\"0%\" x2=\"25%\""), "{page}");
    assert!(
        page.contains("Open in <strong>0</strong> of 1 place."),
        "{page}"
    );
}
