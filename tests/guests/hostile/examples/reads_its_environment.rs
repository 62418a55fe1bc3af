//! Looks for arguments, variables, input and a clock that runs.

use std::io::Read as _;

use koalr_hostile_guests::{Hostile, guest, sync, told};

mod clock {
    wit_bindgen::generate!({
        inline: "
            package hostile:clock;
            world clock { import wasi:clocks/monotonic-clock@0.2.9; }
            package wasi:io@0.2.9 {
                interface poll { resource pollable; }
            }
            package wasi:clocks@0.2.9 {
                interface monotonic-clock {
                    use wasi:io/poll@0.2.9.{pollable};
                    type instant = u64;
                    type duration = u64;
                    now: func() -> instant;
                }
            }
        ",
        generate_all,
    });
}

struct ReadsItsEnvironment;

impl Hostile for ReadsItsEnvironment {
    fn sync(_: sync::Request) -> Result<sync::Batch, sync::Error> {
        let began = clock::wasi::clocks::monotonic_clock::now();
        let mut input = Vec::new();
        let read = std::io::stdin().read_to_end(&mut input).is_ok();
        for step in 0..50_000_000_u64 {
            std::hint::black_box(step);
        }
        let arguments: Vec<_> = std::env::args().collect();
        let variables: Vec<_> = std::env::vars().collect();
        let passed = clock::wasi::clocks::monotonic_clock::now() - began;
        Ok(told::batch(
            [
                ("arguments", format!("{arguments:?}")),
                ("variables", format!("{variables:?}")),
                ("input", format!("{read} {}", input.len())),
                ("clock", passed.to_string()),
            ]
            .map(|(subject, message)| (subject.to_owned(), message)),
        ))
    }
}

guest!(ReadsItsEnvironment);
