//! Draws random numbers, as a hash map does.

use koalr_hostile_guests::{Hostile, guest, sync, told};

struct DrawsRandomness;

impl Hostile for DrawsRandomness {
    fn sync(_: sync::Request) -> Result<sync::Batch, sync::Error> {
        let map = std::collections::HashMap::from([(1, 2), (3, 4)]);
        Ok(told::batch([("map".to_owned(), format!("{map:?}"))]))
    }
}

guest!(DrawsRandomness);
