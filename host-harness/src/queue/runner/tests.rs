use std::collections::BTreeSet;
use std::pin::Pin;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::super::capacity::Capacity;
use super::super::job::Class;
use super::*;

/// What its worker does with it is the first word of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Errand(&'static str);

impl Job for Errand {
    fn tenant(&self) -> &'static str {
        "acme"
    }

    fn class(&self) -> Class {
        Class::Gate
    }

    fn key(&self) -> &str {
        self.0
    }
}

/// Time that passes when a test says so.
struct HandClock(watch::Sender<i64>);

impl Clock for HandClock {
    fn now_ms(&self) -> i64 {
        *self.0.borrow()
    }

    fn sleep_until(&self, at_ms: i64) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            let mut time = self.0.subscribe();
            time.wait_for(|now_ms| *now_ms >= at_ms).await.unwrap();
        })
    }
}

/// Writes down what it is told.
struct Log(mpsc::UnboundedSender<String>);

impl Observer<Errand> for Log {
    fn started(&self, job: &Errand, attempt: u32) {
        self.0
            .send(format!("{}: started {attempt}", job.0))
            .unwrap();
    }

    fn finished(&self, job: &Errand) {
        self.0.send(format!("{}: finished", job.0)).unwrap();
    }

    fn retried(&self, job: &Errand, reason: &str, not_before_ms: i64) {
        let line = format!("{}: again at {not_before_ms}: {reason}", job.0);
        self.0.send(line).unwrap();
    }

    fn buried(&self, job: &Errand, reason: &str) {
        self.0.send(format!("{}: dead: {reason}", job.0)).unwrap();
    }

    fn dropped(&self, job: &Errand) {
        self.0.send(format!("{}: dropped", job.0)).unwrap();
    }

    fn interrupted(&self, job: &Errand) {
        self.0.send(format!("{}: interrupted", job.0)).unwrap();
    }
}

async fn work(errand: Errand, held: Arc<Mutex<Vec<oneshot::Receiver<()>>>>) -> Outcome {
    match errand.0.split(' ').next() {
        Some("refuse") => Outcome::Dead {
            reason: "no such repository".to_owned(),
        },
        Some("wait") => Outcome::Again {
            after_secs: Some(60),
            reason: "the upstream asked".to_owned(),
        },
        Some("panic") => panic!("a list of {} has no end", 3),
        Some("hold") => {
            let release = held.lock().unwrap().pop();
            release.unwrap().await.unwrap();
            Outcome::Done
        }
        _ => Outcome::Done,
    }
}

struct Bench {
    queue: Queue<Errand>,
    clock: Arc<HandClock>,
    log: mpsc::UnboundedReceiver<String>,
    runner: JoinHandle<Stopped>,
    /// Ends the job `hold`.
    release: oneshot::Sender<()>,
}

/// A runner of two slots, with a grace of 10 seconds.
fn bench() -> Bench {
    let (release, held) = oneshot::channel();
    let held = Arc::new(Mutex::new(vec![held]));
    let (sender, log) = mpsc::unbounded_channel();
    let clock = Arc::new(HandClock(watch::Sender::new(0)));
    let scheduler = Scheduler::new(Capacity::new(2, 0).unwrap());
    let (queue, runner) = Runner::new(
        scheduler,
        Arc::<HandClock>::clone(&clock),
        Arc::new(Log(sender)),
        move |errand| work(errand, Arc::clone(&held)),
    );
    let runner = tokio::spawn(runner.run(Duration::from_secs(10)));
    Bench {
        queue,
        clock,
        log,
        runner,
        release,
    }
}

impl Bench {
    /// The next lines of the log.
    async fn lines(&mut self, lines: usize) -> Vec<String> {
        let mut read = Vec::new();
        for _ in 0..lines {
            read.push(self.log.recv().await.unwrap());
        }
        read
    }

    fn set_clock(&self, now_ms: i64) {
        self.clock.0.send_replace(now_ms);
    }
}

#[tokio::test]
async fn a_job_pushed_while_running_runs_and_is_told_of() {
    let mut bench = bench();
    bench.queue.push(Errand("do"), None);
    assert_eq!(bench.lines(2).await, ["do: started 1", "do: finished"]);
}

