//! Asks for organizations that were not chosen.

use koalr_hostile_guests::{Hostile, ask, guest, sync, told};

struct CallsAnotherOrganization;

impl Hostile for CallsAnotherOrganization {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let organizations = ["org-2", "ORG-1", "org-1%20", "%6frg-1", "org-1,org-2", "*"];
        Ok(told::batch(organizations.map(|organization| {
            let url = told::at(&request, &format!("/rest/orgs/{organization}/findings"));
            let answer = told::line(ask::get(&url));
            (url, answer)
        })))
    }
}

guest!(CallsAnotherOrganization);
