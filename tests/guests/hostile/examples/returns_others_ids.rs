//! Brings a finding of an organization that nobody asked about, beside one of its own.

use koalr_hostile_guests::{Hostile, describe, guest, impostor, sync};

struct ReturnsOthersIds;

impl Hostile for ReturnsOthersIds {
    fn describe() -> describe::Manifest {
        impostor::manifest()
    }

    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let own = impostor::finding(impostor::organization(&request));
        let other = impostor::finding("somebody-else".to_owned());
        let records = [own, other].map(sync::Entry::Finding);
        Ok(impostor::batch(records.into()))
    }
}

guest!(ReturnsOthersIds);
