//! What another policy would have decided, as text.

use koalr_platform::backtest::{Changed, Proportion};
use koalr_platform::policy::Mode;
use koalr_platform::stats::proportion::Share;

use super::escape::{name, plain};
use super::instant::utc;
use super::layout::{below, item, rest, sentence};
use super::pace::grouped;
use crate::jobs::{BacktestGroup, BacktestReport};

/// What would have been decided, observed and rebuilt decisions apart, in eighty columns.
#[must_use]
pub fn backtest_text(report: &BacktestReport) -> String {
    let mut text = String::new();
    sentence(
        &mut text,
        &format!(
            "Decisions of {} to {} under this policy.",
            utc(report.from),
            utc(report.as_of)
        ),
    );
    match report.mode {
        Mode::Enforce => {}
        Mode::Warn => sentence(
            &mut text,
            "Its mode is `warn`: what blocks here would only warn.",
        ),
        Mode::Observe => sentence(&mut text, "Its mode is `observe`: nothing here would bind."),
    }
    group(&mut text, "Decided at the time", &report.observed, report);
    let rebuilt = "Rebuilt later from stored history";
    group(&mut text, rebuilt, &report.reconstructed, report);
    if report.left_out > 0 {
        text.push('\n');
        let line = format!(
            "Left out: {}, whose change is not stored any more or which the integration refused.",
            grouped(u64::from(report.left_out))
        );
        sentence(&mut text, &line);
    }
    for complaint in &report.complaints {
        sentence(&mut text, &format!("Waiver: {}", plain(complaint)));
    }
    text
}

fn group(text: &mut String, title: &str, one: &BacktestGroup, report: &BacktestReport) {
    let counts = &one.group;
    let n = counts.decisions;
    text.push('\n');
    sentence(text, &format!("{title} (n = {})", grouped(u64::from(n))));
    if n == 0 {
        item(text, "none");
        return;
    }
    for (label, count) in [
        ("would have blocked", counts.blocked),
        ("would have warned", counts.warned),
        ("would have passed", counts.passed),
        ("would have waited", counts.pending),
        ("could not have been told", counts.inconclusive),
        ("other than they were", counts.changed),
        ("with a finding waived", counts.waived),
    ] {
        item(text, &format!("{label}: {}", share(count, n)));
    }
    let overridden = share(counts.overridden, n);
    let needless = share(counts.override_needless, counts.overridden);
    item(
        text,
        &format!("overridden then: {overridden}; not needed now: {needless}"),
    );
    accuracy(text, one, report);
    if !counts.examples.is_empty() {
        item(text, "other than they were:");
        for example in &counts.examples {
            below(text, 4, &changed(example));
        }
        let all = usize::try_from(counts.changed).unwrap_or(usize::MAX);
        rest(text, all, counts.examples.len(), "");
    }
}

fn accuracy(text: &mut String, one: &BacktestGroup, report: &BacktestReport) {
    let accuracy = &one.group.accuracy;
    let days = report.window_days;
    let line = format!(
        "blocking against incidents within {days} days of the deployment (n = {} changes whose outcome is known)",
        grouped(u64::from(accuracy.known()))
    );
    item(text, &line);
    let counts = format!(
        "blocked: {} led to an incident, {} did not; not blocked: {} did, {} did not",
        accuracy.true_positives,
        accuracy.false_positives,
        accuracy.false_negatives,
        accuracy.true_negatives
    );
    below(text, 4, &counts);
    below(
        text,
        4,
        &format!("precision: {}", proportion(&one.precision)),
    );
    below(text, 4, &format!("recall: {}", proportion(&one.recall)));
    let out = format!(
        "left out: {} too young, {} not known to be deployed, {} not merged with that head",
        accuracy.too_young, accuracy.not_deployed, accuracy.not_merged
    );
    below(text, 4, &out);
    if report.unlinked_incidents > 0 {
        let line = format!(
            "{} of {} incidents could be tied to no deployment: recall may be lower",
            report.unlinked_incidents, report.incidents
        );
        below(text, 4, &line);
    }
}

