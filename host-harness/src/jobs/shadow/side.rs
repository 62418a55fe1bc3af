//! One version that judges, and what it spends on it.

use std::time::Instant;

use koalr_platform::model::assessment::Assessment;

use super::cost::Watch;
use crate::jobs::bench::{Bench, Case, Ruling};
use crate::jobs::judge::JudgeOptions;
use crate::{Host, HostError};

/// One version that judges in one warm sandbox after the other: a new one where a call broke the last.
pub(super) struct Judging<'a> {
    host: &'a Host,
    terms: &'a JudgeOptions,
    bench: Option<Bench<'a>>,
    watch: Watch,
}

/// What a version says of a case.
pub(super) enum Answer {
    /// It judged.
    Judged(Box<(Assessment, Ruling)>),
    /// It did not.
    Failed(Failure),
}

/// Why a version did not judge.
pub(super) struct Failure {
    /// A stable word.
    pub(super) kind: &'static str,
    /// A sentence for people.
    pub(super) reason: String,
}

impl Failure {
    /// Whether it may have taken as long as a limit permits.
    pub(super) fn is_costly(&self) -> bool {
        self.kind != REFUSED
    }
}

impl<'a> Judging<'a> {
    pub(super) fn new(host: &'a Host, terms: &'a JudgeOptions) -> Self {
        Self {
            host,
            terms,
            bench: None,
            watch: Watch::default(),
        }
    }

    /// Scores and gates.
    pub(super) async fn judge(&mut self, case: &Case<'_>) -> Result<Answer, HostError> {
        let mut bench = match self.bench.take() {
            Some(bench) => bench,
            None => match self.open().await {
                Ok(bench) => bench,
                Err(error) => return Ok(Answer::Failed(own(error)?)),
            },
        };
        let began = Instant::now();
        let judged = bench.score_and_rule(case).await;
        self.watch.called(began.elapsed());
        match judged {
            Ok(judged) => {
                self.bench = Some(bench);
                Ok(Answer::Judged(Box::new(judged)))
            }
            Err(error) => {
                // After a refusal the sandbox is as good as before, after all else it may not be.
                if matches!(error, HostError::Refused { .. }) {
                    self.bench = Some(bench);
                } else {
                    self.watch.closed(bench.usage());
                }
                Ok(Answer::Failed(own(error)?))
            }
        }
    }

    /// What it spent on all.
    pub(super) fn spent(mut self) -> Watch {
        if let Some(bench) = &self.bench {
            self.watch.closed(bench.usage());
        }
        self.watch
    }

    async fn open(&self) -> Result<Bench<'a>, HostError> {
        let JudgeOptions { policy, waivers } = self.terms;
        Bench::warm(self.host, policy, &waivers.waivers).await
    }
}

/// The version's own failure; everything else is an error of the run.
fn own(error: HostError) -> Result<Failure, HostError> {
    let kind = match &error {
        HostError::Refused { .. } => REFUSED,
        HostError::Breach { .. } => "breach",
        HostError::Call(call) => call.word(),
        _ => return Err(error),
    };
    Ok(Failure {
        kind,
        reason: error.to_string(),
    })
}

/// The integration's own decision not to judge.
const REFUSED: &str = "refused";
