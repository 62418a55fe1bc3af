//! Numbers that look random and depend on nothing but the seed and the pull request.

/// A stream of numbers.
#[derive(Debug)]
pub(crate) struct Dice(koalr_upstream::Dice);

impl Dice {
    /// The numbers of one pull request.
    pub(crate) fn of(seed: u64, number: u32) -> Self {
        let seed = koalr_upstream::Dice::new(seed).draw();
        let mut dice = koalr_upstream::Dice::new(seed ^ u64::from(number));
        dice.draw();
        Self(dice)
    }

    /// A number below a bound that is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0.place(bound)
    }

    /// True so many times in a hundred.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.0.percent(percent)
    }

    /// An entry of a table.
    pub(crate) fn pick<'a, T>(&mut self, table: &'a [T]) -> &'a T {
        &table[self.below(table.len())]
    }
}
