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
    attacked.says(
        "`sync` of hostile 0.1.0 logs more than 65536 bytes, and the rest is dropped (limit `log`)",
    )
}

/// See `logs_hugely.rs`.
pub async fn logs_hugely() -> Attacked {
    let attacked = Attack::by(guests::LOGS_HUGELY).call(Verb::Sync).await;
    assert_eq!(attacked.log[0], "y".repeat(4 << 10));
    attacked.survives().says("`sync` of hostile 0.1.0 logs a message of 8388608 bytes, of which 4096 are kept (limit `log-message`)")
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
    attacked.notes("each of its messages stays one line, without escapes")
}

/// See `floods_stderr.rs`.
pub async fn floods_stderr() -> Attacked {
    let attack = Attack::by(guests::FLOODS_STDERR).amount(10_000);
    let attacked = attack.call(Verb::Sync).await.survives();
    let bytes: usize = attacked.log.iter().map(String::len).sum();
    assert!(bytes < 9_000, "{bytes} bytes");
    attacked.says("`sync` of hostile 0.1.0 writes more than 8192 bytes to standard output and error, and the rest is dropped (limit `stdio`)")
}
