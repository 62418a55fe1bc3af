//! What an incident names as its cause.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;

use super::commits::Commits;
use crate::delivery::{Merge, Services, key};

/// Changes by all that may name them.
pub(super) struct Names<'a> {
    changes: &'a [Merge],
    /// Most incidents name nothing: nothing is sorted before one does.
    sorted: OnceCell<Sorted<'a>>,
}

struct Sorted<'a> {
    ids: HashMap<&'a str, &'a Merge>,
    /// By repository in lower case, and number.
    numbers: HashMap<(Cow<'a, str>, u32), &'a Merge>,
    /// By merge and head commit.
    shas: Commits<'a, &'a Merge>,
}

impl<'a> Names<'a> {
    pub(super) fn new(changes: &'a [Merge]) -> Self {
        Self {
            changes,
            sorted: OnceCell::new(),
        }
    }

    fn sorted(&self) -> &Sorted<'a> {
        self.sorted.get_or_init(|| {
            let changes = self.changes.iter();
            let numbered = changes.clone().filter_map(|change| {
                let number = change.number?;
                Some(((key(&change.repository), number), change))
            });
            let shas = changes.clone().flat_map(|change| {
                let shas = [change.merge_sha.as_deref(), Some(&*change.head_sha)];
                shas.map(|sha| (sha, change))
            });
            Sorted {
                ids: changes.clone().map(|one| (&*one.change, one)).collect(),
                numbers: numbered.collect(),
                shas: Commits::new(shas),
            }
        })
    }

    /// The change of that id.
    pub(super) fn by_id(&self, text: &str) -> Option<&'a Merge> {
        self.sorted().ids.get(text).copied()
    }

    /// The changes that a pull request's address, `owner/name#N`, or a number is about, the last among the repositories of
    /// the incident's service. None if the text is nothing of this.
    pub(super) fn by_pull(
        &self,
        text: &str,
        service: Option<&str>,
        services: &Services,
    ) -> Option<Vec<&'a Merge>> {
        let (repository, number) = pull(text)?;
        let repositories = match &repository {
            Some(repository) => std::slice::from_ref(repository),
            None => services
                .get(service?)
                .map_or(&[][..], |one| &one.repositories),
        };
        let found = repositories.iter().filter_map(|repository| {
            let numbers = &self.sorted().numbers;
            numbers.get(&(key(repository), number)).copied()
        });
        Some(each_once(found.collect()))
    }

    /// The changes with a commit that begins so, which is in lower case, each once.
    pub(super) fn by_prefix(&self, prefix: &str) -> Vec<&'a Merge> {
        each_once(self.sorted().shas.of_prefix(prefix).copied().collect())
    }
}

fn each_once(mut changes: Vec<&Merge>) -> Vec<&Merge> {
    changes.sort_by_key(|one| &one.change);
    changes.dedup_by_key(|one| &one.change);
    changes
}

/// A commit, or the beginning of one that is long enough to mean it, in lower case.
pub(super) fn commit(text: &str) -> Option<String> {
    let is_commit = (MIN_SHA_CHARS..=MAX_SHA_CHARS).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_commit.then(|| text.to_ascii_lowercase())
}

/// A pull request: its repository, if the text tells it, and its number.
fn pull(text: &str) -> Option<(Option<String>, u32)> {
    if let Some((before, number)) = text.rsplit_once('#')
        && let Ok(number) = number.parse()
    {
        let repository = (!before.is_empty()).then(|| before.to_owned());
        return Some((repository, number));
    }
    if text.len() < MIN_SHA_CHARS
        && let Ok(number) = text.parse()
    {
        return Some((None, number));
    }
    let path = text.split(['?', '#']).next()?.trim_end_matches('/');
    let mut parts = path.rsplit('/');
    let number = parts.next()?.parse().ok()?;
    if parts.next()? != "pull" {
        return None;
    }
    let (name, owner) = (parts.next()?, parts.next()?);
    Some((Some(format!("{owner}/{name}")), number))
}

/// The shortest beginning of a commit that people write, in hexadecimal digits.
const MIN_SHA_CHARS: usize = 7;

/// A SHA-256 commit has so many hexadecimal digits, one of SHA-1 40.
const MAX_SHA_CHARS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pull_requests_are_named_by_address_reference_and_number() {
        let shop = Some("acme/shop".to_owned());
        for text in [
            "https://github.com/acme/shop/pull/7",
            "https://github.com/acme/shop/pull/7/?a=b#discussion",
            "acme/shop#7",
        ] {
            assert_eq!(pull(text), Some((shop.clone(), 7)), "{text}");
        }
        assert_eq!(pull("#7"), Some((None, 7)));
        assert_eq!(pull("7"), Some((None, 7)));
    }

    #[test]
    fn other_texts_are_no_pull_request() {
        for text in [
            "",
            "#",
            "pull/7",
            "https://github.com/acme/shop/issues/7",
            "https://github.com/acme/shop/pull/7/files",
            "1234567",
            "friday's deploy",
        ] {
            assert_eq!(pull(text), None, "{text}");
        }
    }

    #[test]
    fn a_commit_has_at_least_seven_hexadecimal_digits() {
        assert_eq!(commit("ABCDEF0"), Some("abcdef0".to_owned()));
        assert_eq!(commit("abcdef"), None);
        assert_eq!(commit("abcdefg"), None);
        assert_eq!(commit(&"a".repeat(65)), None);
    }
}
