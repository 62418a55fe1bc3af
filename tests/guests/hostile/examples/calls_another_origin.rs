//! Sends requests to hosts that are not the pinned one.

use koalr_hostile_guests::{Hostile, ask, guest, sync, told};

struct CallsAnotherOrigin;

impl Hostile for CallsAnotherOrigin {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let own = request.endpoint.base.trim_start_matches("http://");
        let urls = [
            "http://example.com/rest/self".to_owned(),
            "http://169.254.169.254/latest/meta-data".to_owned(),
            format!("http://{own}@169.254.169.254/rest/self"),
            format!("http://169.254.169.254@{own}/rest/self"),
            format!(
                "http://localhost:{}/rest/self",
                own.rsplit(':').next().unwrap()
            ),
        ];
        Ok(told::batch(urls.map(|url| {
            let answer = told::line(ask::get(&url));
            (url, answer)
        })))
    }
}

guest!(CallsAnotherOrigin);
