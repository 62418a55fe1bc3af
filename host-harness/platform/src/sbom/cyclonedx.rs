//! `CycloneDX` as JSON: the fields that tell packages and who depends on whom.

use std::borrow::Cow;
use std::collections::HashSet;

use serde::Deserialize;

use super::graph::Graph;
use super::inventory::Inventory;

/// A document.
#[derive(Deserialize)]
pub(super) struct Bom<'a> {
    #[serde(borrow)]
    metadata: Option<Metadata<'a>>,
    #[serde(borrow)]
    components: Option<Vec<Component<'a>>>,
    #[serde(borrow)]
    dependencies: Option<Vec<Dependency<'a>>>,
}

/// What it says about itself.
#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow)]
    component: Option<Component<'a>>,
}

/// A component, with those it is made of.
#[derive(Deserialize)]
struct Component<'a> {
    #[serde(rename = "type", borrow)]
    kind: Option<Cow<'a, str>>,
    #[serde(rename = "bom-ref", borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    group: Option<Cow<'a, str>>,
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    version: Option<Cow<'a, str>>,
    #[serde(borrow)]
    purl: Option<Cow<'a, str>>,
    #[serde(borrow)]
    components: Option<Vec<Component<'a>>>,
}

/// What one component depends on.
#[derive(Deserialize)]
struct Dependency<'a> {
    #[serde(rename = "ref", borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(rename = "dependsOn", borrow)]
    on: Option<Vec<Id<'a>>>,
}

/// An id. A type of its own, because serde borrows no texts inside a list.
#[derive(Deserialize)]
pub(super) struct Id<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

impl Component<'_> {
    fn id(&self) -> Option<&str> {
        self.id.as_deref().filter(|id| !id.is_empty())
    }

    fn purl(&self) -> Option<&str> {
        self.purl.as_deref().filter(|purl| !purl.trim().is_empty())
    }

    fn version(&self) -> Option<&str> {
        let version = self.version.as_deref();
        version.filter(|version| !version.trim().is_empty())
    }

    /// Whether it is something around packages: an application's lockfile, a file, an operating system.
    fn is_frame(&self) -> bool {
        let kind = self.kind.as_deref().unwrap_or(LIBRARY[0]);
        self.purl().is_none() && !LIBRARY.contains(&kind)
    }
}

/// Its packages.
pub(super) fn read(bom: &Bom<'_>) -> Inventory {
    let root = bom
        .metadata
        .as_ref()
        .and_then(|data| data.component.as_ref());
    let root = root.and_then(Component::id);
    let all = flat(bom.components.as_deref().unwrap_or_default());
    let mut graph = Graph::from(root);
    let mut ids = HashSet::new();
    let mut ambiguous = HashSet::new();
    for component in &all {
        let Some(id) = component.id() else { continue };
        if !ids.insert(id) {
            ambiguous.insert(id);
        }
        if component.is_frame() {
            graph.frame(id);
        }
    }
    for dependency in bom.dependencies.iter().flatten() {
        let Some(id) = dependency.id.as_deref() else {
            continue;
        };
        graph.told(id);
        for on in dependency.on.iter().flatten() {
            graph.depends(id, &on.0);
        }
    }
    let directs = graph.directs();
    let mut inventory = Inventory::default();
    for component in all {
        let id = component.id();
        if component.is_frame() || (id.is_some() && id == root) {
            continue;
        }
        // Two components of one id share their place in the graph, and nobody knows whose it is.
        let id = id.filter(|id| !ambiguous.contains(id));
        match component.purl() {
            Some(purl) => {
                let direct = id.and_then(|id| directs.of(id));
                inventory.add_purl(purl, component.version(), direct);
            }
            None => inventory.add_nameless(&named(component), component.version()),
        }
    }
    inventory
}

/// Components and those inside them, each before what it is made of.
fn flat<'c, 'a>(components: &'c [Component<'a>]) -> Vec<&'c Component<'a>> {
    let mut flat = Vec::with_capacity(components.len());
    let mut todo: Vec<&Component<'_>> = components.iter().rev().collect();
    while let Some(component) = todo.pop() {
        flat.push(component);
        todo.extend(component.components.iter().flatten().rev());
    }
    flat
}

fn named(component: &Component<'_>) -> String {
    let name = component.name.as_deref().unwrap_or_default();
    match component.group.as_deref() {
        Some(group) if !group.is_empty() => format!("{group}/{name}"),
        _ => name.to_owned(),
    }
}

