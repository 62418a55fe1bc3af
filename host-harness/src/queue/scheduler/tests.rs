use super::super::count::Count;
use super::*;

mod properties;

/// A job with a number, so that two of the same key are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sample {
    tenant: String,
    class: Class,
    key: String,
    connection: String,
    number: usize,
}

impl Job for Sample {
    fn tenant(&self) -> &str {
        &self.tenant
    }

    fn class(&self) -> Class {
        self.class
    }

    fn key(&self) -> &str {
        &self.key
    }

    fn connection(&self) -> Option<&str> {
        Some(&self.connection)
    }
}

/// A job of a connection of its own.
fn job(class: Class, tenant: &str, key: &str) -> Sample {
    Sample {
        tenant: tenant.to_owned(),
        class,
        key: key.to_owned(),
        connection: key.to_owned(),
        number: 0,
    }
}

fn scheduler(slots: usize, reserved: usize) -> Scheduler<Sample> {
    Scheduler::new(Capacity::new(slots, reserved).unwrap())
}

/// Pushes jobs `0`, `1` and so on.
fn fill(queue: &mut Scheduler<Sample>, class: Class, tenant: &str, jobs: usize) {
    for key in 0..jobs {
        queue.push(job(class, tenant, &format!("{class:?} {key}")), 0, 0);
    }
}

/// Starts what may start; tenant and key of each.
fn start(queue: &mut Scheduler<Sample>, now_ms: i64) -> Vec<(JobId, String)> {
    std::iter::from_fn(|| queue.next(now_ms))
        .map(|started| {
            let Sample { tenant, key, .. } = started.job;
            (started.id, format!("{tenant} {key}"))
        })
        .collect()
}

fn names(started: Vec<(JobId, String)>) -> Vec<String> {
    started.into_iter().map(|(_, name)| name).collect()
}

fn again(after_secs: Option<u64>) -> Outcome {
    Outcome::Again {
        after_secs,
        reason: "the upstream is away".to_owned(),
    }
}

/// Runs one job after the other, each this long; the classes in order of their start.
fn classes(queue: &mut Scheduler<Sample>, jobs: usize, each_ms: i64) -> Vec<Class> {
    let mut now_ms = 0;
    let mut classes = Vec::new();
    for _ in 0..jobs {
        let started = queue.next(now_ms).unwrap();
        classes.push(started.job.class);
        now_ms += each_ms;
        queue.done(started.id, Outcome::Done, now_ms);
    }
    classes
}

#[test]
fn a_gate_never_waits_behind_backfills() {
    let mut queue = scheduler(4, 1);
    fill(&mut queue, Class::Backfill, "a", 9);
    assert_eq!(start(&mut queue, 0).len(), 3);
    queue.push(job(Class::Gate, "b", "pull 7"), 0, 5);
    assert_eq!(names(start(&mut queue, 5)), ["b pull 7"]);
}

#[test]
fn gates_use_all_slots_before_anything_else() {
    let mut queue = scheduler(3, 1);
    fill(&mut queue, Class::Connect, "a", 1);
    fill(&mut queue, Class::Gate, "b", 3);
    assert_eq!(
        names(start(&mut queue, 0)),
        ["b Gate 0", "b Gate 1", "b Gate 2"]
    );
}

#[test]
fn endless_gates_leave_one_start_in_nine_to_other_work() {
    let mut queue = scheduler(1, 0);
    fill(&mut queue, Class::Gate, "a", 40);
    fill(&mut queue, Class::Backfill, "b", 9);
    let started = classes(&mut queue, 27, 10);
    let at: Vec<usize> = (0..27)
        .filter(|at| started[*at] == Class::Backfill)
        .collect();
    assert_eq!(at, [8, 17, 26]);
}

#[test]
fn endless_gates_lose_one_slot_at_most() {
    let mut queue = scheduler(3, 0);
    fill(&mut queue, Class::Gate, "a", 200);
    fill(&mut queue, Class::Backfill, "b", 9);
    let mut running = start(&mut queue, 0);
    for now_ms in 1..60 {
        let gate = running.iter().position(|(_, name)| name.contains("Gate"));
        let (id, _) = running.remove(gate.unwrap());
        queue.done(id, Outcome::Done, now_ms);
        running.extend(start(&mut queue, now_ms));
    }
    let backfills = running
        .iter()
        .filter(|(_, name)| name.contains("Backfill"))
        .count();
    assert_eq!((running.len(), backfills), (3, 1));
}

#[test]
fn classes_that_all_wait_share_the_time_by_weight() {
    let mut queue = scheduler(1, 0);
    for class in [Class::Backfill, Class::Increment, Class::Connect] {
        fill(&mut queue, class, "a", 200);
    }
    let started = classes(&mut queue, 130, 100);
    let of = |class| started.iter().filter(|other| **other == class).count();
    assert_eq!(
        [Class::Connect, Class::Increment, Class::Backfill].map(of),
        [80, 40, 10]
    );
}

