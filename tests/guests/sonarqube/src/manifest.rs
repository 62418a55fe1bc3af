//! First verb: what the integration is.

use crate::contract::describe::{
    CredentialKind, Manifest, Method, Origin, OriginAddress, PathRule, Permission, Pull,
};
use crate::endpoint::PATHS;
use crate::judge::rules::rules;
use crate::settings::settings;

/// The upstream's name for the permission to see a project.
pub(crate) const BROWSE: &str = "Browse";

/// Id of the origin that is the hosted service.
pub(crate) const CLOUD: &str = "cloud";

/// The manifest. The same every time.
#[must_use]
pub fn describe() -> Manifest {
    Manifest {
        id: "sonarqube".to_owned(),
        name: "SonarQube".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        summary: "Scores and gates changes by their quality gate, new issues and coverage"
            .to_owned(),
        pulls: PULLS
            .iter()
            .map(|&(what, why)| Pull {
                what: what.to_owned(),
                why: why.to_owned(),
            })
            .collect(),
        permissions: vec![Permission {
            name: BROWSE.to_owned(),
            why: "Without it a project, its measures and its issues are not seen.".to_owned(),
            required: true,
        }],
        origins: vec![
            origin(
                CLOUD,
                "SonarQube Cloud",
                OriginAddress::Fixed("https://sonarcloud.io".to_owned()),
                // There is nothing before `/api` at the hosted service.
                PATHS.iter().map(|path| read(path)).collect(),
            ),
            origin(
                "server",
                "Your own SonarQube Server",
                OriginAddress::CustomerSupplied,
                PATHS
                    .iter()
                    .flat_map(|path| [read(path), read(&format!("/{{context}}{path}"))])
                    .collect(),
            ),
        ],
        quotas: Vec::new(),
        credentials: vec![
            token("user-token", "User token", "squ_[0-9a-f]{40}"),
            token("older-token", "Token without a prefix", "[0-9a-f]{40}"),
        ],
        settings: settings(),
        rules: rules(),
        extra: Vec::new(),
    }
}

fn origin(id: &str, label: &str, address: OriginAddress, paths: Vec<PathRule>) -> Origin {
    Origin {
        id: id.to_owned(),
        label: label.to_owned(),
        address,
        aliases: Vec::new(),
        paths,
    }
}

fn read(template: &str) -> PathRule {
    PathRule {
        method: Method::Get,
        template: template.to_owned(),
        fresh_secs: None,
    }
}

fn token(id: &str, label: &str, pattern: &str) -> CredentialKind {
    CredentialKind {
        id: id.to_owned(),
        label: label.to_owned(),
        pattern: pattern.to_owned(),
        header: "authorization".to_owned(),
        value: "Bearer {credential}".to_owned(),
        audience: None,
    }
}

const PULLS: [(&str, &str); 3] = [
    (
        "Projects with their branches, coverage, duplication and quality gate",
        "The quality of each repository stands beside its delivery.",
    ),
    (
        "Issues, from the first to the last",
        "What a change adds is told from what was there before.",
    ),
    (
        "Quality gates of pull requests, with each failed condition and each new issue",
        "A change that fails its quality gate is held.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosted_service_has_nothing_before_its_paths() {
        let origins = describe().origins;
        let count = |index: usize| origins[index].paths.len();
        assert_eq!((count(0), count(1)), (PATHS.len(), 2 * PATHS.len()));
        let below = "/{context}/api/issues/search";
        assert!(origins[1].paths.iter().any(|rule| rule.template == below));
    }

    #[test]
    fn nothing_is_ever_written() {
        let origins = describe().origins;
        let mut rules = origins.iter().flat_map(|origin| &origin.paths);
        assert!(rules.all(|rule| rule.method == Method::Get));
    }
}
