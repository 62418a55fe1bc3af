//! The smallest set of upgrades that turns a block, as commands.

use koalr_platform::model::common::DependencyChange;
use koalr_platform::model::evidence::Evidence;
use koalr_platform::model::{assessment::Assessment, verdict::Decision, verdict::Verdict};

use super::escape::plain;

/// Commands that remove every finding a blocking rule fired on; empty if no known upgrade does, because half a fix
/// leaves the change blocked.
pub(crate) fn fixes(
    evidence: &Evidence,
    assessment: &Assessment,
    verdict: &Verdict,
) -> Vec<String> {
    let mut blocking: Vec<u32> = verdict
        .fired
        .iter()
        .filter(|fired| fired.decision == Decision::Block)
        .flat_map(|fired| fired.findings.iter().copied())
        .collect();
    let mut commands = Vec::new();
    for counterfactual in assessment
        .counterfactuals
        .iter()
        .filter(|counterfactual| counterfactual.verified)
    {
        let removes = |finding: &u32| counterfactual.removes.contains(finding);
        if !blocking.iter().any(removes) {
            continue;
        }
        let index = usize::try_from(counterfactual.dependency).unwrap_or(usize::MAX);
        if let Some(dependency) = evidence
            .dependencies
            .as_deref()
            .and_then(|list| list.get(index))
        {
            blocking.retain(|finding| !removes(finding));
            commands.push(command(dependency, &counterfactual.version));
        }
    }
    if blocking.is_empty() {
        commands
    } else {
        Vec::new()
    }
}

/// What to type, or a sentence where a name is not safe to type or the ecosystem has no such command.
fn command(dependency: &DependencyChange, version: &str) -> String {
    let name = dependency.name.as_str();
    if is_safe(name) && is_safe(version) {
        match dependency.ecosystem.as_str() {
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
    format!("set `{}` to version `{}`", plain(name), plain(version))
}

/// Only characters that no shell interprets, and no leading dash.
fn is_safe(word: &str) -> bool {
    !word.is_empty()
        && !word.starts_with('-')
        && word
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "@/._+-".contains(character))
}

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
            command(&dependency("npm", "@acme/ui"), "1.2.3"),
            "npm install @acme/ui@1.2.3"
        );
    }

    #[test]
    fn a_name_that_a_shell_would_interpret_is_never_a_command() {
        assert_eq!(
            command(&dependency("npm", "a;rm"), "1"),
            "set `a;rm` to version `1`"
        );
        assert_eq!(
            command(&dependency("pypi", "--index-url"), "1"),
            "set `--index-url` to version `1`"
        );
    }

    #[test]
    fn an_ecosystem_without_such_a_command_gets_a_sentence() {
        assert_eq!(
            command(
                &dependency("maven", "org.apache.logging.log4j:log4j-core"),
                "2.17.1"
            ),
            "set `org.apache.logging.log4j:log4j-core` to version `2.17.1`"
        );
    }
}
