//! Forms: what a browser posts, and whether a page of ours made it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use http::{HeaderMap, StatusCode, Uri};
use zeroize::Zeroizing;

use super::super::problem::Problem;
use crate::ticket::Ticket;

/// The fields of a form.
#[derive(Debug, Default)]
pub(super) struct Form {
    fields: BTreeMap<String, Vec<String>>,
}

impl Form {
    fn read(body: &[u8]) -> Self {
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            let values = form.fields.entry(name.into_owned()).or_default();
            values.push(value.into_owned());
        }
        form
    }

    /// A field's text, without blanks around it; none if it is empty or absent.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        let values = self.fields.remove(name)?;
        let text = values.first()?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A secret as it was given, which is not kept anywhere else; empty if it is absent.
    pub(super) fn secret(&mut self, name: &str) -> Zeroizing<String> {
        let values = self.fields.remove(name).unwrap_or_default();
        Zeroizing::new(values.into_iter().next().unwrap_or_default())
    }

    /// All values of a field, for one that can be ticked several times.
    pub(super) fn all(&mut self, name: &str) -> Vec<String> {
        self.fields.remove(name).unwrap_or_default()
    }
}

/// Reads a form that a page of this visit made.
pub(super) fn own(headers: &HeaderMap, body: &[u8], visit: &Ticket) -> Result<Form, Problem> {
    of_this_site(headers)?;
    let mut form = Form::read(body);
    let mark = form.text(MARK).unwrap_or_default();
    if visit.marked(&mark) {
        return Ok(form);
    }
    let detail =
        "this form is not from a page of yours, or you signed in anew since; open the page again";
    Err(Problem::new(StatusCode::FORBIDDEN, detail))
}

/// Refuses what a browser says comes from elsewhere. One that says nothing is let pass: the mark of a form is what counts.
pub(super) fn of_this_site(headers: &HeaderMap) -> Result<(), Problem> {
    let site = headers.get("sec-fetch-site");
    if site.is_none_or(|site| site == "same-origin" || site == "none") {
        return Ok(());
    }
    let detail = "another site sent this form";
    Err(Problem::new(StatusCode::FORBIDDEN, detail))
}

/// An address without the fields of a filter that were left empty: a browser sends them all.
pub(super) fn filled(uri: &Uri) -> Cow<'_, Uri> {
    let is_filled = |pair: &&str| {
        pair.split_once('=')
            .is_none_or(|(_, value)| !value.is_empty())
    };
    let Some(query) = uri.query() else {
        return Cow::Borrowed(uri);
    };
    let pairs: Vec<&str> = query.split('&').filter(is_filled).collect();
    let filled = format!("{}?{}", uri.path(), pairs.join("&"));
    filled.parse().map_or(Cow::Borrowed(uri), Cow::Owned)
}

/// The field that each of our forms has.
pub(crate) const MARK: &str = "mark";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_of_this_visit_is_read() {
        let visit = Ticket::random().unwrap();
        let mark = visit.form_mark();
        let body = format!("org=a&reason=+behind+a+flag%C3%A9+&org=b&empty=+&mark={mark}");
        let mut form = own(&HeaderMap::new(), body.as_bytes(), &visit).unwrap();
        assert_eq!(form.text("reason").as_deref(), Some("behind a flagé"));
        assert_eq!(form.text("empty"), None);
        assert_eq!(form.all("org"), ["a", "b"]);
    }

    #[test]
    fn what_is_left_empty_in_a_filter_is_not_asked_for() {
        let uri = "/changes?repository=&state=open&decision=&a"
            .parse()
            .unwrap();
        assert_eq!(filled(&uri).to_string(), "/changes?state=open&a");
        let bare = Uri::from_static("/changes");
        assert_eq!(*filled(&bare), bare);
    }

    #[test]
    fn a_form_of_another_visit_or_site_is_refused() {
        let (visit, other) = (Ticket::random().unwrap(), Ticket::random().unwrap());
        let body = |ticket: &Ticket| format!("mark={}", ticket.form_mark());
        for body in [String::new(), "mark=".to_owned(), body(&other)] {
            let refused = own(&HeaderMap::new(), body.as_bytes(), &visit).unwrap_err();
            assert_eq!(refused.status(), StatusCode::FORBIDDEN);
        }
        let mut headers = HeaderMap::new();
        headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
        let refused = own(&headers, body(&visit).as_bytes(), &visit).unwrap_err();
        assert_eq!(refused.detail(), "another site sent this form");
    }
}
