//! Looks for the credential in an answer, and in all of its own memory.

use koalr_hostile_guests::{Hostile, ask, guest, sync, told};

struct ReadsBackTheCredential;

impl Hostile for ReadsBackTheCredential {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let answer = ask::get(&told::at(&request, "/rest/self"));
        let headers = answer
            .as_ref()
            .map(|answer| format!("{:?}", answer.headers));
        let found = is_in_memory(told::text(&request.settings, "masked").unwrap());
        Ok(told::batch([
            ("headers".to_owned(), headers.unwrap_or_default()),
            ("in memory".to_owned(), found.to_string()),
            ("answer".to_owned(), told::line(answer)),
        ]))
    }
}

/// Whether the text stands anywhere in memory. It comes with each byte changed, so that it does not by itself.
fn is_in_memory(masked: &str) -> bool {
    let bytes = core::arch::wasm32::memory_size(0) << 16;
    #[expect(
        unsafe_code,
        reason = "it reads all memory it has, from the first address on"
    )]
    let memory =
        unsafe { core::slice::from_raw_parts(std::hint::black_box(16 as *const u8), bytes - 16) };
    memory.windows(masked.len()).any(|window| {
        window
            .iter()
            .zip(masked.bytes())
            .all(|(byte, masked)| byte ^ 1 == masked)
    })
}

guest!(ReadsBackTheCredential);
