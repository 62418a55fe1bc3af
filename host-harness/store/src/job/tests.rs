use super::*;
use crate::fixture::{connected, open};

#[test]
fn one_job_of_a_key_waits_with_the_newest_payload_the_earlier_start_and_the_more_urgent_class() {
    let (_directory, mut tenant, _) = connected();
    let id = tenant.enqueue("c1", Class::Increment, "judge", "1", 9, 5);
    let id = id.unwrap().unwrap();
    let again = tenant.enqueue("c1", Class::Gate, "judge", "2", 20, 6);
    assert_eq!(again.unwrap(), None);
    let again = tenant.enqueue("c1", Class::Backfill, "judge", "3", 7, 8);
    assert_eq!(again.unwrap(), None);
    let expected = JobRecord {
        id,
        key: "c1".to_owned(),
        class: Class::Gate,
        kind: "judge".to_owned(),
        payload: "3".to_owned(),
        attempts: 0,
        not_before: 7,
        created_at: 5,
        state: JobState::Waiting,
        reason: String::new(),
    };
    assert_eq!(tenant.waiting_jobs().unwrap(), [expected]);
}

#[test]
fn what_comes_while_a_job_runs_waits_for_another_run() {
    let (_directory, mut tenant, _) = connected();
    let first = enqueue(&mut tenant, "c1", Class::Gate, 5);
    assert!(tenant.start_job(first).unwrap());
    let second = enqueue(&mut tenant, "c1", Class::Gate, 6);
    assert_ne!(first, second);
    assert!(tenant.finish_job(first).unwrap());
    assert_eq!(numbers(&tenant), [second]);
}

#[test]
fn the_most_urgent_job_comes_first_and_then_the_one_that_starts_first() {
    let (_directory, mut tenant, _) = connected();
    let jobs = [
        ("a", Class::Backfill, 1),
        ("b", Class::Gate, 9),
        ("c", Class::Increment, 1),
        ("d", Class::Gate, 8),
        ("e", Class::Connect, 1),
        ("f", Class::Gate, 8),
    ];
    for (key, class, not_before) in jobs {
        enqueue(&mut tenant, key, class, not_before);
    }
    let jobs = tenant.waiting_jobs().unwrap().into_iter();
    let keys: Vec<_> = jobs.map(|job| job.key).collect();
    assert_eq!(keys, ["d", "f", "b", "e", "c", "a"]);
}

#[test]
fn a_job_that_a_dead_process_ran_is_taken_up_again() {
    let (directory, mut tenant, _) = connected();
    let id = enqueue(&mut tenant, "c1", Class::Gate, 5);
    tenant.start_job(id).unwrap();
    drop(tenant);
    let mut tenant = open(directory.path());
    assert_eq!(only(&tenant).state, JobState::Running);
    assert!(tenant.start_job(id).unwrap());
    assert_eq!(only(&tenant).attempts, 2);
}

#[test]
fn what_a_dead_process_began_waits_again_in_place_of_what_came_after_it() {
    let (_directory, mut tenant, _) = connected();
    let begun = enqueue(&mut tenant, "sync", Class::Backfill, 5);
    tenant.start_job(begun).unwrap();
    enqueue(&mut tenant, "sync", Class::Increment, 900);
    let other = enqueue(&mut tenant, "c1", Class::Gate, 7);
    tenant.revive_jobs().unwrap();
    assert_eq!(numbers(&tenant), [other, begun]);
    let revived = tenant.waiting_jobs().unwrap().remove(1);
    assert_eq!(revived.state, JobState::Waiting);
    assert_eq!((revived.class, revived.not_before), (Class::Backfill, 5));
    assert!(tenant.start_job(begun).unwrap() && tenant.finish_job(begun).unwrap());
    assert_eq!(numbers(&tenant), [other]);
}

#[test]
fn a_job_that_failed_waits_with_its_reason() {
    let (_directory, mut tenant, _) = connected();
    let id = enqueue(&mut tenant, "c1", Class::Gate, 5);
    assert!(!tenant.retry_job(id, "too early", 6).unwrap());
    tenant.start_job(id).unwrap();
    assert!(tenant.retry_job(id, "limited", 60).unwrap());
    let job = only(&tenant);
    assert_eq!((job.state, job.attempts), (JobState::Waiting, 1));
    assert_eq!((&*job.reason, job.not_before), ("limited", 60));
}

