//! Writes private addresses in every way there is.

use koalr_hostile_guests::{Hostile, ask, guest, sync, told};

struct CallsPrivateAddresses;

impl Hostile for CallsPrivateAddresses {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let port = request.endpoint.base.rsplit(':').next().unwrap();
        let hosts = [
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "127.1",
            "127.0.0.1.",
            "0.0.0.0",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:169.254.169.254]",
            "10.0.0.1",
            "xn--127-7x5a.0.0.1",
            "1２7.0.0.1",
        ];
        Ok(told::batch(hosts.map(|host| {
            let url = format!("http://{host}:{port}/rest/self");
            let answer = told::line(ask::get(&url));
            (url, answer)
        })))
    }
}

guest!(CallsPrivateAddresses);
