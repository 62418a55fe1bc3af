//! The style, the script and the icon of the pages.

use axum::Router;
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::report::html::{ASSETS, Asset};

/// Each under a name that changes with its content, so that a browser may keep it for ever.
pub(super) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let mut router = Router::new();
    for asset in ASSETS.iter() {
        let Asset {
            path,
            media_type,
            content,
        } = asset;
        let headers = [
            (CONTENT_TYPE, *media_type),
            (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        ];
        router = router.route(path, get(async move || (headers, *content)));
    }
    router
}
