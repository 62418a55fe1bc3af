//! Services, and what was delivered to them: from plugins, imports and webhooks alike.

use koalr_platform::delivery::Service;
use koalr_platform::model::common::Timestamp;
use koalr_platform::model::record::{Deployment, Incident};
use rusqlite::types::ValueRef;
use rusqlite::{Row, ToSql, params};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{Fault, StoreError};
use crate::fields::decode;
use crate::kept::optional;
use crate::row::select_list;
use crate::table::own::{OWN_DEPLOYMENTS, OWN_INCIDENTS, SERVICES};
use crate::table::{DEPLOYMENTS, INCIDENTS, Table};
use crate::tenant::Tenant;

/// A deployment, and who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OwnDeployment {
    /// The deployment; its id is unique in its source.
    pub deployment: Deployment,
    /// Repository of what was deployed, as `owner/name`; none while unknown.
    pub repository: Option<String>,
    /// Who says so: `import`, `github`, `api`, or the id of an integration.
    pub source: String,
}

/// An incident, and who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OwnIncident {
    /// The incident; its id is unique in its source.
    pub incident: Incident,
    /// Who says so: `import`, `pagerduty`, `api`, or the id of an integration.
    pub source: String,
}

/// Which deployments or incidents to read. The default is all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeliveryFilter {
    /// Only of this service, by its name or any alias in any case, under whichever of its names they were recorded.
    pub service: Option<String>,
    /// Only of then or later: when a deployment came into its state, when an incident began.
    pub from: Option<Timestamp>,
    /// Only of then or earlier.
    pub to: Option<Timestamp>,
}

impl Tenant {
    /// Stores a service in place of the one with this name in any case. Whether another one claims any of its names is
    /// for [`Services`](koalr_platform::delivery::Services) to tell.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn save_service(&mut self, service: &Service) -> Result<(), StoreError> {
        self.keep(&SERVICES, &[], service)?;
        Ok(())
    }

    /// Services by name.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn services(&self) -> Result<Vec<Service>, StoreError> {
        self.records(&SERVICES, "true ORDER BY name", &[])
    }

    /// Removes the service with this name in any case, not what was delivered to it; says whether there was one.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn remove_service(&mut self, name: &str) -> Result<bool, StoreError> {
        self.database.write(|transaction| {
            let delete = "DELETE FROM services WHERE name = ?1";
            Ok(transaction.execute(delete, [name])? > 0)
        })
    }

    /// Stores a deployment, unless a newer state of it is stored: then it says no. Of equally old ones the later counts.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn save_deployment(&mut self, own: &OwnDeployment) -> Result<bool, StoreError> {
        let repository = optional(own.repository.as_deref());
        let beside = [repository, ValueRef::from(&*own.source)];
        self.keep(&OWN_DEPLOYMENTS, &beside, &own.deployment)
    }

    /// Deployments by time, then source and id.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn deployments(&self, filter: &DeliveryFilter) -> Result<Vec<OwnDeployment>, StoreError> {
        let tables = (&DEPLOYMENTS, &OWN_DEPLOYMENTS);
        let columns = ("repository", "NULL AS repository");
        self.delivered(tables, columns, "at", filter, |deployment, row, last| {
            Ok(OwnDeployment {
                deployment,
                repository: row.get(last)?,
                source: row.get(last + 1)?,
            })
        })
    }

    /// Stores an incident as it was at `updated_at`, unless a newer state of it is stored: then it says no. Of equally
    /// old ones the later counts. Times and a severity that it does not state hold on as they were, but for the end of
    /// one that is open again.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn save_incident(
        &mut self,
        own: &OwnIncident,
        updated_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let beside = [ValueRef::from(&*own.source), ValueRef::Integer(updated_at)];
        let mut incident = own.incident.clone();
        let key: [&dyn ToSql; 2] = [&own.source, &incident.id];
        let former: Option<Incident> =
            self.record(&OWN_INCIDENTS, "source = ?1 AND id = ?2", &key)?;
        if let Some(former) = former {
            incident.severity = incident.severity.or(former.severity);
            incident.change = incident.change.or(former.change);
            incident.acknowledged_at = incident.acknowledged_at.or(former.acknowledged_at);
            let ended = former.resolved_at.filter(|_| !incident.open);
            incident.resolved_at = incident.resolved_at.or(ended);
        }
        self.keep(&OWN_INCIDENTS, &beside, &incident)
    }

    /// Incidents by the time they began, then source and id.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn incidents(&self, filter: &DeliveryFilter) -> Result<Vec<OwnIncident>, StoreError> {
        let tables = (&INCIDENTS, &OWN_INCIDENTS);
        let columns = ("NULL", "NULL");
        self.delivered(
            tables,
            columns,
            "started_at",
            filter,
            |incident, row, last| {
                let source = row.get(last + 1)?;
                Ok(OwnIncident { incident, source })
            },
        )
    }

    /// What the platform's own table and that of the current connections hold together.
    fn delivered<R: DeserializeOwned, T>(
        &self,
        (synced, own): (&Table, &Table),
        (own_column, synced_column): (&str, &str),
        time: &str,
        filter: &DeliveryFilter,
        mut make: impl FnMut(R, &Row<'_>, usize) -> Result<T, Fault>,
    ) -> Result<Vec<T>, StoreError> {
        let names = match &filter.service {
            Some(service) => Some(serde_json::to_string(&self.names_of(service)?)),
            None => None,
        };
        let mut condition = format!("{time} BETWEEN ?1 AND ?2");
        if names.is_some() {
            condition.push_str(" AND service COLLATE NOCASE IN (SELECT value FROM json_each(?3))");
        } else {
            condition.push_str(" AND ?3 IS NULL");
        }
        let query = format!(
            "SELECT {}, {own_column}, source FROM {} WHERE {condition}
             UNION ALL
             SELECT {}, {synced_column}, integration AS source
             FROM {} JOIN connections ON connections.id = connection AND current = 1
             WHERE {condition}
             ORDER BY {time}, source, id",
            select_list(own),
            own.name,
            select_list(synced),
            synced.name,
        );
        let from = filter.from.unwrap_or(Timestamp::MIN);
        let to = filter.to.unwrap_or(Timestamp::MAX);
        self.database.read(|database| {
            let mut statement = database.prepare(&query)?;
            let mut rows = statement.query(params![from, to, names.transpose()?])?;
            let mut delivered = Vec::new();
            while let Some(row) = rows.next()? {
                delivered.push(make(decode(own, row)?, row, own.columns.len())?);
            }
            Ok(delivered)
        })
    }

    /// All names of the service that is called so; only that one if none is stored.
    pub(crate) fn names_of(&self, name: &str) -> Result<Vec<String>, StoreError> {
        let mut services = self.services()?.into_iter();
        let Some(service) = services.find(|service| service.is_named(name)) else {
            return Ok(vec![name.to_owned()]);
        };
        let mut names = service.aliases;
        names.push(service.name);
        Ok(names)
    }
}

#[cfg(test)]
mod tests;
