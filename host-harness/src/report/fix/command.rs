//! An upgrade as a person types it.

use koalr_platform::model::common::DependencyChange;

use super::super::escape::name as shown;

/// What to type, or a sentence where a name is not safe to type or the ecosystem has no such command.
pub(super) fn upgrade(dependency: &DependencyChange, version: &str) -> String {
    let name = dependency.name.as_str();
    if is_safe(name) && is_safe(version) {
        match dependency.ecosystem.as_str() {
            // Installing what another package brings would only add a second copy beside it.
            "npm" if dependency.direct == Some(false) => return overridden(name, version),
            "npm" => return format!("npm install {name}@{version}"),
            "cargo" => return format!("cargo update --package {name} --precise {version}"),
            "pypi" => return format!("pip install {name}=={version}"),
            "golang" => return format!("go get {name}@v{}", version.trim_start_matches('v')),
            "gem" => return format!("bundle add {name} --version {version}"),
            "nuget" => return format!("dotnet add package {name} --version {version}"),
            "composer" => return format!("composer require {name}:{version}"),
            _ => {}
        }
    }
    format!("set `{}` to version `{}`", shown(name), shown(version))
}

/// What to type for an npm package that another one brings. A dot in a name would be a step into an object.
fn overridden(name: &str, version: &str) -> String {
    if name.contains('.') {
        format!(
            "add an override of `{name}` to version `{version}` in package.json, then run `npm install`"
        )
    } else {
        format!("add an override: `npm pkg set overrides.{name}={version}`, then run `npm install`")
    }
}

/// Only characters that no shell interprets, and no leading dash.
fn is_safe(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= LONGEST
        && !word.starts_with('-')
        && word
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "@/._+-".contains(character))
}

/// Longest name or version of a command, in bytes: that of npm, above what the others allow or have.
const LONGEST: usize = 214;

#[cfg(test)]
mod tests {
    use super::*;

    fn dependency(ecosystem: &str, name: &str) -> DependencyChange {
        DependencyChange {
            ecosystem: ecosystem.to_owned(),
            name: name.to_owned(),
            before: None,
            after: Some("1".to_owned()),
            direct: None,
            manifest: None,
        }
    }

    #[test]
    fn a_scoped_npm_package_is_installed_by_its_name() {
        assert_eq!(
            upgrade(&dependency("npm", "@acme/ui"), "1.2.3"),
            "npm install @acme/ui@1.2.3"
        );
    }

    #[test]
    fn a_name_that_a_shell_would_interpret_is_never_a_command() {
        assert_eq!(
            upgrade(&dependency("npm", "a;rm"), "1"),
            "set `a;rm` to version `1`"
        );
        assert_eq!(
            upgrade(&dependency("pypi", "--index-url"), "1"),
            "set `--index-url` to version `1`"
        );
    }

    #[test]
    fn a_name_longer_than_any_registry_allows_is_never_a_command() {
        let long = "x".repeat(215);
        let sentence = upgrade(&dependency("npm", &long), "1");
        assert!(sentence.starts_with("set `xxx"), "{sentence}");
        assert!(sentence.len() < 100, "{sentence}");
    }

    #[test]
    fn an_npm_package_that_another_one_brings_is_overridden() {
        let brought = |name| DependencyChange {
            direct: Some(false),
            ..dependency("npm", name)
        };
        assert_eq!(
            upgrade(&brought("form-data"), "4.0.4"),
            "add an override: `npm pkg set overrides.form-data=4.0.4`, then run `npm install`"
        );
        assert_eq!(
            upgrade(&brought("lodash.merge"), "4.6.2"),
            "add an override of `lodash.merge` to version `4.6.2` in package.json, then run `npm install`"
        );
        assert_eq!(upgrade(&brought("a;rm"), "1"), "set `a;rm` to version `1`");
    }

    #[test]
    fn an_ecosystem_without_such_a_command_gets_a_sentence() {
        assert_eq!(
            upgrade(
                &dependency("maven", "org.apache.logging.log4j:log4j-core"),
                "2.17.1"
            ),
            "set `org.apache.logging.log4j:log4j-core` to version `2.17.1`"
        );
    }
}
