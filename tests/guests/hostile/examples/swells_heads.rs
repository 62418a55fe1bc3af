//! Has the host keep requests with very long heads, and sends none.

use koalr_hostile_guests::wasi::http::types::{Fields, Method, OutgoingRequest};
use koalr_hostile_guests::{Hostile, guest, harmless, sync, told};

struct SwellsHeads;

impl Hostile for SwellsHeads {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let long = "a".repeat(usize::try_from(told::amount(&request).min(1 << 20)).unwrap());
        let mut held = Vec::new();
        for _ in 0..10 {
            let fields = Fields::new();
            let refused = fields.append("x-long", long.as_bytes()).is_err();
            let request = OutgoingRequest::new(fields);
            let part = told::text(&[], "part").unwrap_or("method");
            assert!(refused || part == "method");
            request.set_method(&Method::Other(long.clone())).unwrap();
            held.push(request);
        }
        Ok(harmless::batch())
    }
}

guest!(SwellsHeads);
