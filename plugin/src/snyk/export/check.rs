//! Rows of the data set `pr_checks`.

use koalr_integration_kit::model::common::Timestamp;
use koalr_integration_kit::model::record::{ChangeCheck, Entry};

use super::Row;
use crate::snyk::instant;

/// Columns without which a row says nothing.
pub(super) const REQUIRED: &[&str] = &[PULL_REQUEST, REPOSITORY, PRODUCT, STATE];

/// Columns asked for.
pub(super) const COLUMNS: &[&str] = &[
    PULL_REQUEST,
    REPOSITORY,
    PRODUCT,
    STATE,
    PROJECT,
    TEST,
    NEW_SHA,
    OLD_SHA,
    MERGE_BASE,
    MARKED,
    MODIFIED,
    CREATED,
    GROUP_STATE,
    DESCRIPTION,
    POLICY,
    THRESHOLD,
    ONLY_FIXABLE,
    ERROR_CODE,
];

/// The check of a row.
///
/// # Errors
///
/// Why the row cannot be used.
pub(super) fn read(row: Row<'_>, organization: &str) -> Result<Entry, &'static str> {
    let number = change(row.cell(PULL_REQUEST).ok_or("it names no change")?);
    let repository = row.cell(REPOSITORY).ok_or("it names no repository")?;
    let state = row.cell(STATE).ok_or("it states no result")?;
    let cell = |name| row.cell(name).map(str::to_owned);
    let extra = EXTRA
        .iter()
        .filter_map(|&(key, name)| Some((key.to_owned(), short(row.cell(name)?))));
    Ok(Entry::ChangeCheck(ChangeCheck {
        organization: organization.to_owned(),
        change: number.to_owned(),
        repository: repository.to_owned(),
        head_sha: cell(NEW_SHA),
        base_sha: cell(MERGE_BASE).or_else(|| cell(OLD_SHA)),
        project: cell(PROJECT),
        product: cell(PRODUCT).unwrap_or_default(),
        state: state.to_owned(),
        marked_as_success: row.flag(MARKED).unwrap_or(false),
        at: [MODIFIED, CREATED]
            .iter()
            .find_map(|&name| at(row.cell(name)?)),
        test: cell(TEST),
        extra: extra.collect(),
    }))
}

/// A change's number: Snyk does not say whether it gives that, or an address that ends in it. Anything else stays as it
/// is.
fn change(text: &str) -> &str {
    let is_number =
        |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = text.strip_prefix(['#', '!']).unwrap_or(text);
    if is_number(&plain) {
        return plain;
    }
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let mut parts = path.rsplit('/');
    if text.contains("://") {
        parts.find(is_number).unwrap_or(text)
    } else {
        text
    }
}

/// A date, also as databases write it: with a blank instead of the `T`, and without a zone where it is UTC.
fn at(text: &str) -> Option<Timestamp> {
    instant::parse(text).or_else(|| {
        let text = text.trim_end_matches("UTC").trim_end_matches([' ', 'Z']);
        instant::parse(&format!("{}Z", text.replacen(' ', "T", 1)))
    })
}

fn short(text: &str) -> String {
    text.chars().take(MAX_EXTRA_CHARS).collect()
}

/// What is told beside the check itself.
const EXTRA: [(&str, &str); 7] = [
    ("description", DESCRIPTION),
    ("policy", POLICY),
    ("severity-threshold", THRESHOLD),
    ("only-fixable", ONLY_FIXABLE),
    ("error-code", ERROR_CODE),
    ("group-state", GROUP_STATE),
    ("merge-base", MERGE_BASE),
];

const PULL_REQUEST: &str = "PULL_REQUEST";
const REPOSITORY: &str = "REPOSITORY_NAME";
const PRODUCT: &str = "PRODUCT_NAME";
const STATE: &str = "PR_CHECK_STATE";
const PROJECT: &str = "PROJECT_PUBLIC_ID";
const TEST: &str = "TEST_ID";
const NEW_SHA: &str = "NEW_VERSION_SHA";
const OLD_SHA: &str = "OLD_VERSION_SHA";
const MERGE_BASE: &str = "MERGE_BASE_VERSION_SHA";
const MARKED: &str = "MARKED_AS_SUCCESS";
const MODIFIED: &str = "PR_CHECK_MODIFIED_AT";
const CREATED: &str = "PR_CHECK_CREATED_AT";
const GROUP_STATE: &str = "PR_CHECK_GROUP_STATE";
const DESCRIPTION: &str = "PR_CHECK_RESULT_DESCRIPTION";
const POLICY: &str = "SETTINGS_POLICY";
const THRESHOLD: &str = "SETTINGS_SEVERITY_THRESHOLD";
const ONLY_FIXABLE: &str = "IS_SETTINGS_FAIL_ONLY_FIXABLE";
const ERROR_CODE: &str = "ERROR_CODE";

/// Longest text kept beside a check, in characters.
const MAX_EXTRA_CHARS: usize = 500;

#[cfg(test)]
mod tests {
    use super::{at, change};

    #[test]
    fn a_change_is_its_number_where_one_can_be_told() {
        for (text, expected) in [
            ("7", "7"),
            ("#7", "7"),
            ("https://github.com/acme/shop/pull/7", "7"),
            (
                "https://gitlab.com/acme/shop/-/merge_requests/12/diffs#n3",
                "12",
            ),
            (
                "https://dev.azure.com/a/b/_git/c/pullrequest/9?_a=files",
                "9",
            ),
            (
                "https://github.com/acme/shop/pull/main",
                "https://github.com/acme/shop/pull/main",
            ),
            ("release/2", "release/2"),
        ] {
            assert_eq!(change(text), expected);
        }
    }

    #[test]
    fn a_date_is_read_as_databases_write_it() {
        for text in [
            "2026-01-01T00:00:00Z",
            "2026-01-01 00:00:00.000",
            "2026-01-01 00:00:00.000 Z",
            "2026-01-01 00:00:00 UTC",
            "2026-01-01T01:00:00+01:00",
        ] {
            assert_eq!(at(text), Some(1_767_225_600_000), "{text}");
        }
        assert_eq!(at("soon"), None);
    }
}
