//! Bytes: ecosystem, name and version, a line each. A package URL that we write is read by others as that package, and by
//! us as the one it was.

use std::str::FromStr as _;

use koalr_integration_kit::purl::purl;
use koalr_platform::sbom;
use packageurl::PackageUrl;

use super::lines;

pub(super) fn run(bytes: &[u8]) {
    let Some([ecosystem, name, version]) = lines(bytes) else {
        return;
    };
    let version = Some(version).filter(|version| !version.is_empty());
    let Ok(written) = purl(ecosystem, name, version) else {
        return;
    };
    assert!(
        written.bytes().all(|byte| byte.is_ascii_graphic()),
        "{written}"
    );
    let judge = match PackageUrl::from_str(&written) {
        Ok(judge) => judge,
        // Some types want qualifiers, which the component never writes.
        Err(error) if error.to_string().contains("qualifier") => return,
        Err(error) => panic!("`{written}` is no package URL: {error}"),
    };
    assert_eq!(judge.ty(), ecosystem.to_ascii_lowercase());
    assert_eq!(judge.version(), version);
    let whole = match judge.namespace() {
        Some(namespace) => format!("{namespace}/{}", judge.name()),
        None => judge.name().to_owned(),
    };
    // A group of Maven's is parted by a colon, and some types fold case and underscores.
    let same = |text: &str| text.to_lowercase().replace('_', "-").replace(':', "/");
    assert_eq!(same(&whole), same(name), "{written}");
    read_back(&written, version);
}

/// What a document with this package URL names.
fn read_back(written: &str, version: Option<&str>) {
    let component = serde_json::json!({"type": "library", "name": "x", "purl": written});
    let document = |components: &[serde_json::Value]| {
        let text = serde_json::json!({
            "bomFormat": "CycloneDX", "specVersion": "1.5", "components": components,
        });
        sbom::read("x", text.to_string().as_bytes()).unwrap()
    };
    let changes = sbom::diff(&document(&[]), &document(&[component]));
    for row in changes.rows {
        if row.after.as_deref() == version {
            let again = purl(&row.ecosystem, &row.name, version);
            assert_eq!(again.as_deref(), Ok(written), "{row:?}");
        }
    }
}
