//! Bytes: a cursor. What a walk did not write itself is stale; what it takes, it takes the same way each time, and where
//! it goes on is a cursor again.

use koalr_integration_kit::model::walk::{
    Cursor, EnrichmentScope, FindingsScope, Scope, SyncError,
};

use super::upstream::{Upstream, call, good, request};

pub(super) fn run(bytes: &[u8]) {
    let organizations = vec!["o-1".to_owned()];
    let scopes = [
        Scope::Organizations(organizations.clone()),
        Scope::Enrichment(EnrichmentScope {
            organizations,
            packages: Vec::new(),
        }),
        Scope::Findings(FindingsScope {
            organization: "o-1".to_owned(),
            ids: vec!["f-1".to_owned(), "f-2".to_owned()],
        }),
        Scope::Change(super::change::scope()),
    ];
    for scope in scopes {
        for format in [1, 2] {
            let mut request = request(scope.clone());
            request.request_budget = 3;
            request.cursor = Some(Cursor {
                format,
                bytes: bytes.to_vec(),
            });
            let ask = || call(&request, &mut Upstream::new(|_| good(br#"{"data":[]}"#)));
            let answer = ask();
            assert_eq!(
                answer,
                ask(),
                "the same cursor and answers bring something else"
            );
            let batch = match answer {
                Ok(batch) => batch,
                Err(SyncError::StaleCursor) => continue,
                Err(other) => panic!("a cursor is stale or taken, not {other:?}"),
            };
            assert!(
                str::from_utf8(bytes).is_ok(),
                "bytes that are no text are taken"
            );
            request.cursor = batch.cursor;
            let again = call(&request, &mut Upstream::new(|_| good(br#"{"data":[]}"#)));
            assert!(again.is_ok(), "its own cursor is not taken: {again:?}");
        }
    }
}
