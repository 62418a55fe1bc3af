//! First verb: what the integration is.

use koalr_integration_kit::model::manifest::{
    AudienceClaim, CredentialKind, Manifest, Method, Origin, OriginAddress, PathRule, Permission,
    Pull, Quota,
};
use koalr_integration_kit::rules;

/// Snyk's name for the permission to read organizations and to look packages up.
pub(crate) const VIEW_ORGANIZATION: &str = "View Organization";

/// Snyk's name for the permission to list projects.
pub(crate) const VIEW_PROJECT: &str = "View Project";

/// Snyk's name for the permission to list issues, together with the one to list projects.
pub(crate) const VIEW_HISTORY: &str = "View Project History";

/// Snyk's name for the permission to export what reports are made of.
pub(crate) const VIEW_REPORTS: &str = "View Organization Reports";

/// The manifest. The same every time.
#[must_use]
pub fn describe() -> Manifest {
    Manifest {
        id: "snyk".to_owned(),
        name: "Snyk".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        summary: "Scores and gates changes by the vulnerabilities they introduce, and follows every finding until it is fixed"
            .to_owned(),
        pulls: PULLS.iter().map(|&(what, why)| pull(what, why)).collect(),
        permissions: PERMISSIONS
            .iter()
            .map(|&(name, why, required)| Permission {
                name: name.to_owned(),
                why: why.to_owned(),
                required,
            })
            .collect(),
        origins: origins(),
        quotas: quotas(),
        credentials: credentials(),
        settings: Vec::new(),
        rules: rules::rules(),
        extra: Vec::new(),
    }
}

fn pull(what: &str, why: &str) -> Pull {
    Pull {
        what: what.to_owned(),
        why: why.to_owned(),
    }
}

fn origins() -> Vec<Origin> {
    let region = |&(id, label, host, alias): &(&str, &str, &str, &str)| Origin {
        id: id.to_owned(),
        label: label.to_owned(),
        address: OriginAddress::Fixed(format!("https://{host}")),
        aliases: vec![alias.to_owned()],
        paths: paths(),
    };
    let mut origins: Vec<_> = REGIONS.iter().map(region).collect();
    origins.push(Origin {
        id: "single-tenant".to_owned(),
        label: "Single tenant".to_owned(),
        address: OriginAddress::Template("https://api.{tenant}.snyk.io".to_owned()),
        aliases: vec!["app.{tenant}.snyk.io".to_owned()],
        paths: paths(),
    });
    origins.push(Origin {
        id: "exports".to_owned(),
        label: "Files of exports, in the cloud storage that Snyk names".to_owned(),
        address: OriginAddress::Download(STORAGE.map(str::to_owned).to_vec()),
        aliases: Vec::new(),
        paths: Vec::new(),
    });
    origins
}

fn paths() -> Vec<PathRule> {
    let rule = |&(method, template): &(Method, &str)| PathRule {
        method,
        template: template.to_owned(),
        fresh_secs: (template == LOOKUP).then_some(LOOKUP_FRESH_SECS),
    };
    PATHS.iter().map(rule).collect()
}

fn quotas() -> Vec<Quota> {
    let quota = |&(id, requests, window_secs, method, prefix): &Limit| Quota {
        id: id.to_owned(),
        requests,
        window_secs,
        method,
        path_prefix: prefix.map(str::to_owned),
    };
    QUOTAS.iter().map(quota).collect()
}

fn credentials() -> Vec<CredentialKind> {
    let kind = |id: &str, label: &str, pattern: &str, audience| CredentialKind {
        id: id.to_owned(),
        label: label.to_owned(),
        pattern: pattern.to_owned(),
        header: "authorization".to_owned(),
        value: "token {credential}".to_owned(),
        audience,
    };
    let audience = AudienceClaim {
        part: 2,
        claim: "h".to_owned(),
    };
    vec![
        kind(
            "personal-access-token",
            "Personal or service-account access token",
            r"snyk_(?:uat|sat)\.[a-z0-9]{8}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+",
            Some(audience),
        ),
        kind(
            "api-key",
            "API key",
            "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
            None,
        ),
    ]
}

