//! Package URLs, as far as lookups need them.

/// The parts of a package URL.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Purl<'a> {
    /// Type, for example `npm`.
    pub(crate) kind: &'a str,
    /// Namespace; none for most.
    pub(crate) namespace: Option<&'a str>,
    /// Name.
    pub(crate) name: &'a str,
    /// Version.
    pub(crate) version: &'a str,
}

impl<'a> Purl<'a> {
    /// Takes a package URL apart. None without a type, a name or a version.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let bare = text.split(['?', '#']).next()?.strip_prefix("pkg:")?;
        let (kind, path) = bare.split_once('/')?;
        let (path, version) = path.rsplit_once('@')?;
        let (namespace, name) = match path.rsplit_once('/') {
            Some((namespace, name)) => (Some(namespace), name),
            None => (None, path),
        };
        let whole = ![kind, name, version].contains(&"");
        whole.then_some(Self {
            kind,
            namespace,
            name,
            version,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Purl;

    #[test]
    fn a_purl_needs_a_type_a_name_and_a_version() {
        let purl = Purl::parse("pkg:maven/org.yaml/snakeyaml@1.30?type=jar").unwrap();
        assert_eq!((purl.kind, purl.version), ("maven", "1.30"));
        assert_eq!((purl.namespace, purl.name), (Some("org.yaml"), "snakeyaml"));
        for bad in ["", "pkg:npm/ejs", "pkg:npm/ejs@", "npm/ejs@1", "pkg:@1"] {
            assert_eq!(Purl::parse(bad), None, "{bad}");
        }
    }
}
