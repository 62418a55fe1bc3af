//! Every check, in the order in which they are told.

use super::Check;
use super::{cursor, honesty, judging, limits, manifest, purity, recorded};

/// The suite, after admission and the first `describe`.
pub(super) const CHECKS: &[Check] = &[
    Check {
        code: "manifest",
        shows: "the manifest keeps to the contract, and each of its patterns and paths can be read",
        run: |subject| Box::pin(std::future::ready(manifest::sound(subject))),
    },
    Check {
        code: "describe-pure",
        shows: "`describe` says the same again, on the same instance and on another",
        run: |subject| Box::pin(purity::describe(subject)),
    },
    Check {
        code: "score-pure",
        shows: "`score` says the same again, on the same instance and on another, whatever was called before",
        run: |subject| Box::pin(purity::score(subject)),
    },
    Check {
        code: "gate-pure",
        shows: "`gate` says the same again, on the same instance and on another, whatever was called before",
        run: |subject| Box::pin(purity::gate(subject)),
    },
    Check {
        code: "same-answers",
        shows: "the same request and the same answers give the same connection and the same batch",
        run: |subject| Box::pin(purity::same_answers(subject)),
    },
    Check {
        code: "honest-401",
        shows: "a refused credential is `bad-credential`",
        run: |subject| Box::pin(honesty::unauthorized(subject)),
    },
    Check {
        code: "honest-403",
        shows: "where everything is forbidden nothing is complete",
        run: |subject| Box::pin(honesty::forbidden(subject)),
    },
    Check {
        code: "honest-404",
        shows: "where nothing is found nothing is complete",
        run: |subject| Box::pin(honesty::not_found(subject)),
    },
    Check {
        code: "honest-429",
        shows: "an upstream that wants a pause gets it, and nothing is complete",
        run: |subject| Box::pin(honesty::too_many(subject)),
    },
    Check {
        code: "honest-500",
        shows: "where the upstream fails nothing is complete",
        run: |subject| Box::pin(honesty::failing(subject)),
    },
    Check {
        code: "honest-503",
        shows: "where the upstream is away nothing is complete",
        run: |subject| Box::pin(honesty::unavailable(subject)),
    },
    Check {
        code: "honest-empty",
        shows: "an empty body is no page",
        run: |subject| Box::pin(honesty::empty(subject)),
    },
    Check {
        code: "honest-html",
        shows: "a web page is no page",
        run: |subject| Box::pin(honesty::html(subject)),
    },
    Check {
        code: "honest-truncated",
        shows: "half a document is no page",
        run: |subject| Box::pin(honesty::truncated(subject)),
    },
    Check {
        code: "honest-shape",
        shows: "a document of another shape is no page",
        run: |subject| Box::pin(honesty::shape(subject)),
    },
    Check {
        code: "honest-redirect",
        shows: "a redirect is no page",
        run: |subject| Box::pin(honesty::redirect(subject)),
    },
    Check {
        code: "honest-refused",
        shows: "an upstream that cannot be reached is told as that",
        run: |subject| Box::pin(honesty::refused(subject)),
    },
    Check {
        code: "honest-timeout",
        shows: "an upstream that does not answer is told as that",
        run: |subject| Box::pin(honesty::timeout(subject)),
    },
    Check {
        code: "budget",
        shows: "`sync` keeps to a budget of one request, and tells how many it sent",
        run: |subject| Box::pin(limits::budget(subject)),
    },
    Check {
        code: "half-memory",
        shows: "every verb works with half the memory",
        run: |subject| Box::pin(limits::half_memory(subject)),
    },
    Check {
        code: "gigantic-page",
        shows: "a page of the largest size that is read, or of one beyond it, is survived",
        run: |subject| Box::pin(limits::gigantic(subject)),
    },
    Check {
        code: "foreign-cursor",
        shows: "a cursor of another format or of somebody else is `stale-cursor`",
        run: |subject| Box::pin(cursor::foreign(subject)),
    },
    Check {
        code: "damaged-cursor",
        shows: "a cursor that was cut off, or whose format was raised, is `stale-cursor`",
        run: |subject| Box::pin(cursor::damaged(subject)),
    },
    Check {
        code: "unknown-scope",
        shows: "a scope that is not known is `invalid-request`",
        run: |subject| Box::pin(cursor::unknown_scope(subject)),
    },
    Check {
        code: "empty-evidence",
        shows: "a change without findings is scored and gated",
        run: |subject| Box::pin(judging::empty(subject)),
    },
    Check {
        code: "many-facts",
        shows: "a thousand findings are scored and gated, within the limits and the contract",
        run: |subject| Box::pin(judging::many(subject)),
    },
    Check {
        code: "unknown-is-not-zero",
        shows: "no rule passes while coverage it depends on is incomplete or absent",
        run: |subject| Box::pin(judging::unknown(subject)),
    },
    Check {
        code: "rule-off",
        shows: "a rule that is not active does not fire",
        run: |subject| Box::pin(judging::rule_off(subject)),
    },
    Check {
        code: "waiver",
        shows: "a waived finding does not fire and is told, and a waiver of nothing changes nothing",
        run: |subject| Box::pin(judging::waiver(subject)),
    },
    Check {
        code: "invalid-evidence",
        shows: "evidence that contradicts itself is answered, not trapped on",
        run: |subject| Box::pin(judging::invalid(subject)),
    },
    Check {
        code: "recorded-again",
        shows: "a recording played twice gives the same batch, within the contract",
        run: |subject| Box::pin(recorded::again(subject)),
    },
    Check {
        code: "recorded-one-by-one",
        shows: "a recording played with a budget of one request a call gives the same records in the end",
        run: |subject| Box::pin(recorded::one_by_one(subject)),
    },
    Check {
        code: "recorded-fault",
        shows: "a recording of which one exchange fails is partial: the listing is not completed",
        run: |subject| Box::pin(recorded::fault(subject)),
    },
];
