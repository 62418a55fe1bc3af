use super::*;
use crate::contract::describe::CredentialKind;

fn manifest() -> Manifest {
    let kind = |id: &str, pattern: &str, audience| CredentialKind {
        id: id.to_owned(),
        label: id.to_owned(),
        pattern: pattern.to_owned(),
        header: "Authorization".to_owned(),
        value: "token {credential}".to_owned(),
        audience,
    };
    let claim = AudienceClaim {
        part: 2,
        claim: "h".to_owned(),
    };
    Manifest {
        id: "sample".to_owned(),
        name: "Sample".to_owned(),
        version: "0.1.0".to_owned(),
        summary: String::new(),
        pulls: Vec::new(),
        permissions: Vec::new(),
        origins: Vec::new(),
        quotas: Vec::new(),
        credentials: vec![
            kind(
                "pat",
                r"pat_[a-z]+\.[0-9a-f]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+",
                Some(claim),
            ),
            kind("uuid", "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", None),
        ],
        settings: Vec::new(),
        rules: Vec::new(),
        extra: Vec::new(),
    }
}

fn pat(claims: &str) -> Secret {
    let part = URL_SAFE_NO_PAD.encode(claims);
    Secret::parse(&format!("pat_uat.1a2b3c4d.{part}.c2ln")).unwrap()
}

const UUID: &str = "0f2a6f4e-7a57-4d6c-9c53-3a5a3b8c1d2e";

#[test]
fn a_token_with_a_line_break_is_refused_without_repeating_it() {
    for text in ["abc\n", "abc\r\ndef", "\nabc"] {
        let error = Secret::parse(text).unwrap_err().to_string();
        assert_eq!(
            error,
            "the token contains a line break; paste it as one line, without anything before or after it"
        );
    }
}

#[test]
fn an_empty_token_and_an_odd_character_are_refused() {
    assert_eq!(
        Secret::parse("").unwrap_err().to_string(),
        "the token is empty; paste the whole token"
    );
    for text in ["ab c", "ab\0c", "ab\tc", "abüc", "ab\u{200b}c"] {
        assert_eq!(
            Secret::parse(text).unwrap_err().to_string(),
            "the token contains a space or another character that no token has, at place 3; paste it again"
        );
    }
}

#[test]
fn a_secret_and_its_header_print_nothing_of_it() {
    let secret = Secret::parse(UUID).unwrap();
    let header = CredentialHeader::new("Authorization", "token {credential}", &secret).unwrap();
    let printed = format!("{secret:?} {header:?} {:?}", header.header());
    assert!(!printed.contains("0f2a"), "{printed}");
}

#[test]
fn a_header_holds_the_credential_in_its_place() {
    let secret = Secret::parse(UUID).unwrap();
    let (name, value) = CredentialHeader::new("Authorization", "token {credential}", &secret)
        .unwrap()
        .header();
    assert_eq!(name, "authorization");
    assert_eq!(value.to_str().unwrap(), format!("token {UUID}"));
}

#[test]
fn a_wrong_header_template_is_named() {
    let secret = Secret::parse(UUID).unwrap();
    let sentence = |name, value| {
        CredentialHeader::new(name, value, &secret)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        sentence("a b", "{credential}"),
        "the manifest's credential header `a b` is no header name"
    );
    assert_eq!(
        sentence("authorization", "token"),
        "the manifest's credential value `token` lacks `{credential}` or cannot stand in a header"
    );
    assert!(sentence("authorization", "a\r\nb: {credential}").contains("cannot stand in a header"));
}

#[test]
fn a_personal_token_names_its_host() {
    let facts = identify_credential(&manifest(), &pat(r#"{"h":"API.eu.example.com"}"#));
    assert_eq!(facts.kind.as_deref(), Some("pat"));
    assert_eq!(facts.audience_host.as_deref(), Some("api.eu.example.com"));
}

#[test]
fn a_claim_that_is_no_host_name_is_no_audience() {
    for claims in [
        r#"{"h":"evil.example/x"}"#,
        r#"{"h":"a@b"}"#,
        r#"{"h":7}"#,
        r#"{"x":"y"}"#,
        "no json",
        r#"{"h":""}"#,
    ] {
        let facts = identify_credential(&manifest(), &pat(claims));
        assert_eq!(
            (facts.kind.as_deref(), facts.audience_host),
            (Some("pat"), None),
            "{claims}"
        );
    }
}

#[test]
fn an_older_token_has_a_kind_and_no_host() {
    let facts = identify_credential(&manifest(), &Secret::parse(UUID).unwrap());
    assert_eq!(
        (facts.kind.as_deref(), facts.audience_host),
        (Some("uuid"), None)
    );
}

#[test]
fn a_pattern_matches_the_whole_credential_or_not_at_all() {
    let secret = Secret::parse(&format!("x{UUID}x")).unwrap();
    let facts = identify_credential(&manifest(), &secret);
    assert_eq!(facts.kind, None);
}

#[test]
fn an_unknown_form_is_tried_as_the_least_specific_kind() {
    let secret = Secret::parse("unknown").unwrap();
    let facts = identify_credential(&manifest(), &secret);
    let (_, value) = credential_header(&manifest(), &facts, &secret)
        .unwrap()
        .header();
    assert_eq!(value.to_str().unwrap(), "token unknown");
}

#[test]
fn a_broken_pattern_matches_nothing() {
    let mut manifest = manifest();
    manifest.credentials[0].pattern = "(".to_owned();
    let facts = identify_credential(&manifest, &Secret::parse(UUID).unwrap());
    assert_eq!(facts.kind.as_deref(), Some("uuid"));
}
