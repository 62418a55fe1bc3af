//! Says of itself what cannot be: a default that its own range does not hold, and the same rule twice.

use koalr_hostile_guests::types::{ParameterKind, ParameterValue};
use koalr_hostile_guests::{Hostile, describe, guest, impostor};

struct DescribesItselfWrongly;

impl Hostile for DescribesItselfWrongly {
    fn describe() -> describe::Manifest {
        let mut manifest = impostor::manifest();
        for rule in &mut manifest.rules {
            rule.parameters = vec![describe::Parameter {
                name: "threshold".to_owned(),
                summary: "From where on it fires.".to_owned(),
                kind: ParameterKind::Tenths((0, 100)),
                default: ParameterValue::Tenths(101),
            }];
        }
        let again = manifest.rules.clone();
        manifest.rules.extend(again);
        manifest
    }
}

guest!(DescribesItselfWrongly);
