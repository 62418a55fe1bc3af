//! Dashboards as they were counted last, for those who would wait for what changed since.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use koalr_platform::model::common::Timestamp;
use koalr_store::{FileMark, TenantId};

use crate::report::html::{DashboardFilter, Page};

/// Whose dashboard, and which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) tenant: TenantId,
    /// Another one once the tenant was restored.
    pub(super) file: FileMark,
    pub(super) filter: DashboardFilter,
}

/// A dashboard and when it was counted.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    pub(super) page: Page,
    pub(super) at: Timestamp,
}

/// The last of them.
#[derive(Default)]
pub(super) struct Figures(Mutex<State>);

#[derive(Default)]
struct State {
    /// The last asked for last.
    kept: VecDeque<(Question, Counted)>,
    /// Whose are being counted.
    counting: HashSet<TenantId>,
}

impl Figures {
    pub(super) fn keep(&self, question: &Question, counted: Counted) {
        let mut state = self.state();
        state.kept.retain(|(one, _)| one != question);
        state.kept.push_back((question.clone(), counted));
        if state.kept.len() > MOST_KEPT {
            state.kept.pop_front();
        }
    }

    pub(super) fn last(&self, question: &Question) -> Option<Counted> {
        let state = self.state();
        let mut kept = state.kept.iter();
        kept.find(|(one, _)| one == question)
            .map(|(_, counted)| counted.clone())
    }

    /// Whether nobody counts this tenant's yet; whoever is told so does it until [`end`](Self::end).
    pub(super) fn begin(&self, tenant: &TenantId) -> bool {
        self.state().counting.insert(tenant.clone())
    }

    pub(super) fn end(&self, tenant: &TenantId) {
        self.state().counting.remove(tenant);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Each takes about 100 kB.
const MOST_KEPT: usize = 64;
