//! The contract in `wit/`, parsed, and rendered as one page.

use std::collections::HashMap;
use std::fmt::Write as _;

use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::{
    InterfaceId, PackageId, Resolve, Type, TypeDefKind, TypeId, TypeOwner,
};
use wit_bindgen_markdown::Opts;

use crate::workspace;

/// Where the rendered page is kept, below the root.
pub const PAGE: &str = "wit/reference.md";

/// The contract's interfaces in the order in which a person reads them.
pub const READING_ORDER: [&str; 7] = [
    "types", "describe", "connect", "sync", "score", "gate", "log",
];

/// The contract and what it depends on, with the id of its own package.
#[must_use]
pub fn resolve() -> (Resolve, PackageId) {
    let mut resolve = Resolve::default();
    let (package, _) = resolve
        .push_dir(workspace::root().join("wit"))
        .unwrap_or_else(|error| panic!("parsing `wit`: {error:#}"));
    (resolve, package)
}

/// The interface that a type was brought in from by `use`; none for a type that is defined where it stands.
#[must_use]
pub fn used_from(resolve: &Resolve, id: TypeId) -> Option<InterfaceId> {
    let TypeDefKind::Type(Type::Id(origin)) = resolve.types[id].kind else {
        return None;
    };
    match resolve.types[origin].owner {
        TypeOwner::Interface(owner) if resolve.types[id].owner != TypeOwner::Interface(owner) => {
            Some(owner)
        }
        _ => None,
    }
}

/// The whole contract as one Markdown page.
///
/// The renderer of wit-bindgen prints the world `integration`. Its page is then made ours: interfaces of WASI are left
/// out, the others stand in reading order with their introductions, types brought in by `use` are shown only where they
/// are defined, and anchors carry their interface's name, because several interfaces have a `request` and an `error`.
#[must_use]
pub fn render() -> String {
    let (mut resolve, package) = resolve();
    let interfaces = resolve.packages[package].interfaces.clone();
    let rendered = rendered_world(&mut resolve, package);
    let mut sections = rendered.split("\n## ");
    let mut page = format!("{NOTICE}\n{}", sections.next().unwrap_or_default());
    let sections: Vec<&str> = sections.collect();
    for name in READING_ORDER {
        let title = format!("koalr:integration/{name}@");
        let body = sections
            .iter()
            .filter_map(|section| section.split_once('\n'))
            .find_map(|(line, body)| line.contains(&title).then_some(body))
            .unwrap_or_else(|| panic!("the renderer left out the interface `{name}`"));
        let id = interfaces[name];
        let introduction = resolve.interfaces[id].docs.contents.as_deref();
        let introduction = introduction.unwrap_or_default().trim();
        // Imported interfaces come with their introduction, exported ones without.
        let body = body.replacen(introduction, "", 1);
        let items = own_items(&resolve, id, name, &body);
        let _ = write!(
            page,
            "\n## <a id=\"{name}\"></a>`{name}`\n\n{introduction}\n\n{}\n",
            items.trim()
        );
    }
    with_aliased_types(page)
}

fn rendered_world(resolve: &mut Resolve, package: PackageId) -> String {
    let world = resolve
        .select_world(&[package], Some("integration"))
        .expect("the contract has the world `integration`");
    let mut files = Files::default();
    Opts::default()
        .build()
        .generate(resolve, world, &mut files)
        .unwrap_or_else(|error| panic!("rendering `wit`: {error:#}"));
    let (_, page) = files
        .iter()
        .find(|(name, _)| *name == "integration.md")
        .expect("the renderer writes Markdown");
    String::from_utf8(page.to_vec()).expect("Markdown is text")
}

/// The items that an interface defines itself, with anchors and links that are unique on the page.
fn own_items(resolve: &Resolve, id: InterfaceId, interface: &str, body: &str) -> String {
    let owners: HashMap<String, &str> = resolve.interfaces[id]
        .types
        .iter()
        .map(|(name, ty)| {
            let owner = used_from(resolve, *ty)
                .and_then(|owner| resolve.interfaces[owner].name.as_deref())
                .unwrap_or(interface);
            (name.replace('-', "_"), owner)
        })
        .collect();
    let is_own = |item: &&str| {
        let anchor = item
            .strip_prefix("<a id=\"")
            .and_then(|rest| rest.split_once('"'))
            .map_or("", |(anchor, _)| anchor);
        owners.get(anchor).is_none_or(|owner| *owner == interface)
    };
    let kept: Vec<&str> = body.split("\n#### ").filter(is_own).collect();
    let mut page = kept
        .join("\n#### ")
        .replace("<a id=\"", &format!("<a id=\"{interface}."));
    for (anchor, owner) in &owners {
        page = page.replace(&format!("](#{anchor})"), &format!("](#{owner}.{anchor})"));
    }
    page
}

/// The renderer shows a named list as a link to itself; this puts what it is in that place.
fn with_aliased_types(mut page: String) -> String {
    let source = workspace::read("wit/types.wit");
    for line in source.lines() {
        let alias = line.trim().strip_prefix("type ");
        if let Some((name, ty)) = alias.and_then(|alias| alias.split_once(" = ")) {
            page = page.replace(
                &format!("`type {name}`\n[`{name}`](#types.{name})\n"),
                &format!("`type {name}`\n`{}`\n", ty.trim_end_matches(';')),
            );
        }
    }
    page
}

const NOTICE: &str = "<!-- Rendered from the .wit files; `KOALR_BLESS=1 cargo test --release -p koalr-tests rendered_page` \
                      writes it anew. -->\n";
