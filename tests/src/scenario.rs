//! Stories about one repository: what the upstream knows, what happens, and what each judgement must say.
//!
//! A scenario is a folder of `tests/scenarios`. It holds
//!
//! - `scenario.toml`, the story: see [`Story`]. Whatever it does not name does not exist. Unknown keys are refused, and
//!   so is a story in which nothing is judged.
//! - `expected.toml`, one table a judgement, named as the judgement is: see [`Expected`]. Lists are complete: a finding,
//!   rule, waiver or missing route that is not listed must not be there.
//! - the policy, waiver and evidence files that its judgements name.
//!
//! Ids are made of names, so that the same folder always gives the same upstream. Time begins where the story says and
//! moves only where it says.

mod document;
mod expected;
mod run;
mod said;
mod story;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

pub use expected::Expected;
pub use run::Stage;
pub use story::Story;

use story::Step;

/// A story with what is expected of it.
#[derive(Debug)]
pub struct Scenario {
    /// Name of its folder.
    pub name: String,
    folder: PathBuf,
    story: Story,
    expected: BTreeMap<String, Expected>,
}

/// What came of a scenario.
#[derive(Debug)]
pub struct Played {
    /// How many judgements were made.
    pub judgements: usize,
    /// What differs from what was expected, one sentence each. Empty if nothing does.
    pub mismatches: Vec<String>,
}

/// Every folder below one, sorted by name.
///
/// # Errors
///
/// The folder or one of its entries cannot be read, or there is none.
pub fn discover(root: &Path) -> Result<Vec<PathBuf>, String> {
    let failed = |error: std::io::Error| format!("reading `{}`: {error}", root.display());
    let mut folders = Vec::new();
    for entry in fs::read_dir(root).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    if folders.is_empty() {
        return Err(format!("`{}` holds no scenario", root.display()));
    }
    Ok(folders)
}

impl Scenario {
    /// Reads a folder.
    ///
    /// # Errors
    ///
    /// One of its two files is missing, is not TOML, has a key or word that is not known or names what is not there;
    /// nothing is judged; what is judged and what is expected are not the same judgements.
    pub fn load(folder: &Path) -> Result<Self, String> {
        let name = folder.file_name().unwrap_or_default();
        let story: Story = document::read(&folder.join("scenario.toml"))?;
        let expected: BTreeMap<String, Expected> = document::read(&folder.join("expected.toml"))?;
        let scenario = Self {
            name: name.to_string_lossy().into_owned(),
            folder: folder.to_path_buf(),
            story,
            expected,
        };
        scenario.check()?;
        Ok(scenario)
    }

    /// Plays it to its end.
    ///
    /// # Errors
    ///
    /// A step failed.
    pub async fn play(&self, stage: &Stage) -> Result<Played, String> {
        let said = run::play(stage, &self.story, &self.folder).await?;
        let mut mismatches = Vec::new();
        for (name, expected) in &self.expected {
            let Some(actual) = said.get(name) else {
                continue;
            };
            let differences = actual.differences(expected, &said);
            mismatches.extend(differences.iter().map(|one| format!("{name}: {one}")));
        }
        Ok(Played {
            judgements: said.len(),
            mismatches,
        })
    }

    fn check(&self) -> Result<(), String> {
        self.story
            .check()
            .map_err(|error| format!("`{}`: {error}", self.name))?;
        let mut judged = BTreeSet::new();
        for step in &self.story.steps {
            if let Step::Judge(judge) = step
                && !judged.insert(judge.name())
            {
                return Err(format!(
                    "`{}`: two judgements are named `{}`; tell them apart with `as`",
                    self.name,
                    judge.name()
                ));
            }
        }
        if judged.is_empty() {
            return Err(format!(
                "`{}`: nothing is judged; add a step `{{ judge = {{ change = \"…\" }} }}`",
                self.name
            ));
        }
        let expected: BTreeSet<&str> = self.expected.keys().map(String::as_str).collect();
        if let Some(name) = judged.symmetric_difference(&expected).next() {
            return Err(format!(
                "`{}`: `{name}` is either judged or expected, and not both",
                self.name
            ));
        }
        for (name, one) in &self.expected {
            let other = one.scores_more_than.as_deref();
            if let Some(other) = other.filter(|other| !expected.contains(other)) {
                return Err(format!(
                    "`{}`: `{name}` is compared with `{other}`, which is not judged",
                    self.name
                ));
            }
        }
        Ok(())
    }
}
