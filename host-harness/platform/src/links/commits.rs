//! Things by commit.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use crate::delivery::key;

/// Things by commit in any case. Those of one commit are in the order that they were given in.
pub(super) struct Commits<'a, T> {
    /// By the first bytes of the commit as a number, which rarely agree, then by commit.
    all: Vec<(u64, Cow<'a, str>, T)>,
    /// Where the commits with those first bytes stand.
    places: HashMap<u64, Range<usize>>,
}

impl<'a, T> Commits<'a, T> {
    /// Things and their commits; those without one are left out.
    pub(super) fn new(all: impl Iterator<Item = (Option<&'a str>, T)>) -> Self {
        let all = all.filter_map(|(sha, thing)| {
            let sha = key(sha?);
            (!sha.is_empty()).then(|| (head(&sha), sha, thing))
        });
        let mut all: Vec<_> = all.collect();
        all.sort_by(|left, right| (left.0, &left.1).cmp(&(right.0, &right.1)));
        let mut places: HashMap<u64, Range<usize>> = HashMap::with_capacity(all.len());
        for (place, (head, _, _)) in all.iter().enumerate() {
            places.entry(*head).or_insert(place..place).end = place + 1;
        }
        Self { all, places }
    }

    /// Those of a commit. None without one.
    pub(super) fn of(&self, sha: Option<&str>) -> &[(u64, Cow<'a, str>, T)] {
        let sha = key(sha.unwrap_or_default());
        let places = self.places.get(&head(&sha)).cloned();
        let those = self.all.get(places.unwrap_or_default()).unwrap_or_default();
        let from = those.partition_point(|(_, one, _)| *one < sha);
        let until = those.partition_point(|(_, one, _)| *one <= sha);
        those.get(from..until).unwrap_or_default()
    }

    /// Those of the commits that begin so, which is in lower case.
    pub(super) fn of_prefix(&self, prefix: &str) -> impl Iterator<Item = &T> {
        let place = (head(prefix), prefix);
        let from = |(head, sha, _): &(u64, Cow<'_, str>, T)| (*head, &**sha) < place;
        let those = self.all.iter().skip(self.all.partition_point(from));
        let those = those.take_while(move |(_, sha, _)| sha.starts_with(prefix));
        those.map(|(_, _, thing)| thing)
    }
}

/// The first bytes of a text as a number that has the text's order.
fn head(text: &str) -> u64 {
    let mut head = [0; 8];
    for (place, byte) in head.iter_mut().zip(text.bytes()) {
        *place = byte;
    }
    u64::from_be_bytes(head)
}
