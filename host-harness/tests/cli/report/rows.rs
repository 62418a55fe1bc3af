//! What stands behind the figures: definitions and rows.

use serde_json::{Value, json};

use super::{FROM, team};
use crate::schema;

#[test]
fn as_many_rows_are_listed_as_the_figure_counts() {
    let dora = team().json("dora");
    let headline = &team().json("correlation")["reconstructed"]["headline"];
    for (figure, counted) in [
        ("deployments", &dora["frequency"]["deployments"]),
        (
            "failed-deployments",
            &dora["change-failure-rate"]["rate"]["count"],
        ),
        ("changes", &dora["lead-time"]["changes"]),
        ("incidents", &dora["time-to-restore"]["incidents"]),
        ("restored-incidents", &dora["time-to-restore"]["resolved"]),
        ("exposed", &headline["exposed-share"]["of"]),
        ("others", &headline["others-share"]["of"]),
    ] {
        let rows = rows(figure);
        assert_eq!(&rows["n"], counted, "{figure}");
        assert_eq!(&json!(rows["rows"].as_array().unwrap().len()), counted);
        assert_eq!((&rows["more"], &rows["from"]), (&json!(0), &json!(FROM)));
    }
}

#[test]
fn the_rows_are_those_that_an_incident_followed_as_often_as_counted() {
    let headline = &team().json("correlation")["reconstructed"]["headline"];
    for (figure, share) in [("exposed", "exposed-share"), ("others", "others-share")] {
        let rows = rows(figure);
        let rows = rows["rows"].as_array().unwrap().iter();
        let followed = rows
            .filter(|row| row["deployment"]["incident"] == true)
            .count();
        assert_eq!(headline[share]["count"], followed, "{figure}");
    }
}

#[test]
fn a_list_that_is_cut_counts_the_rest() {
    let text = &team().ran("rows incidents --limit 3").out;
    let all = team().history.incidents.len();
    assert!(
        text.starts_with(&format!("{all} incidents, 2026-06-23T")),
        "{text}"
    );
    assert!(
        text.contains(&format!("  and {} more; see `--limit`\n", all - 3)),
        "{text}"
    );
    assert_eq!(text.matches("sample-incident-").count(), 3, "{text}");
}

#[test]
fn every_figure_has_a_definition_with_its_window() {
    for (report, figures) in [
        (
            "dora",
            &[
                "frequency",
                "lead-time",
                "change-failure-rate",
                "time-to-restore",
            ][..],
        ),
        (
            "debt",
            &["debt.open", "debt.sla", "debt.flow", "debt.quality", "gate"],
        ),
        (
            "correlation",
            &["cohort", "headline", "overridden", "repositories", "times"],
        ),
        ("calibration", &["changes", "bands", "curve"]),
    ] {
        let definitions = &team().json(report)["definitions"];
        for figure in figures {
            let definition = definitions[figure].as_str().expect(figure);
            assert!(
                definition.contains("2026-09-21T14:13:20Z"),
                "{figure}: {definition}"
            );
        }
    }
    let of_one = team().json("correlation --repository acme/analytics");
    let definition = of_one["definitions"]["headline"].as_str().unwrap();
    assert!(
        definition.contains(" of repository `acme/analytics` from "),
        "{definition}"
    );
}

#[test]
fn explained_the_text_says_the_same_below_its_figures() {
    for asked in ["dora", "correlation"] {
        let explained = &team().ran(&format!("{asked} --explain")).out;
        let rest = explained.strip_prefix(&team().ran(asked).out).unwrap();
        assert!(rest.starts_with("\nWhat the figures count\n  "), "{rest}");
        assert!(
            rest.lines().all(|line| line.chars().count() <= 80),
            "{rest}"
        );
    }
}

#[test]
fn every_report_is_as_its_schema_says() {
    for (name, asked) in [
        ("dora", "dora"),
        ("debt", "debt"),
        ("correlation", "correlation"),
        ("calibration", "calibration"),
        ("rows", "rows deployments"),
        ("rows", "rows changes"),
        ("rows", "rows incidents"),
        ("rows", "rows exposed"),
    ] {
        let root = env!("CARGO_MANIFEST_DIR");
        let schema = std::fs::read(format!("{root}/../docs/schema/report-{name}.json")).unwrap();
        let schema: Value = serde_json::from_slice(&schema).unwrap();
        let report = match asked.strip_prefix("rows ") {
            Some(figure) => rows(figure),
            None => team().json(asked),
        };
        assert_eq!(schema::check(&schema, &report), [""; 0], "{asked}");
        let mut more = report;
        more["more-than-that"] = json!(1);
        assert_eq!(schema::check(&schema, &more).len(), 1, "{asked}");
    }
}

#[test]
fn the_sample_has_what_the_tests_are_about() {
    // An incident that names its change, one that nothing was deployed before, and one that goes on.
    let history = &team().history;
    assert!(history.incidents.iter().any(|one| one.change.is_some()));
    assert!(
        history
            .incidents
            .iter()
            .any(|one| one.resolved_at.is_none())
    );
    assert_eq!(history.overrides.len(), 1);
}

#[track_caller]
fn rows(figure: &str) -> Value {
    let asked = format!("rows {figure} --format json --limit 1000");
    team().ran(&asked).json()
}
