//! `koalr plugin`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use koalr_platform::rollout::{Cohort, Percent};
use koalr_platform::team::Actor;
use koalr_store::{DataDir, TenantId};

use super::args::{Common, Format, PluginCommand, Stated, VersionCommand};
use super::host::{base, base_file, settings, stored};
use super::{ARTIFACTS, data_path, find_data, now, print, shadow};
use crate::check::{CheckOptions, check_component};
use crate::jobs::inspect;
use crate::registry::{By, Changed, Package, Registry, Signers, Wish, install, plugins, remove};
use crate::report::{
    changed_text, check_text, history_text, inspect_text, installed_text, plugins_text,
    removed_text,
};
use crate::{Host, HostError, HostSettings};

pub(super) async fn run(common: &Common, command: PluginCommand) -> Result<ExitCode, HostError> {
    match command {
        PluginCommand::Inspect { file, format } => {
            let host = Host::open(HostSettings {
                plugin: Some(file),
                ..HostSettings::default()
            })
            .await?;
            print(format, &inspect(&host), inspect_text)?;
        }
        PluginCommand::Check {
            file,
            recordings,
            format,
        } => {
            let report = check_component(&CheckOptions { file, recordings }).await?;
            print(format, &report, check_text)?;
            if report.failed > 0 {
                return Ok(ExitCode::FAILURE);
            }
        }
        PluginCommand::Shadow(options) => return shadow::run(common, options).await,
        PluginCommand::Install {
            file,
            signature,
            stated,
        } => add(common, &file, signature.as_deref(), &stated).await?,
        PluginCommand::List { format } => {
            let data = stored(common)?;
            let listed = data.as_ref().map(plugins).transpose()?.unwrap_or_default();
            print(format, &listed, |listed| plugins_text(listed))?;
        }
        PluginCommand::Remove { aimed, stated } => {
            let (actor, data) = (actor(&stated)?, find_data(common)?);
            let artifacts = data_path(common)?.join(ARTIFACTS);
            let by = by(common, &actor);
            let removed = remove(&data, &artifacts, (&aimed.id, &aimed.version), by)?;
            print(stated.format, &removed, removed_text)?;
        }
        PluginCommand::History { id, limit, format } => {
            let swaps = find_data(common)?.swaps(id.as_deref(), limit)?;
            print(format, &swaps, |swaps| history_text(swaps))?;
        }
        PluginCommand::Change(command) => {
            let (changed, format) = change(common, command).await?;
            print(format, &changed, changed_text)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn add(
    common: &Common,
    file: &Path,
    signature: Option<&Path>,
    stated: &Stated,
) -> Result<(), HostError> {
    let (signers, actor) = (common.settings.signatures.read()?, actor(stated)?);
    let package = Package::read(file, signature, &signers, settings(common)?).await?;
    let data = DataDir::open(data_path(common)?)?;
    let base = base(common).await.ok();
    let report = install(&data, &package, base.as_ref(), by(common, &actor))?;
    // What it costs to compile it again is all that is lost if that fails.
    let kept = package
        .host()
        .plugin()
        .keep(&data_path(common)?.join(ARTIFACTS));
    if let Err(error) = kept {
        tracing::warn!("the compiled component is not kept: {error}");
    }
    print(stated.format, &report, installed_text)
}

/// Every command that changes what serves.
async fn change(common: &Common, command: VersionCommand) -> Result<(Changed, Format), HostError> {
    let desk = Desk::open(common).await?;
    let tenant = common.names_tenant.then(|| common.tenant.clone());
    let tenant = tenant.map(|name| desk.known(name)).transpose()?;
    let tenant = tenant.as_deref();
    Ok(match command {
        VersionCommand::Swap {
            aimed,
            accept_widening,
            accept_verdict_changes,
            cohort,
            percent,
            stated,
        } => {
            let (id, version) = (&aimed.id, &aimed.version);
            let accept = accept_verdict_changes;
            let note = shadow::agreed(common, &desk, (id, Some(version)), accept).await?;
            let wish = Wish {
                accept_widening,
                note,
                cohort: desk.cohort(cohort, percent)?,
            };
            let actor = actor(&stated)?;
            let registry = desk.registry(by(common, &actor));
            let changed = registry.swap(id, version, wish).await?;
            (changed, stated.format)
        }
        VersionCommand::Pin {
            aimed,
            accept_widening,
            stated,
        } => {
            let actor = actor(&stated)?;
            let registry = desk.registry(by(common, &actor));
            let (id, version) = (&aimed.id, &aimed.version);
            let pinned = registry.pin(id, version, tenant, accept_widening);
            (pinned.await?, stated.format)
        }
        VersionCommand::Promote {
            id,
            accept_widening,
            accept_verdict_changes,
            stated,
        } => {
            let accept = accept_verdict_changes;
            let note = shadow::agreed(common, &desk, (&id, None), accept).await?;
            let wish = Wish {
                accept_widening,
                note,
                cohort: None,
            };
            let actor = actor(&stated)?;
            let registry = desk.registry(by(common, &actor));
            (registry.promote(&id, wish).await?, stated.format)
        }
        VersionCommand::Rollback { id, stated } => {
            let actor = actor(&stated)?;
            let registry = desk.registry(by(common, &actor));
            (registry.rollback(&id)?, stated.format)
        }
        VersionCommand::Unpin { id, stated } => {
            let actor = actor(&stated)?;
            let registry = desk.registry(by(common, &actor));
            (registry.unpin(&id, tenant)?, stated.format)
        }
        VersionCommand::Pause { id, why, stated } => {
            let actor = actor(&stated)?;
            let registry = desk.registry(by(common, &actor));
            (registry.pause(&id, &why).await?, stated.format)
        }
        VersionCommand::Resume { id, stated } => {
            let actor = actor(&stated)?;
            let registry = desk.registry(by(common, &actor));
            (registry.resume(&id)?, stated.format)
        }
    })
}

/// What a change needs.
pub(super) struct Desk {
    pub(super) data: DataDir,
    pub(super) base: Host,
    base_file: PathBuf,
    pub(super) signers: Signers,
}

impl Desk {
    pub(super) async fn open(common: &Common) -> Result<Self, HostError> {
        Ok(Self {
            data: DataDir::open(data_path(common)?)?,
            base: base(common).await?,
            base_file: base_file(common)?,
            signers: common.settings.signatures.read()?,
        })
    }

    fn registry<'a>(&'a self, by: By<'a>) -> Registry<'a> {
        Registry {
            data: &self.data,
            base: &self.base,
            base_file: &self.base_file,
            signers: &self.signers,
            by,
        }
    }

    /// Whom a version shall be tried with; none where nobody is named.
    fn cohort(
        &self,
        tenants: Vec<String>,
        percent: Option<u8>,
    ) -> Result<Option<Cohort>, HostError> {
        if let Some(percent) = percent.and_then(Percent::new) {
            return Ok(Some(Cohort::Percent(percent)));
        }
        if tenants.is_empty() {
            return Ok(None);
        }
        let known = tenants.into_iter().map(|name| self.known(name));
        let known: BTreeSet<String> = known.collect::<Result<_, _>>()?;
        Ok(Some(Cohort::Tenants(known)))
    }

    /// A tenant's name, if there is such a tenant: a mistyped one would be served by another version unnoticed.
    fn known(&self, name: String) -> Result<String, HostError> {
        if self.data.tenants()?.contains(&TenantId::parse(&name)?) {
            return Ok(name);
        }
        Err(HostError::NotPossible(format!(
            "there is no tenant `{name}`; `koalr tenant list` says which there are"
        )))
    }
}

fn actor(stated: &Stated) -> Result<String, HostError> {
    let Some(login) = &stated.login else {
        return Ok(OPERATOR.to_owned());
    };
    let actor = Actor::new(login, []);
    let actor = actor.map_err(|error| HostError::NotPossible(error.to_string()))?;
    Ok(actor.login().to_owned())
}

fn by<'a>(common: &Common, actor: &'a str) -> By<'a> {
    By {
        actor,
        at: now(common),
    }
}

/// Who acts where nobody is named.
const OPERATOR: &str = "koalr plugin";
