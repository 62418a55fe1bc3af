//! How requests leave: many at once, answers as they come.

/// Sends requests to the one pinned endpoint, and fetches what that endpoint hands out elsewhere.
///
/// The credential is the host's: no transport sets an `authorization` header.
pub trait Transport {
    /// Queues a GET of `path` (with its query). As many as the transport's window allows are in flight at once.
    ///
    /// The caller picks the ticket; it comes back with the answer.
    fn send(&mut self, ticket: usize, path: String);

    /// Waits for any one answer; none when nothing is queued or in flight.
    fn next(&mut self) -> Option<(usize, Reply)>;

    /// Carries out one request alone and waits for it. Nothing may be queued or in flight.
    ///
    /// `take` gets the body of a download as it comes, if the status is 200; the answer's own body is empty then.
    ///
    /// # Errors
    ///
    /// There is no response, or a download broke off: what `take` got so far is not the whole then.
    fn carry_out(&mut self, request: Request<'_>, take: &mut dyn FnMut(&[u8])) -> Reply;
}

/// A request that is not a plain GET on the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request<'a> {
    /// A POST of a JSON document.
    Post {
        /// The path with its query.
        path: &'a str,
        /// The document.
        json: &'a str,
    },
    /// A GET of a whole address that the endpoint named in this call.
    Download(&'a str),
}

/// What became of a request.
pub type Reply = Result<Answer, Failure>;

/// An HTTP response, of any status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// What its headers say.
    pub headers: Headers,
    /// The whole body.
    pub body: Vec<u8>,
}

/// Values of the headers that matter here; none for one that is absent or not text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers {
    /// `retry-after`.
    pub retry_after: Option<String>,
    /// `date`: the upstream's clock.
    pub date: Option<String>,
    /// `age`: how old an answer is that the host gives again, in seconds.
    pub age: Option<String>,
    /// `snyk-version-lifecycle-stage`.
    pub stage: Option<String>,
    /// `deprecation`.
    pub deprecation: Option<String>,
    /// `sunset`.
    pub sunset: Option<String>,
}

/// There is no response: refused by the host, unreachable, or cut off. The text is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Failure(pub String);

/// An endpoint's base address, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base<'a> {
    /// True for HTTPS.
    pub secure: bool,
    /// Host, and port unless it is the scheme's own.
    pub authority: &'a str,
}

impl<'a> Base<'a> {
    /// Reads `https://host[:port]` or `http://host[:port]`; none if it is anything else.
    #[must_use]
    pub fn parse(base: &'a str) -> Option<Self> {
        let (secure, rest) = match base.strip_prefix("https://") {
            Some(rest) => (true, rest),
            None => (false, base.strip_prefix("http://")?),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let plain = !authority.is_empty() && !authority.contains(['/', '?', '#', '@']);
        let port = if secure { ":443" } else { ":80" };
        plain.then(|| Self {
            secure,
            authority: authority.strip_suffix(port).unwrap_or(authority),
        })
    }

    /// The host without its port.
    #[must_use]
    pub fn host(&self) -> &'a str {
        match self.authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => self.authority,
        }
    }

    /// Whether the host is this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        matches!(self.host(), "localhost" | "127.0.0.1" | "[::1]")
    }
}

#[cfg(test)]
pub(crate) mod script {
    //! A transport that answers from a script.

    use std::collections::BTreeMap;

    use super::{Answer, Failure, Headers, Reply, Request, Transport};

    /// In which order answers to requests in flight come back.
    #[derive(Debug, Clone, Copy)]
    pub(crate) enum Order {
        First,
        Last,
    }

    /// Answers by the part of the path that a rule names; several answers of one rule are given in turn, the last for
    /// ever.
    pub(crate) struct Script {
        rules: Vec<(String, Vec<Reply>)>,
        used: BTreeMap<usize, usize>,
        waiting: Vec<(usize, String)>,
        order: Order,
        /// Every path that was asked for.
        pub(crate) asked: Vec<String>,
    }

