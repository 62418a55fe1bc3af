//! The host's side of the contract: the only place in this crate where generated types and the host's own model meet.
//!
//! The two have the same shape by construction, so each pair is declared by its fields or cases alone; a field that the
//! contract gains and the model lacks does not compile.

mod assessment;
mod common;
mod connection;
mod evidence;
mod manifest;
mod record;
mod verdict;
mod walk;

/// A manifest as the component gave it, which the sandbox policy is made from.
pub(crate) use koalr_runtime::contract::describe::Manifest as Declared;

/// A quota of it.
pub(crate) use koalr_runtime::contract::describe::Quota as DeclaredQuota;

/// The version line of the contract, which recordings name.
pub(crate) use koalr_runtime::contract::VERSION_LINE;

/// A batch as the component gave it, until it is converted.
pub(crate) use koalr_runtime::contract::sync::Batch as Brought;

/// Turns a value into its twin on the other side of the contract.
pub(crate) trait Mirror<T> {
    /// The same value in the other side's type.
    fn mirror(self) -> T;
}

impl<T: Mirror<U>, U> Mirror<Vec<U>> for Vec<T> {
    fn mirror(self) -> Vec<U> {
        self.into_iter().map(Mirror::mirror).collect()
    }
}

impl<T: Mirror<U>, U> Mirror<Option<U>> for Option<T> {
    fn mirror(self) -> Option<U> {
        self.map(Mirror::mirror)
    }
}

impl<A: Mirror<C>, B: Mirror<D>, C, D> Mirror<(C, D)> for (A, B) {
    fn mirror(self) -> (C, D) {
        (self.0.mirror(), self.1.mirror())
    }
}

/// Types that are the same on both sides.
macro_rules! same {
    ($($name:ty),+) => {
        $(impl Mirror<$name> for $name {
            fn mirror(self) -> $name {
                self
            }
        })+
    };
}

same!(String, bool, u8, u16, u32, i64, f64);

/// A record, by all its fields.
macro_rules! fields {
    ($wire:path, $model:path { $($field:ident),+ $(,)? }) => {
        impl Mirror<$model> for $wire {
            fn mirror(self) -> $model {
                let $wire { $($field),+ } = self;
                $model { $($field: $field.mirror()),+ }
            }
        }
        impl Mirror<$wire> for $model {
            fn mirror(self) -> $wire {
                let $model { $($field),+ } = self;
                $wire { $($field: $field.mirror()),+ }
            }
        }
    };
}

/// An enumeration, by all its cases.
macro_rules! cases {
    ($wire:path, $model:path { $($case:ident),+ $(,)? }) => {
        impl Mirror<$model> for $wire {
            fn mirror(self) -> $model {
                use $model as Model;
                use $wire as Wire;
                match self {
                    $(Wire::$case => Model::$case),+
                }
            }
        }
        impl Mirror<$wire> for $model {
            fn mirror(self) -> $wire {
                use $model as Model;
                use $wire as Wire;
                match self {
                    $(Model::$case => Wire::$case),+
                }
            }
        }
    };
}

/// A variant, by all its cases; a case with a payload is written `Case(value)`.
macro_rules! variant {
    ($wire:path, $model:path { $($case:ident $(($value:ident))?),+ $(,)? }) => {
        impl Mirror<$model> for $wire {
            fn mirror(self) -> $model {
                use $model as Model;
                use $wire as Wire;
                match self {
                    $(Wire::$case $(($value))? => Model::$case $(($value.mirror()))?),+
                }
            }
        }
        impl Mirror<$wire> for $model {
            fn mirror(self) -> $wire {
                use $model as Model;
                use $wire as Wire;
                match self {
                    $(Model::$case $(($value))? => Wire::$case $(($value.mirror()))?),+
                }
            }
        }
    };
}

pub(crate) use {cases, fields, variant};
