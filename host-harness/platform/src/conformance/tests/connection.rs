use super::told;
use crate::conformance::check_connection;
use crate::model::connection::{Access, Account, Capability, Connection, Organization};

fn connection() -> Connection {
    let organization = |id: &str| Organization {
        id: id.to_owned(),
        slug: Some(format!("{id}-slug")),
        name: id.to_owned(),
    };
    Connection {
        account: Account {
            id: "a".to_owned(),
            name: "A".to_owned(),
            kind: "user".to_owned(),
        },
        organizations: vec![organization("one"), organization("two")],
        capabilities: vec![capability("one", Access::Allowed)],
        warnings: Vec::new(),
        extra: Vec::new(),
    }
}

fn capability(organization: &str, access: Access) -> Capability {
    Capability {
        organization: organization.to_owned(),
        route: "issues".to_owned(),
        access,
        detail: String::new(),
    }
}

#[track_caller]
fn says(chosen: &[&str], change: impl FnOnce(&mut Connection), sentences: &[&str]) {
    let chosen: Vec<String> = chosen.iter().map(|&name| name.to_owned()).collect();
    let mut connection = connection();
    change(&mut connection);
    assert_eq!(told(check_connection(&chosen, &connection)), sentences);
}

#[test]
fn organizations_chosen_by_id_or_short_name_break_nothing() {
    says(&[], |_| (), &[]);
    says(&["one", "two-slug"], |_| (), &[]);
    says(&["one", "one-slug", "two"], |_| (), &[]);
}

#[test]
fn organizations_are_those_that_were_chosen() {
    says(
        &["one"],
        |_| (),
        &["connect: organizations[1].id is `two`, which was not chosen"],
    );
    says(
        &["one", "two", "three"],
        |_| (),
        &[
            "connect: organizations do not hold `three`, which was chosen; that is `organizations-not-visible`",
        ],
    );
}

#[test]
fn a_connection_has_an_account_and_organizations() {
    says(
        &[],
        |connection| {
            connection.account.name.clear();
            connection.organizations.clear();
            connection.capabilities.clear();
        },
        &[
            "connect: account.name is empty",
            "connect: organizations are empty",
        ],
    );
    says(
        &[],
        |connection| connection.organizations[1].id = "one".to_owned(),
        &["connect: organizations[1].id is `one`, which is there before"],
    );
}

#[test]
fn capabilities_are_of_its_organizations_and_do_not_contradict_each_other() {
    says(
        &[],
        |connection| {
            connection.capabilities[0].detail = "no".to_owned();
            connection
                .capabilities
                .push(capability("one", Access::Refused));
            connection
                .capabilities
                .push(capability("three", Access::Unknown));
        },
        &[
            "connect: capabilities[0].detail is not empty, and the access is allowed",
            "connect: capabilities[1].access contradicts an earlier row of the same organization and route",
            "connect: capabilities[2].organization is `three`, which is no organization of this connection",
        ],
    );
}
