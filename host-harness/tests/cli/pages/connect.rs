//! What somebody reads whose attempt to connect did not work: the real component and a mock upstream that refuses.

use koalr_upstream::{Fault, Hint, Occurrence, World};

use super::settings::{SNYK, connect, operator};
use crate::support::{TOKEN, acme, serve};
use crate::visitor::Shown;

/// What is wrong, and the field that it stands beside; none if it stands above the form.
fn wrong(page: &Shown) -> (Option<String>, String) {
    assert_eq!(page.status, 422, "{page:?}");
    let beside = page.body.split("<div class=\"field wrong\">").nth(1);
    let (field, told) = match beside {
        Some(beside) => {
            let field = beside.split("for=\"").nth(1).unwrap();
            let told = beside.split("<strong role=\"alert\">").nth(1).unwrap();
            (Some(field.split('"').next().unwrap().to_owned()), told)
        }
        None => (
            None,
            page.body.split("Not connected. </strong>").nth(1).unwrap(),
        ),
    };
    (field, told.split('<').next().unwrap().to_owned())
}

#[test]
fn each_refusal_stands_beside_its_field_with_the_way_out() {
    let (_site, visit) = operator();
    let upstream = serve(World::from(acme()).token(TOKEN));
    let every = |prefix: &str, fault| upstream.fault(prefix, Occurrence::Every, fault);
    let status = |status| Fault::Status(status, None);
    for (prefix, fault, field, told) in [
        (
            "/rest/self",
            status(401),
            Some("token"),
            "make a new one in Snyk",
        ),
        (
            "/rest/self",
            status(403),
            Some("token"),
            "The token works but lacks `View Organization` (",
        ),
        (
            "/rest/orgs/",
            status(403),
            Some("token"),
            ") and `View Project History` (",
        ),
        ("/rest/self", status(500), None, "Snyk cannot answer now: "),
        (
            "/rest/self",
            Fault::Html,
            Some("address"),
            "check that this is Snyk&#39;s address",
        ),
        (
            "/rest/self",
            Fault::Truncated,
            Some("address"),
            "not Snyk&#39;s JSON",
        ),
    ] {
        every(prefix, fault);
        let page = connect(&visit, TOKEN, upstream.base_url());
        let (beside, text) = wrong(&page);
        assert_eq!(beside.as_deref(), field, "{prefix} {text}");
        let plain = told.replace("&#39;", "'");
        assert!(
            text.contains(told) || text.contains(&plain),
            "{prefix} {text}"
        );
        upstream.heal();
    }
    every("/rest/self", Fault::Limited(Hint::Seconds(900)));
    let (beside, text) = wrong(&connect(&visit, TOKEN, upstream.base_url()));
    assert_eq!(beside, None, "{text}");
    assert!(text.contains("try again in a few minutes"), "{text}");
    visit.get(SNYK).says(&["not connected"]);
}

#[test]
fn what_was_given_wrongly_is_told_where_it_was_given() {
    let (_site, visit) = operator();
    let upstream = serve(World::from(acme()).token(TOKEN));
    let base = upstream.base_url();
    let nothing = "http://127.0.0.1:1";
    for (fields, field, told) in [
        (
            &[("address", base), ("organizations", "acme, nope")][..],
            "organizations",
            "does not see `nope`",
        ),
        (&[], "region", "does not say its region"),
        (
            &[("address", "https://10.1.2.3")],
            "address",
            "`https://10.1.2.3` is no address of Snyk",
        ),
        (
            &[("address", "http://api.snyk.io")],
            "address",
            "is plain HTTP",
        ),
        (&[("address", nothing)], "address", "refuses the connection"),
        (
            &[("region", "EU-99")],
            "address",
            "`EU-99` is no address of Snyk",
        ),
        (
            &[("address", base), ("downloads", "example.com")],
            "downloads",
            "is no domain",
        ),
    ] {
        let fields = [&[("token", TOKEN)], fields].concat();
        let (beside, text) = wrong(&visit.post(&format!("{SNYK}/connect"), &fields));
        assert_eq!(beside.as_deref(), Some(field), "{text}");
        assert!(text.contains(told), "{text}");
    }
}

#[test]
fn another_token_is_checked_before_it_takes_the_place_of_the_old_one() {
    let (_site, visit) = operator();
    let upstream = serve(World::from(acme()).token(TOKEN));
    connect(&visit, TOKEN, upstream.base_url());
    let form = visit.get(&format!("{SNYK}/connect"));
    form.says(&["Another token", upstream.base_url(), "value=\"acme\""]);
    upstream.fault("/rest/self", Occurrence::First(1), Fault::Status(401, None));
    let (beside, _) = wrong(&connect(&visit, TOKEN, upstream.base_url()));
    assert_eq!(beside.as_deref(), Some("token"));
    visit.get(SNYK).says(&["koalr (read only)"]);
    let again = connect(&visit, TOKEN, upstream.base_url());
    assert_eq!(again.status, 200);
    again.says(&["koalr (read only)"]);
}

#[test]
fn a_token_of_another_region_is_sent_nowhere() {
    let (_site, visit) = operator();
    let fields = [("token", OF_EUROPE), ("region", "US-01")];
    let (beside, text) = wrong(&visit.post(&format!("{SNYK}/connect"), &fields));
    assert_eq!(beside.as_deref(), Some("region"));
    assert_eq!(
        text,
        "The token is for EU-01, not for US-01; choose EU-01, or paste a token of US-01."
    );
}

/// In the form of an access token that says `api.eu.snyk.io`.
const OF_EUROPE: &str = "snyk_uat.0a1b2c3d.eyJoIjoiYXBpLmV1LnNueWsuaW8ifQ.c2lnbmF0dXJl";
