use super::{VERSION, acme, get, send, start, walk};
use crate::{Authorization, Upstream, World, sample};

#[test]
fn the_next_links_lead_to_every_issue_once() {
    let (root, upstream) = acme();
    let all = get(&upstream, &format!("{root}/issues?limit=100"));
    assert_eq!(all.next(), None);
    let mut ids = walk(&upstream, &format!("{root}/issues"));
    assert_eq!(ids, all.ids());
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all.ids().len());
}

#[test]
fn issues_link_below_rest_and_projects_do_not() {
    let (root, upstream) = acme();
    let issues = get(&upstream, &format!("{root}/issues")).json();
    assert!(
        issues["links"]["next"]
            .as_str()
            .unwrap()
            .starts_with("/rest/orgs/")
    );

    let mut many = sample::organization(super::AS_OF);
    let project = many.projects[0].clone();
    many.projects = vec![project; 11];
    let upstream = start(many);
    let projects = get(&upstream, &format!("{root}/projects")).json();
    assert!(
        projects["links"]["next"]
            .as_str()
            .unwrap()
            .starts_with("/orgs/")
    );
    let upstream = start(vec![sample::organization(super::AS_OF); 11]);
    let page = get(&upstream, "/rest/orgs").json();
    assert!(
        page["links"]["next"]
            .as_str()
            .unwrap()
            .starts_with("/rest/orgs?")
    );
}

#[test]
fn a_cursor_of_another_listing_is_refused() {
    let (root, upstream) = acme();
    let next = get(&upstream, &format!("{root}/issues")).next().unwrap();
    let (_, cursor) = next.split_once("starting_after=").unwrap();
    let reply = get(
        &upstream,
        &format!("{root}/projects?starting_after={cursor}"),
    );
    assert_eq!(reply.status, 400);
    assert_eq!(
        reply.json()["errors"][0]["source"]["parameter"],
        "starting_after"
    );
}

#[test]
fn an_unknown_parameter_is_refused_by_name() {
    let (root, upstream) = acme();
    let reply = get(&upstream, &format!("{root}/issues?sort=asc"));
    assert_eq!(reply.status, 400);
    assert_eq!(reply.detail(), "Unknown query parameter 'sort'");
}

#[test]
fn a_parameter_given_twice_is_refused() {
    let (root, upstream) = acme();
    let reply = get(&upstream, &format!("{root}/issues?limit=10&limit=20"));
    assert_eq!(reply.status, 400);
    assert_eq!(reply.detail(), "Query parameter 'limit' must be given once");
}

#[test]
fn a_request_without_a_version_is_refused() {
    let (_, upstream) = acme();
    for path in ["/rest/self", "/rest/self?version=soon"] {
        let reply = send(&upstream, "GET", path, Some("token canary"));
        assert_eq!((path, reply.status), (path, 400));
    }
}

#[test]
fn a_limit_is_a_multiple_of_ten_up_to_a_hundred() {
    let (root, upstream) = acme();
    for bad in ["0", "5", "15", "110", "ten"] {
        let reply = get(&upstream, &format!("{root}/issues?limit={bad}"));
        assert_eq!((bad, reply.status), (bad, 400));
    }
    assert_eq!(
        get(&upstream, &format!("{root}/issues?limit=20"))
            .ids()
            .len(),
        20
    );
    assert_eq!(
        get(&upstream, &format!("{root}/targets?limit=1"))
            .ids()
            .len(),
        1
    );
}

#[test]
fn only_the_expected_token_is_let_in() {
    let organization = sample::organization(super::AS_OF);
    let upstream = start(World::from(organization).token("right"));
    let path = format!("/rest/self?version={VERSION}");
    let tries = [
        (None, 401),
        (Some("token wrong"), 401),
        (Some("right"), 401),
        (Some("token right"), 200),
        (Some("Token right"), 200),
        (Some("Bearer right"), 200),
    ];
    for (header, status) in tries {
        assert_eq!(
            (header, send(&upstream, "GET", &path, header).status),
            (header, status)
        );
    }
    let seen: Vec<_> = upstream
        .requests()
        .iter()
        .map(|item| item.authorization)
        .collect();
    assert_eq!(seen[..2], [Authorization::Absent, Authorization::Wrong]);
    assert_eq!(seen[3], Authorization::Accepted);
}

#[test]
fn the_journal_keeps_paths_and_queries_but_no_token() {
    let organization = sample::organization(super::AS_OF);
    let upstream = start(World::from(organization).token("canary"));
    assert_eq!(get(&upstream, "/rest/orgs?limit=10").status, 200);
    let requests = upstream.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].path, "/rest/orgs");
    assert_eq!(requests[0].query, format!("limit=10&version={VERSION}"));
    assert!(!format!("{upstream:?}").contains("canary"));
    assert_eq!(upstream.peak_in_flight(), 1);
}

#[test]
fn an_answer_names_its_request_and_the_versions() {
    let (root, upstream) = acme();
    let reply = get(&upstream, &format!("{root}/issues"));
    for header in [
        "content-type: application/vnd.api+json",
        "snyk-request-id: ",
        "snyk-version-requested: 2025-11-05",
        "snyk-version-served: 2024-01-23",
        "snyk-version-lifecycle-stage: ga",
    ] {
        assert!(reply.head.contains(header), "{header}: {}", reply.head);
    }
}

