//! The same question, the same answer.

use std::fmt::Debug;

use http::StatusCode;

use super::Came;
use super::sample::Sample;
use super::subject::{Subject, gate as gate_in, score as score_in};
use super::trouble::Trouble;
use crate::contract::Mirror as _;
use koalr_platform::model::manifest::Manifest;

pub(super) async fn describe(subject: &Subject) -> Came {
    Came::Tried(described(subject).await.err().into_iter().collect())
}

async fn described(subject: &Subject) -> Result<(), String> {
    let mut warm = subject.closed().await?;
    for place in [SAME_INSTANCE, SAME_INSTANCE] {
        let again = warm.describe().await.map_err(|error| error.to_string())?;
        let again: Manifest = again.mirror();
        same("describe", place, &subject.manifest, &again)?;
    }
    Ok(())
}

pub(super) async fn score(subject: &Subject) -> Came {
    if !subject.judges() {
        return Came::not_run(SOURCE);
    }
    Came::Tried(scored(subject).await.err().into_iter().collect())
}

async fn scored(subject: &Subject) -> Result<(), String> {
    let sample = Sample::of(subject);
    let (request, other) = (sample.score_request(3), sample.score_request(40));
    let first = score_in(&mut subject.closed().await?, &request).await?;
    let mut warm = subject.closed().await?;
    // What another change leaves behind must not show.
    score_in(&mut warm, &other).await?.ok();
    for place in [AFTER_ANOTHER, SAME_INSTANCE] {
        let again = score_in(&mut warm, &request).await?;
        same("score", place, &first, &again)?;
    }
    let again = score_in(&mut subject.closed().await?, &request).await?;
    same("score", OTHER_INSTANCE, &first, &again)
}

pub(super) async fn gate(subject: &Subject) -> Came {
    if !subject.judges() {
        return Came::not_run(SOURCE);
    }
    Came::Tried(gated(subject).await.err().into_iter().collect())
}

async fn gated(subject: &Subject) -> Result<(), String> {
    let sample = Sample::of(subject);
    let request = sample.gate_request(subject, 3).await?;
    let other = sample.gate_request(subject, 40).await?;
    let first = gate_in(&mut subject.closed().await?, &request).await?;
    let mut warm = subject.closed().await?;
    gate_in(&mut warm, &other).await?.ok();
    score_in(&mut warm, &sample.score_request(40)).await?.ok();
    for place in [AFTER_ANOTHER, SAME_INSTANCE] {
        let again = gate_in(&mut warm, &request).await?;
        same("gate", place, &first, &again)?;
    }
    let again = gate_in(&mut subject.closed().await?, &request).await?;
    same("gate", OTHER_INSTANCE, &first, &again)
}

pub(super) async fn same_answers(subject: &Subject) -> Came {
    if subject.pinned.is_none() {
        return Came::not_run(NO_ORIGIN);
    }
    Came::Tried(answered(subject).await.err().into_iter().collect())
}

async fn answered(subject: &Subject) -> Result<(), String> {
    for trouble in [
        Trouble::status(StatusCode::NOT_FOUND),
        Trouble::status(StatusCode::SERVICE_UNAVAILABLE),
        Trouble::body("application/json", r#"{"data":[]}"#),
    ] {
        let (plugin, upstream) = (&subject.plugin, trouble.upstream());
        let first = subject.connect(plugin, &upstream).await?;
        let again = subject.connect(plugin, &upstream).await?;
        same("connect", SAME_ANSWERS, &first, &again)?;
        let request = || subject.request(BUDGET, None);
        let first = subject.sync(plugin, &upstream, request()).await?;
        let again = subject.sync(plugin, &upstream, request()).await?;
        same("sync", SAME_ANSWERS, &first, &again)?;
    }
    Ok(())
}

/// Whether two answers are equal; a sentence with the first place where they differ otherwise.
fn same<T: PartialEq + Debug>(verb: &str, place: &str, first: &T, again: &T) -> Result<(), String> {
    let (first_text, again_text) = (format!("{first:?}"), format!("{again:?}"));
    // By text, so that a number that is none equals itself.
    if first == again || first_text == again_text {
        return Ok(());
    }
    let (was, is) = difference(&first_text, &again_text);
    Err(format!(
        "{verb}: answered differently {place}: `{was}` first, then `{is}`"
    ))
}

/// What follows the first difference of two texts, with a little before it.
fn difference<'a>(one: &'a str, other: &'a str) -> (String, String) {
    let equal = one.chars().zip(other.chars()).take_while(|(a, b)| a == b);
    let from = equal.count().saturating_sub(20);
    let part = |text: &'a str| text.chars().skip(from).take(60).collect();
    (part(one), part(other))
}

/// Requests of one call.
pub(super) const BUDGET: u32 = 32;

pub(super) const SOURCE: &str = "it is a source: it has neither score nor gate";
pub(super) const NO_ORIGIN: &str = "it names no origin that requests could go to";
const SAME_INSTANCE: &str = "when it was asked again on the same instance";
const OTHER_INSTANCE: &str = "on another instance";
const AFTER_ANOTHER: &str = "after another change was judged on the same instance";
const SAME_ANSWERS: &str = "when the upstream gave the same answers";
