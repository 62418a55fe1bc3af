//! SPDX as JSON: the fields that tell packages and who depends on whom.

use std::borrow::Cow;

use serde::Deserialize;

use super::cyclonedx::Id;
use super::graph::Graph;
use super::inventory::Inventory;

/// A document as GitHub exports it.
#[derive(Deserialize)]
pub(super) struct Wrapped<'a> {
    #[serde(borrow)]
    pub(super) sbom: Spdx<'a>,
}

/// A document.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Spdx<'a> {
    #[serde(borrow)]
    document_describes: Option<Vec<Id<'a>>>,
    #[serde(borrow)]
    packages: Option<Vec<Package<'a>>>,
    #[serde(borrow)]
    relationships: Option<Vec<Relationship<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Package<'a> {
    #[serde(rename = "SPDXID", borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    version_info: Option<Cow<'a, str>>,
    #[serde(borrow)]
    primary_package_purpose: Option<Cow<'a, str>>,
    #[serde(borrow)]
    external_refs: Option<Vec<Reference<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference<'a> {
    #[serde(borrow)]
    reference_type: Option<Cow<'a, str>>,
    #[serde(borrow)]
    reference_locator: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Relationship<'a> {
    #[serde(borrow)]
    spdx_element_id: Option<Cow<'a, str>>,
    #[serde(rename = "relationshipType", borrow)]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    related_spdx_element: Option<Cow<'a, str>>,
}

impl Package<'_> {
    /// A package may have several.
    fn purls(&self) -> impl Iterator<Item = &str> {
        let references = self.external_refs.iter().flatten();
        let purls = references.filter(|one| {
            // The whole address is another way to write the type.
            let kind = one.reference_type.as_deref().unwrap_or_default();
            kind.rsplit('/').next() == Some("purl")
        });
        purls.filter_map(|one| one.reference_locator.as_deref())
    }

    fn version(&self) -> Option<&str> {
        let version = self.version_info.as_deref();
        version.filter(|version| !matches!(version.trim(), "" | "NOASSERTION" | "NONE"))
    }

    /// Whether it is something around packages: an application's lockfile, a file, an operating system.
    fn is_frame(&self) -> bool {
        let purpose = self.primary_package_purpose.as_deref();
        self.purls().next().is_none() && purpose.is_some_and(|purpose| !LIBRARY.contains(&purpose))
    }
}

/// Its packages.
pub(super) fn read(document: &Spdx<'_>) -> Inventory {
    let root = root(document);
    let packages = document.packages.as_deref().unwrap_or_default();
    let mut graph = Graph::from(root);
    for package in packages {
        if let (true, Some(id)) = (package.is_frame(), package.id.as_deref()) {
            graph.frame(id);
        }
    }
    for (from, kind, to) in related(document) {
        match kind {
            "DEPENDS_ON" => graph.depends(from, to),
            // Also of tests, of builds and so on.
            _ if kind.ends_with("DEPENDENCY_OF") => graph.depends(to, from),
            "CONTAINS" => graph.contains(from, to),
            "CONTAINED_BY" => graph.contains(to, from),
            _ => {}
        }
    }
    let directs = graph.directs();
    let mut inventory = Inventory::default();
    for package in packages {
        let id = package.id.as_deref();
        if package.is_frame() || (id.is_some() && id == root) {
            continue;
        }
        let direct = id.and_then(|id| directs.of(id));
        let mut purls = package.purls().peekable();
        if purls.peek().is_none() {
            let name = package.name.as_deref().unwrap_or_default();
            inventory.add_nameless(name, package.version());
        }
        for purl in purls {
            inventory.add_purl(purl, package.version(), direct);
        }
    }
    inventory
}

/// The one package that the document describes. Where it describes several, each may be a dependency.
fn root<'d>(document: &'d Spdx<'_>) -> Option<&'d str> {
    let listed = document.document_describes.iter().flatten();
    let listed = listed.map(|id| id.0.as_ref());
    let told = related(document).filter_map(|(from, kind, to)| match kind {
        "DESCRIBES" => Some(to),
        "DESCRIBED_BY" => Some(from),
        _ => None,
    });
    let mut described = listed.chain(told);
    let first = described.next()?;
    described.all(|id| id == first).then_some(first)
}

fn related<'d>(document: &'d Spdx<'_>) -> impl Iterator<Item = (&'d str, &'d str, &'d str)> {
    document.relationships.iter().flatten().filter_map(|one| {
        Some((
            one.spdx_element_id.as_deref()?,
            one.kind.as_deref()?,
            one.related_spdx_element.as_deref()?,
        ))
    })
}

/// Purposes of packages that packages of an ecosystem have.
const LIBRARY: [&str; 2] = ["LIBRARY", "FRAMEWORK"];

#[cfg(test)]
mod tests {
    use super::*;

    fn document(described: &str) -> String {
        let package = |id: &str, purl: &str| {
            format!(
                r#"{{"SPDXID": "{id}", "name": "{id}", "versionInfo": "9", "externalRefs": [
                  {{"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a"}},
                  {{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "{purl}"}}]}}"#
            )
        };
        let packages = [
            package("shop", "pkg:github/acme/shop@main"),
            package("a", "pkg:npm/a@1.0.0"),
            package("b", "pkg:npm/b"),
        ];
        format!(
            r#"{{"spdxVersion": "SPDX-2.3", "documentDescribes": [{described}], "packages": [{}], "relationships": [
              {{"spdxElementId": "shop", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "a"}},
              {{"spdxElementId": "b", "relationshipType": "DEV_DEPENDENCY_OF", "relatedSpdxElement": "a"}}]}}"#,
            packages.join(",")
        )
    }

    fn read_text(text: &str) -> Inventory {
        read(&serde_json::from_str(text).unwrap()).sorted()
    }

    #[test]
    fn what_the_document_describes_is_no_dependency_and_tells_what_is_direct() {
        let inventory = read_text(&document(r#""shop""#));
        let packages = inventory.packages().iter();
        let packages: Vec<_> = packages
            .map(|package| (&*package.name, &*package.version, package.direct))
            .collect();
        assert_eq!(
            packages,
            [("a", "1.0.0", Some(true)), ("b", "9", Some(false))]
        );
    }

    #[test]
    fn where_a_document_describes_several_packages_none_is_dropped() {
        let inventory = read_text(&document(r#""shop", "a", "b""#));
        let packages = inventory.packages().iter();
        let direct: Vec<_> = packages.map(|package| package.direct).collect();
        assert_eq!(direct, [None; 3]);
    }

    #[test]
    fn a_version_that_is_not_asserted_is_none() {
        let text = r#"{"packages": [
            {"SPDXID": "a", "name": "a", "versionInfo": "NOASSERTION"},
            {"SPDXID": "b", "name": "b", "versionInfo": "1.0"},
            {"SPDXID": "lock", "name": "package-lock.json", "primaryPackagePurpose": "APPLICATION"}]}"#;
        let inventory = read_text(text);
        let holes = inventory.holes().iter();
        let holes: Vec<&str> = holes.map(|hole| hole.label.as_str()).collect();
        assert_eq!(holes, ["a", "b@1.0"]);
    }
}
