//! The columns of each data set, by the names that Snyk documents.

/// What an export lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    Issues,
    Checks,
}

impl Set {
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "issues" => Some(Self::Issues),
            "pr_checks" => Some(Self::Checks),
            _ => None,
        }
    }

    /// All its columns.
    pub(super) fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Issues => &ISSUES,
            Self::Checks => &CHECKS,
        }
    }
}

/// The column that a filter looks at; none if the data set has no such filter.
pub(super) fn of_filter(set: Set, name: &str) -> Option<&'static str> {
    let column = match name {
        "product_name" => "PRODUCT_NAME",
        "project_origin" => "PROJECT_ORIGIN",
        "project_type" => "PROJECT_TYPE",
        "project_target_ref" => "PROJECT_TARGET_REF",
        "project_target_display_name" => "PROJECT_TARGET_DISPLAY_NAME",
        "issue_status" => "ISSUE_STATUS",
        "issue_type" => "ISSUE_TYPE",
        "nvd_severity" => "NVD_SEVERITY",
        "cve" => "CVE",
        "reachability" => "REACHABILITY",
        "environment" => "PROJECT_ENVIRONMENTS",
        "lifecycle" => "PROJECT_LIFECYCLES",
        "project_tags" => "PROJECT_TAGS",
        _ => return None,
    };
    set.columns().contains(&column).then_some(column)
}

#[rustfmt::skip] // A table.
const ISSUES: [&str; 86] = [
    "PROBLEM_ID", "GROUP_PUBLIC_ID", "GROUP_DISPLAY_NAME", "ORG_PUBLIC_ID", "ORG_SLUG", "EPSS_SCORE",
    "EPSS_PERCENTILE", "ISSUE_SEVERITY", "SCORE", "NVD_SCORE", "PROBLEM_TITLE", "CVE", "CWE", "VULN_DB_URL",
    "NVD_SEVERITY", "PROJECT_NAME", "PROJECT_URL", "PROJECT_PUBLIC_ID", "PROJECT_IS_MONITORED",
    "PROJECT_OWNER_USERNAME", "PROJECT_ORIGIN", "PROJECT_CRITICALITIES", "PROJECT_ENVIRONMENTS",
    "PROJECT_LIFECYCLES", "PROJECT_TAGS", "PROJECT_TARGET_DISPLAY_NAME", "PROJECT_TARGET_REF",
    "PROJECT_COLLECTIONS", "EXPLOIT_MATURITY", "COMPUTED_FIXABILITY", "EXISTS_IN_DIRECT_DEPENDENCY",
    "FIRST_INTRODUCED", "LAST_INTRODUCED", "LAST_IGNORED", "LAST_RESOLVED", "PRODUCT_NAME", "ISSUE_URL",
    "ISSUE_STATUS", "ISSUE_TYPE", "ISSUE_SUB_TYPE", "FIXED_IN_AVAILABLE", "FIXED_IN_VERSION",
    "SEMVER_VULNERABLE_RANGE", "INTRODUCTION_CATEGORY", "VULNERABILITY_PUBLICATION_DATE",
    "PACKAGE_NAME_AND_VERSION", "SNYK_CVSS_SCORE", "SNYK_CVSS_VECTOR", "REACHABILITY", "GROUP_SLUG",
    "ORG_DISPLAY_NAME", "PROJECT_TYPE", "PROJECT_TYPE_DISPLAY_NAME", "PROJECT_TEST_FREQUENCY",
    "PROJECT_TARGET_RUNTIME", "PROJECT_IS_PRIVATE_TARGET", "PROJECT_TARGET_SOURCE_TYPE",
    "PROJECT_TARGET_SOURCE_TYPE_DISPLAY_VALUE", "PROJECT_TARGET_UPSTREAM_URL", "PROJECT_TARGET_FILE",
    "PROJECT_OWNER_EMAIL", "ISSUE_DELETED_AT", "PROJECT_DELETED_AT", "GROUP_DELETED_AT", "COMMIT_ID", "FILE_PATH",
    "CODE_REGION", "CODE_REGION_DISPLAY_VALUE", "ASSET_FINDING_ID", "ASSET_ID", "PARENT_ASSET_ID", "ASSET_NAME",
    "PARENT_ASSET_NAME", "ASSET_CLASS", "ASSET_TYPE", "ASSET_TAGS", "REPOSITORY_FRESHNESS", "ASSET_APPLICATION",
    "ASSET_OWNER", "ASSET_CATEGORY", "ASSET_CATALOG_NAME", "ASSET_LIFECYCLE", "JIRA_ISSUES",
    "HAS_JIRA_ISSUE_ASSIGNED", "LATEST_JIRA_ISSUE", "UPDATED_AT",
];
#[rustfmt::skip] // A table.
const CHECKS: [&str; 45] = [
    "PUBLIC_ID", "PR_CHECK_GROUP_ID", "TEST_ID", "PROJECT_PUBLIC_ID", "ORG_PUBLIC_ID", "GROUP_PUBLIC_ID",
    "ASSET_ID", "PARENT_ASSET_ID", "PR_CHECK_CREATED_AT", "PR_CHECK_MODIFIED_AT", "CHECK_GROUP_CREATED_AT",
    "CHECK_GROUP_MODIFIED_AT", "PULL_REQUEST", "PULL_DATA_REF", "REPOSITORY_NAME", "PROJECT_ORIGIN",
    "PRODUCT_NAME", "PR_CHECK_STATE", "PR_CHECK_GROUP_STATE", "MARKED_AS_SUCCESS", "PR_CHECK_RESULT_DESCRIPTION",
    "OLD_VERSION_SHA", "NEW_VERSION_SHA", "MERGE_BASE_VERSION_SHA", "ERROR_MESSAGE", "ERROR_CODE", "ERROR_STATUS",
    "ERROR_CATALOG_URL", "ERROR_CLASSIFICATION", "SETTINGS_POLICY", "SETTINGS_SEVERITY_THRESHOLD",
    "IS_SETTINGS_FAIL_ONLY_FIXABLE", "ORG_DISPLAY_NAME", "ORG_SLUG", "GROUP_DISPLAY_NAME", "GROUP_SLUG",
    "ORG_DELETED_AT", "GROUP_DELETED_AT", "PROJECT_DELETED_AT", "IS_PROJECT_MONITORED", "PROJECT_TYPE",
    "PROJECT_TYPE_DISPLAY_NAME", "PROJECT_TARGET_REF", "PROJECT_TARGET_UPSTREAM_URL", "UPDATED_AT",
];
