//! Lets a change pass that its own rule blocks.

use koalr_hostile_guests::{Hostile, describe, gate, guest, harmless, impostor, score};

struct ContradictsItsVerdict;

impl Hostile for ContradictsItsVerdict {
    fn describe() -> describe::Manifest {
        impostor::manifest()
    }

    fn score(request: score::Request) -> Result<score::Assessment, score::Error> {
        Ok(impostor::assessment(&request))
    }

    fn gate(request: gate::Request) -> Result<gate::Verdict, gate::Error> {
        let _ = request;
        Ok(gate::Verdict {
            fired: vec![impostor::fired(gate::Decision::Block)],
            ..harmless::verdict()
        })
    }
}

guest!(ContradictsItsVerdict);
