//! Sets headers that would make a request another one than the policy saw.

use koalr_hostile_guests::wasi::http::types::Method;
use koalr_hostile_guests::{Hostile, ask, guest, sync, told};

struct SmugglesHeaders;

impl Hostile for SmugglesHeaders {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let headers = [
            ("host", "evil.example"),
            ("Authorization", "Bearer stolen"),
            ("transfer-encoding", "chunked"),
            ("content-length", "5"),
            ("connection", "upgrade"),
            ("upgrade", "h2c"),
            ("proxy-authorization", "Basic x"),
            ("cookie", "session=1"),
            ("X-HTTP-Method-Override", "DELETE"),
            ("x-original-url", "/admin"),
            ("x-forwarded-host", "evil.example"),
            ("range", "bytes=0-3"),
            ("accept-encoding", "gzip"),
            ("x-fine", "a\r\nauthorization: Bearer stolen"),
            ("x-fine", "a\nx: y"),
            ("x fine", "a"),
            ("x-fine\r\nhost", "a"),
        ];
        let url = &told::at(&request, "/rest/self");
        Ok(told::batch(headers.map(|header| {
            let answer = ask::send(&ask::Ask {
                method: Method::Get,
                url,
                headers: &[header],
                body: &[],
            });
            (header.0.to_owned(), told::line(answer))
        })))
    }
}

guest!(SmugglesHeaders);
