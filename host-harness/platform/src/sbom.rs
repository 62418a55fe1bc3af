//! What a change does to dependencies: from GitHub's comparison, from two documents, or from a list.
//!
//! Documents are `CycloneDX` or SPDX as JSON; base and head may be of different formats. What cannot be used is never
//! dropped silently: it stands in [`Changes::left_out`], and a list that leaves anything out is *partial*, so that no
//! change passes on a list with holes.

mod cyclonedx;
mod diff;
mod error;
mod form;
mod github;
mod graph;
mod inventory;
mod left_out;
mod list;
mod purl;
mod spdx;
mod version;

use inventory::Inventory;

pub use error::SbomError;
pub use left_out::{LeftOut, Reason};

use crate::model::common::DependencyChange;
use form::Form;

/// Largest document that is read, in bytes. It leaves 200,000 components more than a kilobyte each.
pub const MAX_DOCUMENT_BYTES: usize = 256 << 20;

/// Most objects of a document that is read, and a fifth of its most values. It leaves 200,000 components 20 each,
/// for hashes, licences and references. Bytes alone would not limit memory: an empty component has two.
pub const MAX_OBJECTS: usize = 4_000_000;

/// The packages that a document names.
#[derive(Debug)]
pub struct Document {
    name: String,
    form: Form,
    inventory: Inventory,
}

impl Document {
    /// How many packages it names, each version of each package once.
    #[must_use]
    pub fn packages(&self) -> usize {
        self.inventory.packages().len()
    }

    /// The word of its format: `cyclonedx` or `spdx`.
    #[must_use]
    pub fn format(&self) -> &'static str {
        match self.form {
            Form::CycloneDx => "cyclonedx",
            Form::Spdx | Form::Wrapped => "spdx",
        }
    }
}

/// What a change does to dependencies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The dependencies that it touches, by ecosystem, name, manifest, version before and after. Each has a version on
    /// at least one side, and not the same on both. Empty if it touches none.
    pub rows: Vec<DependencyChange>,
    /// What could not be used, by input and reason. Empty if the list is whole.
    pub left_out: Vec<LeftOut>,
}

impl Changes {
    /// Whether something is missing from the list, so that its coverage is partial.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        !self.left_out.is_empty()
    }
}

/// Reads a `CycloneDX` (1.2 to 1.7) or SPDX (2.2 or 2.3) document as JSON; GitHub's export of the latter, which has it
/// under `sbom`, too. `name` is what errors and notes call it, for example the path of its file.
///
/// # Errors
///
/// More than [`MAX_DOCUMENT_BYTES`] or [`MAX_OBJECTS`]; text that is not JSON; a document of another format, form or
/// version; a known part of it with a value of another type.
pub fn read(name: &str, bytes: &[u8]) -> Result<Document, SbomError> {
    let bytes = form::bounded(name, bytes)?;
    let form = form::detect(name, bytes)?;
    let inventory = match form {
        Form::CycloneDx => cyclonedx::read(&form::parse(name, bytes)?),
        Form::Spdx => spdx::read(&form::parse(name, bytes)?),
        Form::Wrapped => spdx::read(&form::parse::<spdx::Wrapped>(name, bytes)?.sbom),
    };
    Ok(Document {
        name: name.to_owned(),
        form,
        inventory: inventory.sorted(),
    })
}

/// What changes from one document to the other.
///
/// A version that both name is no change. Where a package has several that only one of them names, those of one major
/// version are paired first, in rising order. What cannot be used, but stands in both at the same version, has not
/// changed and is not left out.
#[must_use]
pub fn diff(base: &Document, head: &Document) -> Changes {
    diff::diff((&base.name, &base.inventory), (&head.name, &head.inventory))
}

/// Reads GitHub's comparison of the dependencies of two commits: the answer's pages, in order.
///
/// A manifest's requirement, such as `^1.2`, is no version. It is left out, unless a lockfile beside or above that
/// manifest tells what the package became.
///
/// # Errors
///
/// More than [`MAX_DOCUMENT_BYTES`] or [`MAX_OBJECTS`] in a page; a page that is not JSON, or not a list of rows.
pub fn compare_rows(name: &str, pages: &[impl AsRef<[u8]>]) -> Result<Changes, SbomError> {
    let mut rows = Vec::new();
    for page in pages {
        let page = form::bounded(name, page.as_ref())?;
        rows.extend(form::parse_list::<github::Row>(name, page)?);
    }
    let (base, head) = github::read(&rows);
    Ok(diff::diff((name, &base), (name, &head)))
}

/// Reads a list of rows with a version before and after, as `dependencies` in a change's file.
///
/// # Errors
///
/// More than [`MAX_DOCUMENT_BYTES`] or [`MAX_OBJECTS`]; text that is not JSON, or not a list of rows; a row without
/// ecosystem or name, or with an empty version.
pub fn list(name: &str, bytes: &[u8]) -> Result<Changes, SbomError> {
    let bytes = form::bounded(name, bytes)?;
    list::read(name, form::parse_list(name, bytes)?)
}

#[cfg(test)]
mod tests;
