//! The table of settings.

use std::time::Duration;

use koalr_runtime::Limits as Sandbox;
use tracing::Level;

use super::Setting;
use super::setting::Field;
use crate::RateShare;
use crate::observe::LogFormat;

/// Every setting, section by section.
pub static SETTINGS: [Setting; 43] = [
    Setting {
        name: "data.dir",
        flag: Some("--data"),
        about: "Where connections and synced data are kept; unset, `koalr` in the user's data directory",
        field: Field::Path(|c| c.data.as_ref(), |c, path| c.data = Some(path)),
    },
    Setting {
        name: "server.listen",
        flag: Some("--listen"),
        about: "Where webhooks and the API are served",
        field: Field::Address(|c| Some(c.listen), |c, address| c.listen = address),
    },
    Setting {
        name: "server.anyone",
        flag: Some("--anyone"),
        about: "Whether other machines may reach it by plain HTTP, which a proxy with TLS stands before",
        field: Field::Flag(|c| c.anyone, |c, flag| c.anyone = flag),
    },
    Setting {
        name: "server.certificate",
        flag: Some("--certificate"),
        about: "PEM file of the certificate for TLS, with those that vouch for it below; unset, plain HTTP",
        field: Field::Path(
            |c| c.certificate.as_ref(),
            |c, path| c.certificate = Some(path),
        ),
    },
    Setting {
        name: "server.key",
        flag: Some("--key"),
        about: "PEM file of the certificate's key, which only its owner and group may read",
        field: Field::Path(|c| c.key.as_ref(), |c, path| c.key = Some(path)),
    },
    Setting {
        name: "server.public-url",
        flag: None,
        about: "Where people's browsers find the pages: check runs link there, and so does `koalr sign-in`; unset, check runs link nowhere",
        field: Field::Origin(
            |c| c.public_url.as_ref(),
            |c, origin| c.public_url = Some(origin),
        ),
    },
    Setting {
        name: "server.connections",
        flag: None,
        about: "Connections at a time; further ones wait to be accepted",
        field: Field::Whole(
            (1, 65_536),
            |c| whole(c.limits.connections),
            |c, n| c.limits.connections = size(n),
        ),
    },
    Setting {
        name: "server.head-timeout-secs",
        flag: None,
        about: "Longest wait for the head of a request, and for a TLS handshake",
        field: Field::Whole(
            (1, 60),
            |c| secs(c.limits.head_timeout),
            |c, n| c.limits.head_timeout = duration(n),
        ),
    },
    Setting {
        name: "server.body-timeout-secs",
        flag: None,
        about: "Longest time for a body to arrive",
        field: Field::Whole(
            (1, 300),
            |c| secs(c.limits.body_timeout),
            |c, n| c.limits.body_timeout = duration(n),
        ),
    },
    Setting {
        name: "server.bodies-mib",
        flag: None,
        about: "MiB of bodies that are held at a time, of all requests together; the largest webhook has 25",
        field: Field::Whole(
            (25, 4_095),
            |c| whole(c.limits.bodies_bytes >> 20),
            |c, n| c.limits.bodies_bytes = size(n) << 20,
        ),
    },
    Setting {
        name: "server.drain-secs",
        flag: None,
        about: "How long requests are still taken after it was told to end, while `/readyz` says no",
        field: Field::Whole((0, 300), |c| secs(c.drain), |c, n| c.drain = duration(n)),
    },
    Setting {
        name: "server.grace-secs",
        flag: None,
        about: "How long requests that are under way then have to end",
        field: Field::Whole(
            (0, 600),
            |c| secs(c.limits.grace),
            |c, n| c.limits.grace = duration(n),
        ),
    },
    Setting {
        name: "server.recordings",
        flag: None,
        about: "How many of the newest calls of each tenant and verb are kept as recordings, for `koalr replay`; 0 records none",
        field: Field::Whole(
            (0, 10_000),
            |c| whole(c.recordings),
            |c, n| c.recordings = size(n),
        ),
    },
    Setting {
        name: "api.requests-per-minute",
        flag: Some("--requests-per-minute"),
        about: "Requests a minute of one key, over time",
        field: Field::Whole(
            (1, 100_000),
            |c| i64::from(c.limits.requests_per_minute),
            |c, n| c.limits.requests_per_minute = count(n),
        ),
    },
    Setting {
        name: "api.burst",
        flag: None,
        about: "Requests of one key at once, after a time without any; as many as a minute where only those are set",
        field: Field::Whole(
            (1, 100_000),
            |c| i64::from(c.limits.burst),
            |c, n| c.limits.burst = count(n),
        ),
    },
    Setting {
        name: "api.failures-per-minute",
        flag: None,
        about: "Requests a minute from one address that show no valid key",
        field: Field::Whole(
            (1, 100_000),
            |c| i64::from(c.limits.failures_per_minute),
            |c, n| c.limits.failures_per_minute = count(n),
        ),
    },
    Setting {
        name: "api.requests-of-a-tenant",
        flag: None,
        about: "Requests of one tenant at a time, streams of news apart",
        field: Field::Whole(
            (1, 65_536),
            |c| whole(c.limits.requests_of_a_tenant),
            |c, n| c.limits.requests_of_a_tenant = size(n),
        ),
    },
    Setting {
        name: "api.answer-timeout-secs",
        flag: None,
        about: "Longest wait for an answer; what was asked for goes on",
        field: Field::Whole(
            (1, 600),
            |c| secs(c.limits.answer_timeout),
            |c, n| c.limits.answer_timeout = duration(n),
        ),
    },
    Setting {
        name: "api.streams",
        flag: None,
        about: "Streams of news at a time, of all keys together; fewer than connections",
        field: Field::Whole(
            (1, 65_535),
            |c| whole(c.limits.streams),
            |c, n| c.limits.streams = size(n),
        ),
    },
    Setting {
        name: "api.streams-of-a-key",
        flag: None,
        about: "Streams of news at a time of one key",
        field: Field::Whole(
            (1, 65_535),
            |c| whole(c.limits.streams_of_a_key),
            |c, n| c.limits.streams_of_a_key = size(n),
        ),
    },
    Setting {
        name: "api.allow-loopback",
        flag: Some("--allow-loopback"),
        about: "Whether an integration may be connected to this machine by API, by plain HTTP, for a mock upstream",
        field: Field::Flag(|c| c.allow_loopback, |c, flag| c.allow_loopback = flag),
    },
    Setting {
        name: "queue.slots",
        flag: Some("--slots"),
        about: "Jobs that run at once",
        field: Field::Whole((1, 64), |c| whole(c.slots), |c, n| c.slots = size(n)),
    },
    Setting {
        name: "queue.reserved",
        flag: Some("--reserved"),
        about: "How many of the slots are for pull requests and deployments alone; fewer than all",
        field: Field::Whole((0, 63), |c| whole(c.reserved), |c, n| c.reserved = size(n)),
    },
    Setting {
        name: "queue.grace-secs",
        flag: None,
        about: "How long jobs have to end when the server stops; the rest go on with the next start",
        field: Field::Whole((0, 600), |c| secs(c.grace), |c, n| c.grace = duration(n)),
    },
    Setting {
        name: "sync.every-secs",
        flag: Some("--every"),
        about: "From one sync of a tenant to the next; up to a tenth more, so that tenants do not stay in step",
        field: Field::Whole(
            (10, 604_800),
            |c| secs(c.every),
            |c, n| c.every = duration(n),
        ),
    },
    Setting {
        name: "sync.rate-share-percent",
        flag: Some("--rate-share"),
        about: "How much of each of the upstream's quotas is used; other users of a token need the rest",
        field: Field::Whole(
            (1, 100),
            |c| i64::from(c.rate_share.to_percent()),
            |c, n| {
                let share = u8::try_from(n).ok().and_then(RateShare::percent);
                c.rate_share = share.unwrap_or_default();
            },
        ),
    },
    Setting {
        name: "sync.window-days",
        flag: None,
        about: "Days of history that the server's first sync of a tenant reads",
        field: Field::Whole(
            (1, 3_650),
            |c| i64::from(c.window_days),
            |c, n| c.window_days = count(n),
        ),
    },
    Setting {
        name: "plugin.file",
        flag: Some("--plugin"),
        about: "The integration's component; unset, the one beside the program",
        field: Field::Path(|c| c.plugin.as_ref(), |c, path| c.plugin = Some(path)),
    },
    Setting {
        name: "plugin.memory-mib",
        flag: None,
        about: "MiB of memory of one instance",
        field: Field::Whole(
            (16, 1_024),
            |c| whole(c.sandbox.memory_bytes >> 20),
            |c, n| c.sandbox.memory_bytes = size(n) << 20,
        ),
    },
    Setting {
        name: "plugin.cpu-secs",
        flag: None,
        about: "Computing time of one call; waiting uses none",
        field: Field::Whole(
            (1, 600),
            |c| whole(c.sandbox.cpu_ticks) / ticks_a_second(),
            |c, n| c.sandbox.cpu_ticks = (n * ticks_a_second()).unsigned_abs(),
        ),
    },
    Setting {
        name: "plugin.wall-secs",
        flag: None,
        about: "Time of one call by the clock; waiting for a quota is not counted",
        field: Field::Whole(
            (1, 3_600),
            |c| secs(c.sandbox.wall),
            |c, n| c.sandbox.wall = duration(n),
        ),
    },
    Setting {
        name: "plugin.requests",
        flag: None,
        about: "Requests that one call may start",
        field: Field::Whole(
            (1, 100_000),
            |c| i64::from(c.sandbox.requests),
            |c, n| c.sandbox.requests = count(n),
        ),
    },
    Setting {
        name: "plugin.response-mib",
        flag: None,
        about: "MiB of one response",
        field: Field::Whole(
            (1, 1_024),
            |c| whole(c.sandbox.response_bytes >> 20),
            |c, n| c.sandbox.response_bytes = n.unsigned_abs() << 20,
        ),
    },
    Setting {
        name: "plugin.download-mib",
        flag: None,
        about: "MiB of one downloaded file",
        field: Field::Whole(
            (1, 16_384),
            |c| whole(c.sandbox.download_bytes >> 20),
            |c, n| c.sandbox.download_bytes = n.unsigned_abs() << 20,
        ),
    },
    Setting {
        name: "plugin.log-kib",
        flag: None,
        about: "KiB that one call may log; what exceeds it is dropped",
        field: Field::Whole(
            (1, 1_024),
            |c| whole(c.sandbox.log_bytes >> 10),
            |c, n| c.sandbox.log_bytes = size(n) << 10,
        ),
    },
    Setting {
        name: "plugins.rollback-faults",
        flag: None,
        about: "Calls of a version that may fail before the one before it serves again; 0 never goes back",
        field: Field::Whole(
            (0, 1_000),
            |c| whole(c.tolerance.faults),
            |c, n| c.tolerance.faults = size(n),
        ),
    },
    Setting {
        name: "plugins.rollback-calls",
        flag: None,
        about: "Among how many of its newest calls they are counted",
        field: Field::Whole(
            (1, 1_000),
            |c| whole(c.tolerance.calls),
            |c, n| c.tolerance.calls = size(n),
        ),
    },
    Setting {
        name: "plugins.verdict-changes",
        flag: None,
        about: "Whether a version may serve that decides stored changes otherwise, or of which that is not known",
        field: Field::Word(
            &["allowed", "refused"],
            |c| {
                if c.refuse_verdict_changes {
                    "refused"
                } else {
                    "allowed"
                }
            },
            |c, word| c.refuse_verdict_changes = word == "refused",
        ),
    },
    Setting {
        name: "plugins.signature",
        flag: None,
        about: "Whether a version without a signature by one of the keys may be installed and run",
        field: Field::Word(
            &["optional", "required"],
            |c| {
                if c.signatures.required {
                    "required"
                } else {
                    "optional"
                }
            },
            |c, word| c.signatures.required = word == "required",
        ),
    },
    Setting {
        name: "plugins.keys",
        flag: None,
        about: "PEM files of the Ed25519 public keys that sign versions",
        field: Field::Paths(|c| &c.signatures.keys, |c, paths| c.signatures.keys = paths),
    },
    Setting {
        name: "log.level",
        flag: None,
        about: "The least urgent that is logged; `-v` raises it to `info`, twice to `debug`",
        field: Field::Word(
            &["error", "warn", "info", "debug"],
            |c| match c.log.level {
                Level::ERROR => "error",
                Level::WARN => "warn",
                Level::INFO => "info",
                _ => "debug",
            },
            |c, word| {
                c.log.level = match word {
                    "warn" => Level::WARN,
                    "info" => Level::INFO,
                    "debug" => Level::DEBUG,
                    _ => Level::ERROR,
                }
            },
        ),
    },
    Setting {
        name: "log.format",
        flag: None,
        about: "How a log line looks: for people, or one JSON object",
        field: Field::Word(
            &["text", "json"],
            |c| match c.log.format {
                LogFormat::Text => "text",
                LogFormat::Json => "json",
            },
            |c, word| {
                c.log.format = match word {
                    "json" => LogFormat::Json,
                    _ => LogFormat::Text,
                }
            },
        ),
    },
    Setting {
        name: "metrics.listen",
        flag: Some("--metrics"),
        about: "Where metrics are served, apart from everything else; unset, nowhere",
        field: Field::Address(|c| c.metrics, |c, address| c.metrics = Some(address)),
    },
];

fn whole(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

fn size(value: i64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

fn count(value: i64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn secs(duration: Duration) -> i64 {
    whole(duration.as_secs())
}

fn duration(secs: i64) -> Duration {
    Duration::from_secs(secs.unsigned_abs())
}

fn ticks_a_second() -> i64 {
    whole(Duration::from_secs(1).as_millis() / Sandbox::TICK.as_millis())
}
