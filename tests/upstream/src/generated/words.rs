//! What generated things are called.

/// An ecosystem: Snyk's project type, the middle of Snyk's ids, the purl type, and the file that is scanned.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ecosystem {
    pub(super) kind: &'static str,
    pub(super) word: &'static str,
    pub(super) purl: &'static str,
    pub(super) file: &'static str,
}

const fn ecosystem(
    kind: &'static str,
    word: &'static str,
    purl: &'static str,
    file: &'static str,
) -> Ecosystem {
    Ecosystem {
        kind,
        word,
        purl,
        file,
    }
}

/// Those of repositories.
pub(super) const ECOSYSTEMS: [Ecosystem; 7] = [
    ecosystem("npm", "JS", "npm", "package.json"),
    ecosystem("maven", "JAVA", "maven", "pom.xml"),
    ecosystem("pip", "PYTHON", "pypi", "requirements.txt"),
    ecosystem("gomodules", "GOLANG", "golang", "go.mod"),
    ecosystem("nuget", "DOTNET", "nuget", "packages.config"),
    ecosystem("rubygems", "RUBY", "gem", "Gemfile.lock"),
    ecosystem("composer", "PHP", "composer", "composer.lock"),
];

/// Those of images.
pub(super) const DISTRIBUTIONS: [Ecosystem; 2] = [
    ecosystem("deb", "DEBIAN12", "deb", ""),
    ecosystem("apk", "ALPINE319", "apk", ""),
];

pub(super) const FIRST: [&str; 16] = [
    "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "iris", "juniper",
    "kestrel", "larch", "maple", "north", "onyx", "pine",
];
pub(super) const SECOND: [&str; 16] = [
    "auth", "buffer", "cache", "codec", "core", "crypt", "form", "http", "io", "json", "log",
    "parser", "query", "router", "stream", "yaml",
];

/// Titles of vulnerabilities, each with its CWE.
pub(super) const WEAKNESSES: [(&str, &str); 12] = [
    ("Denial of service by unbounded input", "CWE-400"),
    ("Slow regular expression", "CWE-1333"),
    ("Prototype pollution", "CWE-1321"),
    ("Path traversal while unpacking", "CWE-22"),
    ("Server-side request forgery", "CWE-918"),
    ("Deserialization of untrusted data", "CWE-502"),
    ("Command injection", "CWE-78"),
    ("Open redirect", "CWE-601"),
    ("Buffer overflow", "CWE-787"),
    ("Use after free", "CWE-416"),
    ("Credentials sent to other hosts", "CWE-200"),
    ("Signatures that are not checked", "CWE-347"),
];

/// CVSS 3.1: score in tenths, vector.
pub(super) const RATED: [(u16, &str); 11] = [
    (98, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
    (88, "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"),
    (75, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"),
    (75, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"),
    (78, "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"),
    (65, "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:N/A:N"),
    (61, "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"),
    (59, "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H"),
    (53, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L"),
    (37, "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:L"),
    (33, "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:L"),
];

/// CVSS 4.0 for each of [`RATED`].
pub(super) const RATED_4: [(u16, &str); 11] = [
    (
        93,
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
    ),
    (
        87,
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
    ),
    (
        87,
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N",
    ),
    (
        87,
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N",
    ),
    (
        85,
        "CVSS:4.0/AV:L/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
    ),
    (
        71,
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N",
    ),
    (
        53,
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N",
    ),
    (
        82,
        "CVSS:4.0/AV:N/AC:H/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N",
    ),
    (
        69,
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:L/SC:N/SI:N/SA:N",
    ),
    (
        63,
        "CVSS:4.0/AV:N/AC:H/AT:N/PR:N/UI:N/VC:N/VI:N/VA:L/SC:N/SI:N/SA:N",
    ),
    (
        48,
        "CVSS:4.0/AV:L/AC:L/AT:N/PR:L/UI:N/VC:N/VI:N/VA:L/SC:N/SI:N/SA:N",
    ),
];

pub(super) const LICENSES: [&str; 6] = [
    "GPL-2.0", "GPL-3.0", "AGPL-3.0", "LGPL-2.1", "LGPL-3.0", "MPL-2.0",
];

/// Settings of infrastructure: title, and the path of the setting behind its resource.
pub(super) const SETTINGS: [(&str, &str); 6] = [
    ("Storage without encryption", "encryption"),
    ("Container may write its root", "readOnlyRootFilesystem"),
    ("Container runs as root", "runAsNonRoot"),
    ("Network open to all", "ingress[0].cidr_blocks"),
    ("Logs are not kept", "logging"),
    ("Plain HTTP is accepted", "https_only"),
];

/// Types of cloud resources.
pub(super) const RESOURCES: [&str; 4] = [
    "aws_s3_bucket",
    "aws_db_instance",
    "aws_security_group",
    "aws_iam_role",
];

/// Titles of findings in code, each with its CWE.
pub(super) const FLAWS: [(&str, &str); 6] = [
    ("SQL built from a request", "CWE-89"),
    ("Page built from a request", "CWE-79"),
    ("Password in the source", "CWE-798"),
    ("Command built from a request", "CWE-78"),
    ("Path built from a request", "CWE-23"),
    ("Weak hash of a password", "CWE-916"),
];
