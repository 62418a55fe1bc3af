//! Package URLs, read.
//!
//! By hand because names must stay as their ecosystem writes them: a strict reader folds the case of Go's paths, and a
//! lookup of what it returns would miss. In the tests one is the judge.

/// A package URL, without its qualifiers and its path inside the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Purl {
    /// Its type.
    pub(super) ecosystem: String,
    /// Name as the ecosystem writes it: `@scope/name`, `group:artifact`, `vendor/package`.
    pub(super) name: String,
    /// None if it has none.
    pub(super) version: Option<String>,
}

impl Purl {
    /// None if it is no package URL.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let rest = text.trim().strip_prefix("pkg:")?.trim_start_matches('/');
        let rest = before(before(rest, '#'), '?');
        let (ecosystem, path) = rest.split_once('/')?;
        let ecosystem = ecosystem.to_ascii_lowercase();
        let is_type = ecosystem.starts_with(|char: char| char.is_ascii_alphabetic())
            && ecosystem
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+'));
        // An `@` in front of a slash begins the scope of a name, not a version.
        let (path, version) = match path.rsplit_once('@') {
            Some((path, version)) if !version.contains('/') => (path, Some(decoded(version)?)),
            _ => (path, None),
        };
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        // Nor does it stand inside a segment: then a version has a slash, and where it ends nobody knows.
        let is_scope = |segment: &str| segment.rfind('@').is_none_or(|at| at == 0);
        if !segments.clone().all(is_scope) {
            return None;
        }
        let segments: Option<Vec<String>> = segments.map(decoded).collect();
        let mut segments = segments?;
        let name = segments.pop().filter(|name| !name.is_empty())?;
        let name = named(&ecosystem, &segments, name)?;
        is_type.then_some(Self {
            ecosystem,
            name,
            version: version.filter(|version| !version.is_empty()),
        })
    }
}

/// The purl type of an ecosystem in GitHub's words; the word itself if there is none.
pub(super) fn type_of(word: &str) -> String {
    let word = word.to_ascii_lowercase();
    let known = GITHUB.iter().find(|(known, _)| *known == word);
    known.map_or(word, |(_, ecosystem)| (*ecosystem).to_owned())
}

/// The name as the ecosystem writes it. None if it must have a namespace, and has none.
fn named(ecosystem: &str, namespace: &[String], name: String) -> Option<String> {
    if namespace.is_empty() {
        let whole = !NAMESPACE_REQUIRED.contains(&ecosystem);
        return whole.then(|| folded(ecosystem, name));
    }
    let namespace = namespace.join("/");
    let whole = match ecosystem {
        "maven" => format!("{namespace}:{name}"),
        // The namespace is the distribution.
        "alpm" | "apk" | "deb" | "rpm" => name,
        _ => format!("{namespace}/{name}"),
    };
    Some(folded(ecosystem, whole))
}

/// One spelling for names that have several.
fn folded(ecosystem: &str, name: String) -> String {
    match ecosystem {
        "pypi" => name.to_ascii_lowercase().replace('_', "-"),
        "bitbucket" | "composer" | "deb" | "github" | "hex" => name.to_ascii_lowercase(),
        _ => name,
    }
}

/// What stands before the last such character.
fn before(text: &str, at: char) -> &str {
    text.rsplit_once(at).map_or(text, |(before, _)| before)
}

/// Without percent-encoding. None if it is broken, or not text.
fn decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            bytes.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Types whose packages always have a namespace.
const NAMESPACE_REQUIRED: [&str; 3] = ["composer", "maven", "swift"];

