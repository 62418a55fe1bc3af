//! Open tenants between two requests. Opening one means to read its whole schema, which is half of what a small request
//! costs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use koalr_store::{DataDir, StoreError, Tenant, TenantId};
use scopeguard::ScopeGuard;

/// A tenant that is given back when it is dropped.
pub(super) type Lent = ScopeGuard<Tenant, GiveBack>;

type GiveBack = Box<dyn FnOnce(Tenant) + Send>;

/// Tenants that nobody uses now, the last used last.
#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<Tenant>>);

impl Pool {
    /// A tenant, opened unless it is here.
    pub(super) fn lend(
        self: &Arc<Self>,
        data: &DataDir,
        id: &TenantId,
    ) -> Result<Lent, StoreError> {
        let tenant = match self.take(id) {
            Some(tenant) if data.is_current(&tenant)? => tenant,
            // What was replaced is closed here.
            _ => data.tenant(id, false)?,
        };
        let pool = Arc::clone(self);
        Ok(scopeguard::guard(
            tenant,
            Box::new(move |tenant| pool.take_back(tenant)),
        ))
    }

    /// Closes those that are not what would be opened now, so that nothing of a deleted tenant stays.
    pub(super) fn close_stale(&self, data: &DataDir) {
        let idle = std::mem::take(&mut *self.idle());
        for tenant in idle {
            if data.is_current(&tenant).is_ok_and(|current| current) {
                self.take_back(tenant);
            }
        }
    }

    fn take(&self, id: &TenantId) -> Option<Tenant> {
        let mut idle = self.idle();
        let place = idle.iter().rposition(|one| one.id() == id)?;
        Some(idle.remove(place))
    }

    fn take_back(&self, tenant: Tenant) {
        let mut idle = self.idle();
        idle.push(tenant);
        let oldest = (idle.len() > MOST_IDLE).then(|| idle.remove(0));
        drop(idle);
        // Closing writes its log back, for which nobody else waits.
        drop(oldest);
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Tenant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Each may hold 8 MiB of its file.
const MOST_IDLE: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    /// Tenants `t0`, `t1` and so on.
    fn ground(tenants: usize) -> (tempfile::TempDir, DataDir, Arc<Pool>) {
        let directory = tempfile::tempdir().unwrap();
        let data = DataDir::open(directory.path()).unwrap();
        for number in 0..tenants {
            data.create_tenant(&id(number), 0).unwrap();
        }
        (directory, data, Arc::default())
    }

    fn id(number: usize) -> TenantId {
        TenantId::parse(&format!("t{number}")).unwrap()
    }

    fn idle(pool: &Pool) -> Vec<String> {
        pool.idle().iter().map(|one| one.id().to_string()).collect()
    }

    #[test]
    fn a_tenant_is_lent_again_and_to_one_at_a_time() {
        let (_directory, data, pool) = ground(1);
        let one = pool.lend(&data, &id(0)).unwrap();
        let other = pool.lend(&data, &id(0)).unwrap();
        assert_eq!(idle(&pool), [""; 0]);
        drop((one, other));
        assert_eq!(idle(&pool), ["t0", "t0"]);
        let again = pool.lend(&data, &id(0)).unwrap();
        assert_eq!((again.id(), idle(&pool).len()), (&id(0), 1));
    }

    #[test]
    fn only_so_many_stay_open_and_those_are_the_last_used() {
        let (_directory, data, pool) = ground(MOST_IDLE + 1);
        for number in 0..=MOST_IDLE {
            drop(pool.lend(&data, &id(number)).unwrap());
        }
        assert_eq!(idle(&pool).len(), MOST_IDLE);
        assert!(!idle(&pool).contains(&"t0".to_owned()));
    }

    #[test]
    fn a_tenant_that_was_suspended_or_deleted_meanwhile_is_not_lent() {
        let (_directory, data, pool) = ground(2);
        drop(pool.lend(&data, &id(0)).unwrap());
        drop(pool.lend(&data, &id(1)).unwrap());
        data.suspend(&id(0), 1).unwrap();
        data.delete(&id(1)).unwrap();
        let refused = |number| pool.lend(&data, &id(number)).err().unwrap();
        assert!(matches!(refused(0), StoreError::TenantSuspended { .. }));
        assert!(matches!(refused(1), StoreError::TenantUnknown { .. }));
    }

    #[test]
    fn a_tenant_that_was_made_anew_is_opened_anew() {
        let (_directory, data, pool) = ground(1);
        let former = pool.lend(&data, &id(0)).unwrap().file();
        data.delete(&id(0)).unwrap();
        data.create_tenant(&id(0), 1).unwrap();
        let lent = pool.lend(&data, &id(0)).unwrap();
        assert_ne!(lent.file(), former);
        assert!(data.is_current(&lent).unwrap());
    }

    #[test]
    fn what_is_not_current_is_closed_and_the_rest_stays() {
        let (_directory, data, pool) = ground(2);
        drop(pool.lend(&data, &id(0)).unwrap());
        drop(pool.lend(&data, &id(1)).unwrap());
        data.delete(&id(0)).unwrap();
        pool.close_stale(&data);
        assert_eq!(idle(&pool), ["t1"]);
    }
}
