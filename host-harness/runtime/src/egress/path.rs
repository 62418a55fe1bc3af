//! Request paths, raw as they go over the wire, and the templates they must fit.
//!
//! A path is refused if any server on the way could read it as another one: empty segments, `.` and `..` in any
//! encoding, broken escapes. Only `{purl}` may hold an encoded slash, because a package URL is one segment with slashes
//! of its own.

use super::policy::{Denial, Organizations, PolicyError, shown};

/// A path template of whole segments, for example `/rest/orgs/{org}/projects`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathTemplate(Vec<Segment>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Literal(String),
    Organization,
    PackageUrl,
    Any,
}

impl PathTemplate {
    pub(crate) fn parse(template: &str) -> Result<Self, PolicyError> {
        let wrong = || PolicyError::Template(template.to_owned());
        let inner = template.strip_prefix('/').ok_or_else(wrong)?;
        inner
            .split('/')
            .map(|segment| match segment {
                "{org}" => Some(Segment::Organization),
                "{purl}" => Some(Segment::PackageUrl),
                named if named.len() > 2 && named.starts_with('{') && named.ends_with('}') => {
                    Some(Segment::Any)
                }
                literal if is_plain(literal) => Some(Segment::Literal(literal.to_owned())),
                _ => None,
            })
            .collect::<Option<Vec<_>>>()
            .map(Self)
            .ok_or_else(wrong)
    }

    /// Whether the whole path fits.
    pub(crate) fn matches(&self, path: &Path<'_>, organizations: &Organizations) -> Fit {
        if self.0.len() != path.0.len() {
            return Fit::No;
        }
        let mut fit = Fit::Yes;
        for (segment, raw) in self.0.iter().zip(&path.0) {
            match segment.fits(raw, organizations) {
                Fit::No => return Fit::No,
                Fit::OtherOrganization => fit = Fit::OtherOrganization,
                Fit::Yes => {}
            }
        }
        fit
    }

    /// Whether the path begins with these segments.
    pub(crate) fn begins(&self, path: &Path<'_>) -> bool {
        self.0.len() <= path.0.len()
            && self
                .0
                .iter()
                .zip(&path.0)
                .all(|(segment, raw)| segment.fits(raw, &Organizations::Connecting) == Fit::Yes)
    }
}

impl Segment {
    fn fits(&self, raw: &str, organizations: &Organizations) -> Fit {
        let fits = match self {
            Self::Literal(literal) => raw == literal,
            Self::PackageUrl => true,
            Self::Any => !hides_slash(raw),
            Self::Organization => match organizations {
                Organizations::Connecting => is_plain(raw),
                Organizations::Bound(ids) if ids.contains(raw) => true,
                Organizations::Bound(_) => return Fit::OtherOrganization,
            },
        };
        if fits { Fit::Yes } else { Fit::No }
    }
}

/// How a path fits a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    Yes,
    /// It would fit, but for an organization that was not chosen.
    OtherOrganization,
    No,
}

/// A raw path that every server reads the same way, in segments.
#[derive(Debug)]
pub(crate) struct Path<'a>(Vec<&'a str>);

impl<'a> Path<'a> {
    pub(crate) fn parse(raw: &'a str) -> Result<Self, Denial> {
        let unclear = || Denial::UnclearPath(shown(raw));
        let segments: Vec<&str> = raw
            .strip_prefix('/')
            .ok_or_else(unclear)?
            .split('/')
            .collect();
        if segments.iter().all(|segment| is_clear(segment)) {
            Ok(Self(segments))
        } else {
            Err(unclear())
        }
    }
}

/// Whether a segment is a name of its own at every level of decoding.
fn is_clear(segment: &str) -> bool {
    let mut bytes = segment.as_bytes().to_vec();
    if bytes.is_empty() || bytes.contains(&b'\\') {
        return false;
    }
    for level in 0..DECODINGS {
        let walks = |part: &[u8]| {
            let name = part.split(|b| *b == b';').next().unwrap_or_default();
            matches!(name, b"." | b"..")
        };
        if bytes.split(|b| matches!(b, b'/' | b'\\')).any(walks)
            || bytes.iter().any(u8::is_ascii_control)
        {
            return false;
        }
        let (next, is_sound) = decoded(&bytes);
        // Deeper down, whoever decodes once more may leave a broken escape as it is, and go on with those beside it.
        if level == 0 && !is_sound {
            return false;
        }
        if next == bytes {
            return true;
        }
        bytes = next;
    }
    false
}

