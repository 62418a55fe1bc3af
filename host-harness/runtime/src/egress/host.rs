//! Host names: whole labels, and patterns with one label left open.

/// Whether the host is this domain, or lies below it by whole labels. Case does not matter.
pub(super) fn is_below(host: &str, domain: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let domain = domain.to_ascii_lowercase();
    host.strip_suffix(&domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether the text is a domain name and nothing else.
pub(super) fn is_domain(text: &str) -> bool {
    text.split('.').all(is_label)
}

/// Whether the text is the name or address by which this machine calls itself, as mocks are reached.
pub(super) fn is_own_name(host: &str) -> bool {
    ["127.0.0.1", "localhost"]
        .iter()
        .any(|own| own.eq_ignore_ascii_case(host))
}

/// A host name with one DNS label left open, for example `api.{tenant}.example.com`.
pub(super) struct HostPattern {
    before: String,
    after: String,
}

impl HostPattern {
    /// Reads a pattern, or an address with one; none if no label is open.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let (before, rest) = text.split_once('{')?;
        let (_, after) = rest.split_once('}')?;
        Some(Self {
            before: before.trim_start_matches("https://").to_owned(),
            after: after.to_owned(),
        })
    }

    /// The label that stands in the open place of this host, in lower case.
    pub(super) fn label(&self, host: &str) -> Option<String> {
        let host = host.to_ascii_lowercase();
        let label = host.strip_prefix(&self.before)?.strip_suffix(&self.after)?;
        is_label(label).then(|| label.to_owned())
    }

    /// The host with this label.
    pub(super) fn host(&self, label: &str) -> String {
        [&self.before, label, &self.after].concat()
    }
}

fn is_label(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_holds_itself_and_what_ends_with_it_by_whole_labels() {
        for host in ["amazonaws.com", "s3.amazonaws.com", "B.S3.AmazonAWS.com"] {
            assert!(is_below(host, "amazonaws.com"), "{host}");
        }
        for host in [
            "evilamazonaws.com",
            "amazonaws.com.evil.example",
            "amazonaws.com.",
            "com",
            "",
        ] {
            assert!(!is_below(host, "amazonaws.com"), "{host}");
        }
    }

    #[test]
    fn a_pattern_leaves_exactly_one_label_open() {
        let pattern = HostPattern::parse("https://api.{tenant}.example.com").unwrap();
        assert_eq!(
            pattern.label("API.Acme.example.com").as_deref(),
            Some("acme")
        );
        assert_eq!(pattern.host("acme"), "api.acme.example.com");
        for host in ["api.a.b.example.com", "api..example.com", "api.example.com"] {
            assert_eq!(pattern.label(host), None, "{host}");
        }
        assert!(HostPattern::parse("api.example.com").is_none());
    }
}
