//! Addresses of Snyk's REST API. Each parameter stands once; what comes from elsewhere is percent-encoded.

use koalr_integration_kit::model::common::Timestamp;

use super::instant;

/// Version asked for: the newest of any generally available path used here.
///
/// <https://docs.snyk.io/snyk-api/rest-api/about-the-rest-api>: a plain date selects, per path, the newest release up
/// to it.
const VERSION: &str = "2025-11-05";

/// Version of the paths that are not generally available.
const BETA: &str = "2024-10-15~beta";

/// Records on a page of a listing: the most Snyk gives.
const PAGE: &str = "100";

/// Records asked for where only the permission matters: the fewest Snyk gives.
const PROBE: &str = "10";

/// Issues of one package version in one answer: the most Snyk gives.
pub(crate) const PACKAGE_ISSUES: usize = 1_000;

/// The owner of the credential.
pub(crate) fn owner() -> String {
    Address::new("/rest/self").done()
}

/// A page of the organizations the credential sees.
pub(crate) fn organizations(after: Option<&str>) -> String {
    Address::new("/rest/orgs").with("limit", PAGE).page(after)
}

/// A page of an organization's projects, with the targets they belong to and the numbers of their open issues.
pub(crate) fn projects(organization: &str, after: Option<&str>) -> String {
    Address::below(organization, "projects")
        .with("limit", PAGE)
        .with("expand", "target")
        .with("meta.latest_issue_counts", "true")
        .page(after)
}

/// A page of an organization's issues of every type and status: what changes while a listing is read must not fall
/// between two listings.
pub(crate) fn issues(organization: &str, after: Option<&str>) -> String {
    Address::below(organization, "issues")
        .with("limit", PAGE)
        .page(after)
}

/// Narrows the address of a listing by a filter of a date, which excludes the very instant.
pub(crate) fn narrowed(mut address: String, filter: &str, at: Timestamp) -> String {
    address.push('&');
    address.push_str(filter);
    address.push('=');
    encode(&mut address, &instant::write(at));
    address
}

/// One issue.
pub(crate) fn issue(organization: &str, id: &str) -> String {
    let mut address = Address::below(organization, "issues/");
    address.encoded(id);
    address.done()
}

/// The shortest page of a listing (`projects` or `issues`), to see whether it is permitted.
pub(crate) fn probe(organization: &str, route: &str) -> String {
    Address::below(organization, route)
        .with("limit", PROBE)
        .done()
}

/// Issues of exactly one package version.
pub(crate) fn package_issues(organization: &str, purl: &str) -> String {
    let mut address = Address::below(organization, "packages/");
    address.encoded(purl);
    address.path.push_str("/issues");
    address.with("limit", &PACKAGE_ISSUES.to_string()).done()
}

/// Where exports of an organization's data are created.
pub(crate) fn create_export(organization: &str) -> String {
    Address::below(organization, "export").done()
}

/// How far an export is. The link in Snyk's own answer has its segments in another order.
pub(crate) fn export_job(organization: &str, export: &str) -> String {
    let mut address = Address::below(organization, "jobs/export/");
    address.encoded(export);
    address.done()
}

/// What a finished export consists of.
pub(crate) fn export(organization: &str, export: &str) -> String {
    let mut address = Address::below(organization, "export/");
    address.encoded(export);
    address.done()
}

/// A page of the findings of one test.
pub(crate) fn test_findings(organization: &str, test: &str, after: Option<&str>) -> String {
    let mut address = Address::below(organization, "tests/");
    address.encoded(test);
    address.path.push_str("/findings");
    address.query = format!("?version={BETA}");
    address.with("limit", PAGE).page(after)
}

/// The path alone, for messages.
pub(crate) fn without_query(path: &str) -> &str {
    path.split_once('?').map_or(path, |(path, _)| path)
}

/// The path alone, with `{id}` in place of whatever names one thing.
pub(crate) fn template(path: &str) -> String {
    let is_word = |segment: &str| {
        segment
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let segments = without_query(path)
        .split('/')
        .map(|segment| if is_word(segment) { segment } else { "{id}" });
    segments.collect::<Vec<_>>().join("/")
}

/// Percent-encodes everything but unreserved characters.
pub(crate) fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for nibble in [byte >> 4, byte & 15] {
                out.extend(
                    char::from_digit(nibble.into(), 16).map(|digit| digit.to_ascii_uppercase()),
                );
            }
        }
    }
}

