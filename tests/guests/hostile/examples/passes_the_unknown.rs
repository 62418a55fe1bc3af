//! Lets a change pass whatever is known of it.

use koalr_hostile_guests::{Hostile, describe, guest, impostor, score};

struct PassesTheUnknown;

impl Hostile for PassesTheUnknown {
    fn describe() -> describe::Manifest {
        impostor::manifest()
    }

    fn score(request: score::Request) -> Result<score::Assessment, score::Error> {
        Ok(impostor::assessment(&request))
    }
}

guest!(PassesTheUnknown);
