//! Reports of what is stored, each recomputed here from what went in.

mod correlation;
mod debt;
mod dora;
mod ground;
mod odd;
mod rows;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use koalr_upstream::sample::{self, History};
use koalr_upstream::{Organization, Timestamp};
use serde_json::Value;

use crate::support::{Koalr, Ran, serve};

/// Ninety days of the sample team, imported, synced and rebuilt, and what the reports say of them.
struct Team {
    history: History,
    document: Value,
    organization: Organization,
    rebuilt: Value,
    said: BTreeMap<&'static str, Ran>,
}

impl Team {
    /// The report that these arguments ask for, as JSON.
    #[track_caller]
    fn json(&self, asked: &str) -> Value {
        self.ran(&format!("{asked} --format json")).json()
    }

    #[track_caller]
    fn ran(&self, asked: &str) -> &Ran {
        let ran = self.said.get(asked).expect("it is in `ASKED`");
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{asked}");
        ran
    }
}

fn team() -> &'static Team {
    static TEAM: OnceLock<Team> = OnceLock::new();
    TEAM.get_or_init(|| {
        let history = sample::history(7, NOW);
        let koalr = imported(&history);
        let run = |words: &[&str]| {
            let ran = koalr.run(&[words, &["--now", NOW_TEXT]].concat());
            assert_eq!(ran.code, 0, "{words:?}: {}", ran.err);
            ran
        };
        for one in &history.overrides {
            run(&[
                "override",
                &one.change,
                "--as",
                one.actor,
                "--reason",
                one.reason,
            ]);
        }
        let rebuilt = run(&["reconstruct", "--format", "json"]).json();
        let said = ASKED.iter().map(|asked| {
            let words: Vec<&str> = ["report"].into_iter().chain(asked.split(' ')).collect();
            (*asked, run(&words))
        });
        Team {
            said: said.collect(),
            document: history.document(),
            organization: history.organization(),
            history,
            rebuilt,
        }
    })
}

/// A history and what Snyk found in its course.
fn imported(history: &History) -> Koalr {
    let upstream = serve(history.organization());
    let koalr = Koalr::new();
    koalr.write("history.json", history.document().to_string());
    let now = ["--now", NOW_TEXT];
    assert_eq!(koalr.connect(&upstream, &now).code, 0);
    for words in [["sync", "snyk"], ["import", "history.json"]] {
        let ran = koalr.run(&[words, now].concat());
        assert_eq!(ran.code, 0, "{words:?}: {}", ran.err);
    }
    koalr
}

#[test]
fn the_commands_of_the_page_on_reports_report() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/insight.md");
    let page = std::fs::read_to_string(page).unwrap();
    let koalr = imported(&sample::history(7, NOW));
    let commands = page.lines().filter_map(|line| line.strip_prefix("koalr "));
    let mut reports = Vec::new();
    for command in commands {
        let args: Vec<&str> = command.split_whitespace().collect();
        let ran = koalr.run(&[&args[..], &["--now", NOW_TEXT]].concat());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command}");
        assert!(!ran.out.is_empty());
        reports.push(args[args.len().min(2) - 1].to_owned());
    }
    assert_eq!(
        reports,
        [
            "reconstruct",
            "dora",
            "debt",
            "correlation",
            "calibration",
            "rows"
        ]
    );
}

/// A report counts exactly, and calculates as exactly as a double can.
#[track_caller]
fn assert_near(said: &Value, expected: f64, what: &str) {
    let said = said.as_f64().unwrap_or_else(|| panic!("{what}: {said}"));
    let distance = (said - expected).abs();
    assert!(
        distance <= 1e-9 * expected.abs().max(1.0),
        "{what}: {said} is not {expected}"
    );
}

#[expect(clippy::cast_precision_loss, reason = "some thousand millions at most")]
fn float(count: impl TryInto<i64>) -> f64 {
    count.try_into().ok().unwrap() as f64
}

/// 21 September 2026.
const NOW: Timestamp = 1_790_000_000_000;
const NOW_TEXT: &str = "2026-09-21T14:13:20Z";
/// Where reports of ninety days begin.
const FROM: Timestamp = NOW - 90 * DAY;
const DAY: Timestamp = 24 * HOUR;
const HOUR: Timestamp = 3_600_000;

/// Everything that a test asks for.
const ASKED: [&str; 26] = [
    "dora --format json",
    "dora --service Checkout --format json",
    "dora --repository Acme/Payments --format json",
    "dora --cfr-window 24 --days 30 --format json",
    "debt --format json",
    "debt --repository ACME/storefront --format json",
    "debt --service checkout --format json",
    "debt --days 30 --sla 1,2,3,4 --format json",
    "correlation --format json",
    "correlation --window 4h --format json",
    "correlation --repository acme/analytics --format json",
    "calibration --format json",
    "dora",
    "debt",
    "correlation",
    "calibration",
    "dora --explain",
    "correlation --explain",
    "rows deployments --format json --limit 1000",
    "rows failed-deployments --format json --limit 1000",
    "rows changes --format json --limit 1000",
    "rows incidents --format json --limit 1000",
    "rows restored-incidents --format json --limit 1000",
    "rows exposed --format json --limit 1000",
    "rows others --format json --limit 1000",
    "rows incidents --limit 3",
];
