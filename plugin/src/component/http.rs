//! The transport over `wasi:http`: a window of requests in flight, waited for together with `wasi:io/poll`.
//!
//! It sets no timeouts and no headers: both are the host's.

use std::collections::VecDeque;

use super::bindings::wasi::http::outgoing_handler;
use super::bindings::wasi::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingBody, IncomingResponse, OutgoingRequest,
    Scheme,
};
use super::bindings::wasi::io::poll::{Pollable, poll};
use super::bindings::wasi::io::streams::{InputStream, StreamError};
use crate::transport::{Answer, Failure, Reply, Transport};

/// Requests to one endpoint.
pub(super) struct Http {
    secure: bool,
    authority: String,
    queued: VecDeque<(usize, String)>,
    flying: Vec<Flight>,
}

/// A request in flight. Fields are dropped in this order, as a pollable must go before what it waits for.
struct Flight {
    ready: Pollable,
    phase: Phase,
    ticket: usize,
}

enum Phase {
    Head(FutureIncomingResponse),
    Body(Incoming),
}

/// A response that is being read. The stream must go before the body.
struct Incoming {
    stream: InputStream,
    _body: IncomingBody,
    answer: Answer,
}

impl Http {
    pub(super) fn new(secure: bool, authority: &str) -> Self {
        Self {
            secure,
            authority: authority.to_owned(),
            queued: VecDeque::new(),
            flying: Vec::new(),
        }
    }

    fn start(&self, ticket: usize, path: &str) -> Result<Flight, Failure> {
        let scheme = if self.secure {
            Scheme::Https
        } else {
            Scheme::Http
        };
        let request = OutgoingRequest::new(Fields::new());
        let set = request
            .set_scheme(Some(&scheme))
            .and_then(|()| request.set_authority(Some(&self.authority)))
            .and_then(|()| request.set_path_with_query(Some(path)));
        set.map_err(|()| Failure("the address is not valid".to_owned()))?;
        let response = outgoing_handler::handle(request, None).map_err(|code| failure(&code))?;
        Ok(Flight {
            ready: response.subscribe(),
            phase: Phase::Head(response),
            ticket,
        })
    }
}

impl Transport for Http {
    fn send(&mut self, ticket: usize, path: String) {
        self.queued.push_back((ticket, path));
    }

    fn next(&mut self) -> Option<(usize, Reply)> {
        loop {
            while self.flying.len() < WINDOW
                && let Some((ticket, path)) = self.queued.pop_front()
            {
                match self.start(ticket, &path) {
                    Ok(flight) => self.flying.push(flight),
                    Err(failure) => return Some((ticket, Err(failure))),
                }
            }
            if self.flying.is_empty() {
                return None;
            }
            let pollables: Vec<_> = self.flying.iter().map(|flight| &flight.ready).collect();
            let ready = poll(&pollables);
            // From the back: what is taken out moves later flights only.
            for index in (0..self.flying.len()).rev() {
                if !ready
                    .iter()
                    .any(|&ready| usize::try_from(ready) == Ok(index))
                {
                    continue;
                }
                let flight = self.flying.swap_remove(index);
                let ticket = flight.ticket;
                match flight.go_on() {
                    Ok(Step::Flying(flight)) => self.flying.push(flight),
                    Ok(Step::Done(answer)) => return Some((ticket, Ok(answer))),
                    Err(failure) => return Some((ticket, Err(failure))),
                }
            }
        }
    }
}

enum Step {
    Flying(Flight),
    Done(Answer),
}

impl Flight {
    /// Takes what has come. Called when the pollable is ready.
    fn go_on(self) -> Result<Step, Failure> {
        let Self {
            ready,
            phase,
            ticket,
        } = self;
        match phase {
            Phase::Head(response) => match response.get() {
                None => Ok(Step::Flying(Self {
                    ready,
                    phase: Phase::Head(response),
                    ticket,
                })),
                Some(result) => {
                    drop(ready);
                    let response = result
                        .map_err(|()| Failure("the response was taken already".to_owned()))?
                        .map_err(|code| failure(&code))?;
                    let body = Incoming::open(&response)?;
                    Ok(Step::Flying(Self {
                        ready: body.stream.subscribe(),
                        phase: Phase::Body(body),
                        ticket,
                    }))
                }
            },
            Phase::Body(mut body) => match body.stream.read(CHUNK_BYTES) {
                Ok(chunk) => {
                    if body.answer.body.is_empty() {
                        body.answer.body = chunk;
                    } else {
                        body.answer.body.extend_from_slice(&chunk);
                    }
                    Ok(Step::Flying(Self {
                        ready,
                        phase: Phase::Body(body),
                        ticket,
                    }))
                }
                Err(end) => {
                    drop(ready);
                    match end {
                        StreamError::Closed => Ok(Step::Done(body.answer)),
                        StreamError::LastOperationFailed(error) => {
                            let why = error.to_debug_string();
                            Err(Failure(format!("the body broke off: {why}")))
                        }
                    }
                }
            },
        }
    }
}

impl Incoming {
    fn open(response: &IncomingResponse) -> Result<Self, Failure> {
        let gone = |()| Failure("the body was taken already".to_owned());
        let retry_after = response.headers().get("retry-after").into_iter().next();
        let answer = Answer {
            status: response.status(),
            retry_after: retry_after.and_then(|value| String::from_utf8(value).ok()),
            body: Vec::new(),
        };
        let body = response.consume().map_err(gone)?;
        Ok(Self {
            stream: body.stream().map_err(gone)?,
            _body: body,
            answer,
        })
    }
}

fn failure(code: &ErrorCode) -> Failure {
    Failure(match code {
        ErrorCode::HttpRequestDenied => "the host does not allow this request".to_owned(),
        ErrorCode::ConnectionRefused => "the connection was refused".to_owned(),
        ErrorCode::DnsError(_) => "the host name was not found".to_owned(),
        ErrorCode::TlsCertificateError => "the certificate is not trusted".to_owned(),
        ErrorCode::HttpResponseTimeout | ErrorCode::ConnectionTimeout => {
            "it took too long".to_owned()
        }
        ErrorCode::HttpResponseBodySize(_) => "the body is longer than the host allows".to_owned(),
        ErrorCode::InternalError(Some(text)) => text.clone(),
        code => format!("{code:?}"),
    })
}

/// Most requests in flight. More gain nothing: chains are sequential, and the host paces.
const WINDOW: usize = 8;

/// Most bytes taken from a stream at once.
const CHUNK_BYTES: u64 = 64 << 10;
