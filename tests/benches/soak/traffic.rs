//! What comes in: webhooks of pull requests, deployments and incidents, some twice and some out of order, and reads.

use std::collections::BTreeMap;
use std::time::Duration;

use koalr_upstream::github::{Delivery, Deployment, Event, Incident, PullRequest};
use koalr_upstream::{Dice, sample};

use super::company::{Company, HOOK_SECRET, SERVICE, Tenant, packages, sha};
use super::server::Server;
use super::wire;
use crate::now;

/// What was sent about one tenant, and taken.
#[derive(Default)]
pub(super) struct Told {
    /// Pull requests, by number.
    pub(super) changes: BTreeMap<u64, Change>,
    /// The newest state of each deployment, by id.
    pub(super) deployments: BTreeMap<u64, &'static str>,
    /// Whether each incident is over, by id.
    pub(super) incidents: BTreeMap<String, bool>,
    /// Ids of deliveries that were taken.
    pub(super) deliveries: usize,
    pub(super) counts: Counts,
    commits: usize,
    /// Of the newest event: each is later than the one before.
    clock: i64,
}

/// A pull request as its newest event says.
pub(super) struct Change {
    pub(super) pull: PullRequest,
    pub(super) is_open: bool,
    /// All heads it had, oldest first.
    pub(super) heads: Vec<String>,
}

/// What was sent.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    /// Requests that were answered.
    pub(super) answered: usize,
    /// Deliveries that were answered 2xx.
    pub(super) webhooks: usize,
    /// Of these, such as were known by then.
    pub(super) duplicates: usize,
    /// Requests that had no answer, because nobody listened or the server was killed; deliveries among them came again.
    pub(super) unanswered: usize,
    /// Answers that nobody should get.
    pub(super) refused: usize,
}

impl Counts {
    pub(super) fn add(&mut self, other: Self) {
        self.answered += other.answered;
        self.webhooks += other.webhooks;
        self.duplicates += other.duplicates;
        self.unanswered += other.unanswered;
        self.refused += other.refused;
    }
}

/// Sends about a tenant.
pub(super) struct Sender<'a> {
    pub(super) company: &'a Company,
    pub(super) tenant: &'a Tenant,
    pub(super) server: &'a Server,
    pub(super) told: Told,
}

