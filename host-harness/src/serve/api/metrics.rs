//! How delivery goes and what is owed, in figures.

use std::sync::Arc;

use koalr_store::ApiKeyRecord;

use super::super::desk::Desk;
use crate::HostError;
use crate::web::{MetricsAsk, Reply};

#[expect(clippy::unused_async, reason = "the other rooms wait")]
pub(super) async fn answer(
    _: Arc<Desk>,
    _: ApiKeyRecord,
    ask: MetricsAsk,
) -> Result<Option<Reply>, HostError> {
    match ask {}
}
