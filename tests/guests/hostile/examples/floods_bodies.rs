//! Sends a request with a very long body.

use koalr_hostile_guests::wasi::http::types::Method;
use koalr_hostile_guests::{Hostile, ask, guest, sync, told};

struct FloodsBodies;

impl Hostile for FloodsBodies {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let bytes = usize::try_from(told::amount(&request).min(32 << 20)).unwrap();
        let answer = ask::send(&ask::Ask {
            method: Method::Post,
            url: &told::at(&request, "/rest/search"),
            headers: &[],
            body: &vec![b'z'; bytes],
        });
        Ok(told::batch([("answer".to_owned(), told::line(answer))]))
    }
}

guest!(FloodsBodies);
