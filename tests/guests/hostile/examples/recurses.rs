//! Calls itself in `sync` until the stack is used up.

use koalr_hostile_guests::{Hostile, guest, harmless, sync};

struct Recurses;

impl Hostile for Recurses {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let depth = deeper(&[0; 64], request.as_of);
        assert!(depth > 0);
        Ok(harmless::batch())
    }
}

/// Comes to an end too late for any stack.
fn deeper(above: &[i64; 64], depth: i64) -> i64 {
    if depth == i64::MAX {
        return 0;
    }
    let here = std::hint::black_box(above.map(|value| value + depth));
    deeper(&here, depth + 1) + here[0]
}

guest!(Recurses);
