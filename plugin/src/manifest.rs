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
        permissions: PERMISSIONS.iter().map(|&(name, why)| permission(name, why)).collect(),
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

fn permission(name: &str, why: &str) -> Permission {
    Permission {
        name: name.to_owned(),
        why: why.to_owned(),
        required: true,
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
        aliases: Vec::new(),
        paths: paths(),
    });
    origins
}

fn paths() -> Vec<PathRule> {
    let rule = |template: &&str| PathRule {
        method: Method::Get,
        template: (*template).to_owned(),
    };
    PATHS.iter().map(rule).collect()
}

fn quotas() -> Vec<Quota> {
    let quota = |id: &str, requests, window_secs, prefix: Option<&str>| Quota {
        id: id.to_owned(),
        requests,
        window_secs,
        method: None,
        path_prefix: prefix.map(str::to_owned),
    };
    vec![
        quota("per-second", 160, 1, None),
        quota("per-minute", 1_620, 60, None),
        quota(
            "packages-per-minute",
            180,
            60,
            Some("/rest/orgs/{org}/packages"),
        ),
    ]
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
        "Vulnerabilities per repository, with CVE ids, CVSS ratings and severities",
        "Open vulnerability debt stands beside the DORA metrics of each repository.",
    ),
    (
        "Licence issues of open-source dependencies",
        "A change that brings a licence your policy forbids is seen before it is merged.",
    ),
    (
        "Vulnerabilities of exactly the package versions that a pull request brings",
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
        "When findings were introduced, resolved and introduced again",
        "Time to remediate is measured, and incidents are compared with the changes before them.",
    ),
];

const PERMISSIONS: [(&str, &str); 3] = [
    (
        VIEW_ORGANIZATION,
        "Without it no organization is visible, and no package can be looked up.",
    ),
    (
        VIEW_PROJECT,
        "Without it neither projects nor issues are listed, and findings belong to no repository.",
    ),
    (VIEW_HISTORY, "Without it issues are not listed."),
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

/// Every path that is asked for.
const PATHS: [&str; 5] = [
    "/rest/self",
    "/rest/orgs",
    "/rest/orgs/{org}/projects",
    "/rest/orgs/{org}/issues",
    "/rest/orgs/{org}/packages/{purl}/issues",
];

#[cfg(test)]
mod tests {
    use super::{Method, OriginAddress, describe};
    use crate::snyk::endpoint;

    #[test]
    fn every_address_the_code_builds_is_allowed_on_every_origin() {
        let built = [
            endpoint::owner(),
            endpoint::organizations(Some("a")),
            endpoint::projects("o", None),
            endpoint::issues("o", None),
            endpoint::probe("o", "issues"),
            endpoint::package_issues("o", "pkg:npm/%40a/b@1"),
        ];
        for origin in describe().origins {
            assert!(origin.paths.iter().all(|rule| rule.method == Method::Get));
            for address in &built {
                let path: Vec<_> = endpoint::without_query(address).split('/').collect();
                let allowed = origin.paths.iter().any(|rule| {
                    let template: Vec<_> = rule.template.split('/').collect();
                    let fits = |(one, two): (&&str, &&str)| one.starts_with('{') || one == two;
                    template.len() == path.len() && template.iter().zip(&path).all(fits)
                });
                assert!(allowed, "{} denies {address}", origin.id);
            }
        }
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
