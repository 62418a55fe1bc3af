use super::*;
use crate::model::record::ChangeFinding;

/// A weakness in the project's own source, which the upstream tied to the change.
fn tied(base: Option<&str>, severity: Severity, ignored: bool) -> ChangeFinding {
    let base = base.map(|word| ("base".to_owned(), word.to_owned()));
    ChangeFinding {
        change: "7".to_owned(),
        route: "new-issues".to_owned(),
        finding: Finding {
            class: FindingClass::Code,
            packages: Vec::new(),
            severity: Some(severity),
            location: Some("src/a.rs:42".to_owned()),
            ignored,
            extra: base.into_iter().collect(),
            ..finding("rust:S1", "1.0.0")
        },
    }
}

fn gathered(tied: &[ChangeFinding]) -> Evidence {
    gather(&Known {
        tied,
        ..nothing_known(&change())
    })
}

#[test]
fn what_the_upstream_tied_to_a_change_is_a_fact_without_a_package() {
    let evidence = gathered(&[tied(Some("absent"), Severity::High, false)]);
    let fact = &evidence.findings[0];
    assert_eq!((fact.package.as_str(), fact.version.as_str()), ("", ""));
    assert_eq!(seen(fact), ("", Presence::Present, Presence::Absent));
    let told = [("location:0", "src/a.rs:42"), ("route:new-issues", "0")];
    let told = told.map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(evidence.extra, told);
}

#[test]
fn what_it_does_not_tell_of_the_base_is_unknown() {
    for (word, base) in [
        (Some("present"), Presence::Present),
        (Some("perhaps"), Presence::Unknown),
        (None, Presence::Unknown),
    ] {
        let evidence = gathered(&[tied(word, Severity::High, false)]);
        assert_eq!(evidence.findings[0].base, base, "{word:?}");
    }
}

#[test]
fn several_of_one_rule_are_one_fact_with_the_worst_severity() {
    let absent = Some("absent");
    let evidence = gathered(&[
        tied(absent, Severity::Critical, true),
        tied(absent, Severity::Low, false),
        tied(absent, Severity::Medium, false),
    ]);
    let told: Vec<_> = (evidence.findings.iter())
        .map(|fact| (fact.severity, fact.ignored))
        .collect();
    assert_eq!(told, [(Some(Severity::Medium), false)]);
}

#[test]
fn measurements_are_handed_on_as_they_are() {
    let measured = Measurement {
        subject: "change:acme/shop#7".to_owned(),
        metric: "new-coverage".to_owned(),
        value: 63.1,
        unit: "percent".to_owned(),
        at: 1,
    };
    let evidence = gather(&Known {
        measurements: std::slice::from_ref(&measured),
        ..nothing_known(&change())
    });
    assert_eq!(evidence.measurements, [measured]);
}
