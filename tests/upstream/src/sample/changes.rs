//! Three pull requests: one clean, one raised, one blocked.

/// A pull request of the demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleChange {
    /// Its name in the demo: `clean`, `raised` or `blocked`.
    pub name: &'static str,
    /// Title.
    pub title: &'static str,
    /// `owner/name`, the display name of a target of the organization.
    pub repository: &'static str,
    /// Number in the repository.
    pub number: u32,
    /// Login of its author.
    pub author: &'static str,
    /// The commit that is judged.
    pub head_sha: &'static str,
    /// The commit it is compared with.
    pub base_sha: &'static str,
    /// Branch it goes to.
    pub target_branch: &'static str,
    /// Deploy risk before security, 0 to 100.
    pub base_score: u8,
    /// What it does to the dependencies. Never empty here.
    pub dependencies: Vec<SampleDependency>,
}

/// One dependency that a pull request touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleDependency {
    /// Ecosystem by its purl type.
    pub ecosystem: &'static str,
    /// Name as the ecosystem writes it.
    pub name: &'static str,
    /// Version before; none for a new dependency.
    pub before: Option<&'static str>,
    /// Version after; none for a removed one.
    pub after: Option<&'static str>,
    /// Whether the repository names it itself.
    pub direct: bool,
}

/// The demo's pull requests, from harmless to blocked.
#[must_use]
pub fn changes() -> Vec<SampleChange> {
    vec![
        SampleChange {
            name: "clean",
            title: "Update semver, json5 and minimist",
            repository: "acme/storefront",
            number: 128,
            author: "mia",
            head_sha: "4be1f0c27a9d35e86c1b2f7d40a8e95136c7d2fb",
            base_sha: BASE_OF_STOREFRONT,
            target_branch: "main",
            base_score: 18,
            dependencies: vec![
                npm("semver", Some("7.3.7"), "7.6.3", true),
                npm("json5", Some("2.2.1"), "2.2.3", true),
                npm("minimist", Some("1.2.5"), "1.2.8", true),
            ],
        },
        SampleChange {
            name: "raised",
            title: "Move the product pages to axios 1",
            repository: "acme/storefront",
            number: 131,
            author: "jonas",
            head_sha: "91d7a3e5c0842fb6de17930b5f8c64a2e70d1b9c",
            base_sha: BASE_OF_STOREFRONT,
            target_branch: "main",
            base_score: 41,
            dependencies: vec![npm("axios", Some("0.27.2"), "1.7.2", true)],
        },
        SampleChange {
            name: "blocked",
            title: "Send invoices as multipart uploads",
            repository: "acme/checkout-api",
            number: 77,
            author: "priya",
            head_sha: "c83f5d1e6b7092a4d80e3f196a5bc74721d9e06f",
            base_sha: "0f6b92d4e7318ca5b0d47f8e29c1a6533de8740b",
            target_branch: "main",
            base_score: 27,
            dependencies: vec![
                npm("form-data", None, "4.0.2", true),
                npm("asynckit", None, "0.4.0", false),
                npm("combined-stream", None, "1.0.8", false),
            ],
        },
    ]
}

const fn npm(
    name: &'static str,
    before: Option<&'static str>,
    after: &'static str,
    direct: bool,
) -> SampleDependency {
    SampleDependency {
        ecosystem: "npm",
        name,
        before,
        after: Some(after),
        direct,
    }
}

const BASE_OF_STOREFRONT: &str = "e2a9c61f8d0b4753a6f1c98d2e70b5346f19ad8c";
