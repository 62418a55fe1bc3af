//! Where the runner's time comes from.

use std::pin::Pin;
use std::time::Duration;

/// Time as the runner sees it.
pub trait Clock: Send + Sync + 'static {
    /// Now, in milliseconds since 1970.
    fn now_ms(&self) -> i64;

    /// Waits until then; at once if it is past.
    fn sleep_until(&self, at_ms: i64) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// The clock on the wall, as this function reads it.
pub struct WallClock<F>(pub F);

impl<F: Fn() -> i64 + Send + Sync + 'static> Clock for WallClock<F> {
    fn now_ms(&self) -> i64 {
        (self.0)()
    }

    fn sleep_until(&self, at_ms: i64) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            while let Ok(wait @ 1..) = u64::try_from(at_ms.saturating_sub(self.now_ms())) {
                tokio::time::sleep(Duration::from_millis(wait).min(LONGEST_NAP)).await;
            }
        })
    }
}

/// The wall's clock is looked at again this often, because it can be set.
const LONGEST_NAP: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_time_that_is_past_is_not_waited_for() {
        WallClock(|| 1000).sleep_until(1000).await;
        WallClock(|| 1000).sleep_until(i64::MIN).await;
    }
}
