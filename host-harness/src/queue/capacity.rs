//! How many jobs run at the same time.

/// Slots for jobs, some of them only for gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    slots: usize,
    reserved: usize,
}

impl Capacity {
    /// So many slots in all, of which so many are only for gates.
    ///
    /// # Errors
    ///
    /// No slot would be left for other jobs.
    pub fn new(slots: usize, reserved_for_gates: usize) -> Result<Self, CapacityError> {
        if reserved_for_gates >= slots {
            return Err(CapacityError {
                slots,
                reserved: reserved_for_gates,
            });
        }
        Ok(Self {
            slots,
            reserved: reserved_for_gates,
        })
    }

    /// Jobs that run at the same time at most, gates among them; at least 1.
    #[must_use]
    pub fn slots(self) -> usize {
        self.slots
    }

    /// Slots that only gates use; fewer than all.
    #[must_use]
    pub fn reserved_for_gates(self) -> usize {
        self.reserved
    }

    /// Slots that every class uses; at least 1.
    #[must_use]
    pub fn shared(self) -> usize {
        self.slots - self.reserved
    }

    /// Slots that one tenant holds at most while another one waits; at least 1.
    pub(super) fn of_one_tenant(self) -> usize {
        (self.shared() - 1).max(1)
    }
}

/// Slots that leave nothing for jobs that are no gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{reserved} of {slots} slots are only for gates, which leaves none for other jobs; \
     reserve fewer than there are slots"
)]
pub struct CapacityError {
    slots: usize,
    reserved: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_that_are_all_reserved_are_refused() {
        assert_eq!(
            Capacity::new(2, 2).unwrap_err().to_string(),
            "2 of 2 slots are only for gates, which leaves none for other jobs; \
             reserve fewer than there are slots"
        );
        assert_eq!(Capacity::new(3, 2).unwrap().shared(), 1);
    }
}
