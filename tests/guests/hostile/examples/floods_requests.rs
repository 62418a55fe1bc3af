//! Sends requests in `sync` without end.

use koalr_hostile_guests::{Hostile, ask, guest, sync, told};

struct FloodsRequests;

impl Hostile for FloodsRequests {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let url = told::at(&request, "/rest/self");
        for sent in 0..told::amount(&request) {
            if let Err(word) = ask::get(&url) {
                return Ok(told::batch([(sent.to_string(), word)]));
            }
        }
        Ok(told::batch([]))
    }
}

guest!(FloodsRequests);
