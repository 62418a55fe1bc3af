//! The transport over `wasi:http`: a window of requests in flight, waited for together with `wasi:io/poll`.
//!
//! It sets no timeouts, and no headers but the type of a body: the rest is the host's.

use std::collections::VecDeque;

use super::bindings::wasi::http::outgoing_handler;
use super::bindings::wasi::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingBody, IncomingResponse, Method,
    OutgoingBody, OutgoingRequest, Scheme,
};
use super::bindings::wasi::io::poll::{Pollable, poll};
use super::bindings::wasi::io::streams::{InputStream, StreamError};
use crate::transport::{Answer, Base, Failure, Headers, Reply, Request, Transport};

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
        let request = OutgoingRequest::new(Fields::new());
        address(&request, self.secure, &self.authority, path)?;
        Flight::take_off(ticket, request)
    }

    fn start_alone(&self, request: Request<'_>) -> Result<Flight, Failure> {
        match request {
            Request::Download(url) => {
                let (base, path) = split(url).ok_or_else(invalid)?;
                let request = OutgoingRequest::new(Fields::new());
                address(&request, base.secure, base.authority, path)?;
                Flight::take_off(0, request)
            }
            Request::Post { path, json } => {
                let headers = Fields::new();
                headers
                    .append("content-type", b"application/vnd.api+json")
                    .map_err(|_| Failure("the host refuses a content type".to_owned()))?;
                let request = OutgoingRequest::new(headers);
                request.set_method(&Method::Post).map_err(|()| invalid())?;
                address(&request, self.secure, &self.authority, path)?;
                let unsent = || Failure("the body could not be sent".to_owned());
                let body = request.body().map_err(|()| unsent())?;
                let flight = Flight::take_off(0, request)?;
                let stream = body.write().map_err(|()| unsent())?;
                for piece in json.as_bytes().chunks(WRITE_BYTES) {
                    stream
                        .blocking_write_and_flush(piece)
                        .map_err(|_| unsent())?;
                }
                drop(stream);
                OutgoingBody::finish(body, None).map_err(|code| failure(&code))?;
                Ok(flight)
            }
        }
    }
}

fn address(
    request: &OutgoingRequest,
    secure: bool,
    authority: &str,
    path: &str,
) -> Result<(), Failure> {
    let scheme = if secure { Scheme::Https } else { Scheme::Http };
    request
        .set_scheme(Some(&scheme))
        .and_then(|()| request.set_authority(Some(authority)))
        .and_then(|()| request.set_path_with_query(Some(path)))
        .map_err(|()| invalid())
}

/// Base and path of a whole address.
fn split(url: &str) -> Option<(Base<'_>, &str)> {
    let host = url.find("://")? + "://".len();
    let path = host + url.get(host..)?.find('/')?;
    let (base, path) = url.split_at_checked(path)?;
    Some((Base::parse(base)?, path))
}

fn invalid() -> Failure {
    Failure("the address is not valid".to_owned())
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

    fn carry_out(&mut self, request: Request<'_>, take: &mut dyn FnMut(&[u8])) -> Reply {
        let streamed = matches!(request, Request::Download(_));
        let mut flight = self.start_alone(request)?;
        loop {
            poll(&[&flight.ready]);
            match flight.go_on()? {
                Step::Flying(next) => flight = next,
                Step::Done(answer) => return Ok(answer),
            }
            if let Phase::Body(body) = &mut flight.phase
                && streamed
                && body.answer.status == 200
            {
                take(&body.answer.body);
                body.answer.body.clear();
            }
        }
    }
}

enum Step {
    Flying(Flight),
    Done(Answer),
}

impl Flight {
    fn take_off(ticket: usize, request: OutgoingRequest) -> Result<Self, Failure> {
        let response = outgoing_handler::handle(request, None).map_err(|code| failure(&code))?;
        Ok(Self {
            ready: response.subscribe(),
            phase: Phase::Head(response),
            ticket,
        })
    }

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
        let headers = response.headers();
        let text = |name: &str| {
            let value = headers.get(name).into_iter().next()?;
            String::from_utf8(value).ok()
        };
        let answer = Answer {
            status: response.status(),
            headers: Headers {
                retry_after: text("retry-after"),
                date: text("date"),
                age: text("age"),
                stage: text("snyk-version-lifecycle-stage"),
                deprecation: text("deprecation"),
                sunset: text("sunset"),
            },
            body: Vec::new(),
        };
        drop(headers);
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

/// Most requests in flight: enough for Snyk's quota where an answer takes a tenth of a second. The host paces.
const WINDOW: usize = 16;

/// Most bytes that may be written to a stream at once.
const WRITE_BYTES: usize = 4 << 10;

/// Most bytes taken from a stream at once.
const CHUNK_BYTES: u64 = 64 << 10;