/// Kinds of components that packages are.
const LIBRARY: [&str; 2] = ["library", "framework"];

#[cfg(test)]
mod tests {
    use super::*;

    /// Packages as `name@version`, with whether they are direct, and what is left out.
    fn read_text(text: &str) -> (Vec<(String, Option<bool>)>, Vec<String>) {
        let inventory = read(&serde_json::from_str(text).unwrap()).sorted();
        let packages = inventory.packages().iter().map(|package| {
            let name = format!("{}@{}", package.name, package.version);
            (name, package.direct)
        });
        let holes = inventory.holes().iter().map(|hole| hole.label.clone());
        (packages.collect(), holes.collect())
    }

    fn package(name: &str, direct: Option<bool>) -> (String, Option<bool>) {
        (name.to_owned(), direct)
    }

    #[test]
    fn components_inside_others_are_read_too() {
        let text = r#"{"components": [{"type": "application", "name": "web", "components": [
            {"type": "library", "name": "a", "purl": "pkg:npm/a@1.0.0", "components": [
              {"type": "library", "name": "b", "version": "2.0.0", "purl": "pkg:npm/b"}]}]}]}"#;
        let (packages, holes) = read_text(text);
        assert_eq!(
            packages,
            [package("a@1.0.0", None), package("b@2.0.0", None)]
        );
        assert_eq!(holes, [""; 0]);
    }

    #[test]
    fn the_graph_tells_what_the_project_names_itself() {
        let text = r#"{"metadata": {"component": {"type": "application", "bom-ref": "root", "name": "shop"}},
          "components": [
            {"type": "library", "bom-ref": "1", "name": "a", "purl": "pkg:npm/a@1.0.0"},
            {"type": "library", "bom-ref": "2", "name": "b", "purl": "pkg:npm/b@1.0.0"},
            {"type": "library", "bom-ref": "3", "name": "c", "purl": "pkg:npm/c@1.0.0"},
            {"type": "application", "bom-ref": "root", "name": "shop", "purl": "pkg:npm/shop@0.1.0"}],
          "dependencies": [{"ref": "root", "dependsOn": ["1", "gone"]}, {"ref": "1", "dependsOn": ["2"]}, {"ref": "2"}]}"#;
        let (packages, _) = read_text(text);
        let expected = [
            package("a@1.0.0", Some(true)),
            package("b@1.0.0", Some(false)),
            package("c@1.0.0", None),
        ];
        assert_eq!(packages, expected);
    }

    #[test]
    fn an_id_of_two_components_tells_of_neither_whether_it_is_direct() {
        let text = r#"{"metadata": {"component": {"bom-ref": "root"}},
          "components": [
            {"type": "library", "bom-ref": "1", "name": "a", "purl": "pkg:npm/a@1.0.0"},
            {"type": "library", "bom-ref": "1", "name": "b", "purl": "pkg:npm/b@1.0.0"}],
          "dependencies": [{"ref": "root", "dependsOn": ["1"]}, {"ref": "1", "dependsOn": []}]}"#;
        let (packages, _) = read_text(text);
        assert_eq!(
            packages,
            [package("a@1.0.0", None), package("b@1.0.0", None)]
        );
    }

    #[test]
    fn a_package_that_cannot_be_named_is_left_out_and_a_file_is_none() {
        let text = r#"{"components": [
            {"type": "library", "group": "org.acme", "name": "core", "version": "1.0"},
            {"type": "library", "name": "a", "purl": "pkg:npm/a"},
            {"type": "library", "name": "b", "purl": "b@1"},
            {"type": "file", "name": "/etc/passwd"},
            {"type": "operating-system", "name": "debian", "version": "12"},
            {"type": "application", "name": "me", "purl": "pkg:golang/example.com/me@(devel)"}]}"#;
        let (packages, holes) = read_text(text);
        assert_eq!(packages, []);
        assert_eq!(holes, ["org.acme/core@1.0", "a", "b@1"]);
    }

    #[test]
    fn what_is_null_is_absent() {
        let text = r#"{"metadata": null, "components": [{"type": "library", "bom-ref": null, "name": "a",
            "version": null, "purl": "pkg:npm/a@1.0.0", "components": null}], "dependencies": null}"#;
        assert_eq!(read_text(text).0, [package("a@1.0.0", None)]);
    }
}
