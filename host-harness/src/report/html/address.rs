//! Addresses of our pages with what people and upstreams named in them.

use form_urlencoded::{Serializer, byte_serialize};

/// A name as one part of a path.
pub(crate) fn segment(name: &str) -> String {
    // A plus sign that was meant is encoded: each that is there is a blank.
    byte_serialize(name.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

/// A path with a query; what is none is left out.
pub(crate) fn with_query<'a>(
    path: &str,
    query: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
) -> String {
    let mut pairs = Serializer::new(String::new());
    for (name, value) in query {
        if let Some(value) = value {
            pairs.append_pair(name, value);
        }
    }
    let query = pairs.finish();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_place() {
        assert_eq!(segment("acme/shop#7 +é?"), "acme%2Fshop%237%20%2B%C3%A9%3F");
        let query = [("repository", Some("a/b&c")), ("service", None)];
        assert_eq!(with_query("/x", query), "/x?repository=a%2Fb%26c");
        assert_eq!(with_query("/x", [("service", None)]), "/x");
    }
}
