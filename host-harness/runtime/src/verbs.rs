//! The contract's functions in a component and in an instance of it.

use wasmtime::Store;
use wasmtime::component::{Instance, InstancePre};

use crate::contract::{connect, describe, gate, score, sync};
use crate::plugin::World;
use crate::state::StoreState;

/// Where each verb's exports are in a component. Found once per plugin.
pub(crate) struct Verbs {
    describe: describe::GuestIndices,
    connect: connect::GuestIndices,
    sync: sync::GuestIndices,
    score: Option<score::GuestIndices>,
    gate: Option<gate::GuestIndices>,
}

impl Verbs {
    pub(crate) fn find(
        component: &InstancePre<StoreState>,
        world: World,
    ) -> wasmtime::Result<Self> {
        let judges = world == World::Integration;
        Ok(Self {
            describe: describe::GuestIndices::new(component)?,
            connect: connect::GuestIndices::new(component)?,
            sync: sync::GuestIndices::new(component)?,
            score: judges
                .then(|| score::GuestIndices::new(component))
                .transpose()?,
            gate: judges
                .then(|| gate::GuestIndices::new(component))
                .transpose()?,
        })
    }

    pub(crate) fn load(
        &self,
        store: &mut Store<StoreState>,
        instance: &Instance,
    ) -> wasmtime::Result<Guests> {
        Ok(Guests {
            describe: self.describe.load(&mut *store, instance)?,
            connect: self.connect.load(&mut *store, instance)?,
            sync: self.sync.load(&mut *store, instance)?,
            score: self
                .score
                .as_ref()
                .map(|verb| verb.load(&mut *store, instance))
                .transpose()?,
            gate: self
                .gate
                .as_ref()
                .map(|verb| verb.load(&mut *store, instance))
                .transpose()?,
        })
    }
}

/// The verbs of one instance.
pub(crate) struct Guests {
    pub(crate) describe: describe::Guest,
    pub(crate) connect: connect::Guest,
    pub(crate) sync: sync::Guest,
    pub(crate) score: Option<score::Guest>,
    pub(crate) gate: Option<gate::Guest>,
}
