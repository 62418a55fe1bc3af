//! Guests that call themselves another version of an integration.

use koalr_guests as guests;
use koalr_host::jobs::{Conclusion, Side, Turn, shadow};
use koalr_runtime::Verb;

use crate::attack::{Attack, Attacked};
use crate::shadowed::{NOW, Past};

/// See `tests/guests/hostile/examples/judges_otherwise.rs`: the contract forbids nothing of it, and before it serves it is
/// known what it would do.
pub async fn judges_otherwise() -> Attacked {
    let past = Past::of(13).await;
    let candidate = guests::JUDGES_OTHERWISE.wasm();
    let candidate = past.host.load("judges_otherwise", candidate).await.unwrap();
    let sides = (&past.host, &candidate);
    let report = shadow(&past.data, sides, &past.tenants(), 30, NOW).await;
    let report = report.unwrap();
    assert_eq!(report.conclusion, Conclusion::Otherwise);
    let changes = report.changes;
    assert_eq!((changes.compared, changes.verdicts), (12, 12));
    assert_eq!(
        (changes.stricter, changes.points, changes.same),
        (12, 12, 0)
    );
    assert_eq!(changes.examples[0].turn, Turn::Stricter);
    let rules = &changes.examples[0].candidate.rules;
    assert_eq!(rules.keys().collect::<Vec<_>>(), ["every-change"]);
    assert_eq!((changes.candidate_failed, changes.serving_failed), (1, 0));
    let failure = &changes.failures[0];
    assert_eq!(
        (failure.side, failure.kind.as_str()),
        (Side::Candidate, "trapped")
    );
    assert_eq!(failure.change, "acme/shop#13");
    let attack = Attack::by(guests::JUDGES_OTHERWISE);
    attack.call(Verb::Gate).await.survives()
}
