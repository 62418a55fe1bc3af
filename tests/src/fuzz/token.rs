//! Bytes: the claims of a token, and a whole token. The host it names is a host name and the claim's own, and the token is
//! shown nowhere.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use koalr_runtime::{Secret, credential_header, identify_credential};

use super::sandbox::manifest;

pub(super) fn run(bytes: &[u8]) {
    let token = format!("head.{}.tail", URL_SAFE_NO_PAD.encode(bytes));
    let host = audience(&token);
    let claims: Option<serde_json::Value> = serde_json::from_slice(bytes).ok();
    let claim = claims
        .as_ref()
        .and_then(|claims| claims.get("aud")?.as_str());
    if let Some(host) = host {
        assert_eq!(
            claim.map(str::to_ascii_lowercase),
            Some(host),
            "it is not the claim's"
        );
    }
    if let Ok(text) = str::from_utf8(bytes) {
        audience(text);
    }
}

fn audience(token: &str) -> Option<String> {
    let secret = Secret::parse(token).ok()?;
    let manifest = manifest();
    let facts = identify_credential(&manifest, &secret);
    let header = credential_header(&manifest, &facts, &secret);
    assert!(header.is_ok(), "a token stands in no header: {header:?}");
    let shown = format!("{secret:?} {header:?}");
    assert!(
        token.len() < 16 || !shown.contains(token),
        "the token is shown"
    );
    if let Some(host) = &facts.audience_host {
        let is_part =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
        assert!(
            !host.is_empty() && host.bytes().all(is_part),
            "`{host}` is no host"
        );
    }
    facts.audience_host
}
