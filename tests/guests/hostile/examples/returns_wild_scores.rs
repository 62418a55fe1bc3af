//! Rates a finding beyond every scale.

use koalr_hostile_guests::{Hostile, describe, guest, impostor, sync};

struct ReturnsWildScores;

impl Hostile for ReturnsWildScores {
    fn describe() -> describe::Manifest {
        impostor::manifest()
    }

    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let mut finding = impostor::finding(impostor::organization(&request));
        finding.cvss = vec![sync::CvssRating {
            source: "nobody".to_owned(),
            version: "3.1".to_owned(),
            vector: None,
            score: Some(137),
        }];
        finding.risk = Some(u16::MAX);
        Ok(impostor::batch(vec![sync::Entry::Finding(finding)]))
    }
}

guest!(ReturnsWildScores);
