//! The report of `status` as text.

use koalr_platform::model::common::Timestamp;
use koalr_platform::model::connection::Access;
use time::OffsetDateTime;

use super::counts::stored;
use super::escape::plain;
use super::outcome::{incomplete, list, may_read};
use super::pace::grouped;
use super::text::sentence;
use crate::jobs::{StatusReport, WalkStatus};

/// Who is connected to what, what was synced and what is missing.
#[must_use]
pub fn status_text(report: &StatusReport) -> String {
    let one = &report.connection;
    let mut text = String::new();
    sentence(
        &mut text,
        &format!(
            "Connected to {} ({}) as {} ({}) since {}.",
            plain(&one.origin),
            plain(&one.upstream),
            plain(&one.account.name),
            plain(&one.account.kind),
            instant(one.connected_at)
        ),
    );
    list(
        &mut text,
        "Organizations",
        one.organizations
            .iter()
            .map(|organization| may_read(organization, &one.capabilities)),
    );
    let refused = one
        .capabilities
        .iter()
        .filter(|one| one.access != Access::Allowed && !one.detail.is_empty());
    list(
        &mut text,
        "Not allowed or not known",
        refused.map(|one| {
            format!(
                "{} of {}: {}",
                plain(&one.route),
                plain(&one.organization),
                plain(&one.detail)
            )
        }),
    );
    let walk = one.walk.as_ref();
    list(
        &mut text,
        "Last sync",
        walk.map_or_else(|| vec!["none yet".to_owned()], walked)
            .into_iter(),
    );
    list(
        &mut text,
        "Downloads permitted from",
        one.downloads.iter().map(|domain| plain(domain)),
    );
    let mut lines = vec![format!(
        "{} findings in {} projects, {} checks of pull requests",
        grouped(one.issues),
        grouped(one.projects),
        grouped(one.checks)
    )];
    lines.extend(stored(
        &report.classes,
        one.open,
        &report.fixes,
        one.missing,
        one.vanished,
    ));
    if let Some(at) = report.oldest_resolution {
        lines.push(format!("resolutions since {}", instant(at)));
    }
    list(&mut text, "Stored", lines.into_iter());
    incomplete(&mut text, &one.coverage);
    text
}

fn walked(walk: &WalkStatus) -> Vec<String> {
    let mut lines = vec![format!("began {}", instant(walk.began_at))];
    lines.push(match walk.ended_at {
        // One run has one time; only a walk that was stopped ends in a later one.
        Some(at) if at == walk.began_at => "ended in the same run".to_owned(),
        Some(at) => format!("ended in the run of {}", instant(at)),
        None => "unfinished: the next sync goes on where it stopped".to_owned(),
    });
    if let Some(at) = walk.resume_at {
        lines.push(format!(
            "the upstream asks not to go on before {}",
            instant(at)
        ));
    }
    lines
}

/// An instant to the second.
fn instant(at: Timestamp) -> String {
    let Ok(time) = OffsetDateTime::from_unix_timestamp(at.div_euclid(1000)) else {
        return format!("{at} ms");
    };
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_in_utc_to_the_second() {
        assert_eq!(instant(1_768_469_400_999), "2026-01-15 09:30:00 UTC");
        assert_eq!(instant(-1), "1969-12-31 23:59:59 UTC");
        assert_eq!(instant(i64::MAX), "9223372036854775807 ms");
    }
}
