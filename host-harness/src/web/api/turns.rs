//! How many at a time, by whom.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts what is under way, by whom. Who has nothing under way takes no room.
#[derive(Debug)]
pub(super) struct Turns<K> {
    taken: Arc<Mutex<HashMap<K, usize>>>,
}

/// Something under way, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn<K: Hash + Eq> {
    taken: Arc<Mutex<HashMap<K, usize>>>,
    whose: K,
}

impl<K: Hash + Eq + Clone> Turns<K> {
    pub(super) fn new() -> Self {
        Self {
            taken: Arc::default(),
        }
    }

    /// None if so many are under way already.
    pub(super) fn take(&self, whose: &K, most: usize) -> Option<Turn<K>> {
        let mut taken = lock(&self.taken);
        let count = taken.get(whose).copied().unwrap_or_default();
        if count >= most {
            return None;
        }
        taken.insert(whose.clone(), count + 1);
        Some(Turn {
            taken: Arc::clone(&self.taken),
            whose: whose.clone(),
        })
    }
}

impl<K: Hash + Eq> Drop for Turn<K> {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        if let Some(count) = taken.get_mut(&self.whose) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.whose);
            }
        }
    }
}

fn lock<K>(taken: &Mutex<HashMap<K, usize>>) -> MutexGuard<'_, HashMap<K, usize>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_takes_no_turn_of_another_and_gives_its_own_back() {
        let turns = Turns::new();
        let first = turns.take(&"acme", 1).unwrap();
        assert!(turns.take(&"acme", 1).is_none());
        let second = turns.take(&"globex", 1).unwrap();
        drop(first);
        assert!(turns.take(&"acme", 1).is_some());
        drop(second);
        assert!(lock(&turns.taken).is_empty());
    }
}
