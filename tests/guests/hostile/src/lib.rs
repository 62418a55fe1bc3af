//! What hostile guests have in common.
