use super::*;

/// As many comparisons of each finding with each waiver would take minutes.
#[test]
fn a_hundred_thousand_findings_of_one_vulnerability_meet_five_thousand_waivers_of_it() {
    let named = |package: u32| FindingFact {
        package: package.to_string(),
        ..critical()
    };
    let waivers: Vec<Waiver> = (0..5_000)
        .map(|package: u32| Waiver {
            id: package.to_string(),
            package: Some((package * 20).to_string()),
            ..waiver("V")
        })
        .collect();
    let verdict = verdict(
        evidence((0..100_000).map(named)),
        vec![setting("introduced-cvss", &[])],
        waivers,
    );
    assert_eq!(verdict.waived.len(), 5_000);
    assert!(
        verdict
            .waived
            .iter()
            .all(|waived| waived.waiver == (waived.finding / 20).to_string())
    );
    assert_eq!(verdict.fired.len(), 1);
    assert_eq!(verdict.fired[0].findings.len(), 95_000);
    assert_eq!(
        verdict.fired[0].message,
        "95000 introduced vulnerabilities have a CVSS base score of 9.0 or more"
    );
}

#[test]
fn of_several_waivers_the_first_in_the_list_lets_it_pass() {
    let about = |id: &str, package: Option<&str>, version: Option<&str>| Waiver {
        id: id.to_owned(),
        package: package.map(str::to_owned),
        version: version.map(str::to_owned),
        ..waiver("V")
    };
    let list = [
        about("other", Some("other"), None),
        about("empty", Some(""), Some("")),
        about("version", None, Some("2.0.0")),
        about("any", None, None),
        about("package", Some("lodash"), None),
        about("both", Some("lodash"), Some("2.0.0")),
    ];
    for (skipped, by) in [(0, "version"), (3, "any"), (4, "package"), (5, "both")] {
        let waivers = list[skipped..].to_vec();
        let verdict = verdict(evidence([critical()]), defaults(), waivers);
        assert_eq!(verdict.waived[0].waiver, by);
    }
    let neither = verdict(evidence([critical()]), defaults(), list[..2].to_vec());
    assert_eq!(neither.decision, Decision::Block);
}
