//! The life of a finding, as far as its own fields tell it. Snyk keeps the last transition only.

use koalr_integration_kit::model::common::Timestamp;
use koalr_integration_kit::model::record::{Finding, Remediation, RemediationStep};

use super::instant;
use super::wire::{Coordinate, Issue};
use crate::json::Text;

/// Steps that the fields of an issue tell: first its introduction, then how it ended or came back.
pub(super) fn steps(wire: &Issue<'_>, finding: &Finding) -> Vec<Remediation> {
    let attributes = wire.attributes.as_ref();
    let coordinates = attributes.map_or(&[][..], |all| &all.coordinates);
    let step = |step, at, source: &str| Remediation {
        organization: finding.organization.clone(),
        finding: finding.id.clone(),
        step,
        at,
        source: source.to_owned(),
    };
    let first = coordinates
        .iter()
        .filter_map(|one| at(one.created_at.as_ref()))
        .min();
    let mut steps = vec![match first {
        Some(first) => step(RemediationStep::Introduced, first, "coordinates.created_at"),
        None => step(
            RemediationStep::Introduced,
            finding.created_at,
            "created_at",
        ),
    }];
    if !finding.open {
        let resolution = attributes.and_then(|all| all.resolution.as_ref());
        let stated = resolution
            .and_then(|resolution| at(resolution.resolved_at.as_ref()))
            .is_some();
        let source = if stated {
            "resolution.resolved_at"
        } else {
            "coordinates.last_resolved_at"
        };
        steps.extend(
            finding
                .resolved_at
                .map(|at| step(RemediationStep::Resolved, at, source)),
        );
    } else if let Some((resolved, again)) = return_of(coordinates) {
        steps.push(step(
            RemediationStep::Resolved,
            resolved,
            "coordinates.last_resolved_at",
        ));
        steps.push(step(
            RemediationStep::ReIntroduced,
            again,
            "coordinates.last_introduced_at",
        ));
    }
    steps
}

/// When an open finding was resolved and when it came back: only if every coordinate was resolved at one time, and none
/// of them had come back by then.
fn return_of(coordinates: &[Coordinate<'_>]) -> Option<(Timestamp, Timestamp)> {
    let resolved: Option<Vec<_>> = coordinates
        .iter()
        .map(|one| at(one.last_resolved_at.as_ref()))
        .collect();
    let resolved = resolved?;
    let last = resolved.iter().copied().max()?;
    let introduced = coordinates
        .iter()
        .map(|one| at(one.last_introduced_at.as_ref()));
    let mut back = None;
    for (introduced, resolved) in introduced.zip(resolved) {
        match introduced {
            Some(introduced) if introduced > last => {
                back = Some(back.map_or(introduced, |back: Timestamp| back.min(introduced)));
            }
            Some(introduced) if introduced > resolved => return None,
            _ => {}
        }
    }
    Some((last, back?))
}

fn at(text: Option<&Text<'_>>) -> Option<Timestamp> {
    instant::parse(text?)
}

#[cfg(test)]
mod tests {
    use koalr_integration_kit::model::record::RemediationStep;

    use super::super::issue;
    use super::super::wire::Issue;

    /// Steps as (step, day of January 2026, source) of an issue with this status and these coordinates.
    fn steps(rest: &str) -> Vec<(RemediationStep, i64, String)> {
        let json = format!(
            r#"{{"id":"i","attributes":{{"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z",{rest}}},
                "relationships":{{"scan_item":{{"data":{{"id":"p"}}}}}}}}"#
        );
        let wire: Issue<'_> = crate::json::read(&json).unwrap();
        let finding = issue::finding(&wire, "o", &[]).unwrap();
        let day = |at: i64| (at - 1_767_225_600_000) / 86_400_000 + 1;
        let steps = super::steps(&wire, &finding).into_iter();
        steps
            .map(|step| (step.step, day(step.at), step.source))
            .collect()
    }

    #[test]
    fn an_open_finding_was_introduced_when_its_first_coordinate_was_seen() {
        use RemediationStep::Introduced;
        assert_eq!(
            steps(r#""status":"open""#),
            [(Introduced, 1, "created_at".to_owned())]
        );
        assert_eq!(
            steps(
                r#""status":"open","coordinates":[{"created_at":"2026-01-04T00:00:00Z"},{"created_at":"2026-01-03T00:00:00Z"}]"#
            ),
            [(Introduced, 3, "coordinates.created_at".to_owned())]
        );
    }

    #[test]
    fn a_resolved_finding_names_the_field_that_says_so() {
        let stated =
            steps(r#""status":"resolved","resolution":{"resolved_at":"2026-01-05T00:00:00Z"}"#);
        assert_eq!(
            stated[1],
            (
                RemediationStep::Resolved,
                5,
                "resolution.resolved_at".to_owned()
            )
        );
        let told = steps(
            r#""status":"resolved","coordinates":[{"last_resolved_at":"2026-01-06T00:00:00Z"}]"#,
        );
        assert_eq!(
            told[1],
            (
                RemediationStep::Resolved,
                6,
                "coordinates.last_resolved_at".to_owned()
            )
        );
    }

    #[test]
    fn a_finding_that_came_back_was_resolved_and_introduced_again() {
        let steps = steps(
            r#""status":"open","coordinates":[{"last_introduced_at":"2026-01-09T00:00:00Z","last_resolved_at":"2026-01-07T00:00:00Z"}]"#,
        );
        assert_eq!(
            steps[1],
            (
                RemediationStep::Resolved,
                7,
                "coordinates.last_resolved_at".to_owned()
            )
        );
        assert_eq!(
            steps[2],
            (
                RemediationStep::ReIntroduced,
                9,
                "coordinates.last_introduced_at".to_owned()
            )
        );
    }

    #[test]
    fn a_finding_with_a_coordinate_that_was_never_resolved_never_came_back() {
        let steps = steps(
            r#""status":"open","coordinates":[{"last_introduced_at":"2026-01-09T00:00:00Z","last_resolved_at":"2026-01-07T00:00:00Z"},
                {"last_introduced_at":"2026-01-02T00:00:00Z"}]"#,
        );
        assert_eq!(steps.len(), 1);
    }
}
