//! Addresses of the upstream's API. The manifest allows these and no others.

use std::fmt::Write as _;

/// Every path that is asked for, below the context path.
pub(crate) const PATHS: [&str; 10] = [
    VALIDATE,
    CURRENT_USER,
    ORGANIZATIONS,
    COMPONENTS,
    LINKS,
    BRANCHES,
    PULL_REQUESTS,
    MEASURES,
    ISSUES,
    GATE,
];

/// Whether the token is valid.
pub(crate) const VALIDATE: &str = "/api/authentication/validate";

/// Whose token it is.
pub(crate) const CURRENT_USER: &str = "/api/users/current";

/// Organizations of the hosted service.
pub(crate) const ORGANIZATIONS: &str = "/api/organizations/search";

/// Projects.
pub(crate) const COMPONENTS: &str = "/api/components/search";

/// Links of a project, its repository among them.
pub(crate) const LINKS: &str = "/api/project_links/search";

/// Branches of a project.
pub(crate) const BRANCHES: &str = "/api/project_branches/list";

/// Pull requests of a project that were analysed.
pub(crate) const PULL_REQUESTS: &str = "/api/project_pull_requests/list";

/// Measures of a branch or a pull request.
pub(crate) const MEASURES: &str = "/api/measures/component";

/// Issues.
pub(crate) const ISSUES: &str = "/api/issues/search";

/// Conditions of a quality gate.
pub(crate) const GATE: &str = "/api/qualitygates/project_status";

/// A path with a query, each value encoded.
pub(crate) fn with_query(path: &str, query: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    for (index, (name, value)) in query.iter().enumerate() {
        address.push(if index == 0 { '?' } else { '&' });
        address.push_str(name);
        address.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                address.push(char::from(byte));
            } else {
                let _ = write!(address, "%{byte:02X}");
            }
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_named_cannot_leave_its_place() {
        assert_eq!(
            with_query(BRANCHES, &[("project", "a&b=c/ü"), ("p", "1")]),
            "/api/project_branches/list?project=a%26b%3Dc%2F%C3%BC&p=1"
        );
    }
}
