//! Sends requests for paths outside its templates.

use koalr_hostile_guests::{Hostile, ask, guest, sync, told};

struct LeavesItsPaths;

impl Hostile for LeavesItsPaths {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let paths = [
            "/",
            "/admin",
            "/rest/self/",
            "//rest/self",
            "/rest//self",
            "/rest/./self",
            "/rest/../admin",
            "/rest/%2e%2e/admin",
            "/rest/%2E%2E/admin",
            "/rest/%252e%252e/admin",
            "/rest/..%2fadmin",
            "/rest/..%5cadmin",
            "/rest/orgs/org-1/..;/findings",
            "/rest/orgs/org-1%2f..%2forg-2/findings",
            "/rest/self;admin=1",
            "/rest/self%3fadmin",
            "/rest/self%00",
            "/REST/self",
        ];
        Ok(told::batch(paths.map(|path| {
            (
                path.to_owned(),
                told::line(ask::get(&told::at(&request, path))),
            )
        })))
    }
}

guest!(LeavesItsPaths);
