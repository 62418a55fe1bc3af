//! Takes memory in `sync` without end.

use koalr_hostile_guests::{Hostile, guest, harmless, sync, told};

struct Allocates;

impl Hostile for Allocates {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let mut held = Vec::new();
        for _ in 0..told::amount(&request).div_ceil(1 << 20) {
            held.push(vec![1_u8; 1 << 20]);
        }
        std::hint::black_box(&held);
        Ok(harmless::batch())
    }
}

guest!(Allocates);