fn changed(one: &Changed) -> String {
    let head: String = one.head_sha.chars().take(SHORT_SHA).collect();
    let reasons: Vec<String> = one.reasons.iter().map(|reason| plain(reason)).collect();
    format!(
        "{} at {}: {} then, {} now ({})",
        name(&one.change),
        name(&head),
        one.then.word(),
        one.now.word(),
        reasons.join("; ")
    )
}

/// A count with its share and of how many.
pub(super) fn share(count: u32, of: u32) -> String {
    match Proportion::new(count, of).interval {
        Some(Share { share, .. }) => format!(
            "{} of {} ({:.1} %)",
            grouped(u64::from(count)),
            grouped(u64::from(of)),
            share * 100.0
        ),
        None => NO_DATA.to_owned(),
    }
}

/// A share with its interval.
pub(super) fn proportion(one: &Proportion) -> String {
    match one.interval {
        Some(Share { low, high, .. }) => format!(
            "{}, 95 % interval {:.1} to {:.1} %",
            share(one.count, one.of),
            low * 100.0,
            high * 100.0
        ),
        None => NO_DATA.to_owned(),
    }
}

/// A share of nothing.
const NO_DATA: &str = "no data (n = 0)";

/// Characters of a commit that people read.
const SHORT_SHA: usize = 10;

#[cfg(test)]
mod tests {
    use koalr_platform::backtest::Group;
    use koalr_platform::decision::Decision;

    use super::*;
    use crate::report::layout::{WIDTH, columns};

    fn empty() -> BacktestGroup {
        BacktestGroup {
            group: Group::default(),
            precision: Proportion::new(0, 0),
            recall: Proportion::new(0, 0),
        }
    }

    fn report(observed: BacktestGroup) -> BacktestReport {
        BacktestReport {
            integration: "snyk".to_owned(),
            from: 0,
            as_of: 1,
            mode: Mode::Enforce,
            observed,
            reconstructed: empty(),
            window_days: 14,
            incidents: 3,
            unlinked_incidents: 1,
            left_out: 0,
            complaints: vec![],
        }
    }

    #[test]
    fn a_share_has_its_n_beside_it_and_none_of_nothing() {
        assert_eq!(share(5, 1_000), "5 of 1,000 (0.5 %)");
        assert_eq!(share(0, 0), "no data (n = 0)");
        assert_eq!(
            proportion(&Proportion::new(81, 263)),
            "81 of 263 (30.8 %), 95 % interval 25.5 to 36.6 %"
        );
    }

    #[test]
    fn without_blocks_precision_is_no_data_and_not_zero() {
        let mut observed = empty();
        observed.group.decisions = 1;
        observed.group.passed = 1;
        let text = backtest_text(&report(observed));
        assert!(text.contains("precision: no data (n = 0)"), "{text}");
        assert!(!text.contains("NaN"), "{text}");
    }

    #[test]
    fn every_line_fits_and_no_control_character_gets_through() {
        let mut observed = empty();
        observed.group.decisions = 1;
        observed.group.changed = 1;
        observed.group.examples.push(Changed {
            change: "acme/shop#7".to_owned(),
            head_sha: "0123456789abcdef".to_owned(),
            as_of: 0,
            then: Decision::Pass,
            now: Decision::Block,
            reasons: vec![format!(
                "introduced-cvss: V\u{1b}[2J in {}",
                "qs ".repeat(50)
            )],
        });
        let text = backtest_text(&report(observed));
        assert!(text.lines().all(|line| columns(line) <= WIDTH), "{text}");
        assert!(!text.contains('\u{1b}'));
        assert!(
            text.contains("acme/shop#7 at 0123456789: pass then, block now"),
            "{text}"
        );
    }
}
