//! A check run, posted once and updated after that.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex as Turn;

use super::GitHub;
use super::address::{Repository, Sha, escaped};
use super::error::{Deed, GitHubError};
use super::refusal::About;
use crate::report::{Annotation, CheckRun};

impl GitHub {
    /// Posts a check run, or updates the one of the same name and external id on the same head, and gives its id. Doing
    /// it twice leaves one run, with each annotation once; after a failure it goes on where it stopped.
    ///
    /// GitHub only adds annotations. Where a run has those of another verdict, the new ones come after them.
    ///
    /// # Errors
    ///
    /// A name that is none; no such repository or commit; the token; a limit; no answer, or an odd one.
    pub async fn post_check(&self, repository: &str, run: &CheckRun) -> Result<u64, GitHubError> {
        let repository = Repository::parse(repository)?;
        let head = Sha::parse(&run.head_sha)?;
        let about = About {
            deed: Deed::Check,
            repository,
        };
        let turn = turn(format!("{} {repository} {}", self.origin, run.external_id));
        let _alone = turn.lock().await;
        let known = self.find(about, head, run).await?;
        let rest = run.more_annotations.iter().flatten();
        let annotations: Vec<&Annotation> = run.output.annotations.iter().chain(rest).collect();
        let sent = known.as_ref().map_or(0, |known| known.sent_of(run));
        let mut batches = annotations.get(sent..).unwrap_or_default().chunks(BATCH);
        let first = document(about, run, batches.next().unwrap_or_default())?;
        let runs = format!("/repos/{repository}/check-runs");
        let id = if let Some(known) = known {
            let path = format!("{runs}/{}", known.id);
            let update = update(first);
            self.write(about, Method::PATCH, &path, &update).await?;
            known.id
        } else {
            let answer = self.write(about, Method::POST, &runs, &first).await?;
            let Created { id } = serde_json::from_slice(&answer)
                .map_err(|_| about.odd("the new check run has no id"))?;
            id
        };
        for batch in batches {
            let update = json!({"output": {
                "title": run.output.title,
                "summary": run.output.summary,
                "annotations": batch,
            }});
            let path = format!("{runs}/{id}");
            self.write(about, Method::PATCH, &path, &update).await?;
        }
        Ok(id)
    }

    /// The newest run of the same name and external id on the head.
    async fn find(
        &self,
        about: About<'_>,
        head: Sha<'_>,
        run: &CheckRun,
    ) -> Result<Option<Known>, GitHubError> {
        // Two changes may have one head, and runs of one name on it; `latest` would show one of them.
        let path = format!(
            "/repos/{}/commits/{head}/check-runs?check_name={}&filter=all&per_page=100",
            about.repository,
            escaped(&run.name)
        );
        let mut newest: Option<Known> = None;
        for page in self.pages(about, path).await? {
            let Runs { check_runs } = serde_json::from_slice(page.body())
                .map_err(|_| about.odd("the list of check runs cannot be read"))?;
            let same = check_runs.into_iter().filter(|known| {
                known.name == run.name && known.external_id.as_ref() == Some(&run.external_id)
            });
            newest = newest.into_iter().chain(same).max_by_key(|known| known.id);
        }
        Ok(newest)
    }
}

/// The turn to post what has this key, one after the other in this process.
fn turn(key: String) -> Arc<Turn<()>> {
    static TURNS: Mutex<BTreeMap<String, Weak<Turn<()>>>> = Mutex::new(BTreeMap::new());
    let mut turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
    turns.retain(|_, turn| turn.strong_count() > 0);
    if let Some(turn) = turns.get(&key).and_then(Weak::upgrade) {
        return turn;
    }
    let turn = Arc::default();
    turns.insert(key, Arc::downgrade(&turn));
    turn
}

/// What a new run is posted as.
fn document(
    about: About<'_>,
    run: &CheckRun,
    annotations: &[&Annotation],
) -> Result<Value, GitHubError> {
    let mut document = serde_json::to_value(run).map_err(|cause| about.odd(cause.to_string()))?;
    if let Some(output) = document.get_mut("output").and_then(Value::as_object_mut) {
        output.remove("annotations");
        if !annotations.is_empty() {
            output.insert("annotations".to_owned(), json!(annotations));
        }
    }
    Ok(document)
}

/// The same for a run that exists: its commit stays, and what it no longer has is cleared.
fn update(mut document: Value) -> Value {
    if let Some(members) = document.as_object_mut() {
        members.remove("head_sha");
        members.entry("actions").or_insert_with(|| json!([]));
    }
    if let Some(output) = document.get_mut("output").and_then(Value::as_object_mut) {
        output.entry("text").or_insert_with(|| json!(""));
    }
    document
}

/// A page of a commit's runs.
#[derive(Deserialize)]
struct Runs {
    check_runs: Vec<Known>,
}

/// A run that GitHub has.
#[derive(Deserialize)]
struct Known {
    id: u64,
    name: String,
    external_id: Option<String>,
    #[serde(default)]
    output: KnownOutput,
}

impl Known {
    /// How many annotations of this very verdict it has.
    fn sent_of(&self, run: &CheckRun) -> usize {
        let same = |known: &Option<String>, text: &str| {
            known.as_deref().unwrap_or_default().trim() == text.trim()
        };
        let output = &self.output;
        if same(&output.title, &run.output.title) && same(&output.summary, &run.output.summary) {
            output.annotations_count
        } else {
            0
        }
    }
}

#[derive(Default, Deserialize)]
struct KnownOutput {
    title: Option<String>,
    summary: Option<String>,
    #[serde(default)]
    annotations_count: usize,
}

/// A run that was just made.
#[derive(Deserialize)]
struct Created {
    id: u64,
}

/// Most annotations of one request.
const BATCH: usize = 50;
