mod company;
mod logic;
mod properties;
mod simulated;
mod verdicts;

use super::*;

const HOUR: Timestamp = 3_600_000;
const DAY: Timestamp = 24 * HOUR;
/// Long enough after everything that [`company`] delivers that all of it is old.
const NOW: Timestamp = 10_000 * DAY;

/// What a ledger says of all of its time.
#[track_caller]
fn told(ledger: &Ledger) -> Correlation {
    let settings = CorrelationSettings::default();
    report(ledger, &settings, &Scope::default(), 0, ledger.as_of).unwrap()
}
