//! Goes where a redirect leads.

use koalr_hostile_guests::{Hostile, ask, guest, sync, told};

struct FollowsRedirects;

impl Hostile for FollowsRedirects {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let first = ask::get(&told::at(&request, "/rest/self")).unwrap();
        let location = first.headers.iter().find(|(name, _)| name == "location");
        let location = location.map(|(_, value)| String::from_utf8(value.clone()).unwrap());
        let status = first.status.to_string();
        let followed = told::line(ask::get(&location.unwrap()));
        Ok(told::batch([
            ("handed over".to_owned(), status),
            ("followed".to_owned(), followed),
        ]))
    }
}

guest!(FollowsRedirects);
