//! Runs what the scheduler decides.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};

use super::clock::Clock;
use super::count::Count;
use super::job::{Dead, Ended, Fate, Job, JobId, Outcome};
use super::observer::Observer;
use super::scheduler::{Cancelled, Scheduler};

/// The handle of a queue, for those who push jobs and look at them. Clones are the same queue.
///
/// It works before the runner starts and after it has stopped; jobs only wait then.
pub struct Queue<J> {
    shared: Arc<Shared<J>>,
}

/// Runs the jobs of a queue, each as a task of its own, with a worker.
///
/// The worker is called once for every attempt. One that panics fails as with [`Outcome::Again`], with the panic's
/// sentence as its reason; it takes nothing else down.
pub struct Runner<J, W> {
    shared: Arc<Shared<J>>,
    worker: Arc<W>,
    observer: Arc<dyn Observer<J>>,
    /// What runs, by the task that runs it.
    tasks: HashMap<Id, Task>,
}

/// How a runner ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped {
    /// Jobs that were cut off when their grace was over. They wait again.
    pub interrupted: usize,
}

impl<J: Job, W, F> Runner<J, W>
where
    W: Fn(J) -> F + Send + Sync + 'static,
    F: Future<Output = Outcome> + Send + 'static,
{
    /// A runner and the handle of its queue.
    pub fn new(
        scheduler: Scheduler<J>,
        clock: Arc<dyn Clock>,
        observer: Arc<dyn Observer<J>>,
        worker: W,
    ) -> (Queue<J>, Self) {
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                scheduler,
                unwanted: Vec::new(),
                stopping: false,
            }),
            changed: Notify::new(),
            clock,
        });
        let queue = Queue {
            shared: Arc::clone(&shared),
        };
        let runner = Self {
            shared,
            worker: Arc::new(worker),
            observer,
            tasks: HashMap::new(),
        };
        (queue, runner)
    }

    /// Runs jobs until [`Queue::stop`]; from then on nothing starts, and what runs has this long to end. Then it is cut
    /// off where it next waits, and waits in the queue again as if it had not started.
    pub async fn run(mut self, grace: Duration) -> Stopped {
        let shared = Arc::clone(&self.shared);
        let mut running = JoinSet::new();
        while !shared.state().stopping {
            self.start_all(&mut running);
            self.abort_unwanted();
            let wake = shared.state().scheduler.wake_at();
            tokio::select! {
                biased;
                Some(ended) = running.join_next_with_id() => self.settle(ended),
                () = shared.changed.notified() => {}
                () = shared.clock.sleep_until(wake.unwrap_or_default()), if wake.is_some() => {}
            }
        }
        let grace_ms = i64::try_from(grace.as_millis()).unwrap_or(i64::MAX);
        let end = shared.clock.now_ms().saturating_add(grace_ms);
        let over = shared.clock.sleep_until(end);
        tokio::pin!(over);
        loop {
            self.abort_unwanted();
            tokio::select! {
                biased;
                ended = running.join_next_with_id() => match ended {
                    Some(ended) => self.settle(ended),
                    None => return Stopped { interrupted: 0 },
                },
                () = shared.changed.notified() => {}
                () = &mut over => break,
            }
        }
        let interrupted = self.tasks.len();
        for (_, task) in self.tasks.drain() {
            let now_ms = shared.clock.now_ms();
            let job = shared.state().scheduler.interrupt(task.job, now_ms);
            if let Some(job) = job {
                self.observer.interrupted(&job);
            }
        }
        // Aborts them; a job that never waits is not waited for.
        drop(running);
        Stopped { interrupted }
    }

    /// Starts everything that may start now.
    fn start_all(&mut self, running: &mut JoinSet<Outcome>) {
        loop {
            let now_ms = self.shared.clock.now_ms();
            let next = self.shared.state().scheduler.next(now_ms);
            let Some(started) = next else {
                return;
            };
            self.observer.started(&started.job, started.attempt);
            let worker = Arc::clone(&self.worker);
            let abort = running.spawn(async move { worker(started.job).await });
            let task = Task {
                job: started.id,
                abort,
            };
            self.tasks.insert(task.abort.id(), task);
        }
    }

    /// Ends the tasks of cancelled tenants.
    fn abort_unwanted(&self) {
        let unwanted = std::mem::take(&mut self.shared.state().unwanted);
        for task in self.tasks.values() {
            if unwanted.contains(&task.job) {
                task.abort.abort();
            }
        }
    }

    /// Tells the scheduler, then the observer, how a task ended.
    fn settle(&mut self, ended: Result<(Id, Outcome), JoinError>) {
        let (id, outcome) = match ended {
            Ok(ended) => ended,
            Err(error) => (error.id(), failure(error)),
        };
        let Some(task) = self.tasks.remove(&id) else {
            return;
        };
        let now_ms = self.shared.clock.now_ms();
        let ended = self
            .shared
            .state()
            .scheduler
            .done(task.job, outcome, now_ms);
        let Some(Ended { job, fate }) = ended else {
            return;
        };
        match fate {
            Fate::Finished => self.observer.finished(&job),
            Fate::Retried {
                reason,
                not_before_ms,
            } => self.observer.retried(&job, &reason, not_before_ms),
            Fate::Buried { reason } => self.observer.buried(&job, &reason),
            Fate::Dropped => self.observer.dropped(&job),
        }
    }
}

