//! Sends requests in methods that no rule lists.

use koalr_hostile_guests::wasi::http::types::Method;
use koalr_hostile_guests::{Hostile, ask, guest, sync, told};

struct CallsAnotherMethod;

impl Hostile for CallsAnotherMethod {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let methods = [
            Method::Head,
            Method::Post,
            Method::Put,
            Method::Delete,
            Method::Connect,
            Method::Options,
            Method::Trace,
            Method::Patch,
            Method::Other("PROPFIND".to_owned()),
            Method::Other("get".to_owned()),
        ];
        let url = told::at(&request, "/rest/self");
        Ok(told::batch(methods.map(|method| {
            let subject = format!("{method:?}");
            let answer = ask::send(&ask::Ask {
                method,
                url: &url,
                headers: &[],
                body: &[],
            });
            (subject, told::line(answer))
        })))
    }
}

guest!(CallsAnotherMethod);