const PULLS: [(&str, &str); 6] = [
    (
        "Vulnerabilities of every repository, with CVE ids, CVSS ratings and severities",
        "Open vulnerability debt stands beside the DORA metrics of each repository.",
    ),
    (
        "Licence issues of open-source dependencies",
        "A change that brings a licence your policy forbids is seen before it is merged.",
    ),
    (
        "What is new in a pull request: vulnerabilities of exactly the package versions it brings, and the results of \
         Snyk's own checks on it",
        "They raise the change's risk score, and its gate can block it.",
    ),
    (
        "Whether a fix exists, and in which version",
        "A blocked change is told the upgrade that unblocks it.",
    ),
    (
        "Findings in containers and infrastructure as code",
        "What a repository deploys is counted along with what it is built from.",
    ),
    (
        "When each vulnerability came, was ignored, was fixed and came back",
        "Time to remediate is measured, and incidents are compared with the changes before them.",
    ),
];

/// Name, what does not work without it, and whether it is required.
const PERMISSIONS: [(&str, &str, bool); 4] = [
    (
        VIEW_ORGANIZATION,
        "Without it no organization is visible, and no package can be looked up.",
        true,
    ),
    (
        VIEW_PROJECT,
        "Without it neither projects nor issues are listed, and findings belong to no repository.",
        true,
    ),
    (VIEW_HISTORY, "Without it issues are not listed.", true),
    (
        VIEW_REPORTS,
        "Without it nothing is exported: the results of Snyk's checks on pull requests stay unknown, and many fixes too.",
        false,
    ),
];

/// Id, label, API host and web host of each region.
///
/// <https://docs.snyk.io/working-with-snyk/regional-hosting-and-data-residency>
const REGIONS: [(&str, &str, &str, &str); 5] = [
    (
        "US-01",
        "United States (default)",
        "api.snyk.io",
        "app.snyk.io",
    ),
    (
        "US-02",
        "United States 2",
        "api.us.snyk.io",
        "app.us.snyk.io",
    ),
    (
        "EU-01",
        "European Union",
        "api.eu.snyk.io",
        "app.eu.snyk.io",
    ),
    ("AU-01", "Australia", "api.au.snyk.io", "app.au.snyk.io"),
    (
        "GOV-01",
        "United States government",
        "api.snykgov.io",
        "app.snykgov.io",
    ),
];

/// Where a package version is looked up.
const LOOKUP: &str = "/rest/orgs/{org}/packages/{purl}/issues";

/// How long what was looked up may be used again, in seconds. Choice: a quarter of an hour, in which the pushes of a busy
/// afternoon bring the same packages again; Snyk's feed moves by the hour.
const LOOKUP_FRESH_SECS: u32 = 900;

/// Every request that is sent. The one POST only reads: it creates an export.
const PATHS: [(Method, &str); 10] = [
    (Method::Get, "/rest/self"),
    (Method::Get, "/rest/orgs"),
    (Method::Get, "/rest/orgs/{org}/projects"),
    (Method::Get, "/rest/orgs/{org}/issues"),
    (Method::Get, "/rest/orgs/{org}/issues/{issue}"),
    (Method::Get, LOOKUP),
    (Method::Get, "/rest/orgs/{org}/tests/{test}/findings"),
    (Method::Post, "/rest/orgs/{org}/export"),
    (Method::Get, "/rest/orgs/{org}/jobs/export/{export}"),
    (Method::Get, "/rest/orgs/{org}/export/{export}"),
];

/// Id, requests, seconds, method and beginning of the path.
type Limit = (&'static str, u32, u32, Option<Method>, Option<&'static str>);

