//! Package URLs, the names by which a package is looked up.
//!
//! Written by hand because the `packageurl` crate keeps qualifiers in a hash map, whose seed is an import no host grants;
//! in the tests that crate is the judge.

use std::fmt::Write as _;

/// Why there is no package URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PurlError {
    /// Not letters, digits, `.` and `-`, beginning with a letter.
    #[error("`{0}` is not a purl type, for example `npm`")]
    Type(String),
    /// Empty, or with a part between slashes that is empty, `.` or `..`.
    #[error("`{name}` is not a package name of `{ecosystem}`")]
    Name {
        /// The purl type.
        ecosystem: String,
        /// The name as given.
        name: String,
    },
    /// A version that is there and empty.
    #[error("the version of `{0}` is empty; leave it out instead")]
    EmptyVersion(String),
}

/// The package URL of a package, for example `pkg:npm/%40scope/name@1.2.3`; `ecosystem` is its purl type.
///
/// The name is the ecosystem's own: `@scope/name`, `group:artifact`, `vendor/package`, `github.com/owner/module`.
///
/// # Errors
///
/// A text that is not a purl type; a name with an empty part, or without the namespace its type requires; an empty version.
pub fn purl(ecosystem: &str, name: &str, version: Option<&str>) -> Result<String, PurlError> {
    if !is_type(ecosystem) {
        return Err(PurlError::Type(ecosystem.to_owned()));
    }
    let ecosystem = ecosystem.to_ascii_lowercase();
    let bad_name = || PurlError::Name {
        ecosystem: ecosystem.clone(),
        name: name.to_owned(),
    };
    let (namespace, short) = split(&ecosystem, name);
    if namespace.is_none() && NAMESPACE_REQUIRED.contains(&ecosystem.as_str()) {
        return Err(bad_name());
    }
    let mut url = format!("pkg:{ecosystem}/");
    let lower_namespace = LOWER_NAMESPACE.contains(&ecosystem.as_str());
    for segment in namespace.into_iter().flat_map(|text| text.split('/')) {
        push_segment(&mut url, segment, lower_namespace).ok_or_else(bad_name)?;
        url.push('/');
    }
    let lower_name = LOWER_NAME.contains(&ecosystem.as_str());
    let dashed = (ecosystem == "pypi").then(|| short.replace('_', "-"));
    push_segment(&mut url, dashed.as_deref().unwrap_or(short), lower_name).ok_or_else(bad_name)?;
    if let Some(version) = version {
        if version.is_empty() {
            return Err(PurlError::EmptyVersion(name.to_owned()));
        }
        url.push('@');
        push_encoded(&mut url, version);
    }
    Ok(url)
}

fn is_type(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
}

fn split<'a>(ecosystem: &str, name: &'a str) -> (Option<&'a str>, &'a str) {
    let parts = match ecosystem {
        "maven" => name.split_once(':').or_else(|| name.rsplit_once('/')),
        "npm" | "golang" | "composer" | "swift" | "github" | "hex" | "conan" => {
            name.rsplit_once('/')
        }
        _ => None,
    };
    parts.map_or((None, name), |(namespace, short)| (Some(namespace), short))
}

/// None for a segment that a path would not keep.
fn push_segment(url: &mut String, segment: &str, lower: bool) -> Option<()> {
    if matches!(segment, "" | "." | ".." | "@") {
        return None;
    }
    if lower {
        push_encoded(url, &segment.to_ascii_lowercase());
    } else {
        push_encoded(url, segment);
    }
    Some(())
}

fn push_encoded(url: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b':') {
            url.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
}

/// Types whose packages always have a namespace.
const NAMESPACE_REQUIRED: [&str; 2] = ["composer", "swift"];

/// Types whose names do not tell upper from lower case.
///
/// npm is none of them: its registry holds `Base64` beside `base64`, and since May 2026 so does the purl specification
/// (<https://github.com/package-url/purl-spec/pull/872>).
const LOWER_NAME: [&str; 6] = ["bitbucket", "composer", "deb", "github", "hex", "pypi"];

/// Types whose namespaces do not tell upper from lower case.
const LOWER_NAMESPACE: [&str; 4] = ["composer", "github", "golang", "hex"];

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_ecosystem_s_own_name_becomes_namespace_and_name() {
        for (ecosystem, name, version, expected) in [
            ("npm", "lodash", "4.17.20", "pkg:npm/lodash@4.17.20"),
            ("npm", "@babel/core", "7.0.0", "pkg:npm/%40babel/core@7.0.0"),
            (
                "maven",
                "org.apache.commons:commons-text",
                "1.9",
                "pkg:maven/org.apache.commons/commons-text@1.9",
            ),
            (
                "golang",
                "github.com/gin-gonic/gin",
                "v1.7.0+incompatible",
                "pkg:golang/github.com/gin-gonic/gin@v1.7.0%2Bincompatible",
            ),
            ("npm", "Base64", "1.0.0", "pkg:npm/Base64@1.0.0"),
            ("hex", "Acme/foo", "2.3.0", "pkg:hex/acme/foo@2.3.0"),
            (
                "pypi",
                "Typing_Extensions",
                "1!2.0",
                "pkg:pypi/typing-extensions@1%212.0",
            ),
        ] {
            assert_eq!(
                purl(ecosystem, name, Some(version)).as_deref(),
                Ok(expected)
            );
        }
    }

    #[test]
    fn a_package_without_a_version_has_a_package_url() {
        assert_eq!(purl("cargo", "time", None).as_deref(), Ok("pkg:cargo/time"));
    }

    #[test]
    fn what_is_no_package_is_refused() {
        for (ecosystem, name, version, sentence) in [
            ("", "a", None, "`` is not a purl type, for example `npm`"),
            (
                "n/pm",
                "a",
                None,
                "`n/pm` is not a purl type, for example `npm`",
            ),
            ("npm", "", None, "`` is not a package name of `npm`"),
            ("npm", "@/a", None, "`@/a` is not a package name of `npm`"),
            (
                "golang",
                "a/../b",
                None,
                "`a/../b` is not a package name of `golang`",
            ),
            (
                "composer",
                "monolog",
                None,
                "`monolog` is not a package name of `composer`",
            ),
            (
                "npm",
                "a",
                Some(""),
                "the version of `a` is empty; leave it out instead",
            ),
        ] {
            assert_eq!(
                purl(ecosystem, name, version).unwrap_err().to_string(),
                sentence
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

        #[test]
        fn a_purl_parser_reads_back_what_was_written(
            ecosystem in prop::sample::select(vec!["npm", "golang", "composer", "maven", "pypi", "cargo", "gem", "nuget"]),
            namespace in "[a-z@][ -.0-~é]{1,8}",
            name in "[a-z][ -.0-9;-~é]{1,8}",
            version in "[ -~é]{1,8}",
        ) {
            let whole = match ecosystem {
                "npm" | "golang" | "composer" => format!("{namespace}/{name}"),
                _ => name,
            };
            let written = purl(ecosystem, &whole, Some(&version)).unwrap();
            let read = packageurl::PackageUrl::from_str(&written).unwrap();
            let back = match read.namespace() {
                Some(namespace) => format!("{namespace}/{}", read.name()),
                None => read.name().to_owned(),
            };
            let same = |text: &str| text.to_lowercase().replace('_', "-");
            prop_assert_eq!(same(&back), same(&whole));
            prop_assert_eq!(read.version(), Some(version.as_str()));
        }
    }
}
