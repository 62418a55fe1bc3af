//! Looks for arguments, variables, input and a clock that runs.

use std::io::Read as _;
use std::time::Instant;

use koalr_hostile_guests::{Hostile, guest, sync, told};

struct ReadsItsEnvironment;

impl Hostile for ReadsItsEnvironment {
    fn sync(_: sync::Request) -> Result<sync::Batch, sync::Error> {
        let began = Instant::now();
        let mut input = Vec::new();
        let read = std::io::stdin().read_to_end(&mut input).is_ok();
        for step in 0..50_000_000_u64 {
            std::hint::black_box(step);
        }
        Ok(told::batch(
            [
                (
                    "arguments",
                    format!("{:?}", std::env::args().collect::<Vec<_>>()),
                ),
                (
                    "variables",
                    format!("{:?}", std::env::vars().collect::<Vec<_>>()),
                ),
                ("input", format!("{} {}", read, input.len())),
                ("clock", began.elapsed().as_nanos().to_string()),
            ]
            .map(|(subject, message)| (subject.to_owned(), message)),
        ))
    }
}

guest!(ReadsItsEnvironment);
