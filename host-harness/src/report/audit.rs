//! The audit log as text.

use std::fmt::Write as _;

use koalr_platform::audit::Entry;

use super::escape::plain;
use super::instant::utc;
use super::pace::grouped;
use crate::jobs::AuditReport;

/// One line for each entry.
#[must_use]
pub fn audit_text(entries: &[Entry]) -> String {
    let mut text = String::new();
    for entry in entries {
        let subject = match entry.subject.as_str() {
            "" => String::new(),
            subject => format!(" {}", plain(subject)),
        };
        let _ = writeln!(
            text,
            "{} {} {}: {}{subject} {}",
            entry.seq,
            utc(entry.at),
            plain(&entry.actor),
            entry.act.word(),
            plain(&entry.detail)
        );
    }
    if entries.is_empty() {
        text.push_str("Nothing was decided or done yet.\n");
    }
    text
}

/// Whether the log is as it was written, and its end.
#[must_use]
pub fn verified_text(report: &AuditReport) -> String {
    let mut text = String::new();
    if let Some(broken) = &report.broken {
        let _ = writeln!(text, "Refused: {}.", plain(broken));
    }
    if let Some(tip) = &report.tip {
        let noun = if report.entries == 1 {
            "entry is"
        } else {
            "entries are"
        };
        let entries = grouped(report.entries);
        let _ = writeln!(
            text,
            "{entries} {noun} as written. Keep this end elsewhere, for `koalr audit verify --tip`:\n{}:{}",
            tip.seq, tip.hash
        );
    }
    text
}
