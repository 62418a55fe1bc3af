//! What can go wrong, where and when.

mod page;
mod spoil;
mod switch;

use std::borrow::Cow;

pub(crate) use page::{next_cursor, unmark};
pub(crate) use spoil::{Cut, Moment, spoil};
pub(crate) use switch::Faults;

/// What is done to an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// An error document with this status, and `retry-after` as given: seconds or a date.
    Status(u16, Option<String>),
    /// 429 with one of the hints at how long to wait.
    Limited(Hint),
    /// A well-framed body that ends in the middle of its JSON.
    Truncated,
    /// A web page with status 200, as proxies send.
    Html,
    /// Status 200 without a body.
    EmptyBody,
    /// The connection ends in the middle of the body.
    CutConnection,
    /// The connection ends before the answer begins.
    ClosedConnection,
    /// `links.next` leads to the page itself. A first page is left alone, since it has no cursor of its own.
    RepeatingCursor,
    /// `links.next` of every second page leads back to the page before. A first page is left alone.
    CyclingCursor,
    /// `links.next` leads to another host. The last page is left alone.
    OffHostNext,
    /// `links.next` is `{href, meta}`. The last page is left alone.
    ObjectNext,
    /// `links.next` has scheme, host and port. The last page is left alone.
    AbsoluteNext,
    /// `links.next` begins with `/rest`. The last page is left alone.
    NextWithRest,
    /// `links.next` does not begin with `/rest`. The last page is left alone.
    NextWithoutRest,
    /// `links.next` has no `starting_after`. The last page is left alone.
    NextWithoutCursor,
    /// A page without items that leads to the page that was asked for: nothing is lost to who goes on.
    EmptyPageInMiddle,
    /// The first item of a page has a type that nobody knows.
    UnknownType,
    /// Every item of a page has members that nobody knows, at every level.
    UnknownFields,
    /// No item of a page has `severities`.
    AbsentSeverities,
    /// `severities` of every item of a page is null.
    NullSeverities,
    /// The first item of a page has no `id`.
    RecordWithoutId,
    /// The first item of a page changed exactly at the bound that was asked for, as if bounds were inclusive.
    BoundaryItem,
    /// After a page of issues, the last open issue of the whole listing becomes critical: it moves in front of the
    /// cursor. Typed organizations only.
    RaisedSeverity,
    /// Headers say that the path is deprecated and when it ends.
    Deprecated,
    /// The answer comes after this many milliseconds.
    Slow(u64),
    /// The export is refused with 403. Only requests that create one are hit.
    ExportRefused,
    /// The export ends in an error. Only requests for its state are hit.
    ExportErrored,
    /// The file's address has run out. Only requests for an export's files are hit.
    ExportExpired,
    /// The file ends in the middle of a row. Only requests for an export's files are hit.
    ExportTruncated,
    /// The file has a row less than announced. Only requests for an export's files are hit.
    ExportShort,
}

/// How a 429 says how long to wait, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// It does not.
    None,
    /// `retry-after` in seconds.
    Seconds(u32),
    /// `retry-after` as a date.
    Date(u32),
    /// `x-ratelimit-reset` alone.
    Reset(u32),
    /// `x-ratelimit-reset` beside the structured `x-ratelimit-limit`.
    List(u32),
}

/// Which of the requests that match a prefix are hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurrence {
    /// All.
    Every,
    /// The first so many.
    First(u32),
    /// Only this one, counted from 1.
    Nth(u32),
    /// Every so many: the eighth, the sixteenth and so on for 8.
    EveryNth(u32),
    /// This one, counted from 1, and all after it.
    From(u32),
}

