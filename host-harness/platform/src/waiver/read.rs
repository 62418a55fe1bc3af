//! From a waiver file to waivers.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeString;

use super::{Condition, Waiver, WaiverFile, Waivers};
use crate::complaint::{Problem, shown};
use crate::document::{Document, Value, rfc3339};
use crate::model::common::{Tenths, Timestamp};

pub(super) fn waivers(text: &str, max_days: u32) -> WaiverFile {
    let (mut document, root) = Document::open(text, MAX_BYTES);
    let mut read: Vec<(Waiver, Range<usize>)> = Vec::new();
    let mut ids: BTreeMap<String, Vec<Range<usize>>> = BTreeMap::new();
    for (key, value) in &root {
        if key.get_ref() != WAIVER {
            document.unknown_key(key.get_ref(), &key.span(), [WAIVER].into_iter());
            continue;
        }
        let Some(list) = value.get_ref().as_array() else {
            document.wrong(WAIVER, value, "write `[[waiver]]` above each waiver");
            continue;
        };
        for value in list {
            let fields = Fields::read(&mut document, value);
            if let Some(id) = &fields.id {
                ids.entry(id.clone()).or_default().push(value.span());
            }
            let waiver = fields.finish(&mut document, &value.span(), max_days);
            read.extend(waiver.map(|waiver| (waiver, value.span())));
        }
    }
    ids.retain(|_, places| places.len() > 1);
    for (id, places) in &ids {
        for place in places.iter().skip(1) {
            let id = shown(id);
            document.complain(place, Problem::DuplicateWaiver { id });
        }
    }
    read.retain(|(waiver, _)| document.is_whole() && !ids.contains_key(&waiver.id));
    WaiverFile {
        waivers: Waivers {
            all: read.into_iter().map(|(waiver, _)| waiver).collect(),
        },
        complaints: document.finish(),
    }
}

/// What one table of the file holds.
#[derive(Default)]
struct Fields {
    id: Option<String>,
    vulnerability: Option<String>,
    package: Option<String>,
    version: Option<String>,
    repository: Option<String>,
    reason: Option<String>,
    approver: Option<String>,
    author: Option<String>,
    created: Option<Timestamp>,
    expires: Option<Timestamp>,
    cvss_at_approval: Option<Tenths>,
    void_if: Vec<&'static str>,
    /// Keys that are there, right or wrong.
    given: Vec<String>,
    flawless: bool,
}

impl Fields {
    fn read(document: &mut Document<'_>, value: &Value<'_>) -> Self {
        let before = document.count();
        let mut fields = Self::default();
        if let Some(table) = document.table(WAIVER, value) {
            for (key, value) in table {
                fields.field(document, key, value);
            }
        }
        fields.flawless = document.count() == before;
        fields
    }

    fn field(
        &mut self,
        document: &mut Document<'_>,
        spanned: &Spanned<DeString<'_>>,
        value: &Value<'_>,
    ) {
        let key = &**spanned.get_ref();
        if key == "reason" && value.get_ref().as_str().is_some_and(is_blank) {
            return;
        }
        self.given.push(key.to_owned());
        match key {
            "id" => self.id = document.text(key, value),
            "vulnerability" => self.vulnerability = document.text(key, value),
            "package" => self.package = document.text(key, value),
            "version" => self.version = document.text(key, value),
            "repository" => self.repository = document.text(key, value),
            "reason" => self.reason = document.text(key, value),
            "approver" => self.approver = login(document, key, value),
            "author" => self.author = login(document, key, value),
            "created" => self.created = document.instant(key, value),
            "expires" => self.expires = document.instant(key, value),
            "cvss-at-approval" => {
                self.cvss_at_approval = document.tenths(key, value, &(0..=MAX_CVSS));
            }
            "void-if" => {
                self.void_if = document.words(key, value, &CONDITIONS.map(|word| (word, word)));
            }
            _ => document.unknown_key(key, &spanned.span(), KEYS.into_iter()),
        }
    }

    /// The waiver, if all that it needs is there and fits together.
    fn finish(
        mut self,
        document: &mut Document<'_>,
        at: &Range<usize>,
        max_days: u32,
    ) -> Option<Waiver> {
        let before = document.count();
        self.missing(document, at);
        let void_if = self.conditions();
        let waiver = Waiver {
            id: self.id?,
            vulnerability: self.vulnerability?,
            package: self.package,
            version: self.version,
            repository: self.repository,
            reason: self.reason?,
            approver: self.approver?,
            author: self.author,
            created: self.created?,
            expires: self.expires?,
            void_if,
        };
        for problem in waiver.problems(max_days) {
            document.complain(at, problem);
        }
        (self.flawless && document.count() == before).then_some(waiver)
    }

