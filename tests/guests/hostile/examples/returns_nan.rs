//! Measures a number that is none.

use koalr_hostile_guests::{Hostile, describe, guest, impostor, sync, types};

struct ReturnsNan;

impl Hostile for ReturnsNan {
    fn describe() -> describe::Manifest {
        impostor::manifest()
    }

    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let _ = request;
        let measurement = types::Measurement {
            subject: "repository:acme/shop".to_owned(),
            metric: "coverage".to_owned(),
            value: f64::NAN,
            unit: "percent".to_owned(),
            at: 0,
        };
        Ok(impostor::batch(vec![sync::Entry::Measurement(measurement)]))
    }
}

guest!(ReturnsNan);
