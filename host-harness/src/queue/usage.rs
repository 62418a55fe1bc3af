//! Who has used how much, for fair turns.

use std::collections::BTreeMap;

/// Virtual time of parties that take turns: the one that has used least is next.
///
/// A party that comes back starts at the turn's own time, so that nobody saves turns up while away.
#[derive(Debug, Clone)]
pub(super) struct Usage<K> {
    used: BTreeMap<K, u64>,
    turn: u64,
}

impl<K: Ord> Usage<K> {
    /// What the party has used by jobs that ended.
    pub(super) fn of<Q: Ord + ?Sized>(&self, party: &Q) -> u64
    where
        K: std::borrow::Borrow<Q>,
    {
        self.used.get(party).copied().unwrap_or_default()
    }

    /// The party has work again; `under_way` is what its running jobs have used so far.
    pub(super) fn join(&mut self, party: K, under_way: u64) {
        let used = self.used.entry(party).or_default();
        *used = (*used).max(self.turn.saturating_sub(under_way));
    }

    /// A job of the party ended that used so much.
    pub(super) fn charge(&mut self, party: K, cost: u64) {
        let used = self.used.entry(party).or_default();
        *used = used.saturating_add(cost);
    }

    /// A turn was taken while the least of all who wait had used so much.
    pub(super) fn turn(&mut self, least: u64) {
        self.turn = self.turn.max(least);
    }
}

impl<K> Default for Usage<K> {
    fn default() -> Self {
        Self {
            used: BTreeMap::new(),
            turn: 0,
        }
    }
}