impl Fault {
    /// Each fault in its usual form. Waits are two seconds.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let hints = [
            Hint::None,
            Hint::Seconds(2),
            Hint::Date(2),
            Hint::Reset(2),
            Hint::List(2),
        ];
        let statuses = [401, 403, 404, 500, 502, 503, 504];
        let mut all: Vec<Self> = hints.map(Self::Limited).into();
        all.extend(statuses.map(|status| Self::Status(status, None)));
        all.extend(OTHERS);
        all
    }

    /// The fault of this [`name`](Self::name) in its usual form. Every `status-` from 400 to 599 is known.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        if let Some(status) = name.strip_prefix("status-") {
            let status = status.parse().ok()?;
            return (400..600)
                .contains(&status)
                .then_some(Self::Status(status, None));
        }
        Self::all().into_iter().find(|fault| fault.name() == name)
    }

    /// What it is called on the command line.
    #[must_use]
    pub fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Status(status, _) => return format!("status-{status}").into(),
            Self::Limited(Hint::None) => "limited",
            Self::Limited(Hint::Seconds(_)) => "limited-seconds",
            Self::Limited(Hint::Date(_)) => "limited-date",
            Self::Limited(Hint::Reset(_)) => "limited-reset",
            Self::Limited(Hint::List(_)) => "limited-list",
            Self::Truncated => "truncated-json",
            Self::Html => "html-page",
            Self::EmptyBody => "empty-body",
            Self::CutConnection => "cut-body",
            Self::ClosedConnection => "closed-connection",
            Self::RepeatingCursor => "repeating-next",
            Self::CyclingCursor => "cycling-next",
            Self::OffHostNext => "off-host-next",
            Self::ObjectNext => "object-next",
            Self::AbsoluteNext => "absolute-next",
            Self::NextWithRest => "next-with-rest",
            Self::NextWithoutRest => "next-without-rest",
            Self::NextWithoutCursor => "next-without-cursor",
            Self::EmptyPageInMiddle => "empty-page",
            Self::UnknownType => "unknown-type",
            Self::UnknownFields => "unknown-fields",
            Self::AbsentSeverities => "absent-severities",
            Self::NullSeverities => "null-severities",
            Self::RecordWithoutId => "record-without-id",
            Self::BoundaryItem => "boundary-item",
            Self::RaisedSeverity => "raised-severity",
            Self::Deprecated => "deprecated",
            Self::Slow(_) => "slow",
            Self::ExportRefused => "export-refused",
            Self::ExportErrored => "export-errored",
            Self::ExportExpired => "export-expired",
            Self::ExportTruncated => "export-truncated",
            Self::ExportShort => "export-short",
        })
    }
}

impl Occurrence {
    /// Reads `every`, `every:8`, `first:3`, `nth:2` or `from:5`. None if it is none of these, or 0 is given.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let Some((word, number)) = text.split_once(':') else {
            return (text == "every").then_some(Self::Every);
        };
        let number = number.parse().ok().filter(|number| *number > 0)?;
        Some(match word {
            "every" => Self::EveryNth(number),
            "first" => Self::First(number),
            "nth" => Self::Nth(number),
            "from" => Self::From(number),
            _ => return None,
        })
    }

    /// Whether the request of this number is hit, counted from 1.
    fn hits(self, number: u32) -> bool {
        match self {
            Self::Every => true,
            Self::First(count) => number <= count,
            Self::Nth(only) => number == only,
            Self::EveryNth(step) => step > 0 && number.is_multiple_of(step),
            Self::From(first) => number >= first,
        }
    }
}

const OTHERS: [Fault; 28] = [
    Fault::Truncated,
    Fault::Html,
    Fault::EmptyBody,
    Fault::CutConnection,
    Fault::ClosedConnection,
    Fault::RepeatingCursor,
    Fault::CyclingCursor,
    Fault::OffHostNext,
    Fault::ObjectNext,
    Fault::AbsoluteNext,
    Fault::NextWithRest,
    Fault::NextWithoutRest,
    Fault::NextWithoutCursor,
    Fault::EmptyPageInMiddle,
    Fault::UnknownType,
    Fault::UnknownFields,
    Fault::AbsentSeverities,
    Fault::NullSeverities,
    Fault::RecordWithoutId,
    Fault::BoundaryItem,
    Fault::RaisedSeverity,
    Fault::Deprecated,
    Fault::Slow(2_000),
    Fault::ExportRefused,
    Fault::ExportErrored,
    Fault::ExportExpired,
    Fault::ExportTruncated,
    Fault::ExportShort,
];