impl Sender<'_> {
    /// One thing happens, or two whose news overtake each other.
    pub(super) fn go_on(&mut self, dice: &mut Dice) {
        let mut events = match dice.below(100) {
            0..25 => vec![self.open(dice)],
            25..60 => self.push(dice),
            60..70 => self.close(dice),
            70..80 => self.deploy(dice),
            80..90 => self.incident(dice),
            _ => return self.read(dice),
        };
        if events.len() > 1 && dice.percent(30) {
            events.reverse();
        }
        let mut deliveries: Vec<(&'static str, Delivery)> = events
            .into_iter()
            .map(|(source, event)| (source, event.deliver(HOOK_SECRET)))
            .collect();
        self.told.deliveries += deliveries.len();
        if dice.percent(20) {
            deliveries.push(deliveries[0].clone());
        }
        for (source, delivery) in deliveries {
            self.deliver(source, &delivery);
        }
    }

    /// Sends it until it is taken, as senders of webhooks do.
    fn deliver(&mut self, source: &str, delivery: &Delivery) {
        let path = format!("/webhooks/{}/{source}", self.tenant.name);
        loop {
            let address = self.server.address();
            let answer = address.and_then(|address| delivery.send(address, &path).ok());
            let counts = &mut self.told.counts;
            match answer {
                Some((200..=299, body)) => {
                    counts.answered += 1;
                    counts.webhooks += 1;
                    counts.duplicates += usize::from(body.contains("\"duplicate\":true"));
                    return;
                }
                Some((status, body)) => {
                    counts.answered += 1;
                    counts.refused += 1;
                    eprintln!("{path}: {status} {body}");
                }
                None => counts.unanswered += 1,
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn read(&mut self, dice: &mut Dice) {
        let path = READS[dice.place(READS.len())];
        let Some(address) = self.server.address() else {
            return;
        };
        let counts = &mut self.told.counts;
        match wire::get(&address, path, &self.tenant.key) {
            Some((200, _)) => counts.answered += 1,
            Some((status, body)) => {
                counts.answered += 1;
                counts.refused += 1;
                eprintln!("{path}: {status} {body}");
            }
            None => counts.unanswered += 1,
        }
    }

    /// A new commit, on GitHub too: one of the demo's pull requests.
    fn commit(&mut self, dice: &mut Dice) -> String {
        self.told.commits += 1;
        let sha = sha(self.told.commits);
        let changes = sample::changes();
        let change = changes[dice.place(changes.len())].clone();
        let mut components = packages(|before, _| before);
        components.retain(|one| !change.dependencies.iter().any(|by| by.name == one.name));
        let own = packages(|_, after| after);
        let own = own.into_iter().filter(|one| {
            let mut by = change.dependencies.iter();
            by.any(|by| by.name == one.name && by.after == Some(one.version.as_str()))
        });
        components.extend(own);
        self.company.github.change(|repositories| {
            let mut of = repositories.iter_mut();
            let of = of.find(|one| one.full_name == self.tenant.repository);
            of.unwrap().commits.push((sha.clone(), components));
        });
        sha
    }

    /// Later than everything before.
    fn now(&mut self) -> i64 {
        self.told.clock = now().max(self.told.clock + 1_000);
        self.told.clock
    }

    fn open(&mut self, dice: &mut Dice) -> (&'static str, Event) {
        let head = self.commit(dice);
        let number = self.told.changes.len() as u64 + 1;
        let at = self.now();
        let pull = PullRequest::new(&self.tenant.repository, number, &sha(0), &head, at);
        let event = pull.opened();
        let change = Change {
            pull,
            is_open: true,
            heads: vec![head],
        };
        self.told.changes.insert(number, change);
        (GITHUB, event)
    }

    /// One push, or two in a row, to an open pull request; a new one if there is none.
    fn push(&mut self, dice: &mut Dice) -> Vec<(&'static str, Event)> {
        let Some(number) = self.any_open(dice) else {
            return vec![self.open(dice)];
        };
        let pushes = 1 + usize::from(dice.percent(30));
        (0..pushes)
            .map(|_| {
                let (head, at) = (self.commit(dice), self.now());
                let change = self.told.changes.get_mut(&number).unwrap();
                let before = std::mem::replace(&mut change.pull.head_sha, head.clone());
                change.heads.push(head);
                (GITHUB, change.pull.synchronized(&before, at))
            })
            .collect()
    }

    fn close(&mut self, dice: &mut Dice) -> Vec<(&'static str, Event)> {
        let Some(number) = self.any_open(dice) else {
            return vec![self.open(dice)];
        };
        let (merge, at) = (self.commit(dice), self.now());
        let change = self.told.changes.get_mut(&number).unwrap();
        change.is_open = false;
        let event = if dice.percent(70) {
            change.pull.merged(&merge, "ines", at)
        } else {
            change.pull.closed(at)
        };
        vec![(GITHUB, event)]
    }

    fn any_open(&self, dice: &mut Dice) -> Option<u64> {
        let open = self
            .told
            .changes
            .iter()
            .filter(|(_, change)| change.is_open);
        let open: Vec<u64> = open.map(|(number, _)| *number).collect();
        (!open.is_empty()).then(|| open[dice.place(open.len())])
    }

    fn deploy(&mut self, dice: &mut Dice) -> Vec<(&'static str, Event)> {
        let id = self.told.deployments.len() as u64 + 1;
        let end = ["success", "failure"][dice.place(2)];
        let (begun, ended) = (self.now(), self.now());
        let deployment = Deployment::new(&self.tenant.repository, id, &sha(0), begun);
        self.told.deployments.insert(id, end);
        vec![
            (GITHUB, deployment.status("in_progress", begun)),
            (GITHUB, deployment.status(end, ended)),
        ]
    }

    fn incident(&mut self, dice: &mut Dice) -> Vec<(&'static str, Event)> {
        let id = format!("P{:06}", self.told.incidents.len());
        let (begun, ended) = (self.now(), self.now());
        let incident = Incident::new(&id, SERVICE, begun);
        let is_over = dice.percent(70);
        self.told.incidents.insert(id, is_over);
        let mut events = vec![(PAGER_DUTY, incident.triggered())];
        if is_over {
            events.push((PAGER_DUTY, incident.resolved(ended)));
        }
        events
    }
}

/// Where webhooks go.
const GITHUB: &str = "github";
const PAGER_DUTY: &str = "pagerduty";

/// What dashboards ask for.
const READS: [&str; 4] = [
    "/api/v1/changes?limit=50",
    "/api/v1/integrations",
    "/api/v1/jobs",
    "/api/v1/plugins",
];

/// Before something that nobody took is sent again.
const PAUSE: Duration = Duration::from_millis(50);
