//! One `SQLite` file a tenant, one control database, and the vault for credentials.
//!
//! ```text
//! <data>/control.db           who the tenants are, the wrapped data key of each, and hashes of keys of the API;
//!                             which versions of integrations are installed, and which serve whom
//! <data>/plugins/<hash>.wasm  the bytes of each of them
//! <data>/vault.key            the 32 bytes that wrap them; mode 0600; `vault.key.new` is the next one
//! <data>/tenants/<tenant>.db  everything of one tenant
//! ```
//!
//! A tenant is exported, backed up, restored or deleted as its file, while others are at work. What is sealed in a backup
//! opens only beside the control database and the key file it was sealed with. Nothing here reads a clock: every time is
//! an argument.

mod absence;
mod api_key;
mod audit;
mod batch;
mod cell;
mod change;
mod connection;
mod counts;
mod credential;
mod data_dir;
mod database;
mod decision;
mod delivery;
mod dependency;
mod dump;
mod error;
mod fields;
mod file;
mod finding;
mod fix;
mod inbox;
mod job;
mod kept;
mod key;
mod ledger;
mod listing;
mod once;
mod page;
mod people;
mod query;
mod registry;
mod reimport;
mod row;
mod spell;
mod step;
mod sync_state;
mod table;
mod tally;
mod tenant;
mod term;
mod unkept;
mod vault;
mod visit;

#[cfg(test)]
mod fixture;

pub use api_key::ApiKeyRecord;
pub use batch::BatchOutcome;
pub use change::{ChangeFilter, ChangeRecord, ChangeState};
pub use connection::{ConnectionRecord, StoredConnection};
pub use counts::Counts;
pub use data_dir::{Backup, DataDir, Restored, TenantCheck, TenantRecord, TenantState, Unsaved};
pub use decision::{DecisionFilter, DecisionPlace, DecisionRecord};
pub use delivery::{DeliveryFilter, OwnDeployment, OwnIncident};
pub use dependency::DependencyList;
pub use error::StoreError;
pub use file::FileMark;
pub use finding::{FindingFilter, StoredFinding};
pub use job::{Class, JobRecord, JobState};
pub use key::fill as fill_random;
pub use listing::{DeploymentListing, HeadDecision, ListedPullRequest, PullRequestListing};
pub use once::{Once, OnceAnswer, OnceRequest};
pub use page::{
    ChangeList, DecisionKey, DecisionList, FindingList, FindingPlace, FindingState, ListedChange,
    ListedFinding, OverrideKey, Slice, StoredWaiver, TimeAndId,
};
pub use people::StoredPolicy;
pub use registry::{Installed, Signed};
pub use spell::{ListedSpell, SpellFilter, SpellPage, SpellRows};
pub use sync_state::SyncState;
pub use tally::Tally;
pub use tenant::{Tenant, TenantId};
pub use unkept::{Unkept, UnkeptSpells};
pub use visit::Visitor;
