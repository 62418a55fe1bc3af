//! What a component uses.

use http::StatusCode;
use koalr_platform::conformance::check_batch;
use koalr_runtime::{Egress, Limits, Plugin};

use super::Came;
use super::purity::{BUDGET, NO_ORIGIN};
use super::sample::Sample;
use super::subject::{Subject, gate, listing, score};
use super::trouble::Trouble;

pub(super) async fn budget(subject: &Subject) -> Came {
    if subject.pinned.is_none() {
        return Came::not_run(NO_ORIGIN);
    }
    Came::Tried(kept(subject).await.err().into_iter().collect())
}

async fn kept(subject: &Subject) -> Result<(), String> {
    for trouble in [
        Trouble::status(StatusCode::NOT_FOUND),
        Trouble::body("application/json", r#"{"data":[]}"#),
    ] {
        let upstream = trouble.upstream();
        let request = subject.request(1, None);
        if let Ok((batch, counted)) = subject.sync(&subject.plugin, &upstream, request).await? {
            let checked = check_batch(&listing(), 1, &batch, Some(counted));
            checked.map_err(|breaches| breaches.to_string())?;
        }
    }
    Ok(())
}

pub(super) async fn half_memory(subject: &Subject) -> Came {
    let limits = Limits::default();
    let half = Limits {
        memory_bytes: limits.memory_bytes / 2,
        ..limits
    };
    let (_engine, plugin) = match subject.under(half) {
        Ok(made) => made,
        Err(why) => return Came::NotRun(why),
    };
    Came::Tried(
        every_verb(subject, &plugin)
            .await
            .err()
            .into_iter()
            .collect(),
    )
}

async fn every_verb(subject: &Subject, plugin: &Plugin) -> Result<(), String> {
    let opened = plugin.open_session(Egress::closed()).await;
    let mut session = opened.map_err(|error| error.to_string())?;
    session
        .describe()
        .await
        .map_err(|error| error.to_string())?;
    if subject.judges() {
        let sample = Sample::of(subject);
        score(&mut session, &sample.score_request(FACTS))
            .await?
            .ok();
        let request = sample.gate_request(subject, FACTS).await?;
        gate(&mut session, &request).await?.ok();
    }
    if subject.pinned.is_some() {
        asked(subject, plugin, Trouble::status(StatusCode::NOT_FOUND)).await?;
        asked(subject, plugin, page(MEMORY_PAGE)).await?;
    }
    Ok(())
}

pub(super) async fn gigantic(subject: &Subject) -> Came {
    if subject.pinned.is_none() {
        return Came::not_run(NO_ORIGIN);
    }
    let most = usize::try_from(Limits::default().response_bytes).unwrap_or(usize::MAX);
    let mut wrong = Vec::new();
    for size in [most, most + 1] {
        let survived = asked(subject, &subject.plugin, page(size)).await;
        wrong.extend(
            survived
                .err()
                .map(|why| format!("a page of {size} bytes: {why}")),
        );
    }
    Came::Tried(wrong)
}

/// Connects and pulls; whatever is decided is good, as long as something is.
async fn asked(subject: &Subject, plugin: &Plugin, trouble: Trouble) -> Result<(), String> {
    let upstream = trouble.upstream();
    subject.connect(plugin, &upstream).await?.ok();
    let request = subject.request(BUDGET, None);
    if let Ok((batch, counted)) = subject.sync(plugin, &upstream, request).await? {
        let checked = check_batch(&listing(), BUDGET, &batch, Some(counted));
        checked.map_err(|breaches| breaches.to_string())?;
    }
    Ok(())
}

/// A document of this many bytes: a long list of nothing.
fn page(size: usize) -> Trouble {
    let (start, end) = (r#"{"data":["#, "0]}");
    let zeros = size.saturating_sub(start.len() + end.len()) / 2;
    let mut body = format!("{start}{}{end}", "0,".repeat(zeros));
    body.extend(std::iter::repeat_n(' ', size.saturating_sub(body.len())));
    Trouble::body("application/json", body)
}

/// Findings of one change: few have more.
const FACTS: u32 = 1000;
/// Bytes of a large page, as upstreams send them.
const MEMORY_PAGE: usize = 1 << 20;
