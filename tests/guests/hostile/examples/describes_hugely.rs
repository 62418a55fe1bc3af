//! Has a manifest of two mebibytes.

use koalr_hostile_guests::{Hostile, describe, guest, harmless};

struct DescribesHugely;

impl Hostile for DescribesHugely {
    fn describe() -> describe::Manifest {
        describe::Manifest {
            summary: "x".repeat(2 << 20),
            ..harmless::manifest()
        }
    }
}

guest!(DescribesHugely);
