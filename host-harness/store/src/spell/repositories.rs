//! The numbers of repositories.

use std::collections::HashMap;

use rusqlite::{Connection, Statement};

use crate::database::Transaction;
use crate::error::Fault;

/// Gives a repository its number.
pub(super) trait Numbers {
    fn number(&mut self, repository: &str) -> Result<u32, Fault>;
}

/// All numbers that were given, and further ones for this list only.
pub(super) struct Listed {
    names: Vec<String>,
    numbers: HashMap<String, u32>,
    /// The repositories that are wanted; none means all.
    only: Option<Vec<String>>,
    wanted: Vec<bool>,
}

impl Listed {
    pub(super) fn read(database: &Connection, only: Option<&[String]>) -> Result<Self, Fault> {
        let mut listed = Self {
            names: Vec::new(),
            numbers: HashMap::new(),
            only: only.map(<[_]>::to_vec),
            wanted: Vec::new(),
        };
        let mut statement =
            database.prepare("SELECT repository FROM spell_repositories ORDER BY number")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            listed.add(row.get(0)?);
        }
        Ok(listed)
    }

    pub(super) fn is_wanted(&self, repository: Option<u32>) -> bool {
        let is_wanted = |number: u32| {
            let wanted = self.wanted.get(usize::try_from(number).ok()?);
            wanted.copied()
        };
        self.only.is_none() || repository.and_then(is_wanted).unwrap_or(false)
    }

    pub(super) fn into_names(self) -> Vec<String> {
        self.names
    }

    fn add(&mut self, name: String) -> u32 {
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let only = self.only.as_ref();
        let is_wanted =
            only.is_none_or(|only| only.iter().any(|one| one.eq_ignore_ascii_case(&name)));
        self.wanted.push(is_wanted);
        self.numbers.insert(name.clone(), number);
        self.names.push(name);
        number
    }
}

impl Numbers for Listed {
    fn number(&mut self, repository: &str) -> Result<u32, Fault> {
        let known = self.numbers.get(repository).copied();
        Ok(known.unwrap_or_else(|| self.add(repository.to_owned())))
    }
}

/// Numbers that are kept: they never change, so that those of former transactions still hold.
#[derive(Default)]
pub(super) struct Numbered {
    numbers: HashMap<String, u32>,
}

impl Numbered {
    pub(super) fn within<'t>(
        &'t mut self,
        transaction: &'t Transaction<'_>,
    ) -> Result<impl Numbers + 't, Fault> {
        Ok(Within {
            numbers: &mut self.numbers,
            give: transaction.prepare(GIVE)?,
        })
    }
}

struct Within<'t> {
    numbers: &'t mut HashMap<String, u32>,
    give: Statement<'t>,
}

impl Numbers for Within<'_> {
    fn number(&mut self, repository: &str) -> Result<u32, Fault> {
        if let Some(number) = self.numbers.get(repository) {
            return Ok(*number);
        }
        let number = self.give.query_row([repository], |row| row.get(0))?;
        self.numbers.insert(repository.to_owned(), number);
        Ok(number)
    }
}

const GIVE: &str = "
    INSERT INTO spell_repositories (number, repository)
    VALUES ((SELECT ifnull(max(number) + 1, 0) FROM spell_repositories), ?1)
    ON CONFLICT (repository) DO UPDATE SET repository = excluded.repository
    RETURNING number";
