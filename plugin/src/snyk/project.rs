//! Projects: what they hold, and which repository they belong to.

use koalr_integration_kit::model::common::Extra;
use koalr_integration_kit::model::record::{Project, ProjectClass};

use super::instant;
use super::page::{self, Page, PageFault, Unusable};
use super::wire::{self, Record, owned};
use crate::json;

/// Reads a page of an organization's projects, each with the number of its open issues, 0 if it is not stated. One
/// without an id cannot be used.
///
/// # Errors
///
/// [`PageFault::Malformed`].
pub(crate) fn projects(body: &str, organization: &str) -> Result<Page<(Project, u32)>, PageFault> {
    page::read(body, |wire| {
        Ok((project(wire, organization)?, open_issues(wire)))
    })
}

fn project(wire: &wire::Project<'_>, organization: &str) -> Result<Project, Unusable> {
    let id = wire.id().ok_or("it has no id")?;
    let none = wire::ProjectAttributes::default();
    let attributes = wire.attributes.as_ref().unwrap_or(&none);
    let kind = owned(attributes.kind.as_ref()).unwrap_or_default();
    let origin = owned(attributes.origin.as_ref()).unwrap_or_default();
    let name = owned(attributes.name.as_ref());
    let class = class(&kind, &origin);
    let target = wire
        .relationships
        .as_ref()
        .and_then(|all| all.target.as_ref()?.data.as_ref());
    let repository = repository(class, &origin, name.as_deref(), target);
    Ok(Project {
        id: id.to_owned(),
        organization: organization.to_owned(),
        name: name.unwrap_or_else(|| id.to_owned()),
        class,
        kind,
        origin,
        repository,
        target: target.and_then(|target| owned(target.id.as_ref())),
        reference: owned(attributes.target_reference.as_ref()),
        file: owned(attributes.target_file.as_ref()),
        active: attributes.status.as_deref() != Some("inactive"),
        created_at: attributes.created.as_deref().and_then(instant::parse),
        extra: target.map(identity).unwrap_or_default(),
    })
}

/// What Snyk calls the target, and its address without whoever may log in there.
fn identity(target: &wire::Target<'_>) -> Extra {
    let attributes = target.attributes.as_ref();
    let name = attributes.and_then(|all| owned(all.display_name.as_ref()));
    let url = attributes.and_then(|all| owned(all.url.as_ref()));
    let url = url.map(|url| match url.split_once("://") {
        Some((scheme, rest)) => {
            let host = rest.split('/').next().unwrap_or_default();
            let user = host.rfind('@').map_or(0, |at| at + 1);
            format!("{scheme}://{}", rest.get(user..).unwrap_or_default())
        }
        None => url,
    });
    [("target-name", name), ("target-url", url)]
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect()
}

fn open_issues(wire: &wire::Project<'_>) -> u32 {
    let meta = wire.meta.as_ref();
    let meta = meta.and_then(|meta| json::read::<wire::ProjectMeta>(meta.0).ok());
    let Some(counts) = meta.and_then(|meta| meta.latest_issue_counts) else {
        return 0;
    };
    [counts.critical, counts.high, counts.medium, counts.low]
        .into_iter()
        .flatten()
        .fold(0, u32::saturating_add)
}

fn class(kind: &str, origin: &str) -> ProjectClass {
    match kind {
        "sast" => ProjectClass::Code,
        "k8sconfig"
        | "helmconfig"
        | "terraformconfig"
        | "terraformplan"
        | "cloudformationconfig"
        | "armconfig"
        | "cloudconfig"
        | "iac" => ProjectClass::Infrastructure,
        "deb" | "apk" | "rpm" | "linux" | "dockerfile" => ProjectClass::Container,
        _ if REGISTRIES.contains(&origin) => ProjectClass::Container,
        "npm" | "yarn" | "yarn-workspace" | "pnpm" | "maven" | "gradle" | "sbt" | "pip"
        | "poetry" | "pipenv" | "uv" | "rubygems" | "golangdep" | "gomodules" | "govendor"
        | "golang" | "nuget" | "paket" | "composer" | "cocoapods" | "swift" | "hex" | "cargo"
        | "cpp" | "conan" | "unmanaged" | "pub" => ProjectClass::OpenSource,
        _ => ProjectClass::Other,
    }
}

/// The repository as `owner/name`: from the target's name, its address, or the project's own name, in this order.
///
/// An image's name looks the same, so that a container counts only if it came from source control.
fn repository(
    class: ProjectClass,
    origin: &str,
    name: Option<&str>,
    target: Option<&wire::Target<'_>>,
) -> Option<String> {
    let from_source = !REGISTRIES.contains(&origin)
        && SOURCE_CONTROL
            .iter()
            .any(|prefix| origin.starts_with(prefix));
    if class == ProjectClass::Container && !from_source {
        return None;
    }
    let attributes = target.and_then(|target| target.attributes.as_ref());
    let shown = attributes.and_then(|all| owner_and_name(all.display_name.as_deref()?));
    let addressed = || attributes.and_then(|all| path_of(all.url.as_deref()?));
    // Projects of source control are named `owner/name:path/to/manifest`; those of the command line are not.
    let named = || {
        let name = name.filter(|_| from_source)?;
        owner_and_name(
            name.split_once(':')
                .map_or(name, |(repository, _)| repository),
        )
    };
    shown.or_else(addressed).or_else(named)
}

fn owner_and_name(text: &str) -> Option<String> {
    let plain =
        !text.contains(':') && !text.contains(char::is_whitespace) && !text.starts_with('@');
    let (owner, name) = text.rsplit_once('/')?;
    (plain && !owner.is_empty() && !owner.starts_with('/') && !name.is_empty())
        .then(|| text.to_owned())
}