#[test]
fn a_job_that_failed_gives_way_to_a_newer_one_of_its_key() {
    let (_directory, mut tenant, _) = connected();
    let first = enqueue(&mut tenant, "c1", Class::Gate, 5);
    tenant.start_job(first).unwrap();
    let second = enqueue(&mut tenant, "c1", Class::Gate, 6);
    assert!(tenant.retry_job(first, "limited", 60).unwrap());
    assert_eq!(numbers(&tenant), [second]);
}

#[test]
fn a_dead_job_waits_again_from_the_start_when_it_is_replayed() {
    let (_directory, mut tenant, _) = connected();
    let id = enqueue(&mut tenant, "c1", Class::Gate, 5);
    assert!(!tenant.replay_job(id, 9).unwrap());
    tenant.start_job(id).unwrap();
    assert!(tenant.bury_job(id, "refused").unwrap());
    assert!(!tenant.bury_job(id, "again").unwrap());
    assert!(!tenant.start_job(id).unwrap());
    assert!(tenant.waiting_jobs().unwrap().is_empty());
    let dead = tenant.dead_jobs().unwrap();
    assert_eq!((dead[0].id, &*dead[0].reason), (id, "refused"));
    assert!(tenant.replay_job(id, 9).unwrap());
    let job = only(&tenant);
    assert_eq!((job.id, job.attempts, job.not_before), (id, 0, 9));
    assert!(tenant.dead_jobs().unwrap().is_empty());
}

#[test]
fn a_dead_job_gives_way_to_a_newer_one_of_its_key() {
    let (_directory, mut tenant, _) = connected();
    let first = enqueue(&mut tenant, "c1", Class::Gate, 5);
    tenant.bury_job(first, "refused").unwrap();
    let second = enqueue(&mut tenant, "c1", Class::Gate, 6);
    assert!(tenant.replay_job(first, 9).unwrap());
    assert_eq!(numbers(&tenant), [second]);
    assert!(tenant.dead_jobs().unwrap().is_empty());
}

#[test]
fn the_number_of_a_job_that_ended_is_never_given_again() {
    let (_directory, mut tenant, _) = connected();
    let first = enqueue(&mut tenant, "c1", Class::Gate, 5);
    tenant.start_job(first).unwrap();
    tenant.finish_job(first).unwrap();
    assert!(enqueue(&mut tenant, "c1", Class::Gate, 5) > first);
    assert!(!tenant.finish_job(first).unwrap());
}

#[test]
fn a_dump_shows_jobs_without_their_times() {
    let (_directory, mut tenant, _) = connected();
    enqueue(&mut tenant, "c1", Class::Gate, 5);
    let dump = tenant.dump().unwrap();
    let line = dump.lines().find(|line| line.starts_with("jobs "));
    let expected = r#"jobs key="c1" class="gate" kind="judge" payload="{}" attempts=0 state="waiting" reason="""#;
    assert_eq!(line, Some(expected));
}

fn enqueue(tenant: &mut Tenant, key: &str, class: Class, not_before: Timestamp) -> i64 {
    let id = tenant.enqueue(key, class, "judge", "{}", not_before, 1);
    id.unwrap().unwrap()
}

fn numbers(tenant: &Tenant) -> Vec<i64> {
    let jobs = tenant.waiting_jobs().unwrap().into_iter();
    jobs.map(|job| job.id).collect()
}

#[track_caller]
fn only(tenant: &Tenant) -> JobRecord {
    let mut jobs = tenant.waiting_jobs().unwrap();
    assert_eq!(jobs.len(), 1);
    jobs.remove(0)
}

#[test]
fn a_key_is_queued_while_a_job_of_it_waits_or_runs() {
    let (_directory, mut tenant, _) = connected();
    assert!(!tenant.is_queued("judge c1").unwrap());
    let id = tenant
        .enqueue("judge c1", Class::Gate, "judge", "{}", 0, 0)
        .unwrap()
        .unwrap();
    assert!(tenant.is_queued("judge c1").unwrap());
    tenant.start_job(id).unwrap();
    assert!(tenant.is_queued("judge c1").unwrap());
    assert!(!tenant.is_queued("judge c2").unwrap());
    tenant.finish_job(id).unwrap();
    assert!(!tenant.is_queued("judge c1").unwrap());
}
