//! Numbers that look random and depend on nothing but what they are made of.

/// Numbers one after the other: `SplitMix64`, <https://prng.di.unimi.it/splitmix64.c>.
#[derive(Debug, Clone, Copy)]
pub struct Dice(u64);

impl Dice {
    /// The numbers of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The numbers of one thing.
    pub(crate) fn of(parts: &[u64]) -> Self {
        let mut dice = Self(0);
        for part in parts {
            dice.0 ^= *part;
            dice.0 = dice.draw();
        }
        dice
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The next number below a bound; 0 for a bound of 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.draw().checked_rem(bound).unwrap_or(0)
    }

    /// A place in a list of so many; 0 in an empty one.
    pub fn place(&mut self, length: usize) -> usize {
        let bound = u64::try_from(length).unwrap_or(u64::MAX);
        usize::try_from(self.below(bound)).unwrap_or(0)
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }

    /// The next time span below a bound in milliseconds.
    pub(crate) fn span(&mut self, bound: i64) -> i64 {
        let bound = u64::try_from(bound).unwrap_or(0);
        i64::try_from(self.below(bound)).unwrap_or(0)
    }

    /// An entry of a table.
    pub(crate) fn pick<T: Copy + Default>(&mut self, table: &[T]) -> T {
        entry(table, self.draw())
    }
}

/// The entry at a place, counted round and round.
pub(crate) fn entry<T: Copy + Default>(table: &[T], place: u64) -> T {
    let length = u64::try_from(table.len()).unwrap_or(1);
    let place = place.checked_rem(length).unwrap_or(0);
    let place = usize::try_from(place).unwrap_or(0);
    table.get(place).copied().unwrap_or_default()
}
