//! Gives a score that its contributions do not add up to.

use koalr_hostile_guests::{Hostile, describe, guest, impostor, score};

struct SumsWrongly;

impl Hostile for SumsWrongly {
    fn describe() -> describe::Manifest {
        impostor::manifest()
    }

    fn score(request: score::Request) -> Result<score::Assessment, score::Error> {
        Ok(score::Assessment {
            score: 1000,
            ..impostor::assessment(&request)
        })
    }
}

guest!(SumsWrongly);
