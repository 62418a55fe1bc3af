//! Reads a file for as long as it comes.

use koalr_hostile_guests::{Hostile, ask, guest, sync, told};

struct DownloadsWithoutEnd;

impl Hostile for DownloadsWithoutEnd {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let named = ask::get(&told::at(&request, "/rest/self")).unwrap();
        let url: String = String::from_utf8(named.body).unwrap();
        let word = match ask::get(url.trim_matches('"')) {
            Ok(answer) => format!("{} bytes, whole: {}", answer.body.len(), answer.whole),
            Err(word) => word,
        };
        Ok(told::batch([("answer".to_owned(), word)]))
    }
}

guest!(DownloadsWithoutEnd);
