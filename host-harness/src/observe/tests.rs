use std::fmt::Write as _;

use super::*;

#[test]
fn the_page_on_metrics_lists_every_metric() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/metrics.md");
    let text = std::fs::read_to_string(page).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect(BEGIN);
    let (_, after) = rest.split_once(END).expect(END);
    let expected = format!("{before}{BEGIN}{}{END}{after}", table());
    if std::env::var_os("KOALR_BLESS").is_some() {
        std::fs::write(page, &expected).unwrap();
    }
    let text = std::fs::read_to_string(page).unwrap();
    assert!(
        text == expected,
        "`docs/metrics.md` is stale; rewrite its table with `KOALR_BLESS=1 cargo test --release -p koalr-host --lib page_on_metrics`"
    );
}

#[test]
fn no_metric_tells_of_a_tenant_or_of_one_thing_among_many() {
    let metrics = Metrics::default();
    let labels = metrics.rows().iter().flat_map(|row| row.labels.clone());
    for label in labels {
        assert!(LABELS.contains(&label), "`{label}` may have many values");
    }
}

#[test]
fn what_was_due_at_the_last_scrape_and_is_not_now_has_no_age() {
    let metrics = Metrics::default();
    let count = crate::queue::Count {
        class: crate::queue::Class::Gate,
        tenant: "acme".to_owned(),
        due: 2,
        delayed: 0,
        running: 1,
        dead: 0,
        oldest_ms: Some(1500),
    };
    let busy = Scene {
        queue: vec![count],
        ..Scene::default()
    };
    let text = metrics.text(&busy);
    assert!(
        text.contains("koalr_queue_oldest_seconds{class=\"gate\"} 1.5\n"),
        "{text}"
    );
    assert!(
        text.contains("koalr_queue_jobs{class=\"gate\",state=\"due\"} 2\n"),
        "{text}"
    );
    let text = metrics.text(&Scene::default());
    assert!(!text.contains("koalr_queue_oldest_seconds{"), "{text}");
    assert!(
        text.contains("koalr_queue_jobs{class=\"gate\",state=\"due\"} 0\n"),
        "{text}"
    );
    assert!(!text.contains("acme"), "{text}");
}

fn table() -> String {
    let mut table = "| metric | type | labels | what it says |\n|---|---|---|---|\n".to_owned();
    for row in Metrics::default().rows() {
        let labels: Vec<String> = row.labels.iter().map(|name| format!("`{name}`")).collect();
        let (name, kind, labels) = (&row.name, row.kind, labels.join(", "));
        let _ = writeln!(table, "| `{name}` | {kind} | {labels} | {} |", row.meaning);
    }
    table
}

/// Labels whose values the program itself knows, or a loaded integration's manifest.
const LABELS: [&str; 17] = [
    "class",
    "decision",
    "integration",
    "kind",
    "method",
    "mode",
    "outcome",
    "plugin",
    "reason",
    "route",
    "source",
    "state",
    "status",
    "status_class",
    "subject",
    "verb",
    "version",
];
const BEGIN: &str = "<!-- The table is made of the program's own list; the test that compares them rewrites it. -->\n";
const END: &str = "<!-- End of the table. -->\n";
