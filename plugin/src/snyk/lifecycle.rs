//! What an answer says about the end of its path.

use super::endpoint;
use super::error::cleaned;
use crate::transport::Reply;

/// A path that Snyk will take away.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Deprecated {
    /// The path's template.
    pub(crate) path: String,
    /// One sentence for people.
    pub(crate) message: String,
}

/// Reads the headers of an answer to a request of `path`; none if they announce no end.
///
/// <https://docs.snyk.io/snyk-api/rest-api/about-the-rest-api>: stages go from `wip` to `sunset`.
pub(crate) fn deprecated(reply: &Reply, path: &str) -> Option<Deprecated> {
    let headers = &reply.as_ref().ok()?.headers;
    let stage = headers.stage.as_deref().unwrap_or_default();
    let ending = matches!(stage, "deprecated" | "sunset");
    let sunset = headers.sunset.as_deref();
    if !ending && sunset.is_none() {
        return None;
    }
    let path = endpoint::template(path);
    let stage = if ending { stage } else { "deprecated" };
    let until = sunset.map_or_else(String::new, |date| format!(" until {}", cleaned(date)));
    let message = format!("Snyk calls `{path}` {stage}{until}; update this integration");
    Some(Deprecated { path, message })
}

#[cfg(test)]
mod tests {
    use super::deprecated;
    use crate::transport::{Answer, Headers};

    #[track_caller]
    fn said(stage: Option<&str>, sunset: Option<&str>) -> Option<String> {
        let headers = Headers {
            stage: stage.map(str::to_owned),
            sunset: sunset.map(str::to_owned),
            ..Headers::default()
        };
        let answer = Answer {
            status: 200,
            headers,
            body: Vec::new(),
        };
        deprecated(&Ok(answer), "/rest/orgs/o-1/issues?version=1").map(|one| one.message)
    }

    #[test]
    fn a_path_that_ends_is_named_with_its_stage_and_date() {
        assert_eq!(
            said(Some("deprecated"), Some("2027-03-01")).as_deref(),
            Some(
                "Snyk calls `/rest/orgs/{id}/issues` deprecated until 2027-03-01; update this integration"
            )
        );
        assert_eq!(
            said(Some("sunset"), None).as_deref(),
            Some("Snyk calls `/rest/orgs/{id}/issues` sunset; update this integration")
        );
        assert!(said(Some("ga"), Some("2027-03-01")).is_some());
    }

    #[test]
    fn a_path_that_stays_is_not_mentioned() {
        assert_eq!(said(None, None), None);
        assert_eq!(said(Some("beta"), None), None);
    }
}