fn path_of(url: &str) -> Option<String> {
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/')?.1,
        None => url.split_once('@')?.1.split_once(':')?.1,
    };
    let path = path.trim_end_matches('/');
    owner_and_name(path.strip_suffix(".git").unwrap_or(path))
}

/// Origins that are image registries or clusters: whatever comes from there is a container.
const REGISTRIES: [&str; 13] = [
    "docker-hub",
    "ecr",
    "acr",
    "gcr",
    "google-artifact-cr",
    "artifactory-cr",
    "harbor-cr",
    "quay-cr",
    "github-cr",
    "gitlab-cr",
    "nexus-cr",
    "digitalocean-cr",
    "kubernetes",
];

/// Beginnings of origins that are source control, unless they are registries of the same vendors.
const SOURCE_CONTROL: [&str; 5] = [
    "github",
    "gitlab",
    "bitbucket",
    "azure-repos",
    "azure-devops",
];

#[cfg(test)]
mod tests {
    use koalr_integration_kit::model::record::{Project, ProjectClass};

    fn project(json: &str) -> Result<Project, String> {
        super::project(&crate::json::read(json).unwrap(), "o-1")
    }

    #[test]
    fn a_project_is_read() {
        let project = project(
            r#"{"id":"p-1","attributes":{"name":"acme/shop:package.json","type":"npm","origin":"github",
                "status":"inactive","target_file":"package.json","target_reference":"main",
                "created":"2026-01-02T03:04:05.6Z"},
                "relationships":{"target":{"data":{"id":"t-1","attributes":{"display_name":"acme/shop","url":null}}}}}"#,
        )
        .unwrap();
        assert_eq!(project.class, ProjectClass::OpenSource);
        assert_eq!(project.repository.as_deref(), Some("acme/shop"));
        assert_eq!(project.target.as_deref(), Some("t-1"));
        assert_eq!(project.reference.as_deref(), Some("main"));
        assert_eq!(project.file.as_deref(), Some("package.json"));
        assert!(!project.active);
        assert_eq!(project.created_at, Some(1_767_323_045_600));
    }

    #[test]
    fn old_spellings_are_read_and_empty_texts_are_absent() {
        let project = project(
            r#"{"id":"p-1","attributes":{"name":"hooks","type":"npm","origin":"cli","targetReference":"dev","targetFile":""},
                "relationships":{"target":{"data":{"id":"t","attributes":{"displayName":"hooks","remoteUrl":"http://github.com/acme/hooks.git"}}}}}"#,
        )
        .unwrap();
        assert_eq!(project.reference.as_deref(), Some("dev"));
        assert_eq!(project.file, None);
        assert_eq!(project.repository.as_deref(), Some("acme/hooks"));
        assert!(project.active);
    }

    #[test]
    fn a_project_without_a_target_is_told_by_its_name_only_if_it_came_from_source_control() {
        for (origin, repository) in [("gitlab", Some("acme/web/shop")), ("cli", None)] {
            let json = format!(
                r#"{{"id":"p","attributes":{{"name":"acme/web/shop:pom.xml","type":"maven","origin":"{origin}"}}}}"#
            );
            assert_eq!(project(&json).unwrap().repository.as_deref(), repository);
        }
    }

    #[test]
    fn an_image_is_no_repository() {
        for (kind, origin, repository) in [
            ("apk", "docker-hub", None),
            ("npm", "github-cr", None),
            ("deb", "cli", None),
            ("dockerfile", "github", Some("acme/shop")),
        ] {
            let json = format!(
                r#"{{"id":"p","attributes":{{"name":"acme/shop:x","type":"{kind}","origin":"{origin}"}},
                    "relationships":{{"target":{{"data":{{"id":"t","attributes":{{"display_name":"acme/shop"}}}}}}}}}}"#
            );
            let project = project(&json).unwrap();
            assert_eq!(project.class, ProjectClass::Container, "{kind} {origin}");
            assert_eq!(project.repository.as_deref(), repository, "{kind} {origin}");
        }
    }

    #[test]
    fn a_target_keeps_its_name_and_its_address_without_whoever_logs_in_there() {
        let project = project(
            r#"{"id":"p","relationships":{"target":{"data":{"id":"t","attributes":{"display_name":"acme/shop","url":"https://ann:secret@git.example/acme/shop@2"}}}}}"#,
        );
        assert_eq!(
            project.unwrap().extra,
            [
                ("target-name".to_owned(), "acme/shop".to_owned()),
                (
                    "target-url".to_owned(),
                    "https://git.example/acme/shop@2".to_owned()
                )
            ]
        );
    }

    #[test]
    fn open_issues_are_counted_over_all_severities_and_what_is_odd_costs_no_project() {
        let count = |meta: &str| {
            let body = format!(r#"{{"data":[{{"id":"p","meta":{meta}}}]}}"#);
            let page = super::projects(&body, "o").unwrap();
            page.records.into_iter().next().unwrap().unwrap().1
        };
        let counts = r#"{"latest_issue_counts":{"critical":1,"high":2,"medium":null,"low":4,"updated_at":"x"}}"#;
        assert_eq!(count(counts), 7);
        assert_eq!(count(r#"{"latest_issue_counts":"many"}"#), 0);
        assert_eq!(count("{}"), 0);
    }

    #[test]
    fn an_unknown_type_is_kept_as_other() {
        let project = project(r#"{"id":"p","attributes":{"type":"secrets"}}"#).unwrap();
        assert_eq!(
            (project.class, project.kind.as_str()),
            (ProjectClass::Other, "secrets")
        );
        assert_eq!(project.name, "p");
    }

    #[test]
    fn a_project_without_an_id_cannot_be_used() {
        assert_eq!(
            project(r#"{"attributes":{}}"#),
            Err("it has no id".to_owned())
        );
    }
}
