//! Whether a tenant's database is whole.

use serde::Serialize;

use super::DataDir;
use super::restore::owner;
use crate::database::TENANT;
use crate::error::StoreError;
use crate::file;
use crate::tenant::TenantId;

/// What was found out about a tenant's database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct TenantCheck {
    /// The tenant.
    pub id: TenantId,
    /// Size of its file with what is not written back yet, in bytes; none if there is no file.
    pub bytes: Option<u64>,
    /// Schema number of the file; none if that cannot be told.
    pub schema: Option<usize>,
    /// What is wrong, each with the way out where there is one. Empty if nothing is.
    pub complaints: Vec<String>,
}

impl DataDir {
    /// Reads a tenant's whole file and says what is wrong with it; a suspended tenant's too.
    ///
    /// # Errors
    /// - [`StoreError::TenantUnknown`]: nor is there a file of it
    /// - the control database cannot be read
    pub fn check_tenant(&self, id: &TenantId) -> Result<TenantCheck, StoreError> {
        let path = self.file_of(id);
        let mut check = TenantCheck {
            id: id.clone(),
            bytes: file::bytes(&path)?,
            schema: None,
            complaints: Vec::new(),
        };
        match self.row(id)? {
            Some(row) => {
                if let Err(error) = self.unwrap(id, &row) {
                    check.complaints.push(error.to_string());
                }
            }
            None if check.bytes.is_some() => {
                let tenant = id.to_string();
                let error = StoreError::TenantLeftOver { tenant, path };
                check.complaints.push(error.to_string());
                return Ok(check);
            }
            None => return Err(self.unknown(id)),
        }
        if let Err(error) = self.look_through(id, &mut check) {
            check.complaints.push(error.to_string());
        }
        Ok(check)
    }

    fn look_through(&self, id: &TenantId, check: &mut TenantCheck) -> Result<(), StoreError> {
        let database = self.look(id)?;
        let schema = database.schema()?;
        check.schema = Some(schema);
        database.refuse_newer(schema, TENANT.len())?;
        check.complaints.extend(database.complaints()?);
        let owner = database.read(owner)?.unwrap_or_default();
        if owner != id.as_str() {
            let path = self.file_of(id);
            return Err(StoreError::TenantSwapped { path, owner });
        }
        Ok(())
    }
}
