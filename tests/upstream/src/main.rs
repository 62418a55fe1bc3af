//! The mock Snyk as a program: for trying things by hand, and for benches that want it in a process of its own.

use std::io::{Write, stdin, stdout};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use clap::Parser;
use koalr_upstream::github::{GitHub, GitHubUpstream, Repository};
use koalr_upstream::{Fault, Generated, Occurrence, Timestamp, Upstream, World, sample};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A mock Snyk on 127.0.0.1.
///
/// Prints its address as the first line and serves until Ctrl-C. Everything it says is made up; the same options
/// and the same --now always make the same answers. It serves the reading part of Snyk's REST API, exports included, and
/// refuses parameters that Snyk does not document. With --github it also serves what Koalr needs of GitHub's.
#[derive(Debug, Parser)]
#[command(name = "koalr-upstream", after_help = examples())]
struct Options {
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// Serve the demo's organization "Acme" in place of generated ones
    #[arg(long, conflicts_with_all = ["organizations", "projects", "issues", "seed"])]
    sample: bool,
    /// Generated organizations
    #[arg(long, value_name = "COUNT", default_value_t = 4)]
    organizations: u32,
    /// Generated projects of all organizations together
    #[arg(long, value_name = "COUNT", default_value_t = 200)]
    projects: u32,
    /// Generated issues of all organizations together
    #[arg(long, value_name = "COUNT", default_value_t = 20_000)]
    issues: u32,
    /// Another seed makes other issues
    #[arg(long, value_name = "NUMBER", default_value_t = 7)]
    seed: u64,
    /// How long every answer takes, for example 20ms or 1s
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = duration)]
    latency: Duration,
    /// Refuse with 429 what goes over two windows, as Snyk does, for example 160/s,1620/min
    #[arg(long, value_name = "WINDOWS", value_parser = windows)]
    limit: Option<(u32, u32)>,
    /// Spoil answers; may be given many times
    #[arg(long, value_name = "NAME[=WHEN][@PREFIX]", value_parser = fault)]
    fault: Vec<Spoil>,
    /// Let in only the token in this environment variable; without it, any token
    #[arg(long, value_name = "VARIABLE")]
    token_env: Option<String>,
    /// Take this as the time, in the data and in headers, in place of the clock
    #[arg(long, value_name = "RFC3339", value_parser = timestamp)]
    now: Option<Timestamp>,
    /// Also serve a mock GitHub with the demo's repositories on this port, its address in a second line; 0 takes a free one
    #[arg(long, value_name = "PORT")]
    github: Option<u16>,
    /// Also end when standard input closes, so that no mock outlives what started it
    #[arg(long)]
    until_stdin_closes: bool,
}

/// A fault, where and when.
#[derive(Debug, Clone)]
struct Spoil {
    fault: Fault,
    occurrence: Occurrence,
    prefix: String,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("starting an executor")?;
    let ended = runtime.block_on(run(options));
    // Standard input may still be read; there is no need to wait for that.
    runtime.shutdown_background();
    ended
}

async fn run(options: Options) -> Result<()> {
    let until_stdin_closes = options.until_stdin_closes;
    let port = options.port;
    let github = github(&options).await?;
    let upstream = Upstream::start_on(world(options)?, port).await?;
    let mut out = stdout();
    writeln!(out, "{}", upstream.base_url())?;
    if let Some(github) = &github {
        writeln!(out, "{}", github.base_url())?;
    }
    out.flush()?;
    let closed = tokio::task::spawn_blocking(move || {
        if until_stdin_closes {
            std::io::copy(&mut stdin(), &mut std::io::sink())
        } else {
            Ok(0)
        }
    });
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("waiting for Ctrl-C"),
        _ = closed, if until_stdin_closes => Ok(()),
    }
}

/// The mock GitHub, where it is asked for. Any token is let in.
async fn github(options: &Options) -> Result<Option<GitHubUpstream>> {
    let Some(port) = options.github else {
        return Ok(None);
    };
    let mut github = GitHub::from(Repository::sample()).with_latency(options.latency);
    if let Some(now) = options.now {
        github = github.with_date(now);
    }
    for Spoil {
        fault,
        occurrence,
        prefix,
    } in &options.fault
    {
        github = github.fault(prefix, *occurrence, fault.clone());
    }
    Ok(Some(GitHubUpstream::start_on(github, port).await?))
}

fn world(options: Options) -> Result<World> {
    let now = options.now.unwrap_or_else(clock);
    let mut world = if options.sample {
        sample::organization(now).into()
    } else {
        World::generated(Generated {
            organizations: options.organizations,
            projects: options.projects,
            issues: options.issues,
            seed: options.seed,
            now,
        })
    };
    world = world.with_latency(options.latency);
    if let Some(now) = options.now {
        world = world.with_date(now);
    }
    if let Some((per_second, per_minute)) = options.limit {
        world = world.with_limit(per_second, per_minute);
    }
    if let Some(variable) = options.token_env {
        let token = std::env::var(&variable)
            .with_context(|| format!("reading the token from the variable `{variable}`"))?;
        world = world.token(token);
    }
    for spoil in options.fault {
        world = world.fault(&spoil.prefix, spoil.occurrence, spoil.fault);
    }
    Ok(world)
}

