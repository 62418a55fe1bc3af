//! Guests that remember.

use koalr_guests as guests;
use koalr_runtime::Verb;
use koalr_runtime::contract::types::ParameterValue;

use crate::attack::{Attack, Attacked};

/// See `tests/guests/hostile/examples/keeps_state.rs`: what one session has learned, no other knows.
pub async fn keeps_state() -> Attacked {
    let of = |tenant: &str| {
        let tenant = ParameterValue::Text(tenant.to_owned());
        Attack::by(guests::KEEPS_STATE).setting("tenant", tenant)
    };
    // It does remember, for as long as its session lasts.
    assert_eq!(of("acme").seen_twice().await, ["", "acme"]);
    let attacked = of("acme").call(Verb::Sync).await;
    assert_eq!(attacked.told("seen before"), "");
    let attacked = of("globex").call(Verb::Sync).await.survives();
    assert_eq!(attacked.told("seen before"), "");
    attacked.notes("it remembers nothing of another session")
}
