//! Sends requests in `sync`, and reads no answer.

use koalr_hostile_guests::wasi::http::types::Method;
use koalr_hostile_guests::{Hostile, ask, guest, sync, told};

struct HoldsAnswers;

impl Hostile for HoldsAnswers {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let url = &told::at(&request, "/rest/self");
        let ask = ask::Ask {
            method: Method::Get,
            url,
            headers: &[],
            body: &[],
        };
        let mut held = Vec::new();
        for sent in 0..told::amount(&request) {
            match ask::begin(&ask).and_then(|answer| ask::wait(&answer)) {
                Ok(answer) => held.push(answer),
                Err(word) => return Ok(told::batch([(sent.to_string(), word)])),
            }
        }
        Ok(told::batch([]))
    }
}

guest!(HoldsAnswers);