    fn missing(&mut self, document: &mut Document<'_>, at: &Range<usize>) {
        let mut needed: Vec<(&'static str, &'static str)> = MANDATORY.to_vec();
        if self.void_if.contains(&CVSS_RISES) {
            needed.push((
                "cvss-at-approval",
                "`cvss-rises` compares with it; write the score it was approved at",
            ));
        }
        if self.void_if.contains(&VERSION_CHANGES) {
            needed.push((
                "version",
                "`version-changes` compares with it; write the version it was approved at",
            ));
        }
        for (key, why) in needed {
            if !self.given.iter().any(|given| given == key) {
                self.flawless = false;
                // What seems missing may be in what could not be read.
                if document.is_whole() {
                    document.complain(at, Problem::Missing { key, why });
                }
            }
        }
    }

    fn conditions(&self) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for word in &self.void_if {
            match *word {
                CVSS_RISES => {
                    conditions.extend(self.cvss_at_approval.map(Condition::CvssRises));
                }
                VERSION_CHANGES => conditions.push(Condition::VersionChanges),
                _ => conditions.push(Condition::FixAvailable),
            }
        }
        conditions
    }
}

impl Waiver {
    /// What is wrong with it under a policy that lets waivers live so many days. May be empty.
    #[must_use]
    pub fn problems(&self, max_days: u32) -> Vec<Problem> {
        let mut problems = Vec::new();
        if is_blank(&self.reason) {
            let (key, why) = REASON;
            problems.push(Problem::Missing { key, why });
        }
        match self.author.as_deref().map(bare) {
            Some(author) if is_same_login(author, &self.approver) => {
                let approver = self.approver.clone();
                problems.push(Problem::OwnApproval { approver });
            }
            Some("") => problems.push(Problem::Missing {
                key: "author",
                why: "write the login of who asked for it",
            }),
            Some(author) if !is_login(author) => problems.push(Problem::WrongValue {
                key: "author".to_owned(),
                given: shown(author),
                way_out: A_LOGIN.to_owned(),
            }),
            _ => {}
        }
        let lives = self.expires.saturating_sub(self.created);
        let allowed = i64::from(max_days) * DAY;
        if lives <= 0 {
            problems.push(Problem::NeverHolds {
                expires: rfc3339(self.expires),
                created: rfc3339(self.created),
            });
        } else if lives > allowed {
            problems.push(Problem::LivesTooLong {
                days: (lives - 1) / DAY + 1,
                limit: max_days,
                by: rfc3339(self.created.saturating_add(allowed)),
            });
        }
        problems
    }
}

/// A login without the `@` that people put before it.
pub(crate) fn bare(login: &str) -> &str {
    login.trim().trim_start_matches('@')
}

/// Whether two bare logins are the same person's: hosts of repositories do not tell upper from lower case.
pub(crate) fn is_same_login(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
}

/// Whether a bare login can be one. Characters that only look alike would make one person two.
#[must_use]
pub fn is_login(login: &str) -> bool {
    (1..=MAX_LOGIN_BYTES).contains(&login.len())
        && login.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// A bare login.
fn login(document: &mut Document<'_>, key: &str, value: &Value<'_>) -> Option<String> {
    let login = bare(value.get_ref().as_str().unwrap_or_default());
    if !is_login(login) {
        document.wrong(key, value, A_LOGIN);
        return None;
    }
    Some(login.to_owned())
}

const WAIVER: &str = "waiver";

const CVSS_RISES: &str = "cvss-rises";

const VERSION_CHANGES: &str = "version-changes";

const CONDITIONS: [&str; 3] = [CVSS_RISES, "fix-available", VERSION_CHANGES];

const KEYS: [&str; 12] = [
    "id",
    "vulnerability",
    "package",
    "version",
    "repository",
    "reason",
    "approver",
    "author",
    "created",
    "expires",
    "cvss-at-approval",
    "void-if",
];

const REASON: (&str, &str) = ("reason", "say why it may pass");

const A_LOGIN: &str = "expected a login: letters, digits and signs without spaces";

/// Keys that every waiver has, and why.
const MANDATORY: [(&str, &str); 6] = [
    ("id", "reports name the waiver by it"),
    (
        "vulnerability",
        "write the upstream's id or the CVE that may pass",
    ),
    REASON,
    ("approver", "write the login of who approved it"),
    ("created", "write the date from which it holds"),
    (
        "expires",
        "no waiver holds for ever; write the date it ends",
    ),
];

/// 10 in tenths.
const MAX_CVSS: Tenths = 100;

/// A day, in milliseconds.
const DAY: i64 = 86_400_000;

/// An e-mail address is the longest name that anybody logs in with.
const MAX_LOGIN_BYTES: usize = 254;

/// About 20,000 waivers. A hostile file of that size costs a few hundred megabytes for a moment.
const MAX_BYTES: usize = 1 << 22;
