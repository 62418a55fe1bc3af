//! Whether a tenant's database is whole.

use koalr_platform::audit::Tip;
use serde::Serialize;

use super::DataDir;
use super::restore::owner;
use crate::database::TENANT;
use crate::error::StoreError;
use crate::file;
use crate::key::Key;
use crate::tenant::{Tenant, TenantId};

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
    /// End of its audit log, which was followed from its beginning; none if that cannot be done.
    pub audit: Option<Tip>,
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
            audit: None,
            complaints: Vec::new(),
        };
        if self.row(id)?.is_none() {
            if check.bytes.is_none() {
                return Err(self.unknown(id));
            }
            let tenant = id.to_string();
            let error = StoreError::TenantLeftOver { tenant, path };
            check.complaints.push(error.to_string());
            return Ok(check);
        }
        let looked = match self.data_key(id) {
            Ok(key) => self.look_through(id, key, &mut check),
            Err(error) => Err(error),
        };
        if let Err(error) = looked {
            check.complaints.push(error.to_string());
        }
        Ok(check)
    }

    fn look_through(
        &self,
        id: &TenantId,
        key: Key,
        check: &mut TenantCheck,
    ) -> Result<(), StoreError> {
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
        // An older one is brought up to date, and can be followed, once it is opened.
        if schema == TENANT.len() {
            let tenant = Tenant::claim(id.clone(), database, key)?;
            let mut followed = Ok(Tip::default());
            tenant.audit(&mut |entry| {
                if let Ok(tip) = &followed {
                    followed = tip.follow(&entry);
                }
                Ok::<_, StoreError>(())
            })?;
            match followed {
                Ok(tip) => check.audit = Some(tip),
                Err(broken) => check.complaints.push(broken.to_string()),
            }
        }
        Ok(())
    }
}
