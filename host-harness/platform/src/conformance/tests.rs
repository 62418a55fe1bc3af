mod assessment;
mod batch;
mod connection;
mod manifest;
mod verdict;

use super::Breaches;

/// The sentences; none if nothing was broken.
fn told(checked: Result<(), Breaches>) -> Vec<String> {
    match checked {
        Ok(()) => Vec::new(),
        Err(breaches) => {
            assert_eq!(breaches.more(), 0);
            breaches.sentences().to_vec()
        }
    }
}
