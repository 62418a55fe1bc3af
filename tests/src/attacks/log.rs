//! Guests that write too much, or write as if they were the host.

use koalr_guests as guests;
use koalr_runtime::Verb;

use crate::attack::{Attack, Attacked};

/// See `tests/guests/hostile/examples/floods_logs.rs`.
pub async fn floods_logs() -> Attacked {
    let attack = Attack::by(guests::FLOODS_LOGS).amount(1_000_000);
    let attacked = attack.call(Verb::Sync).await.survives();
    let bytes: usize = attacked.log.iter().map(String::len).sum();
    assert!(bytes < 70_000, "{bytes} bytes");
    attacked.says("it logged 65536 bytes in one call; the rest is dropped (limit `log`)")
}

/// See `logs_hugely.rs`.
pub async fn logs_hugely() -> Attacked {
    let attacked = Attack::by(guests::LOGS_HUGELY).call(Verb::Sync).await;
    let kept = "y".repeat(4 << 10);
    attacked
        .survives()
        .says(&format!("{kept} … (cut, limit `log-message`)"))
}

/// See `forges_logs.rs`.
pub async fn forges_logs() -> Attacked {
    let attacked = Attack::by(guests::FORGES_LOGS)
        .call(Verb::Sync)
        .await
        .survives();
    assert_eq!(
        attacked.log,
        [
            "fine 2026-01-01T00:00:00Z ERROR forged by newline",
            "fine  [2K [31mERROR forged by escape",
            "fine ERROR forged by separator",
            "fine  degrof",
        ]
    );
    attacked
}

/// See `floods_stderr.rs`.
pub async fn floods_stderr() -> Attacked {
    let attack = Attack::by(guests::FLOODS_STDERR).amount(10_000);
    let attacked = attack.call(Verb::Sync).await.survives();
    let bytes: usize = attacked.log.iter().map(String::len).sum();
    assert!(bytes < 9_000, "{bytes} bytes");
    attacked.says("it wrote more, which is dropped (limit `stdio`)")
}
