//! The jobs' queue of a server: what runs next, what is tried again, and what a person has to look at.
//!
//! [`Scheduler`] decides and holds no clock; [`Runner`] runs what it decides; [`Queue`] is the handle that everything
//! else pushes jobs through. The rules, in this order:
//!
//! 1. **Gates first.** A waiting gate takes the next free slot, and some slots are only for gates: however long other
//!    jobs run, a gate waits for gates alone.
//! 2. **Gates do not starve the rest.** While nothing but gates runs, other work gets a shared slot after eight gates
//!    that went before it. One slot at a time, so gates lose no more than that.
//! 3. **No tenant takes all.** A tenant that holds all shared slots but one leaves it to another tenant that waits.
//! 4. **Classes by weight.** Connects, increments and backfills that all wait share the slots' time as 8 : 4 : 1.
//! 5. **Tenants evenly.** Of the tenants of a class, the one that has used least starts next, in milliseconds of slots;
//!    who comes later is given no credit for the time before. A thousand jobs of one do not delay the one of another.
//! 6. **First in, first out** within a tenant's class.
//!
//! Of one key, one job waits at most, and none runs beside another. Of one connection, one backfill runs at a time.

mod capacity;
mod clock;
mod count;
mod job;
mod observer;
mod retry;
mod runner;
mod scheduler;
mod usage;

pub use capacity::{Capacity, CapacityError};
pub use clock::{Clock, WallClock};
pub use count::Count;
pub use job::{Class, Dead, Ended, Fate, Job, JobId, Outcome, Started};
pub use observer::Observer;
pub use retry::MAX_ATTEMPTS;
pub use runner::{Queue, Runner, Stopped};
pub use scheduler::{Cancelled, Scheduler};