/// Reads `NAME[=WHEN][@PREFIX]`.
fn fault(text: &str) -> Result<Spoil> {
    let (rest, prefix) = text.split_once('@').unwrap_or((text, "/rest"));
    let (name, when) = rest.split_once('=').unwrap_or((rest, "every"));
    let fault = Fault::parse(name)
        .ok_or_else(|| anyhow!("`{name}` is no fault; choose one of: {}", names()))?;
    let occurrence = Occurrence::parse(when).ok_or_else(|| {
        anyhow!("`{when}` is no occurrence; write every, every:8, first:3, nth:2 or from:5")
    })?;
    Ok(Spoil {
        fault,
        occurrence,
        prefix: prefix.to_owned(),
    })
}

/// Reads `160/s,1620/min`.
fn windows(text: &str) -> Result<(u32, u32)> {
    let wrong = || anyhow!("`{text}` is not two windows; write for example 160/s,1620/min");
    let (second, minute) = text.split_once(',').ok_or_else(wrong)?;
    let number = |text: &str, unit: &str| {
        let number = text.trim().strip_suffix(unit)?.parse().ok();
        number.filter(|number| *number > 0)
    };
    let windows = number(second, "/s").zip(number(minute, "/min"));
    windows.ok_or_else(wrong)
}

/// Reads `20ms` or `1s`.
fn duration(text: &str) -> Result<Duration> {
    let millis = text.strip_suffix("ms").and_then(|text| text.parse().ok());
    let seconds = || text.strip_suffix('s').and_then(|text| text.parse().ok());
    let duration = millis.map(Duration::from_millis);
    duration
        .or_else(|| seconds().map(Duration::from_secs))
        .ok_or_else(|| anyhow!("`{text}` is no time; write for example 20ms or 1s"))
}

fn timestamp(text: &str) -> Result<Timestamp> {
    let time = OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|cause| anyhow!("`{text}` is no RFC 3339 time: {cause}"))?;
    Ok(time.unix_timestamp() * 1_000 + i64::from(time.millisecond()))
}

fn clock() -> Timestamp {
    OffsetDateTime::now_utc().unix_timestamp() * 1_000
}

fn names() -> String {
    let all = Fault::all();
    let names: Vec<_> = all.iter().map(Fault::name).collect();
    names.join(", ")
}

fn examples() -> String {
    format!(
        "Faults: {}; status-NNN is any status from 400.\n\
         When: every, every:8, first:3, nth:2, from:5. A prefix is that of a path, as sent.\n\n\
         Examples:\n  \
         koalr-upstream --sample\n  \
         koalr-upstream --issues 1000000 --projects 5000 --latency 20ms --limit 160/s,1620/min\n  \
         koalr-upstream --sample --github 0 --fault status-502=first:1@/repos/acme/storefront/check-runs\n  \
         koalr-upstream --fault truncated-json=every:8@/rest/orgs --fault limited-seconds=nth:20",
        names()
    )
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_options_fit_together() {
        Options::command().debug_assert();
    }

    #[test]
    fn a_fault_has_an_occurrence_and_a_prefix_or_the_usual_ones() {
        let spoil = fault("truncated-json=every:8@/rest/orgs").unwrap();
        assert_eq!(spoil.fault, Fault::Truncated);
        assert_eq!(spoil.occurrence, Occurrence::EveryNth(8));
        assert_eq!(spoil.prefix, "/rest/orgs");
        let spoil = fault("status-503").unwrap();
        assert_eq!(spoil.occurrence, Occurrence::Every);
        assert_eq!(spoil.prefix, "/rest");
    }

    #[test]
    fn a_wrong_option_says_what_to_write() {
        let error = fault("html-page=sometimes").unwrap_err().to_string();
        let ways = "write every, every:8, first:3, nth:2 or from:5";
        assert_eq!(error, format!("`sometimes` is no occurrence; {ways}"));
        assert!(
            fault("no-such")
                .unwrap_err()
                .to_string()
                .contains("html-page, empty-body")
        );
        let error = windows("160").unwrap_err().to_string();
        assert_eq!(
            error,
            "`160` is not two windows; write for example 160/s,1620/min"
        );
        let error = duration("20").unwrap_err().to_string();
        assert_eq!(error, "`20` is no time; write for example 20ms or 1s");
    }

    #[test]
    fn the_mock_github_is_served_only_where_it_is_asked_for() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let served = |options: &[&str]| {
            let github = runtime
                .block_on(github(&Options::parse_from(options)))
                .unwrap();
            github.map(|github| github.base_url().to_owned())
        };
        assert_eq!(served(&["mock"]), None);
        let address = served(&["mock", "--github", "0"]).unwrap();
        assert!(address.starts_with("http://127.0.0.1:"), "{address}");
    }

    #[test]
    fn windows_and_times_are_read_with_their_units() {
        assert_eq!(windows("160/s,1620/min").unwrap(), (160, 1_620));
        assert_eq!(duration("20ms").unwrap(), Duration::from_millis(20));
        assert_eq!(duration("2s").unwrap(), Duration::from_secs(2));
        assert_eq!(
            timestamp("2026-01-15T00:00:00Z").unwrap(),
            1_768_435_200_000
        );
    }
}
