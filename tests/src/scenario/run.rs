//! Plays a story with the real component in its sandbox.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use koalr_host::jobs::{
    ChangeFile, ConnectOptions, JudgeOptions, SyncOptions, connect, judge, sync,
};
use koalr_host::{Host, HostSettings};
use koalr_platform::model::common::{Change, DependencyChange};
use koalr_platform::policy::Policy;
use koalr_platform::waiver::Waivers;
use koalr_runtime::Secret;
use koalr_store::{DataDir, Tenant, TenantId};
use koalr_upstream::{Fault, Occurrence, Upstream, World};

use super::said::Said;
use super::story::{self, Judge, Row, Step, Story};
use super::world::{Now, organization_id, sha};

/// Where stories are played: with one component, compiled once.
#[derive(Debug)]
pub struct Stage {
    artifacts: PathBuf,
}

impl Stage {
    /// Compiles the component into a directory, unless it is there already.
    ///
    /// # Errors
    ///
    /// There is no component, or it is refused.
    pub async fn build(artifacts: PathBuf) -> Result<Self, String> {
        let stage = Self { artifacts };
        stage.host().await?;
        Ok(stage)
    }

    async fn host(&self) -> Result<Host, String> {
        let settings = HostSettings {
            artifact_dir: Some(self.artifacts.clone()),
            ..HostSettings::default()
        };
        Host::open(settings).await.map_err(text)
    }
}

/// Plays every step; what each judgement said, by its name.
pub(super) async fn play(
    stage: &Stage,
    story: &Story,
    folder: &Path,
) -> Result<BTreeMap<String, Said>, String> {
    let directory = tempfile::tempdir().map_err(text)?;
    let tenant = TenantId::parse("scenario").map_err(text)?;
    let data = DataDir::open(directory.path()).map_err(text)?;
    let now = Now::new(story);
    // The upstream's clock stands: increments then ask for more than they need, never for less.
    let world = World::from(now.organization()?).with_date(story.begins.0);
    let mut play = Play {
        story,
        folder,
        upstream: Upstream::start(world).await.map_err(text)?,
        host: stage.host().await?,
        tenant: data.tenant(&tenant, true).map_err(text)?,
        now,
        time: story.begins.0,
        said: BTreeMap::new(),
    };
    for (number, step) in (1..).zip(&story.steps) {
        let failed = |error| format!("step {number}, {step:?}: {error}");
        play.step(step).await.map_err(failed)?;
    }
    Ok(play.said)
}

struct Play<'a> {
    story: &'a Story,
    folder: &'a Path,
    upstream: Upstream,
    host: Host,
    tenant: Tenant,
    now: Now<'a>,
    /// Milliseconds since 1970.
    time: i64,
    said: BTreeMap<String, Said>,
}

impl<'a> Play<'a> {
    async fn step(&mut self, step: &'a Step) -> Result<(), String> {
        match step {
            Step::Connect => return self.connect().await,
            Step::Sync => return self.sync().await,
            Step::Judge(judge) => return self.judge(judge).await,
            Step::Fault(name) => return self.fault(name),
            Step::Heal => self.upstream.heal(),
            Step::Advance(span) => self.time += span.0,
            Step::Disclose(id) => self.now.disclose(id, self.time),
            Step::Resolve(issue) => self.now.resolve(issue, self.time),
            Step::Reopen(issue) => self.now.reopen(issue, self.time)?,
        }
        let organization = self.now.organization()?;
        self.upstream
            .change(|all| *all = vec![organization])
            .map_err(text)
    }

    async fn connect(&mut self) -> Result<(), String> {
        let options = ConnectOptions {
            upstream: Some(self.upstream.base_url().to_owned()),
            allow_loopback: true,
            secret: Secret::parse(TOKEN).map_err(text)?,
            organizations: Vec::new(),
            roots: None,
            downloads: Vec::new(),
        };
        connect(&self.host, &mut self.tenant, options, self.time)
            .await
            .map(|_| ())
            .map_err(text)
    }

    async fn sync(&mut self) -> Result<(), String> {
        let options = SyncOptions::default();
        sync(&self.host, &mut self.tenant, options, self.time, |_| {})
            .await
            .map(|_| ())
            .map_err(text)
    }

    fn fault(&self, name: &str) -> Result<(), String> {
        let known = self.story.fault.get(name);
        let story::Fault { path, kind, on } = known.ok_or("there is no such fault")?;
        let fault = Fault::parse(kind).ok_or_else(|| format!("no fault is called `{kind}`"))?;
        let occurrence = Occurrence::parse(on).ok_or_else(|| format!("`{on}` names no answers"))?;
        let prefix = format!("/rest/orgs/{}/{path}", organization_id(self.story));
        self.upstream.fault(&prefix, occurrence, fault);
        Ok(())
    }

    async fn judge(&mut self, asked: &Judge) -> Result<(), String> {
        let manifest = self.host.manifest();
        let policy = match &asked.policy {
            Some(file) => Policy::parse(&self.read(file)?, manifest)
                .map_err(|complaints| format!("`{file}`: {complaints:?}"))?,
            None => Policy::default(),
        };
        let waivers = match &asked.waivers {
            Some(file) => Waivers::parse(&self.read(file)?, &policy),
            None => Waivers::parse("", &policy),
        };
        let mut file = self.change(&asked.change)?;
        if let Some(name) = &asked.evidence {
            let evidence = serde_json::from_str(&self.read(name)?);
            file.evidence = Some(evidence.map_err(|error| format!("`{name}`: {error}"))?);
        }
        let options = JudgeOptions { policy, waivers };
        let report = judge(&self.host, &mut self.tenant, file, &options, self.time)
            .await
            .map_err(text)?;
        let organization = organization_id(self.story);
        let said = Said {
            report,
            organization,
        };
        self.said.insert(asked.name().to_owned(), said);
        Ok(())
    }

    fn change(&self, name: &str) -> Result<ChangeFile, String> {
        let change = self.story.change.get(name);
        let change = change.ok_or("there is no such change")?;
        let repository = &self.story.repository;
        let rows = change.dependencies.as_ref();
        let rows = rows.map(|rows| rows.iter().map(row).collect::<Result<_, _>>());
        Ok(ChangeFile {
            change: Change {
                id: format!("{repository}#{}", change.number),
                repository: repository.clone(),
                number: Some(change.number),
                head_sha: change.head.clone().unwrap_or_else(|| sha(name)),
                base_sha: None,
                source_branch: change.branch.clone(),
                target_branch: Some(change.target.clone()),
            },
            title: String::new(),
            author: change.author.clone(),
            opened_at: change.opened.map(|opened| opened.0),
            base_score: change.base_score,
            dependencies: rows.transpose()?,
            evidence: None,
        })
    }

    fn read(&self, file: &str) -> Result<String, String> {
        let path = self.folder.join(file);
        fs::read_to_string(&path).map_err(|error| format!("reading `{}`: {error}", path.display()))
    }
}

fn row(row: &Row) -> Result<DependencyChange, String> {
    let parts = row.package.split_once(':');
    let (ecosystem, name) =
        parts.ok_or_else(|| format!("`{}` is not of the form `ecosystem:name`", row.package))?;
    Ok(DependencyChange {
        ecosystem: ecosystem.to_owned(),
        name: name.to_owned(),
        before: row.before.clone(),
        after: row.after.clone(),
        direct: row.direct,
        manifest: row.manifest.clone(),
    })
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// The mock takes any token; this one has the form of an API key.
const TOKEN: &str = "00000000-0000-4000-8000-000000000000";
