//! The style, the script and the icon, each under a name that changes with its content.

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

/// Something that pages fetch.
#[derive(Debug)]
pub(crate) struct Asset {
    /// Its address.
    pub path: String,
    /// What it is.
    pub media_type: &'static str,
    /// Its text.
    pub content: &'static str,
}

/// All of them: the style, then the script, then the icon.
pub(crate) static ASSETS: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    [
        asset("css", "text/css; charset=utf-8", STYLE),
        asset(
            "js",
            "text/javascript; charset=utf-8",
            include_str!("koalr.js"),
        ),
        asset("svg", "image/svg+xml", include_str!("koalr.svg")),
    ]
});

fn asset(ending: &str, media_type: &'static str, content: &'static str) -> Asset {
    let mut hash = hex::encode(Sha256::digest(content));
    hash.truncate(HASH_CHARS);
    Asset {
        path: format!("/assets/koalr-{hash}.{ending}"),
        media_type,
        content,
    }
}

/// What every page is made of first, then what only some are.
const STYLE: &str = concat!(
    include_str!("css/base.css"),
    include_str!("css/form.css"),
    include_str!("css/table.css"),
    include_str!("css/chart.css"),
    include_str!("css/room.css"),
);

/// Enough to tell one content from the next.
const HASH_CHARS: usize = 12;