#[test]
fn a_thousand_jobs_of_one_tenant_do_not_delay_the_one_of_another() {
    let mut queue = scheduler(2, 0);
    fill(&mut queue, Class::Increment, "a", 1000);
    let running = start(&mut queue, 0);
    queue.push(job(Class::Increment, "b", "only"), 0, 10);
    queue.done(running[0].0, Outcome::Done, 20);
    assert_eq!(names(start(&mut queue, 20)), ["b only"]);
}

#[test]
fn a_tenant_with_long_jobs_starts_fewer_of_them() {
    let mut queue = scheduler(1, 0);
    fill(&mut queue, Class::Increment, "long", 100);
    fill(&mut queue, Class::Increment, "short", 100);
    let (mut now_ms, mut long) = (0, 0);
    for _ in 0..44 {
        let started = queue.next(now_ms).unwrap();
        let is_long = started.job.tenant == "long";
        long += i32::from(is_long);
        now_ms += if is_long { 1000 } else { 100 };
        queue.done(started.id, Outcome::Done, now_ms);
    }
    assert_eq!(long, 4);
}

#[test]
fn a_tenant_leaves_the_last_shared_slot_to_another_one() {
    let mut queue = scheduler(4, 1);
    fill(&mut queue, Class::Connect, "a", 9);
    fill(&mut queue, Class::Backfill, "b", 1);
    assert_eq!(
        names(start(&mut queue, 0)),
        ["a Connect 0", "b Backfill 0", "a Connect 1"]
    );
    let mut queue = scheduler(4, 1);
    fill(&mut queue, Class::Connect, "a", 9);
    assert_eq!(start(&mut queue, 0).len(), 3, "alone it has them all");
}

#[test]
fn a_connection_has_one_backfill_at_a_time() {
    let mut queue = scheduler(4, 0);
    for (key, connection) in [("first", "x"), ("second", "x"), ("third", "y")] {
        let mut backfill = job(Class::Backfill, "a", key);
        connection.clone_into(&mut backfill.connection);
        queue.push(backfill, 0, 0);
    }
    let running = start(&mut queue, 0);
    assert_eq!(names(running.clone()), ["a first", "a third"]);
    queue.done(running[0].0, Outcome::Done, 1);
    assert_eq!(names(start(&mut queue, 1)), ["a second"]);
}

#[test]
fn a_newer_job_takes_the_place_of_one_that_waits() {
    let mut queue = scheduler(1, 0);
    let older = queue.push(job(Class::Increment, "a", "x"), 50, 0);
    let mut newer = job(Class::Gate, "a", "x");
    newer.number = 1;
    assert_eq!(queue.push(newer.clone(), 90, 0), older);
    let started = queue.next(50).unwrap();
    assert_eq!((started.id, started.job), (older, newer));
    assert_eq!(queue.next(100), None);
}

#[test]
fn a_merged_job_keeps_the_more_urgent_class() {
    let mut queue = scheduler(2, 1);
    queue.push(job(Class::Gate, "a", "x"), 0, 0);
    queue.push(job(Class::Backfill, "a", "x"), 0, 0);
    assert_eq!(queue.counts(0)[0].class, Class::Gate);
    assert_eq!(queue.counts(0).len(), 1);
}

#[test]
fn no_job_runs_beside_one_of_its_key() {
    let mut queue = scheduler(3, 0);
    queue.push(job(Class::Gate, "a", "x"), 0, 0);
    let first = queue.next(0).unwrap();
    queue.push(job(Class::Gate, "a", "x"), 0, 1);
    queue.push(job(Class::Gate, "b", "x"), 0, 1);
    assert_eq!(names(start(&mut queue, 1)), ["b x"]);
    queue.done(first.id, Outcome::Done, 2);
    assert_eq!(names(start(&mut queue, 2)), ["a x"]);
}

#[test]
fn a_failed_job_gives_way_to_a_newer_one_of_its_key() {
    let mut queue = scheduler(1, 0);
    queue.push(job(Class::Gate, "a", "x"), 0, 0);
    let first = queue.next(0).unwrap();
    let newer = queue.push(job(Class::Gate, "a", "x"), 0, 1);
    let ended = queue.done(first.id, again(None), 2).unwrap();
    assert_eq!(ended.fate, Fate::Dropped);
    let second = queue.next(2).unwrap();
    assert_eq!((second.id, second.attempt), (newer, 1));
}

#[test]
fn a_job_starts_no_sooner_than_it_may() {
    let mut queue = scheduler(1, 0);
    queue.push(job(Class::Gate, "a", "x"), 100, 0);
    assert_eq!(queue.next(99), None);
    assert_eq!(queue.wake_at(), Some(100));
    assert!(queue.next(100).is_some());
    assert_eq!(queue.wake_at(), None);
}

