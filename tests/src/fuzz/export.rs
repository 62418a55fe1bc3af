//! Bytes: a file of an export. Each row is kept, counted as unusable, or the file is not called complete; and the pieces
//! it comes in do not matter.

use koalr_integration_kit::model::common::CoverageState;
use koalr_integration_kit::model::record::Entry;
use koalr_integration_kit::model::walk::{Batch, EnrichmentScope, Scope};
use koalr_snyk_plugin::transport::Answer;

use super::upstream::{Upstream, good, request, walk};

pub(super) fn run(bytes: &[u8]) {
    let whole = read(bytes, bytes.len().max(1));
    for piece in [1, 7] {
        assert_eq!(
            whole,
            read(bytes, piece),
            "pieces of {piece} bytes tell something else"
        );
    }
    let rows = rows(bytes);
    let unusable = whole.iter().flat_map(|batch| &batch.diagnostics);
    let unusable: usize = unusable
        .filter_map(|note| unusable_rows(&note.message))
        .sum();
    let records = whole.iter().flat_map(|batch| &batch.records);
    let (mut checks, mut fixes) = (0, 0);
    for record in records {
        match record {
            Entry::ChangeCheck(_) => checks += 1,
            Entry::Fix(_) => fixes += 1,
            other => panic!("an export brings {other:?}"),
        }
    }
    let row = |route: &str| {
        let rows = whole.last().map(|batch| batch.coverage.iter());
        let state = rows.and_then(|mut rows| rows.find(|row| row.route == route));
        state.is_some_and(|row| row.state == CoverageState::Complete)
    };
    if row("pr-checks") {
        assert_eq!(Some(checks), rows, "rows of a complete file are lost");
    }
    if row("fixes") {
        assert!(Some(fixes) <= rows, "{fixes} fixes of {rows:?} rows");
    }
    assert!(rows.is_none_or(|rows| checks.max(fixes) <= rows && unusable <= 2 * rows));
}

/// What a walk brings whose two exports are this one file each.
fn read(bytes: &[u8], piece: usize) -> Vec<Batch> {
    let answer = |asked: &str| -> Answer {
        good(match asked {
            _ if asked.starts_with("POST ") => br#"{"data":{"id":"e-1"}}"#,
            _ if asked.starts_with("FILE ") => bytes,
            _ if asked.contains("/jobs/") => br#"{"data":{"attributes":{"status":"FINISHED"}}}"#,
            _ => br#"{"data":{"attributes":{"results":[{"url":"https://files.example/1"}]}}}"#,
        })
    };
    let mut upstream = Upstream::new(answer).in_pieces_of(piece);
    let scope = EnrichmentScope {
        organizations: vec!["o-1".to_owned()],
        packages: Vec::new(),
    };
    let batches = walk(&mut request(Scope::Enrichment(scope)), &mut upstream);
    batches.unwrap_or_else(|error| panic!("any file ends the walk: {error:?}"))
}

fn unusable_rows(message: &str) -> Option<usize> {
    let (_, count) = message.split_once("cannot be used: ")?;
    count.split_once(';')?.0.parse().ok()
}

/// A judge: how many rows follow the header; none without a header. It reads the whole text at once.
fn rows(bytes: &[u8]) -> Option<usize> {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let (mut rows, mut filled, mut start, mut quoted) = (0_usize, false, true, false);
    let mut closed = None;
    for (at, byte) in text.iter().enumerate() {
        let doubled = closed.is_some_and(|closed| closed + 1 == at);
        match byte {
            b'"' if quoted => {
                quoted = false;
                closed = Some(at);
            }
            // Of two quotes inside, the first closes in vain.
            b'"' if start || doubled => {
                quoted = true;
                filled = true;
            }
            b'\n' if !quoted => {
                rows += usize::from(filled);
                filled = false;
            }
            b'\r' if !quoted && text.get(at + 1).is_none_or(|next| *next == b'\n') => {}
            _ => filled = true,
        }
        start = !quoted && matches!(byte, b',' | b'\n');
    }
    (rows + usize::from(filled)).checked_sub(1)
}
