//! The data set `pr_checks`.

use super::body::Order;
use super::{csv, of_organization};
use crate::check::{CheckState, PullRequestCheck};
use crate::clock::rfc3339;
use crate::data::{Organization, Project};

/// The rows that are asked for.
pub(super) fn rows<'a>(
    organization: &'a Organization,
    order: &'a Order,
) -> Box<dyn Iterator<Item = String> + 'a> {
    Box::new(organization.checks.iter().filter_map(move |check| {
        let value = |column: &str| value(organization, check, column);
        let held = order.holds(check.created_at, check.updated_at, value);
        held.then(|| csv::row(order.columns.iter().map(|column| value(column))))
    }))
}

/// A column's value; empty where the mock has none.
fn value(organization: &Organization, check: &PullRequestCheck, column: &str) -> String {
    let project = check.project.as_deref();
    let project = organization
        .projects
        .iter()
        .find(|item| Some(item.id.as_str()) == project);
    let own = of_check(check, column).or_else(|| of_outcome(organization, check, column));
    own.or_else(|| of_project(project?, column))
        .or_else(|| of_organization(organization, column))
        .unwrap_or_default()
}

fn of_check(check: &PullRequestCheck, column: &str) -> Option<String> {
    Some(match column {
        "PUBLIC_ID" => check.id.clone(),
        "PR_CHECK_GROUP_ID" => check.group.clone(),
        "TEST_ID" => check.test.clone().unwrap_or_default(),
        "PROJECT_PUBLIC_ID" => check.project.clone().unwrap_or_default(),
        "PR_CHECK_CREATED_AT" | "CHECK_GROUP_CREATED_AT" => rfc3339(check.created_at),
        "PR_CHECK_MODIFIED_AT" | "CHECK_GROUP_MODIFIED_AT" | "UPDATED_AT" => {
            rfc3339(check.updated_at)
        }
        "PULL_REQUEST" => check.pull_request.to_string(),
        "PULL_DATA_REF" => check.pull_ref.clone(),
        "REPOSITORY_NAME" => check.repository.clone(),
        "PROJECT_ORIGIN" => check.origin.clone(),
        "PRODUCT_NAME" => check.product.clone(),
        "OLD_VERSION_SHA" => check.old_sha.clone(),
        "NEW_VERSION_SHA" => check.new_sha.clone(),
        "MERGE_BASE_VERSION_SHA" => check.merge_base_sha.clone(),
        _ => return None,
    })
}

fn of_outcome(
    organization: &Organization,
    check: &PullRequestCheck,
    column: &str,
) -> Option<String> {
    let error = check.error.as_ref();
    Some(match column {
        "PR_CHECK_STATE" => check.state.word().to_owned(),
        "PR_CHECK_GROUP_STATE" => together(organization, &check.group).word().to_owned(),
        "MARKED_AS_SUCCESS" => check.marked_as_success.to_string(),
        "PR_CHECK_RESULT_DESCRIPTION" => check.description.clone(),
        "ERROR_CODE" => error?.code.clone(),
        "ERROR_MESSAGE" => error?.message.clone(),
        "SETTINGS_POLICY" => check.policy.clone(),
        "SETTINGS_SEVERITY_THRESHOLD" => check.threshold?.word().to_owned(),
        "IS_SETTINGS_FAIL_ONLY_FIXABLE" => check.only_fixable.to_string(),
        _ => return None,
    })
}

fn of_project(project: &Project, column: &str) -> Option<String> {
    Some(match column {
        "PROJECT_TYPE" => project.kind.clone(),
        "PROJECT_TARGET_REF" => project.target_reference.clone().unwrap_or_default(),
        "IS_PROJECT_MONITORED" => project.active.to_string(),
        _ => return None,
    })
}

/// The state of all checks of one commit: the worst of them.
fn together(organization: &Organization, group: &str) -> CheckState {
    let checks = organization.checks.iter();
    let states = checks
        .filter(|check| check.group == group)
        .map(|check| check.state);
    let rank = |state: &CheckState| match state {
        CheckState::Success => 0,
        CheckState::Canceled => 1,
        CheckState::Pending => 2,
        CheckState::Error => 3,
        CheckState::Failed => 4,
    };
    states.max_by_key(rank).unwrap_or(CheckState::Success)
}
