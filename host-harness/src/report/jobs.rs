//! Jobs that wait, run, or were given up.

use koalr_store::{JobRecord, JobState};

use super::escape::plain;
use super::instant::utc;
use super::layout::item;

/// Those that were given up first, each with its last reason.
#[must_use]
pub fn jobs_text(jobs: &[JobRecord]) -> String {
    if jobs.is_empty() {
        return "No job waits, and none was given up.\n".to_owned();
    }
    let mut text = String::new();
    for job in jobs {
        let state = match job.state {
            JobState::Waiting => format!("waits until {}", utc(job.not_before)),
            JobState::Running => "runs".to_owned(),
            JobState::Dead => "given up".to_owned(),
        };
        let reason = match job.reason.as_str() {
            "" => String::new(),
            reason => format!(": {}", plain(reason)),
        };
        let line = format!(
            "{} {} ({}), attempt {}, {state}{reason}",
            job.id,
            plain(&job.key),
            job.class.word(),
            job.attempts
        );
        item(&mut text, &line);
    }
    text
}
