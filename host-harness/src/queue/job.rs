//! What waits, runs and ends.

/// Work that can wait in the queue.
///
/// It is cloned for every attempt. What these say is read once, when the job is pushed.
pub trait Job: Clone + Send + 'static {
    /// Whose job it is; slots are shared fairly between tenants.
    fn tenant(&self) -> &str;

    /// How urgent it is.
    fn class(&self) -> Class;

    /// What it is about, such as one change; unique within its tenant. A newer job takes the place of one with the same
    /// key that waits.
    fn key(&self) -> &str;

    /// The connection of the tenant that it is about. Of each, one backfill runs at a time. None where a tenant has but
    /// one.
    fn connection(&self) -> Option<&str> {
        None
    }
}

/// How urgent a job is; the most urgent comes first in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Somebody waits for a verdict.
    Gate,
    /// Somebody waits to see that a connection works.
    Connect,
    /// The periodic look at what is new.
    Increment,
    /// History, which takes long and which nobody waits for.
    Backfill,
}

impl Class {
    /// All, the most urgent first.
    pub const ALL: [Self; 4] = [Self::Gate, Self::Connect, Self::Increment, Self::Backfill];

    /// The word for people and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::Connect => "connect",
            Self::Increment => "increment",
            Self::Backfill => "backfill",
        }
    }

    /// Its part of the slots' time while all classes but gates wait. A gate's is not looked at.
    pub(super) fn weight(self) -> u64 {
        match self {
            Self::Gate | Self::Connect => MOST_WEIGHT,
            Self::Increment => 4,
            Self::Backfill => 1,
        }
    }

    /// What a time in a slot costs a class, so that weights become shares.
    pub(super) fn price(self, used_ms: u64) -> u64 {
        used_ms.saturating_mul(MOST_WEIGHT / self.weight())
    }
}

/// Names one job in one scheduler; later pushed is larger. It stays the same over attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub(super) u64);

/// A job that is to run now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started<J> {
    /// To be given back to [`Scheduler::done`](super::Scheduler::done).
    pub id: JobId,
    /// The job.
    pub job: J,
    /// Which attempt it is, from 1.
    pub attempt: u32,
}

/// How an attempt went, as its worker says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It may work later; after [`MAX_ATTEMPTS`](super::MAX_ATTEMPTS) attempts it is dead. Work that goes on in parts
    /// is `Done` after each, and pushes the next one itself: while it runs, a job of its own key waits beside it.
    Again {
        /// The wait that was asked for, in seconds; none means the queue's own back-off.
        after_secs: Option<u64>,
        /// Why, for people.
        reason: String,
    },
    /// It never works as it is.
    Dead {
        /// Why, for people.
        reason: String,
    },
}

/// An attempt that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended<J> {
    /// Its job.
    pub job: J,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a job after an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is done.
    Finished,
    /// It waits to be tried again.
    Retried {
        /// Why, for people.
        reason: String,
        /// When it may start again, in milliseconds.
        not_before_ms: i64,
    },
    /// It is in the dead-letter list.
    Buried {
        /// Why, for people.
        reason: String,
    },
    /// It needed another attempt, but a newer job of its key waits, or its tenant was cancelled.
    Dropped,
}

/// A job of the dead-letter list: it runs no more unless a person replays it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dead<J> {
    /// The job.
    pub job: J,
    /// How often it was tried; at least 1.
    pub attempts: u32,
    /// Why the last attempt failed.
    pub reason: String,
    /// When it was given up, in milliseconds.
    pub at_ms: i64,
}

/// The weight of the heaviest class; every other one divides it.
const MOST_WEIGHT: u64 = 8;