/// Ecosystems as GitHub's dependency graph and advisories name them, and purl types.
const GITHUB: [(&str, &str); 9] = [
    ("actions", "githubactions"),
    ("erlang", "hex"),
    ("go", "golang"),
    ("gomod", "golang"),
    ("packagist", "composer"),
    ("pip", "pypi"),
    ("rubygems", "gem"),
    ("rust", "cargo"),
    ("swiftpm", "swift"),
];

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use packageurl::PackageUrl;
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Option<(String, String, Option<String>)> {
        Purl::parse(text).map(|purl| (purl.ecosystem, purl.name, purl.version))
    }

    #[test]
    fn a_name_is_as_its_ecosystem_writes_it() {
        for (text, ecosystem, name, version) in [
            (
                "pkg:npm/%40babel/core@7.0.0",
                "npm",
                "@babel/core",
                Some("7.0.0"),
            ),
            (
                "pkg:npm/@babel/core@7.0.0",
                "npm",
                "@babel/core",
                Some("7.0.0"),
            ),
            ("pkg:npm/@babel/core", "npm", "@babel/core", None),
            (
                "pkg:/npm/%40actions/core@1.1.0",
                "npm",
                "@actions/core",
                Some("1.1.0"),
            ),
            (
                "pkg:maven/org.acme/core@1.0?type=jar",
                "maven",
                "org.acme:core",
                Some("1.0"),
            ),
            (
                "pkg:golang/github.com/BurntSushi/toml@v1.3.2#cmd/tomlv",
                "golang",
                "github.com/BurntSushi/toml",
                Some("v1.3.2"),
            ),
            (
                "pkg:golang/a.b/c@v1%2Bincompatible",
                "golang",
                "a.b/c",
                Some("v1+incompatible"),
            ),
            (
                "pkg:PyPI/Typing_Extensions@1!2",
                "pypi",
                "typing-extensions",
                Some("1!2"),
            ),
            (
                "pkg:composer/Monolog/Monolog@3.0",
                "composer",
                "monolog/monolog",
                Some("3.0"),
            ),
            (
                "pkg:deb/debian/curl@7.88?arch=amd64",
                "deb",
                "curl",
                Some("7.88"),
            ),
            ("pkg:cocoapods/A@1.0#B", "cocoapods", "A", Some("1.0")),
            (
                "pkg:githubactions/a/b/.github/workflows/c.yml@1",
                "githubactions",
                "a/b/.github/workflows/c.yml",
                Some("1"),
            ),
            ("pkg:nuget/A@", "nuget", "A", None),
        ] {
            let expected = (
                ecosystem.to_owned(),
                name.to_owned(),
                version.map(str::to_owned),
            );
            assert_eq!(parsed(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_package_url_is_refused() {
        for text in [
            "",
            "lodash",
            "npm/lodash",
            "pkg:npm",
            "pkg:npm/",
            "pkg:npm/@1.0",
            "pkg:npm/a%2",
            "pkg:npm/a@feature/x",
            "pkg:npm/a%zz",
            "pkg:npm/%ff",
            "pkg:n pm/a",
            "pkg:1/a",
            "pkg:maven/core@1.0",
            "pkg:composer/monolog",
        ] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }

    #[test]
    fn github_s_words_are_purl_types_or_stay() {
        assert_eq!(
            [
                "npm", "pip", "rubygems", "gomod", "rust", "Actions", "bazel"
            ]
            .map(type_of),
            [
                "npm",
                "pypi",
                "gem",
                "golang",
                "cargo",
                "githubactions",
                "bazel"
            ]
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

        #[test]
        fn what_a_purl_library_writes_is_read_back(
            ecosystem in prop::sample::select(vec!["npm", "golang", "composer", "maven", "pypi", "cargo", "gem", "nuget"]),
            namespace in "[a-z@][ -.0-~é]{1,8}",
            name in "[a-z][ -.0-9;-~é]{1,8}",
            version in "[!-.0-~é]{1,8}",
        ) {
            let mut written = PackageUrl::new(ecosystem, name).unwrap();
            if matches!(ecosystem, "npm" | "golang" | "composer" | "maven") {
                written.with_namespace(namespace).unwrap();
            }
            written.with_version(version).unwrap();
            let written = written.to_string();
            let judge = PackageUrl::from_str(&written).unwrap();
            let joint = if ecosystem == "maven" { ":" } else { "/" };
            let name = match judge.namespace() {
                Some(namespace) => format!("{namespace}{joint}{}", judge.name()),
                None => judge.name().to_owned(),
            };
            let expected = (ecosystem.to_owned(), name, judge.version().map(str::to_owned));
            prop_assert_eq!(parsed(&written), Some(expected), "{}", written);
        }
    }
}
