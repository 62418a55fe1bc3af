//! Ecosystems by Snyk's ids of vulnerabilities.

/// The purl type of the packages that a vulnerability is about; none for those of operating systems, and where the id
/// does not say.
pub(crate) fn of(vulnerability: &str) -> Option<&'static str> {
    if vulnerability.starts_with("npm:") {
        return Some("npm");
    }
    let word = vulnerability.strip_prefix("SNYK-")?.split('-').next()?;
    let known = ECOSYSTEMS.iter().find(|(name, _)| *name == word)?;
    Some(known.1)
}

/// Snyk's words and the purl types they stand for.
const ECOSYSTEMS: [(&str, &str); 13] = [
    ("COCOAPODS", "cocoapods"),
    ("CONAN", "conan"),
    ("DOTNET", "nuget"),
    ("GOLANG", "golang"),
    ("HEX", "hex"),
    ("JAVA", "maven"),
    ("JS", "npm"),
    ("PHP", "composer"),
    ("PUB", "pub"),
    ("PYTHON", "pypi"),
    ("RUBY", "gem"),
    ("RUST", "cargo"),
    ("SWIFT", "swift"),
];

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn the_second_part_of_an_id_tells_the_ecosystem() {
        for (id, ecosystem) in [
            ("SNYK-JS-LODASH-590103", Some("npm")),
            ("npm:lodash:20180130", Some("npm")),
            ("SNYK-JAVA-ORGAPACHELOGGINGLOG4J-2314720", Some("maven")),
            ("SNYK-DEBIAN12-GLIBC-1", None),
            ("CVE-2020-8203", None),
        ] {
            assert_eq!(of(id), ecosystem, "{id}");
        }
    }
}
