//! Positions of things by name, in one map: a map is compiled anew for every type, some 5 KB of component each.

use std::collections::BTreeMap;

/// Positions by name.
pub(crate) struct Groups<'a>(BTreeMap<Name<'a>, Vec<usize>>);

/// A name of up to three parts, for example a vulnerability's id, package and version. Parts that are not needed are empty.
pub(crate) type Name<'a> = (&'a str, &'a str, &'a str);

impl<'a> Groups<'a> {
    /// Groups things by their names, given in the order of their positions. What has no name is in no group.
    pub(crate) fn of(names: impl IntoIterator<Item = Option<Name<'a>>>) -> Self {
        let mut groups = Self(BTreeMap::new());
        for (position, name) in names.into_iter().enumerate() {
            if let Some(name) = name {
                groups.add(name, position);
            }
        }
        groups
    }

    fn add(&mut self, name: Name<'a>, position: usize) {
        self.0.entry(name).or_default().push(position);
    }

    /// Positions of what has this name, in rising order; empty if there is nothing.
    pub(crate) fn positions<'b>(&'b self, name: Name<'b>) -> &'b [usize] {
        self.0.get(&name).map_or(&[], Vec::as_slice)
    }
}
