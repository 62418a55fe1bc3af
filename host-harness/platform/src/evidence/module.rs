//! Go modules, whose major version lives in the path: `example.com/x/v2` is the next major of `example.com/x`.

/// A module's path without its major version: `example.com/x` of `example.com/x/v2`, `gopkg.in/x` of `gopkg.in/x.v2`.
pub(super) fn base(path: &str) -> &str {
    let (mark, least) = if path.starts_with("gopkg.in/") {
        (".v", 0)
    } else {
        ("/v", FIRST_IN_PATH)
    };
    let is_major = |major: &str| {
        !(major.len() > 1 && major.starts_with('0'))
            && major.bytes().all(|byte| byte.is_ascii_digit())
            && major.parse::<u32>().is_ok_and(|major| major >= least)
    };
    match path.rsplit_once(mark) {
        Some((base, major)) if is_major(major) => base,
        _ => path,
    }
}

/// Modules of version 0 and 1 do not say so in their path.
const FIRST_IN_PATH: u32 = 2;

#[cfg(test)]
mod tests {
    use super::base;

    #[test]
    fn a_major_version_is_no_part_of_a_module_s_base() {
        for (path, expected) in [
            ("example.com/x", "example.com/x"),
            ("example.com/x/v2", "example.com/x"),
            ("example.com/x/v12", "example.com/x"),
            ("gopkg.in/yaml.v3", "gopkg.in/yaml"),
            ("gopkg.in/owner/x.v0", "gopkg.in/owner/x"),
        ] {
            assert_eq!(base(path), expected);
        }
    }

    #[test]
    fn what_only_looks_like_a_major_version_stays() {
        for path in [
            "example.com/x/v1",
            "example.com/x/v02",
            "example.com/x/v",
            "example.com/x/v+2",
            "example.com/x/version",
            "example.com/x.v2",
            "gopkg.in/yaml",
        ] {
            assert_eq!(base(path), path);
        }
    }
}