#[test]
fn what_is_not_there_is_404_and_what_is_no_get_is_405() {
    let (root, upstream) = acme();
    let nobody = "/rest/orgs/00000000-0000-4000-8000-000000000000";
    for path in [
        nobody,
        &format!("{nobody}/issues"),
        &format!("{root}/projects/x"),
        "/rest/x",
    ] {
        assert_eq!((path, get(&upstream, path).status), (path, 404));
    }
    for (method, path) in [("POST", "/issues"), ("DELETE", ""), ("POST", "/export/x")] {
        let path = format!("{root}{path}?version={VERSION}");
        let reply = send(&upstream, method, &path, Some("token canary"));
        assert_eq!((method, reply.status), (method, 405));
    }
}

#[test]
fn filters_of_issues_select() {
    let (root, upstream) = acme();
    let count = |filter: &str| walk(&upstream, &format!("{root}/issues?limit=100{filter}")).len();
    let all = count("");
    assert_eq!(count("&status=open") + count("&status=resolved"), all);
    assert_eq!(count("&status=open,resolved"), all);
    assert_eq!(count("&ignored=true") + count("&ignored=false"), all);
    let types = ["package_vulnerability", "license", "config", "code"];
    let by_type = types.map(|kind| count(&format!("&type={kind}")));
    assert_eq!(by_type, [27, 3, 3, 3]);
    let levels = ["critical", "high", "medium", "low", "info"];
    let by_level = levels.map(|level| count(&format!("&effective_severity_level={level}")));
    assert_eq!(by_level.iter().sum::<usize>(), all);
    let project = get(&upstream, &format!("{root}/projects?names=acme/storefront"))
        .ids()
        .remove(0);
    assert_eq!(
        count(&format!("&scan_item.id={project}&scan_item.type=project")),
        3
    );
}

#[test]
fn bounds_of_times_are_exclusive() {
    let (root, upstream) = acme();
    let issue = &get(&upstream, &format!("{root}/issues")).json()["data"][0];
    let created = issue["attributes"]["created_at"].as_str().unwrap();
    let path = |bounds: &str| format!("{root}/issues?limit=100{bounds}");
    let all = walk(&upstream, &path("")).len();
    let after = walk(&upstream, &path(&format!("&created_after={created}"))).len();
    let before = walk(&upstream, &path(&format!("&created_before={created}"))).len();
    assert!(after + before < all, "{after} + {before} < {all}");
}

#[test]
fn a_lookup_answers_for_exactly_that_version() {
    let (root, upstream) = acme();
    let look_up = |purl: &str| get(&upstream, &format!("{root}/packages/{purl}/issues"));
    let affected = look_up("pkg%3Anpm%2Fform-data%404.0.2").json();
    let vulnerability = &affected["data"][0];
    assert_eq!(vulnerability["id"], "SNYK-JS-FORMDATA-10841150");
    let remedy = &vulnerability["attributes"]["coordinates"][0]["remedies"][0];
    assert_eq!(remedy["details"]["upgrade_package"], "2.5.4,3.0.4,4.0.4");
    assert_eq!(affected["meta"]["package"]["version"], "4.0.2");
    let fixed = look_up("pkg%3Anpm%2Fform-data%404.0.4");
    assert_eq!((fixed.status, fixed.ids().len()), (200, 0));
}

#[test]
fn a_lookup_pages_by_offset() {
    let (root, upstream) = acme();
    let path = format!("{root}/packages/pkg%3Anpm%2Faxios%401.7.2/issues");
    let all = get(&upstream, &path).ids();
    assert_eq!(all.len(), 2);
    assert_eq!(
        get(&upstream, &format!("{path}?limit=1&offset=1")).ids(),
        all[1..]
    );
    assert_eq!(get(&upstream, &format!("{path}?limit=1001")).status, 400);
}

#[test]
fn a_lookup_without_a_version_or_of_an_unknown_ecosystem_is_refused() {
    let (root, upstream) = acme();
    let look_up = |purl: &str| get(&upstream, &format!("{root}/packages/{purl}/issues"));
    let reply = look_up("pkg%3Anpm%2Fejs");
    assert_eq!(
        (reply.status, reply.detail().as_str()),
        (400, "Purl must have a type, a name and a version")
    );
    let reply = look_up("pkg%3Awishes%2Fpony%401.0.0");
    assert_eq!(
        (reply.status, reply.detail().as_str()),
        (400, "Unsupported Ecosystem")
    );
}

#[test]
fn projects_count_their_open_issues_when_asked() {
    let (root, upstream) = acme();
    let path = format!("{root}/projects?limit=10&expand=target&meta.latest_issue_counts=true");
    let projects = get(&upstream, &path).json();
    let first = &projects["data"][0];
    assert_eq!(first["meta"]["latest_issue_counts"]["critical"], 2);
    let target = &first["relationships"]["target"]["data"]["attributes"];
    assert_eq!(target["display_name"], "acme/storefront");
    let plain = get(&upstream, &format!("{root}/projects")).json();
    assert!(plain["data"][0]["meta"]["latest_issue_counts"].is_null());
}

#[test]
fn targets_are_listed_once_each() {
    let (root, upstream) = acme();
    assert_eq!(walk(&upstream, &format!("{root}/targets")).len(), 6);
}

#[test]
fn a_dropped_upstream_takes_no_connection() {
    let (_, upstream) = acme();
    let address = upstream
        .base_url()
        .strip_prefix("http://")
        .unwrap()
        .to_owned();
    drop(upstream);
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[tokio::test]
async fn an_upstream_starts_and_stops_inside_an_executor() {
    let organization = sample::organization(super::AS_OF);
    let upstream = Upstream::start(organization).await.unwrap();
    assert_eq!(get(&upstream, "/rest/self").status, 200);
}
