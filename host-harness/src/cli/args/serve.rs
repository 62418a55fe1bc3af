//! Arguments of `koalr serve`: each wins over the setting that says the same.

/// A value is read as that setting is, so that all that is wrong is said at once.
#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    /// Where to listen [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Let other machines reach it by plain HTTP; put a proxy with TLS before it.
    #[arg(long)]
    anyone: bool,
    /// PEM file of a certificate: speak TLS, and let other machines reach it [default: plain HTTP].
    #[arg(long, value_name = "FILE")]
    certificate: Option<String>,
    /// PEM file of the certificate's key.
    #[arg(long, value_name = "FILE")]
    key: Option<String>,
    /// Serve metrics and readiness here too, apart from everything else; see docs/metrics.md [default: no metrics].
    #[arg(long, value_name = "ADDRESS:PORT")]
    metrics: Option<String>,
    /// Jobs that run at once [default: 8].
    #[arg(long, value_name = "NUMBER")]
    slots: Option<String>,
    /// How many of them are for pull requests alone [default: 2].
    #[arg(long, value_name = "NUMBER")]
    reserved: Option<String>,
    /// Seconds from one sync of a tenant to the next; up to a tenth more, so that tenants do not stay in step [default:
    /// 900].
    #[arg(long, value_name = "SECONDS")]
    every: Option<String>,
    /// Permit connecting to this machine by API, by plain HTTP, for a mock upstream.
    #[arg(long)]
    allow_loopback: bool,
    /// Requests a minute of one key of the API; above that it is told to wait [default: 60].
    #[arg(long, value_name = "NUMBER")]
    requests_per_minute: Option<String>,
}

impl Serve {
    /// Those that are given.
    pub(crate) fn flags(&self) -> Vec<(&'static str, String)> {
        let given = [
            ("--listen", &self.listen),
            ("--certificate", &self.certificate),
            ("--key", &self.key),
            ("--metrics", &self.metrics),
            ("--slots", &self.slots),
            ("--reserved", &self.reserved),
            ("--every", &self.every),
            ("--requests-per-minute", &self.requests_per_minute),
        ];
        let mut flags: Vec<_> = given
            .into_iter()
            .filter_map(|(flag, value)| Some((flag, value.clone()?)))
            .collect();
        let said = [
            ("--anyone", self.anyone),
            ("--allow-loopback", self.allow_loopback),
        ];
        let said = said.into_iter().filter(|(_, said)| *said);
        flags.extend(said.map(|(flag, said)| (flag, said.to_string())));
        flags
    }
}
