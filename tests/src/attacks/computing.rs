//! Guests that use up time, or end in a bad way.

use std::time::Duration;

use koalr_guests as guests;
use koalr_runtime::{Limits, Verb};

use crate::attack::{Attack, Attacked, Reply};

/// See `tests/guests/hostile/examples/spins.rs`.
pub async fn spins() -> Attacked {
    let limits = Limits {
        cpu_ticks: 5,
        ..Limits::default()
    };
    let attack = Attack::by(guests::SPINS).under(limits);
    let attacked = attack.call(Verb::Sync).await;
    attacked.says("`sync` of hostile 0.1.0 computed for more than 5 ticks of 10 ms (limit `cpu`)")
}

/// See `recurses.rs`: the stack is the first of its memory.
pub async fn recurses() -> Attacked {
    let attacked = Attack::by(guests::RECURSES).call(Verb::Sync).await;
    attacked.says("`sync` failed inside hostile 0.1.0: wasm trap: out of bounds memory access")
}

/// See `sleeps.rs`.
pub async fn sleeps() -> Attacked {
    let attacked = Attack::by(guests::SLEEPS).call(Verb::Sync).await;
    attacked.says("`sync` failed inside hostile 0.1.0: it set a timer, and waiting is the host's; return `resume-after-secs` instead")
}

/// See `waits_forever.rs`.
pub async fn waits_forever() -> Attacked {
    let limits = Limits {
        wall: Duration::from_millis(300),
        ..Limits::default()
    };
    let attack = Attack::by(guests::WAITS_FOREVER).under(limits);
    let attack = attack.upstream(|_| Reply::Never).await;
    let attacked = attack.call(Verb::Sync).await;
    attacked.says("`sync` of hostile 0.1.0 took longer than 0.3 s (limit `wall`)")
}

/// See `exits.rs`.
pub async fn exits() -> Attacked {
    let attacked = Attack::by(guests::EXITS).call(Verb::Sync).await;
    attacked.says("`sync` failed inside hostile 0.1.0: it called `exit`")
}

/// See `never_describes.rs`.
pub async fn never_describes() -> Attacked {
    let limits = Limits {
        cpu_ticks: 5,
        ..Limits::default()
    };
    let attack = Attack::by(guests::NEVER_DESCRIBES).under(limits);
    let attacked = attack.call(Verb::Describe).await;
    attacked
        .says("`describe` of hostile 0.1.0 computed for more than 5 ticks of 10 ms (limit `cpu`)")
}

/// See `traps.rs`: in each verb.
pub async fn traps() -> Attacked {
    for verb in [Verb::Describe, Verb::Connect, Verb::Score, Verb::Gate] {
        let attacked = Attack::by(guests::TRAPS).call(verb).await;
        attacked.says(&trapped(verb));
    }
    let attacked = Attack::by(guests::TRAPS).call(Verb::Sync).await;
    attacked.says(&trapped(Verb::Sync))
}

fn trapped(verb: Verb) -> String {
    format!(
        "`{verb}` failed inside hostile 0.1.0: wasm trap: wasm `unreachable` instruction executed"
    )
}

/// See `panics.rs`: of megabytes, a line is kept, and it forges none.
pub async fn panics() -> Attacked {
    let attacked = Attack::by(guests::PANICS).call(Verb::Sync).await;
    assert!(attacked.said.len() < 600, "{}", attacked.said);
    assert!(
        !attacked.said.contains(['\n', '\u{1b}']),
        "{}",
        attacked.said
    );
    assert!(attacked.log.iter().all(|line| line.len() < 600));
    attacked.says_about("`sync` failed inside hostile 0.1.0: wasm trap: wasm `unreachable` instruction executed: thread", "")
}