/// One level of percent-decoding, and whether every escape was sound; a broken one stays as it is.
fn decoded(bytes: &[u8]) -> (Vec<u8>, bool) {
    let (mut out, mut is_sound) = (Vec::with_capacity(bytes.len()), true);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).filter(|_| *byte == b'%');
        if let Some(value) = digits.and_then(hexadecimal) {
            out.push(value);
            at += 3;
        } else {
            is_sound &= *byte != b'%';
            out.push(*byte);
            at += 1;
        }
    }
    (out, is_sound)
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(digits).ok()?;
    let is_one = text.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_one.then(|| u8::from_str_radix(text, 16).ok())?
}

fn hides_slash(raw: &str) -> bool {
    let lower = raw.to_ascii_lowercase();
    lower.contains("%2f") || lower.contains("%5c") || lower.contains("%25")
}

/// A segment without escapes, parameters or braces.
fn is_plain(segment: &str) -> bool {
    !segment.is_empty()
        && segment != "."
        && segment != ".."
        && segment
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~:@!$&'()*+,=".contains(&byte))
}

/// Levels of encoding looked through; what is encoded more often is not clear.
const DECODINGS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_a_server_could_read_otherwise_is_unclear() {
        for raw in [
            "",
            "rest",
            "/",
            "//rest",
            "/rest//self",
            "/rest/self/",
            "/rest/./self",
            "/rest/../v1",
            "/rest/%2e%2e/v1",
            "/rest/%2E./v1",
            "/rest/%252e%252e/v1",
            "/rest/orgs/o/packages/pkg%3Anpm%2F%252e%252e%2F%25F/issues",
            "/rest/orgs/o/packages/pkg%3Anpm%2F%250b%25F/issues",
            "/rest/..;x=1/v1",
            "/rest/a%2f..%2fv1",
            "/rest/..%5cv1",
            "/rest/..\\v1",
            "/rest/%zz",
            "/rest/%2",
            "/rest/%+1",
            "/rest/a%00b",
            "/rest/%25252525252e",
        ] {
            assert!(Path::parse(raw).is_err(), "`{raw}` is taken as clear");
        }
    }

    #[test]
    fn an_ordinary_path_is_clear() {
        for raw in [
            "/rest/self",
            "/rest/orgs/7b6b0b7e-3f4c-4f0e-8a6b-0f6a5d1c2b3a/issues",
            "/rest/orgs/o/packages/pkg%3Anpm%2F%2540babel%2Fcore%407.0.0/issues",
            "/rest/orgs/o/packages/pkg:maven%2Forg.x%2Fy@1.0..2/issues",
            "/rest/a%20b",
            "/rest/100%25",
        ] {
            assert!(Path::parse(raw).is_ok(), "`{raw}` is taken as unclear");
        }
    }

    #[test]
    fn a_template_is_absolute_and_has_whole_segments() {
        for wrong in [
            "",
            "rest",
            "/",
            "/rest//self",
            "/rest/{}",
            "/rest/x{org}",
            "/a?b",
            "/../a",
            "/a%2fb",
        ] {
            assert!(
                PathTemplate::parse(wrong).is_err(),
                "`{wrong}` is taken as a template"
            );
        }
    }

    #[test]
    fn a_prefix_is_made_of_whole_segments() {
        let prefix = PathTemplate::parse("/rest/orgs/{org}/packages").unwrap();
        assert!(prefix.begins(&Path::parse("/rest/orgs/o/packages/p/issues").unwrap()));
        assert!(!prefix.begins(&Path::parse("/rest/orgs/o/packages-old").unwrap()));
        assert!(!prefix.begins(&Path::parse("/rest/orgs/o").unwrap()));
    }
}