/// Snyk's limits, each by its documentation.
const QUOTAS: [Limit; 4] = [
    ("per-second", 160, 1, None, None),
    ("per-minute", 1_620, 60, None, None),
    (
        "packages-per-minute",
        180,
        60,
        None,
        Some("/rest/orgs/{org}/packages"),
    ),
    (
        "exports-per-hour",
        20,
        3_600,
        Some(Method::Post),
        Some("/rest/orgs/{org}/export"),
    ),
];

/// Where the addresses that Snyk signs for exports lead.
const STORAGE: [&str; 2] = ["amazonaws.com", "storage.googleapis.com"];

#[cfg(test)]
mod tests {
    use super::{Method, OriginAddress, describe};
    use crate::snyk::endpoint;

    #[test]
    fn every_address_the_code_builds_is_allowed_wherever_the_credential_goes() {
        let built = [
            (Method::Get, endpoint::owner()),
            (Method::Get, endpoint::organizations(Some("a"))),
            (Method::Get, endpoint::projects("o", None)),
            (Method::Get, endpoint::issues("o", None)),
            (Method::Get, endpoint::probe("o", "issues")),
            (
                Method::Get,
                endpoint::package_issues("o", "pkg:npm/%40a/b@1"),
            ),
            (Method::Get, endpoint::issue("o", "i")),
            (Method::Get, endpoint::test_findings("o", "t", None)),
            (Method::Post, endpoint::create_export("o")),
            (Method::Get, endpoint::export_job("o", "e")),
            (Method::Get, endpoint::export("o", "e")),
        ];
        let origins = describe().origins.into_iter();
        for origin in origins.filter(|one| !matches!(one.address, OriginAddress::Download(_))) {
            for (method, address) in &built {
                let path: Vec<_> = endpoint::without_query(address).split('/').collect();
                let allowed = origin.paths.iter().any(|rule| {
                    let template: Vec<_> = rule.template.split('/').collect();
                    let fits = |(one, two): (&&str, &&str)| one.starts_with('{') || one == two;
                    rule.method == *method
                        && template.len() == path.len()
                        && template.iter().zip(&path).all(fits)
                });
                assert!(allowed, "{} denies {address}", origin.id);
            }
        }
    }

    #[test]
    fn the_only_thing_ever_posted_asks_for_an_export() {
        for origin in describe().origins {
            let posts = origin
                .paths
                .iter()
                .filter(|rule| rule.method != Method::Get);
            assert!(posts.clone().count() <= 1);
            assert!(posts.clone().all(|rule| rule.method == Method::Post));
            assert!(
                posts
                    .clone()
                    .all(|rule| rule.template == "/rest/orgs/{org}/export")
            );
        }
    }

    #[test]
    fn files_are_fetched_from_storage_only_as_snyk_names_them() {
        let downloads: Vec<_> = describe()
            .origins
            .into_iter()
            .filter(|one| one.id == "exports")
            .collect();
        assert_eq!(
            downloads[0].address,
            OriginAddress::Download(vec![
                "amazonaws.com".to_owned(),
                "storage.googleapis.com".to_owned()
            ])
        );
        assert!(downloads[0].paths.is_empty() && downloads[0].aliases.is_empty());
    }

    #[test]
    fn only_a_token_with_an_audience_says_where_it_is_valid() {
        let credentials = describe().credentials;
        let audiences: Vec<_> = credentials
            .iter()
            .map(|kind| (kind.id.as_str(), kind.audience.is_some()))
            .collect();
        assert_eq!(
            audiences,
            [("personal-access-token", true), ("api-key", false)]
        );
        assert!(
            credentials
                .iter()
                .all(|kind| kind.value == "token {credential}")
        );
    }

    #[test]
    fn only_single_tenants_have_an_open_label() {
        let open = describe()
            .origins
            .into_iter()
            .filter(|one| matches!(one.address, OriginAddress::Template(_)));
        assert_eq!(
            open.map(|origin| origin.id).collect::<Vec<_>>(),
            ["single-tenant"]
        );
    }
}
