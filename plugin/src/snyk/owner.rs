//! Owners of credentials, and the organizations they see.

use koalr_integration_kit::model::connection::{Account, Organization};

use super::page::{self, Page, PageFault, Unusable};
use super::wire::{Owner, Principal, owned};
use crate::json;

/// Reads the owner of a credential.
///
/// # Errors
///
/// What is not JSON, has another shape, or has no id.
pub(crate) fn account(body: &str) -> Result<Account, Unusable> {
    let owner: Owner<'_> = json::read(body).map_err(|error| error.to_string())?;
    let principal = owner.data.unwrap_or_default();
    let id = owned(principal.id.as_ref()).ok_or("it has no id")?;
    let named = principal.attributes.as_ref();
    let name =
        named.and_then(|all| owned(all.name.as_ref()).or_else(|| owned(all.username.as_ref())));
    Ok(Account {
        name: name.unwrap_or_else(|| id.clone()),
        id,
        kind: owned(principal.kind.as_ref()).unwrap_or_default(),
    })
}

/// Reads a page of the organizations a credential sees. One without an id cannot be used.
///
/// # Errors
///
/// [`PageFault::Malformed`].
pub(crate) fn organizations(body: &str) -> Result<Page<Organization>, PageFault> {
    page::read(body, organization)
}

fn organization(wire: &Principal<'_>) -> Result<Organization, Unusable> {
    let id = owned(wire.id.as_ref()).ok_or("it has no id")?;
    let attributes = wire.attributes.as_ref();
    let slug = attributes.and_then(|all| owned(all.slug.as_ref()));
    let name = attributes.and_then(|all| owned(all.name.as_ref()));
    Ok(Organization {
        name: name.or_else(|| slug.clone()).unwrap_or_else(|| id.clone()),
        slug,
        id,
    })
}

#[cfg(test)]
mod tests {
    use super::{account, organizations};

    #[test]
    fn an_owner_goes_by_name_by_user_name_or_by_id() {
        for (attributes, name) in [
            (r#"{"name":"Ann","username":"ann"}"#, "Ann"),
            (r#"{"name":"","username":"ann"}"#, "ann"),
            ("null", "u-1"),
        ] {
            let body = format!(r#"{{"data":{{"id":"u-1","attributes":{attributes}}}}}"#);
            assert_eq!(account(&body).unwrap().name, name);
        }
        assert_eq!(account("{}"), Err("it has no id".to_owned()));
    }

    #[test]
    fn an_organization_goes_by_name_by_short_name_or_by_id() {
        let body = r#"{"data":[{"id":"o-1","attributes":{"name":"Acme","slug":"acme"}},
            {"id":"o-2","attributes":{"slug":"beta"}},{"id":"o-3"},{"id":""}]}"#;
        let records = organizations(body).unwrap().records;
        let names: Vec<_> = records
            .iter()
            .map(|one| one.as_ref().map(|one| one.name.as_str()))
            .collect();
        assert_eq!(names[..3], [Ok("Acme"), Ok("beta"), Ok("o-3")]);
        let unread = names[3].unwrap_err();
        assert_eq!(
            (unread.id.as_str(), unread.reason.as_str()),
            ("record 4", "it has no id")
        );
    }
}
