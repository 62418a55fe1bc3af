//! Moments at which a process is killed, drawn from what an undisturbed one lets others see.

use std::fmt;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use koalr_upstream::github::GitHubUpstream;
use koalr_upstream::{Dice, Upstream};

/// From `KOALR_CRASH_SEED`, or always the same moments, and other ones for each story.
pub(super) fn dice(story: &str) -> Dice {
    let seed = number("KOALR_CRASH_SEED", 7);
    let mixed = |sum: u64, byte: u8| sum.wrapping_mul(31).wrapping_add(byte.into());
    Dice::new(story.bytes().fold(seed, mixed))
}

/// How many runs of a story are disturbed: `KOALR_CRASH_RUNS`, or few.
pub(super) fn runs() -> u64 {
    number("KOALR_CRASH_RUNS", 6)
}

/// What others see of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Start,
    Line,
    Snyk,
    GitHub,
}

/// So long after the process did something for the so manieth time.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    seen: Seen,
    number: usize,
    later: Duration,
}

impl fmt::Debug for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seen,
            number,
            later,
        } = self;
        write!(formatter, "{seen:?} {number} + {later:?}")
    }
}

/// What an undisturbed run did.
pub(super) struct Course {
    counts: [(Seen, usize); 3],
    took: Duration,
}

impl Course {
    /// Some moments of it, one for each of several processes.
    pub(super) fn draw(&self, dice: &mut Dice) -> Vec<Moment> {
        let kills = 1 + dice.place(MOST_KILLS);
        (0..kills).map(|_| self.draw_one(dice)).collect()
    }

    fn draw_one(&self, dice: &mut Dice) -> Moment {
        let events: usize = self.counts.iter().map(|(_, count)| count).sum();
        let micros = usize::try_from(self.took.as_micros()).unwrap();
        let mut later = |within: usize| {
            let micros = dice.place(within);
            Duration::from_micros(micros.try_into().unwrap())
        };
        let mut place = later(events + 1 + events / SHARE_OF_START).as_micros();
        for (seen, count) in self.counts {
            if place < count as u128 {
                return Moment {
                    seen,
                    number: usize::try_from(place).unwrap() + 1,
                    // Usually before the next one.
                    later: later(micros / events.max(1)),
                };
            }
            place -= count as u128;
        }
        Moment {
            seen: Seen::Start,
            number: 0,
            later: later(micros),
        }
    }
}

/// Who sees requests of the process.
#[derive(Clone, Copy, Default)]
pub(super) struct Witnesses<'w> {
    pub(super) snyk: Option<&'w Upstream>,
    pub(super) github: Option<&'w GitHubUpstream>,
}

impl Witnesses<'_> {
    fn counts(&self) -> [usize; 2] {
        [
            self.snyk.map_or(0, Upstream::request_count),
            self.github.map_or(0, GitHubUpstream::request_count),
        ]
    }
}

/// A process under way.
pub(super) struct Running<'w> {
    child: Child,
    out: Arc<Mutex<Vec<String>>>,
    log: Arc<Mutex<Vec<String>>>,
    witnesses: Witnesses<'w>,
    before: [usize; 2],
    began: Instant,
}

impl<'w> Running<'w> {
    pub(super) fn start(mut command: Command, witnesses: Witnesses<'w>) -> Self {
        let before = witnesses.counts();
        command.arg("-vv");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let began = Instant::now();
        let mut child = command.spawn().unwrap();
        Self {
            out: lines(child.stdout.take().unwrap()),
            log: lines(child.stderr.take().unwrap()),
            child,
            witnesses,
            before,
            began,
        }
    }

    /// What it printed so far.
    pub(super) fn out(&self) -> Arc<Mutex<Vec<String>>> {
        Arc::clone(&self.out)
    }

    fn count(&self, seen: Seen) -> usize {
        let [snyk, github] = self.witnesses.counts();
        match seen {
            Seen::Start => 0,
            Seen::Line => self.log.lock().unwrap().len(),
            Seen::Snyk => snyk - self.before[0],
            Seen::GitHub => github - self.before[1],
        }
    }

    /// Kills it at that moment, unless what it is to do was over before.
    pub(super) fn kill_at(mut self, moment: Moment, mut is_over: impl FnMut() -> bool) {
        let mut due = None;
        while !self.ended() && !is_over() {
            if due.is_none() && self.count(moment.seen) >= moment.number {
                due = Some(Instant::now() + moment.later);
            }
            if due.is_some_and(|due| due <= Instant::now()) {
                break;
            }
            std::thread::yield_now();
        }
        self.kill();
    }

    /// Waits until it ends, or until what it is to do is over, and then kills it.
    pub(super) fn finish(mut self, mut is_over: impl FnMut() -> bool) -> Course {
        while !self.ended() && !is_over() {
            assert!(self.began.elapsed() < LONGEST, "{:#?}", self.log.lock());
            std::thread::sleep(LOOK);
        }
        let took = self.began.elapsed();
        self.kill();
        let counts = [Seen::Line, Seen::Snyk, Seen::GitHub];
        Course {
            counts: counts.map(|seen| (seen, self.count(seen))),
            took,
        }
    }

    fn ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Lines of a stream, as they come.
fn lines(stream: impl std::io::Read + Send + 'static) -> Arc<Mutex<Vec<String>>> {
    let lines = Arc::default();
    let into: Arc<Mutex<Vec<String>>> = Arc::clone(&lines);
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            into.lock().unwrap().push(line);
        }
    });
    lines
}

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |text| text.parse().unwrap())
}

/// Processes in a row that are killed, before one is left alone.
const MOST_KILLS: usize = 3;
/// Of so many moments, one is counted from the start of the process, where nothing of it is seen.
const SHARE_OF_START: usize = 4;
/// Between two looks whether something is over.
const LOOK: Duration = Duration::from_millis(2);
/// Nothing here takes a tenth of it.
const LONGEST: Duration = Duration::from_mins(1);
