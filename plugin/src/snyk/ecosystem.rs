//! What the id of a vulnerability or a licence says about the package.

use koalr_integration_kit::model::record::PackageVersion;

/// Purl type of the packages that a vulnerability is about; none if its id does not say, or says that no package manager
/// is involved.
pub(super) fn of(id: &str) -> Option<&'static str> {
    if let Some((ecosystem, ..)) = parts(id) {
        return type_of(&LICENSED, ecosystem);
    }
    if id.starts_with("npm:") {
        return Some("npm");
    }
    let (origin, _) = id.strip_prefix("SNYK-")?.split_once('-')?;
    // Distributions are named with their release.
    let family = origin.trim_end_matches(|letter: char| letter.is_ascii_digit());
    type_of(&LANGUAGES, origin).or_else(|| type_of(&DISTRIBUTIONS, family))
}

/// The package that a licence issue is about.
pub(super) fn licensed(id: &str) -> Option<PackageVersion> {
    let (ecosystem, package, _) = parts(id)?;
    Some(PackageVersion {
        ecosystem: type_of(&LICENSED, ecosystem).map(str::to_owned),
        name: package.to_owned(),
        version: None,
    })
}

/// The licence that a licence issue is about.
pub(super) fn license(id: &str) -> Option<&str> {
    parts(id).map(|(.., license)| license)
}

/// Parts of `snyk:lic:<ecosystem>:<package>:<licence>`. Packages may hold colons, licences do not.
fn parts(id: &str) -> Option<(&str, &str, &str)> {
    let (rest, license) = id.strip_prefix("snyk:lic:")?.rsplit_once(':')?;
    let (ecosystem, package) = rest.split_once(':')?;
    let filled = !package.is_empty() && !license.is_empty();
    filled.then_some((ecosystem, package, license))
}

type Types = [(&'static str, &'static str)];

fn type_of(types: &Types, name: &str) -> Option<&'static str> {
    let mut found = types.iter().filter(|(known, _)| *known == name);
    found.next().map(|(_, purl)| *purl)
}

/// Second parts of Snyk's ids, and purl types.
const LANGUAGES: [(&str, &str); 14] = [
    ("JS", "npm"),
    ("JAVA", "maven"),
    ("PYTHON", "pypi"),
    ("GOLANG", "golang"),
    ("RUBY", "gem"),
    ("DOTNET", "nuget"),
    ("PHP", "composer"),
    ("RUST", "cargo"),
    ("SWIFT", "swift"),
    ("COCOAPODS", "cocoapods"),
    ("CONAN", "conan"),
    ("HEX", "hex"),
    ("DART", "pub"),
    ("PUB", "pub"),
];

/// Distributions as Snyk's ids name them without their release, and the purl types of their packages.
const DISTRIBUTIONS: [(&str, &str); 8] = [
    ("DEBIAN", "deb"),
    ("UBUNTU", "deb"),
    ("ALPINE", "apk"),
    ("RHEL", "rpm"),
    ("CENTOS", "rpm"),
    ("ORACLE", "rpm"),
    ("AMZN", "rpm"),
    ("SLES", "rpm"),
];

/// Ecosystems as licence ids name them, and purl types.
const LICENSED: [(&str, &str); 12] = [
    ("npm", "npm"),
    ("maven", "maven"),
    ("pip", "pypi"),
    ("golang", "golang"),
    ("rubygems", "gem"),
    ("nuget", "nuget"),
    ("composer", "composer"),
    ("cargo", "cargo"),
    ("swift", "swift"),
    ("cocoapods", "cocoapods"),
    ("hex", "hex"),
    ("pub", "pub"),
];

#[cfg(test)]
mod tests {
    use super::{license, licensed, of};

    #[test]
    fn a_vulnerability_s_id_tells_the_ecosystem_or_nothing() {
        for (id, ecosystem) in [
            ("SNYK-JS-LODASH-590103", Some("npm")),
            ("npm:lodash:20180130", Some("npm")),
            ("SNYK-JAVA-ORGACME-1", Some("maven")),
            ("SNYK-DEBIAN11-OPENSSL-1", Some("deb")),
            ("SNYK-ALPINE316-OPENSSL-1", Some("apk")),
            ("SNYK-AMZN201803-OPENSSL-1", Some("rpm")),
            ("SNYK-UNMANAGED-OPENSSL-1", None),
            ("SNYK-CC-K8S-1", None),
            ("SNYK-JS2-A-1", None),
            ("SNYK-JS", None),
            ("javascript/sqli", None),
            ("snyk:lic:rubygems:rails:GPL-3.0", Some("gem")),
            ("snyk:lic:unmanaged:zlib:GPL-3.0", None),
        ] {
            assert_eq!(of(id), ecosystem, "{id}");
        }
    }

    #[test]
    fn a_licence_is_what_follows_the_last_colon_and_its_package_what_stands_between() {
        let id = "snyk:lic:maven:org.acme:core:LGPL-2.1";
        let package = licensed(id).unwrap();
        assert_eq!(
            (package.ecosystem.as_deref(), package.name.as_str()),
            (Some("maven"), "org.acme:core")
        );
        assert_eq!(license(id), Some("LGPL-2.1"));
        for odd in ["SNYK-JS-A-1", "snyk:lic:npm:", "snyk:lic:npm:left-pad"] {
            assert_eq!((license(odd), licensed(odd)), (None, None), "{odd}");
        }
    }
}