impl<J: Job> Queue<J> {
    /// Adds a job that may start from `not_before_ms` on; none means at once. See [`Scheduler::push`].
    pub fn push(&self, job: J, not_before_ms: Option<i64>) -> JobId {
        let now_ms = self.shared.clock.now_ms();
        self.change(|state| {
            let not_before_ms = not_before_ms.unwrap_or(now_ms);
            state.scheduler.push(job, not_before_ms, now_ms)
        })
    }

    /// Lets a job of the dead-letter list start anew. See [`Scheduler::replay`].
    #[must_use]
    pub fn replay(&self, tenant: &str, key: &str) -> Option<JobId> {
        let now_ms = self.shared.clock.now_ms();
        self.change(|state| state.scheduler.replay(tenant, key, now_ms))
    }

    /// Forgets the jobs of a tenant, and cuts off those that run; gives back those that waited or were dead.
    #[must_use]
    pub fn cancel_tenant(&self, tenant: &str) -> Vec<J> {
        self.change(|state| {
            let Cancelled { forgotten, running } = state.scheduler.cancel_tenant(tenant);
            state.unwanted.extend(running);
            forgotten
        })
    }

    /// The dead-letter list. See [`Scheduler::dead`].
    #[must_use]
    pub fn dead(&self) -> Vec<Dead<J>> {
        self.shared.state().scheduler.dead().cloned().collect()
    }

    /// How full the queue is. See [`Scheduler::counts`].
    #[must_use]
    pub fn counts(&self) -> Vec<Count> {
        let now_ms = self.shared.clock.now_ms();
        self.shared.state().scheduler.counts(now_ms)
    }

    /// Tells the runner to end. See [`Runner::run`].
    pub fn stop(&self) {
        self.change(|state| state.stopping = true);
    }

    /// Changes the queue, and lets the runner look at it again.
    fn change<T>(&self, how: impl FnOnce(&mut State<J>) -> T) -> T {
        let answer = how(&mut self.shared.state());
        self.shared.changed.notify_one();
        answer
    }
}

impl<J> Clone for Queue<J> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

/// What a runner and its handles have in common.
struct Shared<J> {
    state: Mutex<State<J>>,
    /// Told when the runner has to look again.
    changed: Notify,
    clock: Arc<dyn Clock>,
}

impl<J> Shared<J> {
    fn state(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct State<J> {
    scheduler: Scheduler<J>,
    /// Running jobs to be cut off.
    unwanted: Vec<JobId>,
    stopping: bool,
}

struct Task {
    job: JobId,
    abort: AbortHandle,
}

/// What a task that gave no outcome means for its job.
fn failure(error: JoinError) -> Outcome {
    let reason = match error.try_into_panic() {
        Ok(panic) => match sentence(panic.as_ref()) {
            Some(sentence) => format!("the job panicked: {sentence}"),
            None => "the job panicked".to_owned(),
        },
        Err(_) => "the job was cut off".to_owned(),
    };
    Outcome::Again {
        after_secs: None,
        reason,
    }
}

fn sentence(panic: &(dyn Any + Send)) -> Option<&str> {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
}

#[cfg(test)]
mod tests;
