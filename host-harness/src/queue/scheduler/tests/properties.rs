use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Push(Sample, i64),
    Next,
    Done(usize, Outcome),
    Interrupt(usize),
    Replay(Sample),
    Pass(i64),
}

fn sample() -> impl Strategy<Value = Sample> {
    ("[a-c]", 0..4_usize, "[x-z]", "[1-2]").prop_map(|(tenant, class, key, connection)| Sample {
        tenant,
        class: Class::ALL[class],
        key,
        connection,
        number: 0,
    })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::Done),
        Just(again(None)),
        Just(again(Some(2))),
        Just(Outcome::Dead {
            reason: "no".to_owned()
        }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (sample(), 0..5000_i64).prop_map(|(sample, later)| Step::Push(sample, later)),
        4 => Just(Step::Next),
        3 => (any::<usize>(), outcome()).prop_map(|(at, outcome)| Step::Done(at, outcome)),
        1 => any::<usize>().prop_map(Step::Interrupt),
        1 => sample().prop_map(Step::Replay),
        2 => (0..4000_i64).prop_map(Step::Pass),
    ]
}

type Name = (String, String);

fn name(sample: &Sample) -> Name {
    (sample.tenant.clone(), sample.key.clone())
}

/// Where every job must be, by its number.
struct Model {
    queue: Scheduler<Sample>,
    now_ms: i64,
    pushed: usize,
    waiting: BTreeMap<Name, usize>,
    running: Vec<(JobId, Sample)>,
    dead: BTreeMap<Name, usize>,
}

impl Model {
    fn take(&mut self, step: Step) {
        match step {
            Step::Push(mut sample, later) => {
                self.pushed += 1;
                sample.number = self.pushed;
                self.waiting.insert(name(&sample), sample.number);
                self.queue.push(sample, self.now_ms + later, self.now_ms);
            }
            Step::Next => {
                if let Some(started) = self.queue.next(self.now_ms) {
                    let waited = self.waiting.remove(&name(&started.job));
                    assert_eq!(waited, Some(started.job.number));
                    self.running.push((started.id, started.job));
                }
            }
            Step::Done(at, outcome) if !self.running.is_empty() => {
                let (id, sample) = self.running.remove(at % self.running.len());
                let ended = self.queue.done(id, outcome, self.now_ms).unwrap();
                assert_eq!(ended.job, sample);
                self.settle(&sample, &ended.fate);
            }
            Step::Interrupt(at) if !self.running.is_empty() => {
                let (id, sample) = self.running.remove(at % self.running.len());
                assert!(self.queue.interrupt(id, self.now_ms).is_some());
                self.waiting.entry(name(&sample)).or_insert(sample.number);
            }
            Step::Done(..) | Step::Interrupt(_) => {}
            Step::Replay(sample) => {
                let known = self.queue.replay(&sample.tenant, &sample.key, self.now_ms);
                let dead = self.dead.remove(&name(&sample));
                assert_eq!(known.is_some(), dead.is_some());
                if let Some(number) = dead {
                    self.waiting.entry(name(&sample)).or_insert(number);
                }
            }
            Step::Pass(ms) => self.now_ms += ms,
        }
        self.check();
    }

    fn settle(&mut self, sample: &Sample, fate: &Fate) {
        match fate {
            Fate::Finished => {}
            Fate::Retried { not_before_ms, .. } => {
                assert!(*not_before_ms > self.now_ms);
                assert_eq!(self.waiting.insert(name(sample), sample.number), None);
            }
            Fate::Buried { .. } => {
                self.dead.insert(name(sample), sample.number);
            }
            Fate::Dropped => assert!(self.waiting.contains_key(&name(sample))),
        }
    }

    fn check(&self) {
        let capacity = self.queue.capacity;
        let running: Vec<&Ticket> = self.queue.running().collect();
        assert_eq!(running.len(), self.running.len());
        assert!(running.len() <= capacity.slots());
        let others = running.iter().filter(|t| t.class != Class::Gate).count();
        assert!(others <= capacity.shared());
        for (at, ticket) in running.iter().enumerate() {
            assert!(!running[at + 1..].iter().any(|t| t.excludes(ticket)));
        }
        let waiting: BTreeMap<Name, usize> = self
            .queue
            .waiting
            .values()
            .map(|waiting| (name(&waiting.job), waiting.job.number))
            .collect();
        assert_eq!(waiting, self.waiting);
        assert_eq!(waiting.len(), self.queue.waiting.len());
        let dead: BTreeMap<Name, usize> = self
            .queue
            .dead()
            .map(|dead| (name(&dead.job), dead.job.number))
            .collect();
        assert_eq!(dead, self.dead);
    }

    /// Lets everything end.
    fn drain(&mut self) {
        loop {
            while !self.running.is_empty() {
                self.take(Step::Done(0, Outcome::Done));
            }
            self.take(Step::Next);
            if self.running.is_empty() {
                let Some(at_ms) = self.queue.wake_at() else {
                    return;
                };
                self.now_ms = self.now_ms.max(at_ms);
            }
        }
    }
}

proptest! {
    #[test]
    fn no_job_is_lost_and_no_slot_is_overfilled(
        slots in 1..5_usize,
        reserved in 0..4_usize,
        steps in prop::collection::vec(step(), 1..120),
    ) {
        let capacity = Capacity::new(slots, reserved.min(slots - 1)).unwrap();
        let mut model = Model {
            queue: Scheduler::new(capacity),
            now_ms: 0,
            pushed: 0,
            waiting: BTreeMap::new(),
            running: Vec::new(),
            dead: BTreeMap::new(),
        };
        for step in steps {
            model.take(step);
        }
        model.drain();
        prop_assert!(model.waiting.is_empty());
        prop_assert!(model.queue.due.is_empty() && model.queue.keys.is_empty());
    }

    #[test]
    fn a_gate_starts_at_once_while_only_other_work_runs(
        slots in 2..6_usize,
        pushed in prop::collection::vec(sample(), 0..60),
    ) {
        let mut queue = scheduler(slots, 1);
        for sample in pushed.into_iter().filter(|s| s.class != Class::Gate) {
            queue.push(sample, 0, 0);
        }
        start(&mut queue, 0);
        queue.push(job(Class::Gate, "late", "pull 7"), 0, 1);
        prop_assert_eq!(names(start(&mut queue, 1)), ["late pull 7"]);
    }

    #[test]
    fn a_newcomer_waits_for_one_start_of_each_other_tenant_at_most(
        slots in 1..5_usize,
        tenants in 1..6_usize,
        before in 0..80_usize,
        ends in prop::collection::vec((any::<usize>(), 0..5000_i64), 90),
    ) {
        let mut queue = scheduler(slots, 0);
        for tenant in 0..tenants {
            fill(&mut queue, Class::Increment, &format!("tenant {tenant}"), 100);
        }
        let mut now_ms = 0;
        let mut running = start(&mut queue, now_ms);
        let mut waited = None;
        for (turn, (at, ms)) in ends.into_iter().enumerate() {
            if turn == before {
                queue.push(job(Class::Increment, "newcomer", "only"), 0, now_ms);
                waited = Some(0);
            }
            now_ms += ms;
            let (id, _) = running.remove(at % running.len());
            queue.done(id, Outcome::Done, now_ms);
            for started in start(&mut queue, now_ms) {
                if started.1 == "newcomer only" {
                    prop_assert!(waited <= Some(tenants), "{:?} of {}", waited, tenants);
                    return Ok(());
                }
                waited = waited.map(|starts| starts + 1);
                running.push(started);
            }
        }
        prop_assert!(false, "it never started");
    }
}
