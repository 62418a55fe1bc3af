//! How the upstream is asked, and what can go wrong with an answer.

use serde::de::DeserializeOwned;

/// Sends requests to the pinned endpoint.
pub trait Transport {
    /// Asks for a path with its query, and waits.
    ///
    /// # Errors
    ///
    /// There was no response. The text is for people.
    fn get(&mut self, path: &str) -> Result<Answer, String>;
}

/// A response of any status.
pub struct Answer {
    /// Its status code.
    pub status: u16,
    /// `retry-after`, in seconds; none if it is absent or a date.
    pub retry_after_secs: Option<u32>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// Why an answer brings nothing. The text is for people.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// The token is not accepted.
    #[error("answered 401")]
    Unauthorized,
    /// The token may not read this.
    #[error("answered 403")]
    Refused,
    /// It is not there.
    #[error("answered 404")]
    Absent,
    /// Too many requests: ask again after so many seconds.
    #[error("answered 429")]
    Limited(u32),
    /// Asking again may help.
    #[error("{0}")]
    Passing(String),
    /// It will not.
    #[error("{0}")]
    Broken(String),
}

/// Asks, and reads the answer's JSON.
pub(crate) fn ask<T: DeserializeOwned>(
    transport: &mut dyn Transport,
    path: &str,
) -> Result<T, Fault> {
    let answer = transport
        .get(path)
        .map_err(|why| Fault::Passing(format!("failed: {why}")))?;
    match answer.status {
        200 => serde_json::from_slice(&answer.body)
            .map_err(|error| Fault::Broken(format!("answered 200 with another JSON: {error}"))),
        401 => Err(Fault::Unauthorized),
        403 => Err(Fault::Refused),
        404 => Err(Fault::Absent),
        429 => Err(Fault::Limited(
            answer.retry_after_secs.unwrap_or(PAUSE_SECS),
        )),
        status @ 500..600 => Err(Fault::Passing(format!("answered {status}"))),
        status => Err(Fault::Broken(format!("answered {status}"))),
    }
}

/// How long to wait where the upstream asks to wait and does not say how long. Choice: a minute.
const PAUSE_SECS: u32 = 60;

#[cfg(test)]
pub(crate) mod script {
    //! An upstream that answers from a script.

    use super::{Answer, Transport};

    /// Answers by a part of the path; several answers to one part are given in turn, the last for ever.
    #[derive(Default)]
    pub(crate) struct Script {
        answers: Vec<(String, u16, String)>,
        /// Every path that was asked for.
        pub(crate) asked: Vec<String>,
    }

    impl Script {
        pub(crate) fn on(mut self, part: &str, status: u16, body: &str) -> Self {
            let answer = (part.to_owned(), status, body.to_owned());
            self.answers.push(answer);
            self
        }
    }

    impl Transport for Script {
        fn get(&mut self, path: &str) -> Result<Answer, String> {
            self.asked.push(path.to_owned());
            let of_path = |(_, one): &(usize, &(String, u16, String))| path.contains(&one.0);
            let mut fitting = self.answers.iter().enumerate().filter(of_path);
            let (first, (part, ..)) = fitting.next().expect(path);
            let next = fitting.find(|(_, one)| one.0 == *part);
            let index = first;
            let answer = match next {
                Some(_) => self.answers.remove(index),
                None => self.answers[index].clone(),
            };
            Ok(Answer {
                status: answer.1,
                retry_after_secs: None,
                body: answer.2.into_bytes(),
            })
        }
    }
}