    impl Script {
        pub(crate) fn new() -> Self {
            Self {
                rules: Vec::new(),
                used: BTreeMap::new(),
                waiting: Vec::new(),
                order: Order::First,
                asked: Vec::new(),
            }
        }

        pub(crate) fn in_order(mut self, order: Order) -> Self {
            self.order = order;
            self
        }

        /// The next answer of the first rule whose every `*`-separated part is in the path.
        pub(crate) fn on(self, part: &str, status: u16, body: &str) -> Self {
            self.answers(part, status, Headers::default(), body)
        }

        pub(crate) fn limited(self, part: &str, retry_after: Option<&str>) -> Self {
            let headers = Headers {
                retry_after: retry_after.map(str::to_owned),
                ..Headers::default()
            };
            self.answers(part, 429, headers, "")
        }

        /// The next answer of a rule, with headers.
        pub(crate) fn answers(
            mut self,
            part: &str,
            status: u16,
            headers: Headers,
            body: &str,
        ) -> Self {
            let answer = Answer {
                status,
                headers,
                body: body.as_bytes().to_vec(),
            };
            self.push(part, Ok(answer));
            self
        }

        pub(crate) fn fails(mut self, part: &str, text: &str) -> Self {
            self.push(part, Err(Failure(text.to_owned())));
            self
        }

        fn push(&mut self, part: &str, reply: Reply) {
            match self.rules.iter_mut().find(|rule| rule.0 == part) {
                Some(rule) => rule.1.push(reply),
                None => self.rules.push((part.to_owned(), vec![reply])),
            }
        }

        fn reply(&mut self, path: &str) -> Reply {
            let found = self
                .rules
                .iter()
                .position(|(part, _)| part.split('*').all(|piece| path.contains(piece)));
            let Some(index) = found else {
                panic!("nobody scripted `{path}`");
            };
            let used = self.used.entry(index).or_default();
            let replies = &self.rules[index].1;
            let reply = replies[(*used).min(replies.len() - 1)].clone();
            *used += 1;
            reply
        }
    }

    impl Transport for Script {
        fn send(&mut self, ticket: usize, path: String) {
            self.asked.push(path.clone());
            self.waiting.push((ticket, path));
        }

        fn next(&mut self) -> Option<(usize, Reply)> {
            let (ticket, path) = match self.order {
                Order::Last => self.waiting.pop()?,
                Order::First if self.waiting.is_empty() => return None,
                Order::First => self.waiting.remove(0),
            };
            Some((ticket, self.reply(&path)))
        }

        /// Asked for as `POST path json`, or as the whole address; a body comes in pieces of seven bytes.
        fn carry_out(&mut self, request: Request<'_>, take: &mut dyn FnMut(&[u8])) -> Reply {
            let asked = match request {
                Request::Post { path, json } => format!("POST {path} {json}"),
                Request::Download(address) => address.to_owned(),
            };
            self.asked.push(asked.clone());
            let mut answer = self.reply(&asked)?;
            if answer.status == 200 && matches!(request, Request::Download(_)) {
                answer.body.chunks(7).for_each(take);
                answer.body.clear();
            }
            Ok(answer)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Base;

    #[test]
    fn a_base_is_a_scheme_and_a_host() {
        let base = Base::parse("https://api.snyk.io:443/").unwrap();
        assert_eq!((base.secure, base.authority), (true, "api.snyk.io"));
        let base = Base::parse("http://127.0.0.1:8080").unwrap();
        assert_eq!((base.host(), base.is_loopback()), ("127.0.0.1", true));
        for odd in [
            "ftp://a",
            "https://",
            "https://a/b",
            "https://user@a",
            "api.snyk.io",
        ] {
            assert_eq!(Base::parse(odd), None, "{odd}");
        }
    }
}
