//! Has the host keep very long heads of requests that it never sends.

use koalr_hostile_guests::wasi::http::types::{Fields, Method, OutgoingRequest};
use koalr_hostile_guests::{Hostile, guest, harmless, sync, told};

struct SwellsHeads;

impl Hostile for SwellsHeads {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let long = "a".repeat(usize::try_from(told::amount(&request).min(1 << 20)).unwrap());
        let fields = Fields::new();
        let part = told::text(&request.settings, "part");
        if part == Some("headers") {
            fields.append("x-long", long.as_bytes()).unwrap();
        }
        let kept = OutgoingRequest::new(fields);
        match part {
            Some("method") => kept.set_method(&Method::Other(long)).unwrap(),
            Some("host") => kept.set_authority(Some(&long)).unwrap(),
            Some("path") => kept.set_path_with_query(Some(&format!("/{long}"))).unwrap(),
            _ => {}
        }
        Ok(harmless::batch())
    }
}

guest!(SwellsHeads);