/// Decodes percent-encoded text once. A `%` without two digits, or bytes that are not UTF-8, give none.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let mut digit = || char::from(bytes.next()?).to_digit(16);
            out.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

struct Address {
    path: String,
    query: String,
}

impl Address {
    fn new(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            query: format!("?version={VERSION}"),
        }
    }

    fn below(organization: &str, rest: &str) -> Self {
        let mut address = Self::new("/rest/orgs/");
        address.encoded(organization);
        address.path.push('/');
        address.path.push_str(rest);
        address
    }

    fn encoded(&mut self, segment: &str) {
        encode(&mut self.path, segment);
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.query.push('&');
        self.query.push_str(name);
        self.query.push('=');
        encode(&mut self.query, value);
        self
    }

    fn page(self, after: Option<&str>) -> String {
        match after {
            Some(after) => self.with("starting_after", after).done(),
            None => self.done(),
        }
    }

    fn done(self) -> String {
        self.path + &self.query
    }
}

#[cfg(test)]
mod tests {
    use super::{
        create_export, decode, encode, export, export_job, issue, issues, narrowed, organizations,
        package_issues, projects, template, test_findings,
    };

    #[test]
    fn an_address_has_each_parameter_once() {
        assert_eq!(
            projects("o-1", Some("v1.e30=")),
            "/rest/orgs/o-1/projects?version=2025-11-05&limit=100&expand=target&meta.latest_issue_counts=true&starting_after=v1.e30%3D"
        );
        assert_eq!(
            issues("o-1", None),
            "/rest/orgs/o-1/issues?version=2025-11-05&limit=100"
        );
        assert_eq!(
            organizations(None),
            "/rest/orgs?version=2025-11-05&limit=100"
        );
    }

    #[test]
    fn a_purl_is_one_path_segment() {
        assert_eq!(
            package_issues("o-1", "pkg:npm/%40scope/name@1.0.0"),
            "/rest/orgs/o-1/packages/pkg%3Anpm%2F%2540scope%2Fname%401.0.0/issues?version=2025-11-05&limit=1000"
        );
    }

    #[test]
    fn an_export_has_three_addresses() {
        assert_eq!(
            [
                create_export("o-1"),
                export_job("o-1", "a/b"),
                export("o-1", "e-1")
            ],
            [
                "/rest/orgs/o-1/export?version=2025-11-05",
                "/rest/orgs/o-1/jobs/export/a%2Fb?version=2025-11-05",
                "/rest/orgs/o-1/export/e-1?version=2025-11-05",
            ]
        );
    }

    #[test]
    fn findings_of_a_test_are_asked_for_in_the_beta_version() {
        assert_eq!(
            test_findings("o-1", "t-1", Some("a")),
            "/rest/orgs/o-1/tests/t-1/findings?version=2024-10-15~beta&limit=100&starting_after=a"
        );
    }

    #[test]
    fn an_odd_organization_stays_inside_its_segment() {
        assert_eq!(
            projects("../self?x", None),
            "/rest/orgs/..%2Fself%3Fx/projects?version=2025-11-05&limit=100&expand=target&meta.latest_issue_counts=true"
        );
    }

    #[test]
    fn a_listing_is_narrowed_by_dates_in_whole_seconds() {
        assert_eq!(
            narrowed(issues("o-1", None), "updated_after", 1_664_309_345_999),
            "/rest/orgs/o-1/issues?version=2025-11-05&limit=100&updated_after=2022-09-27T20%3A09%3A05Z"
        );
    }

    #[test]
    fn what_names_one_thing_is_left_out_of_a_template() {
        assert_eq!(
            template(&issue("0c1d2e3f-0000", "a/b")),
            "/rest/orgs/{id}/issues/{id}"
        );
        assert_eq!(
            template(&package_issues("o-1", "pkg:npm/a@1")),
            "/rest/orgs/{id}/packages/{id}/issues"
        );
        assert_eq!(template("/rest/self?version=1"), "/rest/self");
    }

    #[test]
    fn encoding_and_decoding_are_inverse() {
        let mut encoded = String::new();
        encode(&mut encoded, "a b/ä+%=");
        assert_eq!(encoded, "a%20b%2F%C3%A4%2B%25%3D");
        assert_eq!(decode(&encoded).as_deref(), Some("a b/ä+%="));
        assert_eq!(decode("%4"), None);
        assert_eq!(decode("%FF"), None);
    }
}
