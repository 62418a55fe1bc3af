//! Who is told what becomes of jobs.

/// Told what becomes of jobs, so that it outlives the process.
///
/// Called by the runner between jobs, one call after the other: what takes long delays every job. What fails here is the
/// observer's own affair; a job whose start or end is not stored runs again after a restart. No call is made for a job
/// that was pushed, replayed or cancelled while it waited: who does that stores it first.
pub trait Observer<J>: Send + Sync + 'static {
    /// An attempt, from 1, is about to start.
    fn started(&self, job: &J, attempt: u32) {
        let _ = (job, attempt);
    }

    /// It is done.
    fn finished(&self, job: &J) {
        let _ = job;
    }

    /// It waits to be tried again at this time, in milliseconds.
    fn retried(&self, job: &J, reason: &str, not_before_ms: i64) {
        let _ = (job, reason, not_before_ms);
    }

    /// It is in the dead-letter list.
    fn buried(&self, job: &J, reason: &str) {
        let _ = (job, reason);
    }

    /// It failed and is not tried again: a newer job of its key waits, or its tenant was cancelled. To most, that is a
    /// job less, as if it had finished.
    fn dropped(&self, job: &J) {
        self.finished(job);
    }

    /// It was cut off by a shutdown. It is as if it had not started, and the attempt does not count.
    fn interrupted(&self, job: &J) {
        let _ = job;
    }
}
