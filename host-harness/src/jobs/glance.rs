//! Judges a change that is only described: nothing is stored, and whoever asks does not wait long.

use std::time::Duration;

use koalr_platform::evidence::BRANCH_PROJECTS;
use koalr_platform::model::common::{Change, Tenths, Timestamp};
use koalr_platform::sbom::Changes;
use koalr_store::Tenant;

use super::bench::{self, Bench};
use super::dependencies::{Listed, list};
use super::evidence::{Asked, look_up, without_looking_up};
use super::judge::{Case, JudgeOptions, Judged, depends_on, told};
use crate::report::{ChangeReport, plain};
use crate::{Host, HostError};

/// A change as it is described.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Glanced {
    /// Its title; may be empty.
    pub title: String,
    /// Login of who wrote it; none means unknown, and then no waiver holds.
    pub author: Option<String>,
    /// Repository as `owner/name`; none means unknown, and then nothing is known of its base.
    pub repository: Option<String>,
    /// Its head; none means unknown.
    pub head_sha: Option<String>,
    /// Koalr's own score of it without security, in tenths, 0 to 1000; none means that there is none.
    pub base_score: Option<Tenths>,
    /// What it does to dependencies; none means unknown.
    pub dependencies: Option<Changes>,
}

/// Judges a described change under the tenant's policy and waivers, after a look at the upstream of at most `most`. Also
/// why the upstream could not be asked, if it could not. Nothing is stored.
///
/// # Errors
/// - the stored policy cannot be used
/// - the store or the plugin failed
pub async fn glance(
    host: &Host,
    tenant: &mut Tenant,
    given: Glanced,
    most: Duration,
    as_of: Timestamp,
) -> Result<(ChangeReport, Option<String>), HostError> {
    let options = JudgeOptions::stored(host, tenant)?;
    let JudgeOptions { policy, waivers } = &options;
    let mut bench = Bench::fresh(host, tenant, policy, &waivers.waivers)?;
    let case = case(given);
    let asked = Asked {
        change: &case.change,
        dependencies: case.list.changes(),
        list: case.list.state(),
        beyond_packages: depends_on(bench.rules(), &host.manifest().rules, BRANCH_PROJECTS),
        assessed_at: None,
        as_of,
        patience_secs: 0,
        glance: Some(most),
    };
    let (evidence, unasked) = match look_up(host, tenant, &asked).await {
        Ok((evidence, _)) => (evidence, None),
        Err(HostError::NotConnected { integration, .. }) => {
            let why = format!("`{}` is not connected", plain(&integration));
            (without_looking_up(&asked), Some(why))
        }
        Err(HostError::Sync { reason, .. }) => (without_looking_up(&asked), Some(plain(&reason))),
        Err(error) => return Err(error),
    };
    let judged = bench::Case {
        change: &case.change,
        author: case.author.as_deref(),
        overrides: &[],
        base: case.base,
        evidence: &evidence,
        asked_at: as_of,
        as_of,
    };
    let (assessment, ruling) = bench.score_and_rule(&judged).await?;
    let judged = Judged {
        evidence,
        assessment,
        ruling,
        asked_at: as_of,
        as_of,
    };
    Ok((told(host, &case, &options, judged), unasked))
}

fn case(given: Glanced) -> Case {
    let change = Change {
        id: NAME.to_owned(),
        repository: given.repository.unwrap_or_default(),
        number: None,
        head_sha: given.head_sha.unwrap_or_default(),
        base_sha: None,
        source_branch: None,
        target_branch: None,
    };
    let list = match given.dependencies {
        Some(changes) => Listed::List(list(&change, "list", changes)),
        None => Listed::NotAsked,
    };
    Case {
        change,
        title: given.title,
        author: given.author,
        opened_at: None,
        base: given.base_score,
        list,
        evidence: None,
    }
}

/// What it is called in sentences: it has no id.
const NAME: &str = "this change";
