use koalr_integration_kit::model::common::Endpoint;
use koalr_integration_kit::model::connection::{
    Access, ConnectError, ConnectRequest, Connection, CredentialFacts,
};

use crate::transport::Headers;
use crate::transport::script::{Order, Script};

const OWNER: &str =
    r#"{"data":{"type":"service_account","id":"u-1","attributes":{"name":"koalr"}}}"#;

fn request() -> ConnectRequest {
    ConnectRequest {
        endpoint: Endpoint {
            origin: "EU-01".to_owned(),
            base: "https://api.eu.snyk.io".to_owned(),
        },
        credential: CredentialFacts {
            kind: Some("api-key".to_owned()),
            audience_host: None,
        },
        organizations: Vec::new(),
        settings: Vec::new(),
        as_of: 0,
    }
}

fn organizations(links: &str) -> String {
    format!(
        r#"{{"data":[{{"id":"o-1","attributes":{{"name":"Acme","slug":"acme"}}}},{{"id":"o-2","attributes":{{"name":"Beta"}}}}],"links":{links}}}"#
    )
}

fn upstream() -> Script {
    Script::new()
        .on("/rest/self", 200, OWNER)
        .on("/rest/orgs?", 200, &organizations("{}"))
}

fn refusal(detail: &str) -> String {
    format!(r#"{{"errors":[{{"status":"403","detail":"{detail}"}}]}}"#)
}

fn connect(script: Script) -> Result<Connection, ConnectError> {
    super::connect(&request(), &mut { script })
}

#[test]
fn a_credential_s_owner_organizations_and_permissions_are_found() {
    for order in [Order::First, Order::Last] {
        let script = upstream()
            .on("o-1*issues", 403, &refusal("Only admins"))
            .on("/rest/orgs/", 200, r#"{"data":[]}"#);
        let connection = connect(script.in_order(order)).unwrap();
        assert_eq!(
            (
                connection.account.name.as_str(),
                connection.account.kind.as_str()
            ),
            ("koalr", "service_account")
        );
        let slugs: Vec<_> = connection
            .organizations
            .iter()
            .map(|one| one.slug.as_deref())
            .collect();
        assert_eq!(slugs, [Some("acme"), None]);
        let access: Vec<_> = connection
            .capabilities
            .iter()
            .map(|one| (one.route.as_str(), one.access, one.detail.as_str()))
            .collect();
        let later = "decided when the first export is asked for";
        assert_eq!(
            access,
            [
                ("projects", Access::Allowed, ""),
                (
                    "issues",
                    Access::Refused,
                    "`/rest/orgs/o-1/issues` answered 403: Only admins"
                ),
                ("projects", Access::Allowed, ""),
                ("issues", Access::Allowed, ""),
                ("pr-checks", Access::Unknown, later),
                ("fixes", Access::Unknown, later),
                ("pr-checks", Access::Unknown, later),
                ("fixes", Access::Unknown, later),
            ]
        );
        assert_eq!(connection.warnings, Vec::<String>::new());
    }
}

#[test]
fn organizations_are_chosen_by_id_or_short_name_and_invisible_ones_are_named() {
    let choose = |names: &[&str]| {
        let mut script = upstream().on("/rest/orgs/", 200, "{}");
        let mut request = request();
        request.organizations = names.iter().map(|&name| name.to_owned()).collect();
        super::connect(&request, &mut script)
    };
    let ids = |connection: Connection| {
        connection
            .organizations
            .into_iter()
            .map(|one| one.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        choose(&["o-2", "acme"]).map(ids),
        Ok(vec!["o-1".to_owned(), "o-2".to_owned()])
    );
    assert_eq!(
        choose(&["acme", "gone"]),
        Err(ConnectError::OrganizationsNotVisible(vec![
            "gone".to_owned()
        ]))
    );
}

#[test]
fn a_token_for_another_host_is_sent_nowhere() {
    let mut request = request();
    request.credential.audience_host = Some("api.us.snyk.io".to_owned());
    let mut script = Script::new();
    let error = super::connect(&request, &mut script).unwrap_err();
    assert_eq!(
        error,
        ConnectError::WrongRegion("api.us.snyk.io".to_owned())
    );
    assert_eq!(script.asked, Vec::<String>::new());
}

#[test]
fn this_machine_stands_in_for_any_host() {
    let mut request = request();
    request.credential.audience_host = Some("api.us.snyk.io".to_owned());
    request.endpoint.base = "http://127.0.0.1:8080".to_owned();
    let mut script = upstream().on("/rest/orgs/", 200, "{}");
    assert!(super::connect(&request, &mut script).is_ok());
}

#[test]
fn a_credential_of_unknown_form_is_tried_with_a_warning() {
    let mut request = request();
    request.credential.kind = None;
    let mut script = upstream().on("/rest/orgs/", 200, "{}");
    let warnings = super::connect(&request, &mut script).unwrap().warnings;
    assert_eq!(
        warnings,
        ["the credential looks like none of Snyk's; it was tried all the same"]
    );
}

#[test]
fn an_unaccepted_credential_is_bad() {
    assert_eq!(
        connect(Script::new().on("/rest/self", 401, "<html>")),
        Err(ConnectError::BadCredential)
    );
}

#[test]
fn a_plan_without_api_access_is_told_from_a_missing_permission() {
    let refused = |detail: &str| {
        connect(
            Script::new()
                .on("/rest/self", 200, OWNER)
                .on("/rest/orgs?", 403, &refusal(detail)),
        )
    };
    assert_eq!(
        refused("The organization is not entitled to API access"),
        Err(ConnectError::NoApiAccess)
    );
    assert_eq!(
        refused("Permission denied for this resource"),
        Err(ConnectError::MissingPermissions(vec![
            "View Organization".to_owned()
        ]))
    );
}

#[test]
fn a_credential_that_may_list_nothing_lacks_named_permissions() {
    let script = upstream().on("/rest/orgs/", 403, &refusal("Permission denied"));
    let missing = vec!["View Project".to_owned(), "View Project History".to_owned()];
    assert_eq!(
        connect(script),
        Err(ConnectError::MissingPermissions(missing))
    );
}

#[test]
fn a_page_that_is_not_json_is_named_with_its_status() {
    let error = connect(Script::new().on("/rest/self", 200, "<html>")).unwrap_err();
    let ConnectError::Upstream(text) = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        text,
        "`/rest/self` answered 200 with something that is not Snyk's JSON: expected value at line 1 column 1"
    );
    let error = connect(Script::new().on("/rest/self", 502, "<html>")).unwrap_err();
    assert_eq!(
        error,
        ConnectError::Upstream(
            "`/rest/self` answered 502: not an error document of Snyk's".to_owned()
        )
    );
}

#[test]
fn an_unreachable_upstream_is_said_so() {
    assert_eq!(
        connect(Script::new().fails("/rest/self", "connection refused")),
        Err(ConnectError::Upstream(
            "`/rest/self` did not answer: connection refused".to_owned()
        ))
    );
}

#[test]
fn a_listing_that_links_off_host_is_used_as_far_as_it_goes() {
    let page = organizations(r#"{"next":"https://example.com/api?starting_after=a"}"#);
    let script = || {
        Script::new()
            .on("/rest/self", 200, OWNER)
            .on("/rest/orgs?", 200, &page)
            .on("/rest/orgs/", 200, "{}")
    };
    let sentence = "page 1 of the organizations links to its next page on another host, `example.com`; organizations may be missing";
    let connection = connect(script()).unwrap();
    assert_eq!(connection.organizations.len(), 2);
    assert_eq!(connection.warnings, [sentence]);
    let mut request = request();
    request.organizations = vec!["elsewhere".to_owned()];
    assert_eq!(
        super::connect(&request, &mut { script() }),
        Err(ConnectError::Upstream(sentence.to_owned()))
    );
}

#[test]
fn a_credential_that_sees_no_organization_is_told_what_to_do() {
    let script =
        Script::new()
            .on("/rest/self", 200, OWNER)
            .on("/rest/orgs?", 200, r#"{"data":[]}"#);
    assert_eq!(
        connect(script),
        Err(ConnectError::Other((
            "no-organizations".to_owned(),
            "the credential sees no organization; make its owner a member of one".to_owned()
        )))
    );
}

#[test]
fn no_more_than_twenty_organizations_are_asked() {
    let list: Vec<_> = (0..25)
        .map(|number| format!(r#"{{"id":"o-{number}"}}"#))
        .collect();
    let page = format!(r#"{{"data":[{}]}}"#, list.join(","));
    let mut script = Script::new()
        .on("/rest/self", 200, OWNER)
        .on("/rest/orgs?", 200, &page)
        .on("/rest/orgs/", 200, "{}");
    let connection = super::connect(&request(), &mut script).unwrap();
    assert_eq!(script.asked.len(), 2 + 40);
    let access = |index: usize| connection.capabilities[index].access;
    assert_eq!(
        (access(39), access(40), access(49)),
        (Access::Allowed, Access::Unknown, Access::Unknown)
    );
    let untried = &connection.capabilities[40].detail;
    assert_eq!(untried, "it was not asked for");
    assert_eq!(
        connection.warnings,
        ["only the first 20 of 25 organizations were asked what they permit"]
    );
}

#[test]
fn a_rate_limit_says_when_to_come_back() {
    assert_eq!(
        connect(Script::new().limited("/rest/self", Some("30"))),
        Err(ConnectError::Upstream(
            "Snyk's rate limit is reached; connect again in 30 seconds".to_owned()
        ))
    );
}

#[test]
fn a_permission_that_could_not_be_found_out_is_unknown_with_the_reason() {
    let script = upstream()
        .on("o-1/issues", 503, "")
        .on("/rest/orgs/", 200, "{}");
    let connection = connect(script).unwrap();
    let why = "`/rest/orgs/o-1/issues` answered 503: not an error document of Snyk's";
    let one = &connection.capabilities[1];
    assert_eq!((one.access, one.detail.as_str()), (Access::Unknown, why));
    assert_eq!(connection.warnings, [why]);
}

#[test]
fn an_owner_of_an_unknown_kind_is_no_reason_to_refuse() {
    let script = Script::new()
        .on("/rest/self", 200, r#"{"data":{"type":"robot","id":"r-1"}}"#)
        .on("/rest/orgs?", 200, &organizations("{}"))
        .on("/rest/orgs/", 200, "{}");
    assert_eq!(
        connect(script).unwrap().warnings,
        ["the credential belongs to something unknown here, a `robot`; it is used all the same"]
    );
}

#[test]
fn a_path_that_will_end_is_warned_of_once() {
    let headers = Headers {
        sunset: Some("2027-03-01".to_owned()),
        ..Headers::default()
    };
    let script = upstream().answers("/rest/orgs/*issues", 200, headers, "{}");
    let script = script.on("/rest/orgs/", 200, "{}");
    assert_eq!(
        connect(script).unwrap().warnings,
        [
            "Snyk calls `/rest/orgs/{id}/issues` deprecated until 2027-03-01; update this integration"
        ]
    );
}
