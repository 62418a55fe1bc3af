//! Generated organizations and their projects.

use super::Generated;
use super::words::{DISTRIBUTIONS, ECOSYSTEMS, Ecosystem, FIRST, SECOND};
use crate::clock::DAY;
use crate::data::{Organization, Project, Target};
use crate::dice::{Dice, entry};
use crate::id;

/// What a project is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Class {
    #[default]
    OpenSource,
    Image,
    Infrastructure,
    Code,
}

/// An organization with its projects, and without issues.
pub(super) fn organization(of: &Generated, at: u32, projects: u32) -> Organization {
    let name = format!("{} {}", entry(&FIRST, at.into()), at + 1);
    let slug = name.replace(' ', "-");
    let id = id::uuid(&format!("{} generated {slug}", of.seed));
    Organization {
        created_at: of.now - 1_200 * DAY,
        group_id: Some(id::uuid(&format!("{} generated group", of.seed))),
        projects: (0..projects)
            .map(|number| project(of, &slug, at, number))
            .collect(),
        issues: Vec::new(),
        packages: Vec::new(),
        checks: Vec::new(),
        tests: Vec::new(),
        id,
        name,
        slug,
    }
}

/// What the project of this number is about: ten of sixteen are open source.
pub(super) fn class(number: u64) -> Class {
    use Class::{Code, Image, Infrastructure, OpenSource};
    const PATTERN: [Class; 16] = [
        OpenSource,
        OpenSource,
        Image,
        OpenSource,
        Infrastructure,
        OpenSource,
        OpenSource,
        Code,
        OpenSource,
        OpenSource,
        Image,
        OpenSource,
        Infrastructure,
        OpenSource,
        Code,
        OpenSource,
    ];
    entry(&PATTERN, number)
}

/// The ecosystem of the project of this number.
pub(super) fn ecosystem(number: u64) -> Ecosystem {
    match class(number) {
        Class::Image => entry(&DISTRIBUTIONS, number / 8),
        _ => entry(&ECOSYSTEMS, number),
    }
}

/// Two projects share a target, as do the manifests of a repository.
fn project(of: &Generated, slug: &str, at: u32, number: u32) -> Project {
    let place = u64::from(number);
    let mut dice = Dice::of(&[of.seed, at.into(), place]);
    let service = format!(
        "{slug}/{}-{}-{}",
        entry(&FIRST, place / 2),
        entry(&SECOND, place / 32),
        number / 2
    );
    let ecosystem = ecosystem(place);
    let (kind, origin, file) = match class(place) {
        Class::OpenSource => (ecosystem.kind, "github", Some(ecosystem.file)),
        Class::Image => (ecosystem.kind, "docker-hub", None),
        Class::Infrastructure => ("terraformconfig", "github", Some("main.tf")),
        Class::Code => ("sast", "github", None),
    };
    let image = class(place) == Class::Image;
    let target = if image {
        format!("{service}-image")
    } else {
        service
    };
    let folder = format!("part-{number}");
    Project {
        id: id::uuid(&format!("{} {slug} project {number}", of.seed)),
        name: match file {
            Some(file) => format!("{target}:{folder}/{file}"),
            None => target.clone(),
        },
        kind: kind.to_owned(),
        origin: origin.to_owned(),
        active: dice.below(50) > 0,
        target: Target {
            id: id::uuid(&format!("{} target {target}", of.seed)),
            display_name: target,
            url: None,
        },
        target_file: file.map(|file| format!("{folder}/{file}")),
        target_reference: (!image).then(|| "main".to_owned()),
        created_at: of.now - 731 * DAY - dice.span(300 * DAY),
    }
}
