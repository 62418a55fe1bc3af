//! Reads an answer for as long as it comes.

use koalr_hostile_guests::{Hostile, ask, guest, sync, told};

struct ReadsWithoutEnd;

impl Hostile for ReadsWithoutEnd {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let answer = ask::get(&told::at(&request, "/rest/self"));
        let word = match answer {
            Ok(answer) => format!("{} bytes, whole: {}", answer.body.len(), answer.whole),
            Err(word) => word,
        };
        Ok(told::batch([("answer".to_owned(), word)]))
    }
}

guest!(ReadsWithoutEnd);
