//! Whether a text is a version, and which of two comes first.

/// What Go's tools call the version of the module that is being built. It is no dependency.
pub(super) const SELF: &str = "(devel)";

/// The version, if it is one: not a range, a branch or a tag that may be another version tomorrow.
///
/// A requirement of exactly one version is that version. Refs of GitHub's actions are their versions.
pub(super) fn exact<'a>(ecosystem: &str, version: &'a str) -> Option<&'a str> {
    if matches!(ecosystem, "githubactions" | "github") {
        return Some(version);
    }
    let version = version.trim_start_matches('=').trim();
    let range = version.starts_with(['^', '~', '<', '>', '!'])
        || version.contains(['*', ',', '|', ' ', '[', '('])
        || version
            .split('.')
            .skip(1)
            .any(|part| part.eq_ignore_ascii_case("x"));
    let numbered = version.bytes().any(|byte| byte.is_ascii_digit());
    (!range && numbered).then_some(version)
}

/// What versions of one package are put in order by, where nothing finer is needed: numbers by value, and a text before
/// the end, so that `1.0-rc` comes before `1.0`.
pub(super) fn order(version: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = version.trim_start_matches('v');
    while let Some(first) = rest.chars().next() {
        let length = |is: fn(char) -> bool| rest.find(|char| !is(char)).unwrap_or(rest.len());
        let (part, left) = if first.is_ascii_digit() {
            let (digits, left) = rest.split_at(length(|char| char.is_ascii_digit()));
            let digits = digits.trim_start_matches('0');
            (Some(Part::Number(digits.len(), digits)), left)
        } else if is_parting(first) {
            (None, rest.trim_start_matches(is_parting))
        } else {
            let is_text = |char: char| !char.is_ascii_digit() && !is_parting(char);
            let (text, left) = rest.split_at(length(is_text));
            (Some(Part::Text(text)), left)
        };
        parts.extend(part);
        rest = left;
    }
    parts.push(Part::End);
    parts
}

/// A part of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part<'a> {
    Text(&'a str),
    End,
    /// How many digits without leading zeros, and the digits.
    Number(usize, &'a str),
}

fn is_parting(char: char) -> bool {
    matches!(char, '.' | '-' | '+' | '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_a_branch_or_a_tag_is_no_version() {
        for range in [
            "^1.2.3",
            "~> 1.0",
            ">=1",
            "<2",
            "1.*",
            "1.x",
            "1.X.0",
            "[1.0,2.0)",
            "1 || 2",
            "latest",
            "dev-master",
            "*",
            "!=1",
        ] {
            assert_eq!(exact("npm", range), None, "{range}");
        }
    }

    #[test]
    fn a_requirement_of_one_version_is_that_version() {
        for (text, version) in [
            ("1.2.3", "1.2.3"),
            ("==1.2.3", "1.2.3"),
            ("= 1.2.3", "1.2.3"),
            ("1!2.0", "1!2.0"),
            (
                "v0.0.0-20200101000000-abcdef",
                "v0.0.0-20200101000000-abcdef",
            ),
            ("1.0.0+xz", "1.0.0+xz"),
        ] {
            assert_eq!(exact("pypi", text), Some(version));
        }
    }

    #[test]
    fn a_ref_of_an_action_is_its_version() {
        assert_eq!(exact("githubactions", "4.*.*"), Some("4.*.*"));
    }

    #[test]
    fn versions_rise_by_their_numbers() {
        let rising = [
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.1",
            "v1.2",
            "1.10",
            "10.0",
            "20000000000000000000000",
        ];
        assert!(rising.is_sorted_by_key(|version| order(version)));
    }
}
