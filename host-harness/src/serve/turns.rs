//! Turns at something of which there is little, so that nobody keeps it to themselves.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use koalr_store::TenantId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use crate::HostError;

/// Turns in the order they were asked for, but for tenants that have as many as one may have already.
pub(super) struct Turns {
    all: Semaphore,
    /// How many a tenant may have, or wait for among the others.
    each: usize,
    tenants: Mutex<BTreeMap<TenantId, Arc<Semaphore>>>,
}

/// A turn, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    _of_all: SemaphorePermit<'a>,
    _of_tenant: OwnedSemaphorePermit,
}

impl Turns {
    pub(super) fn new(all: usize, each: usize) -> Self {
        Self {
            all: Semaphore::new(all),
            each,
            tenants: Mutex::default(),
        }
    }

    /// Waits for a turn. Before a tenant that waits there are never more than its own and those that each other tenant
    /// may have.
    pub(super) async fn take(&self, tenant: &TenantId) -> Result<Turn<'_>, HostError> {
        let own = self.of(tenant).acquire_owned().await;
        let of_tenant = own.map_err(|_| HostError::Ended)?;
        let of_all = self.all.acquire().await.map_err(|_| HostError::Ended)?;
        Ok(Turn {
            _of_all: of_all,
            _of_tenant: of_tenant,
        })
    }

    fn of(&self, tenant: &TenantId) -> Arc<Semaphore> {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody has a turn or waits for one that only this map knows.
        tenants.retain(|_, turns| Arc::strong_count(turns) > 1);
        let turns = tenants.entry(tenant.clone());
        Arc::clone(turns.or_insert_with(|| Arc::new(Semaphore::new(self.each))))
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn tenant(name: &str) -> TenantId {
        TenantId::parse(name).unwrap()
    }

    #[test]
    fn a_tenant_that_asks_often_goes_behind_one_that_asks_later() {
        let turns = Turns::new(2, 2);
        let (busy, other) = (tenant("busy"), tenant("other"));
        let mut context = Context::from_waker(Waker::noop());
        let mut take = |turn: std::pin::Pin<&mut dyn Future<Output = _>>| turn.poll(&mut context);
        let mut taken: Vec<Turn<'_>> = Vec::new();
        for _ in 0..2 {
            let turn = pin!(turns.take(&busy));
            match take(turn) {
                Poll::Ready(turn) => taken.push(turn.unwrap()),
                Poll::Pending => panic!("nobody else has a turn"),
            }
        }
        let mut third = pin!(turns.take(&busy));
        let mut later = pin!(turns.take(&other));
        assert!(take(third.as_mut()).is_pending() && take(later.as_mut()).is_pending());
        drop(taken.pop());
        assert!(take(third.as_mut()).is_pending());
        assert!(take(later.as_mut()).is_ready());
    }

    #[test]
    fn of_tenants_that_are_done_nothing_is_kept() {
        let turns = Turns::new(2, 2);
        drop(turns.of(&tenant("acme")));
        let held = turns.of(&tenant("globex"));
        assert_eq!(turns.tenants.lock().unwrap().len(), 1);
        drop(held);
    }
}
