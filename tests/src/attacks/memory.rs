//! Guests that use up memory: their own, or the host's.

use koalr_guests as guests;
use koalr_runtime::contract::types::ParameterValue;
use koalr_runtime::{Limits, Verb};

use crate::attack::{Attack, Attacked};
use crate::guests as made;

/// See `tests/guests/hostile/examples/allocates.rs`.
pub async fn allocates() -> Attacked {
    let attacked = Attack::by(guests::ALLOCATES).call(Verb::Sync).await;
    attacked.says("`sync` of hostile 0.1.0 needed more than 128 MiB of memory (limit `memory`)")
}

/// See `returns_gigantic_lists.rs`.
pub async fn returns_gigantic_lists() -> Attacked {
    let limits = Limits {
        hostcall_bytes: 8 << 20,
        ..Limits::default()
    };
    let attack = Attack::by(guests::RETURNS_GIGANTIC_LISTS).under(limits);
    let attacked = attack.call(Verb::Sync).await;
    attacked.says("`sync` of hostile 0.1.0 wanted more than 8388608 bytes a crossing to the host (limit `hostcall`)")
}

/// See `describes_hugely.rs`.
pub async fn describes_hugely() -> Attacked {
    let attacked = Attack::by(guests::DESCRIBES_HUGELY)
        .call(Verb::Describe)
        .await;
    attacked.says(
        "`describe` of hostile 0.1.0 wanted more than 1048576 bytes a manifest (limit `manifest`)",
    )
}

/// See `hoards_handles.rs`.
pub async fn hoards_handles() -> Attacked {
    let attacked = Attack::by(guests::HOARDS_HANDLES).call(Verb::Sync).await;
    attacked.says("`sync` of hostile 0.1.0 wanted more than 2000 handles (limit `handles`)")
}

/// See `swells_heads.rs`: in each part of a head.
pub async fn swells_heads() -> Attacked {
    let mut last = None;
    for part in ["method", "host", "path", "headers"] {
        let part = ParameterValue::Text(part.to_owned());
        let attack = Attack::by(guests::SWELLS_HEADS).setting("part", part);
        let attacked = attack.amount(20_000).call(Verb::Sync).await;
        last = Some(attacked.says(
            "`sync` of hostile 0.1.0 wanted more than 16384 bytes a request (limit `request-head`)",
        ));
    }
    last.unwrap()
}

/// A table that grows beyond its limit as the instance starts.
pub async fn grows_tables() -> Attacked {
    let attack = Attack::with("grows_tables", made::with_growing_table(20_000));
    let attacked = attack.call(Verb::Sync).await;
    attacked.says(
        "`start` of hostile 0.1.0 wanted more than 10000 elements a table (limit `table-elements`)",
    )
}

/// A hundred instances.
pub async fn has_too_many_instances() -> Attacked {
    let attack = Attack::with("has_too_many_instances", made::with_instances(100));
    let attacked = attack.call(Verb::Sync).await;
    attacked.says_about(REFUSED, "(limit `instances`)")
}

/// A hundred tables.
pub async fn has_too_many_tables() -> Attacked {
    let limits = Limits {
        instances: 200,
        ..Limits::default()
    };
    let attack = Attack::with("has_too_many_tables", made::with_tables(100));
    let attacked = attack.under(limits).call(Verb::Sync).await;
    attacked.says_about(REFUSED, "(limit `tables`)")
}

/// A second memory, so that the limit of one would not be the limit of all.
pub async fn has_two_memories() -> Attacked {
    let attack = Attack::with("has_two_memories", made::with_two_memories());
    let attacked = attack.call(Verb::Sync).await;
    attacked.says_about(REFUSED, "(limit `memory`)")
}

const REFUSED: &str = "`has_t";
