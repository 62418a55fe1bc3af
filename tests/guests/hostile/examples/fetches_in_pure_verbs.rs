//! Sends a request in each pure verb, and hides that it failed.

use koalr_hostile_guests::{Hostile, ask, describe, gate, guest, harmless, score};

struct FetchesInPureVerbs;

impl Hostile for FetchesInPureVerbs {
    fn describe() -> describe::Manifest {
        let _ = ask::get("http://127.0.0.1:9/rest/self");
        harmless::manifest()
    }

    fn score(_: score::Request) -> Result<score::Assessment, score::Error> {
        let _ = ask::get("http://127.0.0.1:9/rest/self");
        Ok(harmless::assessment())
    }

    fn gate(_: gate::Request) -> Result<gate::Verdict, gate::Error> {
        let _ = ask::get("http://127.0.0.1:9/rest/self");
        Ok(harmless::verdict())
    }
}

guest!(FetchesInPureVerbs);
