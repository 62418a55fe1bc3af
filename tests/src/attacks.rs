//! Every attack: a function of its guest's name, which lets it loose and panics if the host does not hold.
//!
//! A file of `tests/guests/hostile/examples` without a function here does not compile, and neither does a name in
//! [`foreach_made_guest`](crate::foreach_made_guest). By noun:

mod addresses;
mod admission;
mod computing;
mod headers;
pub mod limits;
mod log;
mod memory;
mod requests;
mod secrets;
mod state;
mod values;
mod versions;

pub use addresses::*;
pub use admission::*;
pub use computing::*;
pub use headers::*;
pub use log::*;
pub use memory::*;
pub use requests::*;
pub use secrets::*;
pub use state::*;
pub use values::*;
pub use versions::*;

/// Calls a macro with the name of each attack by a component that no compiler built.
#[macro_export]
macro_rules! foreach_made_guest {
    ($attack:ident) => {
        $attack!(imports_too_much);
        $attack!(exports_too_little);
        $attack!(is_truncated);
        $attack!(is_a_core_module);
        $attack!(claims_another_contract);
        $attack!(is_machine_code);
        $attack!(has_too_many_instances);
        $attack!(has_too_many_tables);
        $attack!(has_two_memories);
        $attack!(grows_tables);
    };
}
