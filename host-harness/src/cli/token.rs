//! Where the token comes from: a variable, a file, standard input or a hidden prompt. Never an argument, which other
//! users of the machine could read.

use std::io::Read as _;
use std::path::Path;

use koalr_runtime::Secret;
use zeroize::Zeroizing;

use crate::HostError;

/// Reads the token.
pub(super) fn read(variable: Option<&str>, file: Option<&Path>) -> Result<Secret, HostError> {
    let (source, text) = match (variable, file) {
        (Some(name), _) => (
            format!("the environment variable `{name}`"),
            from_variable(name)?,
        ),
        (None, Some(path)) if path == Path::new("-") => {
            ("standard input".to_owned(), from_standard_input()?)
        }
        (None, Some(path)) => (format!("`{}`", path.display()), from_file(path)?),
        (None, None) => ("the prompt".to_owned(), from_prompt()?),
    };
    Secret::parse(&text).map_err(|error| HostError::Token {
        source_name: source,
        reason: error.to_string(),
    })
}

fn from_variable(name: &str) -> Result<Zeroizing<String>, HostError> {
    std::env::var(name)
        .map(Zeroizing::new)
        .map_err(|_| HostError::Token {
            source_name: format!("the environment variable `{name}`"),
            reason: "it is not set; set it, or use `--token-file PATH`".to_owned(),
        })
}

fn from_file(path: &Path) -> Result<Zeroizing<String>, HostError> {
    let text = std::fs::read_to_string(path).map_err(|error| HostError::Token {
        source_name: format!("`{}`", path.display()),
        reason: error.to_string(),
    })?;
    Ok(without_line_end(&Zeroizing::new(text)))
}

fn from_standard_input() -> Result<Zeroizing<String>, HostError> {
    // A string that grows leaves its former place as it is.
    let mut text = Zeroizing::new(String::with_capacity(LONGEST));
    std::io::stdin()
        .take(LONGEST as u64)
        .read_to_string(&mut text)
        .map_err(|error| HostError::Token {
            source_name: "standard input".to_owned(),
            reason: error.to_string(),
        })?;
    Ok(without_line_end(&text))
}

fn from_prompt() -> Result<Zeroizing<String>, HostError> {
    rpassword::prompt_password("Token (not shown): ")
        .map(Zeroizing::new)
        .map_err(|error| HostError::Token {
            source_name: "the prompt".to_owned(),
            reason: format!(
                "{error}; without a terminal use `--token-env NAME` or `--token-file PATH`"
            ),
        })
}

/// A file ends with a line end; a token does not. One inside the token stays, and is refused.
fn without_line_end(text: &str) -> Zeroizing<String> {
    let line = text
        .strip_suffix('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line));
    Zeroizing::new(line.unwrap_or(text).to_owned())
}

/// Longest token read from standard input, in bytes; real ones have a few hundred.
const LONGEST: usize = 64 << 10;