#[tokio::test]
async fn a_job_that_is_to_be_tried_again_starts_when_its_time_comes() {
    let mut bench = bench();
    bench.queue.push(Errand("wait"), None);
    let lines = bench.lines(2).await;
    let at_ms = bench.queue.shared.state().scheduler.wake_at().unwrap();
    assert_eq!(
        lines[1],
        format!("wait: again at {at_ms}: the upstream asked")
    );
    bench.set_clock(at_ms - 1);
    bench.queue.push(Errand("do"), None);
    assert_eq!(bench.lines(2).await, ["do: started 1", "do: finished"]);
    bench.set_clock(at_ms);
    assert_eq!(bench.lines(1).await, ["wait: started 2"]);
}

#[tokio::test]
async fn a_panic_is_a_failure_with_its_sentence_and_the_others_go_on() {
    let mut bench = bench();
    bench.queue.push(Errand("panic"), None);
    let lines = bench.lines(2).await;
    assert!(
        lines[1].ends_with(": the job panicked: a list of 3 has no end"),
        "{}",
        lines[1]
    );
    bench.queue.push(Errand("do"), None);
    assert_eq!(bench.lines(2).await, ["do: started 1", "do: finished"]);
}

#[tokio::test]
async fn a_job_that_always_panics_is_dead_in_the_end() {
    let mut bench = bench();
    bench.queue.push(Errand("panic"), None);
    for _ in 1..8 {
        bench.lines(2).await;
        let at_ms = bench.queue.shared.state().scheduler.wake_at();
        bench.set_clock(at_ms.unwrap());
    }
    let last = bench.lines(2).await;
    let reason = "the job panicked: a list of 3 has no end";
    assert_eq!(
        last,
        [
            "panic: started 8".to_owned(),
            format!("panic: dead: {reason}")
        ]
    );
    assert_eq!(bench.queue.dead()[0].reason, reason);
}

#[tokio::test]
async fn a_dead_job_is_listed_and_can_be_replayed() {
    let mut bench = bench();
    bench.queue.push(Errand("refuse"), None);
    let first = bench.lines(2).await;
    assert_eq!(first[1], "refuse: dead: no such repository");
    assert_eq!(bench.queue.dead()[0].reason, "no such repository");
    assert!(bench.queue.replay("acme", "refuse").is_some());
    assert_eq!(bench.lines(2).await, first);
}

#[tokio::test]
async fn a_stopped_runner_lets_jobs_end_and_starts_nothing() {
    let mut bench = bench();
    bench.queue.push(Errand("hold"), None);
    assert_eq!(bench.lines(1).await, ["hold: started 1"]);
    bench.queue.stop();
    bench.queue.push(Errand("do"), None);
    bench.release.send(()).unwrap();
    assert_eq!(bench.runner.await.unwrap(), Stopped { interrupted: 0 });
    assert_eq!(bench.log.recv().await.unwrap(), "hold: finished");
    assert_eq!(bench.log.recv().await, None);
    assert_eq!(bench.queue.counts()[0].due, 1);
}

#[tokio::test]
async fn a_job_that_outlasts_the_grace_waits_again() {
    let mut bench = bench();
    bench.queue.push(Errand("hold"), None);
    bench.lines(1).await;
    bench.queue.stop();
    // Nothing but the grace is waited for.
    while bench.clock.0.receiver_count() == 0 {
        tokio::task::yield_now().await;
    }
    bench.set_clock(10_000);
    assert_eq!(bench.runner.await.unwrap(), Stopped { interrupted: 1 });
    assert_eq!(bench.log.recv().await.unwrap(), "hold: interrupted");
    let counts = bench.queue.counts();
    assert_eq!((counts[0].due, counts[0].running), (1, 0));
}

#[tokio::test]
async fn a_cancelled_tenant_is_cut_off() {
    let mut bench = bench();
    bench.queue.push(Errand("hold"), None);
    bench.lines(1).await;
    bench.queue.push(Errand("do"), Some(5));
    assert_eq!(bench.queue.cancel_tenant("acme"), [Errand("do")]);
    assert_eq!(bench.lines(1).await, ["hold: dropped"]);
    assert!(bench.queue.counts().is_empty());
}

#[tokio::test]
async fn no_more_jobs_run_than_there_are_slots() {
    let mut bench = bench();
    for key in ["hold", "a", "b", "c"] {
        bench.queue.push(Errand(key), None);
    }
    let mut running = BTreeSet::new();
    for line in bench.lines(7).await {
        let (key, what) = line.split_once(": ").unwrap();
        match what {
            "started 1" => assert!(running.insert(key.to_owned())),
            _ => assert!(running.remove(key)),
        }
        assert!(running.len() <= 2);
    }
    assert_eq!(running, BTreeSet::from(["hold".to_owned()]));
}
