//! The cookie of a visit.

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderName};

use crate::ticket::Ticket;

/// The visit that a browser is on; none if it sends none, or several.
pub(super) fn read(headers: &HeaderMap) -> Option<Ticket> {
    let all = headers.get_all(COOKIE).iter();
    let mut found = all
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == NAME)
        .map(|(_, value)| value);
    match (found.next(), found.next()) {
        (Some(one), None) => Ticket::parse(one),
        _ => None,
    }
}

/// Kept by the browser until it is closed; out of reach of scripts, and of other sites' forms. One that came over TLS goes
/// over nothing else.
pub(super) fn set(visit: &Ticket, is_sealed: bool) -> (HeaderName, String) {
    let value = visit.reveal();
    let sealed = if is_sealed { "; Secure" } else { "" };
    (SET_COOKIE, format!("{NAME}={value}; {ATTRIBUTES}{sealed}"))
}

pub(super) fn clear() -> (HeaderName, String) {
    (SET_COOKIE, format!("{NAME}=; Max-Age=0; {ATTRIBUTES}"))
}

const NAME: &str = "koalr-visit";

/// `Lax`: somebody who follows a link from a pull request arrives signed in. Forms are safe by their mark.
const ATTRIBUTES: &str = "Path=/; HttpOnly; SameSite=Lax";

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        let lines = lines.iter().map(|line| (COOKIE, line.parse().unwrap()));
        lines.collect()
    }

    #[test]
    fn a_visit_is_read_as_it_was_set() {
        let visit = Ticket::random().unwrap();
        let (_, set) = set(&visit, true);
        let pair = set.split(';').next().unwrap();
        let other = format!("theme=dark; {pair}; koalr-visits=1");
        assert_eq!(read(&headers(&[&other])).unwrap().hash(), visit.hash());
        assert!(read(&headers(&[pair, pair])).is_none());
        assert!(read(&headers(&["koalr-visit=", "x"])).is_none());
        assert!(read(&HeaderMap::new()).is_none());
    }

    #[test]
    fn the_cookie_is_out_of_reach_of_scripts_and_of_other_sites() {
        let visit = Ticket::random().unwrap();
        let (name, plain) = set(&visit, false);
        assert_eq!(name, SET_COOKIE);
        let attributes = "; Path=/; HttpOnly; SameSite=Lax";
        assert!(plain.ends_with(attributes), "{plain}");
        assert_eq!(set(&visit, true).1, format!("{plain}; Secure"));
    }
}
