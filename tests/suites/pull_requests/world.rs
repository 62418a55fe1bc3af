//! The pull requests as a Snyk knows them: one repository each, in one of three organizations.

use std::fmt::Write as _;

use koalr_upstream::{
    Exploit, Issue, Organization, Project, Rating, Severity, State, Subject, Target, Timestamp,
    Vulnerability, World,
};

use super::model::{At, Flaw, PullRequest, Standing};

/// What becomes of the listing of an organization's issues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listing {
    Whole,
    Repeats,
    OffHost,
}

pub(crate) fn world(requests: &[PullRequest], as_of: Timestamp) -> World {
    // Packages are looked up in the first.
    let all = [Listing::Whole, Listing::Repeats, Listing::OffHost];
    let mut organizations: Vec<_> = all.map(|listing| organization(listing, as_of)).into();
    for request in requests {
        let own = &mut organizations[Listing::from(&request.trouble) as usize];
        own.projects.push(project(request, as_of));
        let issues = request.stored.iter().enumerate().map(|(place, stored)| {
            let flaw = &request.flaws[stored.flaw];
            let state = match stored.standing {
                Standing::Open => State::Open,
                Standing::Ignored => State::Ignored,
                Standing::Resolved => State::Resolved(as_of - DAY),
            };
            let (package, version) = &stored.at;
            let id = id(ISSUES, u64::from(request.number) * 1_000 + place as u64);
            let subject = (package.name.as_str(), version.as_str());
            issue((id, project_id(request)), state, flaw, subject, as_of)
        });
        own.issues.extend(issues);
        let known = request
            .releases
            .iter()
            .map(|release| koalr_upstream::Package {
                purl: purl(&release.at),
                vulnerabilities: release
                    .flaws
                    .iter()
                    .map(|flaw| vulnerability(&request.flaws[*flaw]))
                    .collect(),
            });
        organizations[0].packages.extend(known);
    }
    World::from(organizations).with_date(as_of)
}

/// Where an organization's issues are listed.
pub(crate) fn issues_path(listing: Listing) -> String {
    format!("/rest/orgs/{}/issues", organization_id(listing))
}

/// Where packages are looked up.
pub(crate) fn packages_path() -> String {
    format!("/rest/orgs/{}/packages/", organization_id(Listing::Whole))
}

/// Where this version is looked up.
pub(crate) fn package_path(at: &At) -> String {
    let mut path = packages_path();
    for byte in purl(at).bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            write!(path, "%{byte:02X}").unwrap();
        }
    }
    path + "/issues"
}

pub(crate) fn repository(request: &PullRequest) -> String {
    format!("acme/repository-{}", request.number)
}

fn purl((package, version): &At) -> String {
    let name = package.name.replace('@', "%40").replace(':', "/");
    format!("pkg:{}/{name}@{version}", package.ecosystem)
}

/// Organizations with spoilt listings have issues of their own, so that the listing has pages to spoil.
fn organization(listing: Listing, as_of: Timestamp) -> Organization {
    let name = format!("{listing:?}");
    let mut organization = Organization {
        id: organization_id(listing),
        slug: name.to_lowercase(),
        name,
        group_id: None,
        created_at: as_of - 900 * DAY,
        projects: Vec::new(),
        issues: Vec::new(),
        packages: Vec::new(),
        checks: Vec::new(),
        tests: Vec::new(),
    };
    if listing != Listing::Whole {
        let project = id(FILLERS, listing as u64);
        organization
            .projects
            .push(named(project.clone(), "acme/other".to_owned(), as_of));
        let flaw = Flaw {
            id: "SNYK-JS-OTHER-1".to_owned(),
            cves: Vec::new(),
            ratings: Vec::new(),
            severity: Severity::Low,
            rated: true,
            fixed_in: Vec::new(),
        };
        organization
            .issues
            .extend((0..PAGES_OF_ISSUES).map(|place| {
                let ids = (id(FILLERS + 1 + listing as u64, place), project.clone());
                issue(ids, State::Open, &flaw, ("other", "1.0.0"), as_of)
            }));
    }
    organization
}

fn project(request: &PullRequest, as_of: Timestamp) -> Project {
    named(project_id(request), repository(request), as_of)
}

fn named(id: String, repository: String, as_of: Timestamp) -> Project {
    Project {
        name: format!("{repository}:manifest"),
        kind: "npm".to_owned(),
        origin: "github".to_owned(),
        active: true,
        target: Target {
            id: id.replace("-8000-", "-9000-"),
            display_name: repository,
            url: None,
        },
        target_file: Some("manifest".to_owned()),
        target_reference: Some("main".to_owned()),
        created_at: as_of - 400 * DAY,
        id,
    }
}

fn issue(
    (id, project): (String, String),
    state: State,
    flaw: &Flaw,
    (name, version): (&str, &str),
    as_of: Timestamp,
) -> Issue {
    Issue {
        id,
        project,
        title: "Sample".to_owned(),
        severity: flaw.severity,
        state,
        created_at: as_of - 30 * DAY,
        updated_at: as_of - DAY,
        risk: None,
        subject: Subject::Package {
            vulnerability: vulnerability(flaw),
            name: name.to_owned(),
            version: version.to_owned(),
            upgradeable: false,
            pinnable: false,
        },
    }
}

fn vulnerability(flaw: &Flaw) -> Vulnerability {
    let ratings = flaw.ratings.iter().map(|rating| Rating {
        source: rating.source.word().to_owned(),
        score: rating.published,
        vector: rating.vector.clone(),
    });
    Vulnerability {
        id: flaw.id.clone(),
        title: "Sample".to_owned(),
        cves: flaw.cves.clone(),
        weaknesses: Vec::new(),
        severity: flaw.severity,
        ratings: ratings.collect(),
        exploit: Exploit::NotDefined,
        disclosed_on: "2026-01-15".to_owned(),
        fixed_in: flaw.fixed_in.clone(),
    }
}

fn organization_id(listing: Listing) -> String {
    id(ORGANIZATIONS, listing as u64)
}

fn project_id(request: &PullRequest) -> String {
    id(PROJECTS, u64::from(request.number))
}

fn id(kind: u64, number: u64) -> String {
    format!("{kind:08x}-0000-4000-8000-{number:012x}")
}

const ORGANIZATIONS: u64 = 1;
const PROJECTS: u64 = 2;
const ISSUES: u64 = 3;
/// With the organization's own number added.
const FILLERS: u64 = 4;

/// Issues of one and a half pages.
const PAGES_OF_ISSUES: u64 = 150;

/// Milliseconds in a day.
const DAY: Timestamp = 86_400_000;