#[test]
fn the_eighth_failure_buries_a_job_with_its_last_reason() {
    let mut queue = scheduler(1, 0);
    let sample = job(Class::Gate, "a", "x");
    let id = queue.push(sample.clone(), 0, 0);
    let mut now_ms = 0;
    for attempt in 1..MAX_ATTEMPTS {
        assert_eq!(queue.next(now_ms).unwrap().attempt, attempt);
        let ended = queue.done(id, again(None), now_ms).unwrap();
        let Fate::Retried { not_before_ms, .. } = ended.fate else {
            panic!("{ended:?}");
        };
        assert_eq!(queue.next(not_before_ms - 1), None);
        now_ms = not_before_ms;
    }
    queue.next(now_ms).unwrap();
    let ended = queue.done(id, again(Some(1)), now_ms).unwrap();
    let reason = "the upstream is away".to_owned();
    let buried = Fate::Buried {
        reason: reason.clone(),
    };
    assert_eq!(ended.fate, buried);
    let dead: Vec<_> = queue.dead().cloned().collect();
    let expected = Dead {
        job: sample,
        attempts: 8,
        reason,
        at_ms: now_ms,
    };
    assert_eq!(dead, [expected]);
    assert_eq!((queue.next(i64::MAX), queue.wake_at()), (None, None));
}

#[test]
fn a_dead_job_that_is_replayed_starts_anew() {
    let mut queue = scheduler(1, 0);
    let id = queue.push(job(Class::Gate, "a", "x"), 0, 0);
    queue.next(0).unwrap();
    let reason = "no such repository".to_owned();
    queue.done(id, Outcome::Dead { reason }, 1);
    assert_eq!(queue.replay("b", "x", 5), None);
    assert!(queue.replay("a", "x", 5).is_some());
    assert_eq!(queue.dead().count(), 0);
    assert_eq!(queue.next(5).unwrap().attempt, 1);
}

#[test]
fn a_restored_job_goes_on_counting_its_attempts() {
    let mut queue = scheduler(1, 0);
    queue.restore(job(Class::Gate, "a", "x"), 7, 0, 0);
    let started = queue.next(0).unwrap();
    assert_eq!(started.attempt, MAX_ATTEMPTS);
    let ended = queue.done(started.id, again(None), 1).unwrap();
    assert!(matches!(ended.fate, Fate::Buried { .. }));
}

#[test]
fn an_interrupted_job_waits_as_if_it_had_not_started() {
    let mut queue = scheduler(1, 0);
    let id = queue.push(job(Class::Gate, "a", "x"), 0, 0);
    queue.next(0).unwrap();
    assert!(queue.interrupt(id, 3).is_some());
    let started = queue.next(3).unwrap();
    assert_eq!((started.id, started.attempt), (id, 1));
}

#[test]
fn a_cancelled_tenant_leaves_nothing_that_runs_again() {
    let mut queue = scheduler(1, 0);
    fill(&mut queue, Class::Gate, "a", 3);
    queue.bury(Dead {
        job: job(Class::Gate, "a", "old"),
        attempts: 8,
        reason: String::new(),
        at_ms: 0,
    });
    queue.push(job(Class::Gate, "b", "x"), 0, 0);
    let running = queue.next(0).unwrap();
    let cancelled = queue.cancel_tenant("a");
    assert_eq!(cancelled.forgotten.len(), 3);
    assert_eq!(cancelled.running, [running.id]);
    let ended = queue.done(running.id, again(None), 1).unwrap();
    assert_eq!(ended.fate, Fate::Dropped);
    assert_eq!(names(start(&mut queue, i64::MAX)), ["b x"]);
}

#[test]
fn counts_tell_how_long_the_oldest_job_could_have_started() {
    let mut queue = scheduler(1, 0);
    for (key, not_before_ms) in [
        ("first", 0),
        ("second", 30),
        ("third", 100),
        ("fourth", 900),
    ] {
        queue.push(job(Class::Increment, "a", key), not_before_ms, 0);
    }
    queue.next(0).unwrap();
    let expected = Count {
        class: Class::Increment,
        tenant: "a".to_owned(),
        due: 2,
        delayed: 1,
        running: 1,
        dead: 0,
        oldest_ms: Some(470),
    };
    assert_eq!(queue.counts(500), [expected]);
}

#[test]
fn a_job_that_does_not_run_cannot_end() {
    let mut queue = scheduler(1, 0);
    let id = queue.push(job(Class::Gate, "a", "x"), 0, 0);
    assert_eq!(queue.done(id, Outcome::Done, 0), None);
    assert_eq!(names(start(&mut queue, 0)), ["a x"]);
}
