//! Two states of one change, brought together.

use super::{ChangeRecord, ChangeState};

/// What is known of a change after a state came to the one that was stored. It does not depend on which of two came
/// first, unless they are equally old.
pub(super) fn of(came: &ChangeRecord, stored: &ChangeRecord) -> ChangeRecord {
    let (newer, older) = if came.is_outranked(stored) {
        (stored, came)
    } else {
        (came, stored)
    };
    let mut newest = newer.clone();
    // Times of events may be whole seconds, and nothing that was merged is opened again within one.
    let stays_merged = older.state == ChangeState::Merged && newer.updated_at == older.updated_at;
    if newer.state == ChangeState::Unknown || stays_merged {
        newest.state = older.state;
    }
    if newest.state == ChangeState::Merged {
        fill(&mut newest.merged_at, older.merged_at.as_ref());
        fill(&mut newest.merge_sha, older.merge_sha.as_ref());
    }
    fill(&mut newest.author, older.author.as_ref());
    fill(&mut newest.opened_at, older.opened_at.as_ref());
    fill(&mut newest.base_score, older.base_score.as_ref());
    if newest.title.is_empty() {
        newest.title.clone_from(&older.title);
    }
    let (change, before) = (&mut newest.change, &older.change);
    fill(&mut change.number, before.number.as_ref());
    fill(&mut change.source_branch, before.source_branch.as_ref());
    fill(&mut change.target_branch, before.target_branch.as_ref());
    if change.head_sha == before.head_sha {
        fill(&mut change.base_sha, before.base_sha.as_ref());
    }
    newest
}

impl ChangeRecord {
    /// Whether it does not replace a stored one: that is newer, or as old and of who knows better. The upstream itself
    /// knows better than who speaks about it.
    pub(super) fn is_outranked(&self, stored: &Self) -> bool {
        let rank = |record: &Self| (record.updated_at, record.source == UPSTREAM);
        rank(self) < rank(stored)
    }
}

/// The source that changes come from themselves.
const UPSTREAM: &str = "github";

fn fill<T: Clone>(value: &mut Option<T>, other: Option<&T>) {
    if value.is_none() {
        *value = other.cloned();
    }
}
