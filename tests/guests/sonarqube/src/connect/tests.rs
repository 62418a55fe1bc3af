use super::*;
use crate::contract::connect::CredentialFacts;
use crate::contract::types::Endpoint;
use crate::transport::script::Script;

fn request(origin: &str, organizations: &[&str]) -> Request {
    Request {
        endpoint: Endpoint {
            origin: origin.to_owned(),
            base: "https://sonar.example.com".to_owned(),
        },
        credential: CredentialFacts {
            kind: None,
            audience_host: None,
        },
        organizations: organizations.iter().map(|&id| id.to_owned()).collect(),
        settings: Vec::new(),
        as_of: 0,
    }
}

fn upstream() -> Script {
    Script::default()
        .on(VALIDATE, 200, r#"{"valid":true}"#)
        .on(CURRENT_USER, 200, r#"{"login":"ci","name":"CI"}"#)
        .on(
            ORGANIZATIONS,
            200,
            r#"{"paging":{"pageIndex":1,"pageSize":100,"total":1},"organizations":[{"key":"acme","name":"Acme"}]}"#,
        )
        .on(
            COMPONENTS,
            200,
            r#"{"paging":{"pageIndex":1,"pageSize":1,"total":0},"components":[]}"#,
        )
}

#[test]
fn a_token_of_the_hosted_service_sees_its_organizations() {
    let connection = connect(&request(CLOUD, &[]), &mut upstream()).unwrap();
    assert_eq!(connection.account.id, "ci");
    assert_eq!(connection.organizations[0].id, "acme");
    assert_eq!(connection.capabilities[0].access, Access::Allowed);
}

#[test]
fn a_server_is_one_organization_and_is_not_asked_for_any() {
    let mut upstream = upstream();
    let connection = connect(&request("server", &[]), &mut upstream).unwrap();
    assert_eq!(connection.organizations[0].id, DEFAULT);
    assert_eq!(connection.organizations[0].name, "sonar.example.com");
    assert!(
        upstream
            .asked
            .iter()
            .all(|path| !path.contains("organization"))
    );
}

#[test]
fn a_token_that_is_not_valid_is_a_bad_credential() {
    for (status, body) in [(200, r#"{"valid":false}"#), (401, "")] {
        let mut upstream = Script::default().on(VALIDATE, status, body);
        let error = connect(&request(CLOUD, &[]), &mut upstream).unwrap_err();
        assert!(matches!(error, Error::BadCredential), "{error:?}");
    }
}

#[test]
fn an_organization_that_is_not_seen_is_named() {
    let error = connect(&request(CLOUD, &["umbrella"]), &mut upstream()).unwrap_err();
    assert!(
        matches!(&error, Error::OrganizationsNotVisible(names) if names[0] == "umbrella"),
        "{error:?}"
    );
}

#[test]
fn where_nothing_may_be_listed_the_permission_is_named() {
    let mut upstream = Script::default()
        .on(VALIDATE, 200, r#"{"valid":true}"#)
        .on(CURRENT_USER, 200, r#"{"login":"ci"}"#)
        .on(COMPONENTS, 403, "");
    let error = connect(&request("server", &[]), &mut upstream).unwrap_err();
    assert!(
        matches!(&error, Error::MissingPermissions(names) if names[0] == BROWSE),
        "{error:?}"
    );
}

#[test]
fn an_address_without_the_api_says_what_to_check() {
    let mut upstream = Script::default().on(VALIDATE, 404, "");
    let Err(Error::Upstream(text)) = connect(&request("server", &[]), &mut upstream) else {
        panic!("it connected");
    };
    assert_eq!(
        text,
        "`/api/authentication/validate` answered 404; check the address, and the setting `context-path` of a server below a path"
    );
}
