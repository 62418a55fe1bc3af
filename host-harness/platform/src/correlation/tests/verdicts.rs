use super::company::{deploy, fill, judged, ledger, of_table};
use super::*;

#[track_caller]
fn headline(ledger: &Ledger) -> Comparison {
    told(ledger).observed.headline
}

fn near(value: f64, expected: f64) -> bool {
    (value - expected).abs() < 5e-5
}

#[test]
fn a_risk_ratio_that_excludes_1_is_not_enough_where_fishers_test_does_not_agree() {
    let one = headline(&of_table([6, 34, 9, 151]));
    let ratios = one.crude.known().unwrap();
    assert!(near(ratios.fisher_p, 0.084_399));
    assert!(near(ratios.risk_ratio.unwrap().low.unwrap(), 1.0077));
    assert!(matches!(&one.verdict, Verdict::Inconclusive { doubts, .. }
        if doubts.contains(&Doubt::Fisher) && !doubts.contains(&Doubt::RiskRatio)));
    assert_eq!(
        one.sentence,
        "Inconclusive: of observed deployments that introduced a vulnerability of CVSS 7.0 or more, 6 \
         of 40 (15.0 %, 7.1 to 29.1) were followed by an incident within 14 days; of other \
         deployments that changed dependencies, 9 of 160 (5.6 %, 3.0 to 10.3); odds ratio 2.94 \
         (0.80 to 9.99, exact), Fisher's p = 0.0844, n = 200: chance alone may well differ as \
         much. With so many, a risk ratio below 3.74 would likely go unseen. This is not evidence \
         of no association."
    );
}

#[test]
fn a_difference_that_every_test_sees_is_an_association() {
    let one = headline(&of_table([12, 88, 30, 870]));
    let direction = Direction::More;
    assert_eq!(one.verdict, Verdict::Associated { direction });
    assert_eq!(
        one.sentence,
        "Observed deployments that introduced a vulnerability of CVSS 7.0 or more are associated with \
         more incidents within 14 days than other deployments that changed dependencies: 12 of \
         100 (12.0 %, 7.0 to 19.8) against 30 of 900 (3.3 %, 2.3 to 4.7); odds ratio 3.95 (1.77 \
         to 8.28, exact), Fisher's p = 0.0004, n = 1000."
    );
}

#[test]
fn fewer_incidents_are_an_association_with_fewer() {
    let one = headline(&of_table([5, 395, 60, 340]));
    let direction = Direction::Fewer;
    assert_eq!(one.verdict, Verdict::Associated { direction });
    assert!(
        one.sentence
            .contains("are associated with fewer incidents within 14 days")
    );
}

#[test]
fn five_exposed_deployments_are_insufficient_however_small_p_is() {
    let one = headline(&of_table([5, 0, 5, 90]));
    let Verdict::InsufficientData { lacking, .. } = &one.verdict else {
        panic!("{:?}", one.verdict);
    };
    assert_eq!(
        (lacking.exposed, lacking.others, lacking.incidents),
        (15, 0, 0)
    );
    assert_eq!(one.crude, Figure::Absent(Absent::InsufficientData));
    assert_eq!(one.stratified, Figure::Absent(Absent::InsufficientData));
    assert_eq!(
        one.sentence,
        "Insufficient data: of observed deployments that introduced a vulnerability of CVSS 7.0 or \
         more, 5 of 5 (100.0 %, 56.6 to 100.0) were followed by an incident within 14 days; of \
         other deployments that changed dependencies, 5 of 95 (5.3 %, 2.3 to 11.7), n = 100. \
         Needed: 15 more such deployments. With so many, a risk ratio below 9.06 would likely go \
         unseen."
    );
}

#[test]
fn equal_shares_are_inconclusive_with_what_could_have_been_seen() {
    let one = headline(&of_table([5, 95, 45, 855]));
    let Verdict::Inconclusive {
        doubts,
        smallest_risk_ratio,
    } = &one.verdict
    else {
        panic!("{:?}", one.verdict);
    };
    assert_eq!(*doubts, [Doubt::Fisher, Doubt::RiskRatio]);
    let smallest = *smallest_risk_ratio.known().unwrap();
    assert!(2.0 < smallest && smallest < 3.0, "{smallest}");
}

#[test]
fn with_few_expected_the_exact_interval_decides() {
    let one = headline(&of_table([4, 16, 8, 192]));
    let ratios = one.crude.known().unwrap();
    assert_eq!(ratios.trusted, Trusted::Exact);
    assert!(
        one.sentence.contains(", exact), Fisher's"),
        "{}",
        one.sentence
    );
    assert_eq!(
        headline(&of_table([12, 188, 30, 970]))
            .crude
            .known()
            .unwrap()
            .trusted,
        Trusted::Asymptotic
    );
}

/// Treatments of kidney stones: C. R. Charig and others, 1986. Each repository says that exposure does less harm, and
/// both together say that it does more.
#[test]
fn a_difference_that_turns_round_within_repositories_is_warned_of_and_no_association() {
    let mut ledger = ledger(&["acme/small", "acme/large"]);
    fill(&mut ledger, Some(0), [6, 81, 36, 234], &judged(0));
    fill(&mut ledger, Some(1), [71, 192, 25, 55], &judged(0));
    let one = headline(&ledger);
    assert_eq!(one.warnings, [Warning::Reversed]);
    assert!(
        matches!(&one.verdict, Verdict::Inconclusive { doubts, .. } if doubts.contains(&Doubt::Reversed))
    );
    assert!(
        one.sentence.contains("within them the other"),
        "{}",
        one.sentence
    );
}

#[test]
fn a_difference_between_repositories_only_is_no_association() {
    let mut ledger = ledger(&["acme/old", "acme/new"]);
    fill(&mut ledger, Some(0), [30, 70, 0, 0], &judged(0));
    fill(&mut ledger, Some(1), [0, 0, 10, 190], &judged(0));
    let one = headline(&ledger);
    assert!(one.crude.known().unwrap().fisher_p < 0.001);
    assert!(
        matches!(&one.verdict, Verdict::Inconclusive { doubts, .. } if *doubts == [Doubt::NotWithinRepositories])
    );
    assert_eq!(one.warnings, [Warning::StrataEmpty]);
}

#[test]
fn repositories_that_differ_from_each_other_are_warned_of() {
    let mut ledger = ledger(&["acme/shop", "acme/cart"]);
    fill(&mut ledger, Some(0), [40, 60, 10, 90], &judged(0));
    fill(&mut ledger, Some(1), [10, 90, 12, 88], &judged(0));
    let one = headline(&ledger);
    assert_eq!(one.warnings, [Warning::Heterogeneous]);
    assert!(one.stratified.known().unwrap().heterogeneity.unwrap().p < 0.001);
}

#[test]
fn only_repositories_with_enough_data_have_a_p_and_it_is_corrected_for_their_number() {
    let mut ledger = ledger(&["acme/shop", "acme/cart", "acme/tiny"]);
    fill(&mut ledger, Some(0), [12, 88, 30, 870], &judged(0));
    fill(&mut ledger, Some(1), [6, 34, 9, 151], &judged(0));
    fill(&mut ledger, Some(2), [5, 0, 5, 90], &judged(0));
    deploy(&mut ledger, None, 0, &[Some(judged(0))]);
    let rows = told(&ledger).observed.repositories;
    let told: Vec<(Option<&str>, Option<f64>)> = rows
        .iter()
        .map(|row| (row.repository.as_deref(), row.adjusted_p.known().copied()))
        .collect();
    let [(cart, Some(of_cart)), (shop, Some(of_shop)), tiny, unknown] = told[..] else {
        panic!("{told:?}");
    };
    assert_eq!((cart, shop), (Some("acme/cart"), Some("acme/shop")));
    assert!(near(of_shop, 0.000_448 * 2.0) && near(of_cart, 0.084_399));
    assert_eq!((tiny, unknown), ((Some("acme/tiny"), None), (None, None)));
    assert_eq!(rows[2].adjusted_p, Figure::Absent(Absent::InsufficientData));
    assert_eq!(rows[2].lacking.unwrap().exposed, 15);
}

#[test]
fn reconstructed_deployments_say_so() {
    let mut decision = judged(0);
    decision.observation = Observation::Reconstructed;
    let mut ledger = ledger(&["acme/shop"]);
    fill(&mut ledger, Some(0), [12, 88, 30, 870], &decision);
    let told = told(&ledger);
    assert!(
        told.reconstructed
            .headline
            .sentence
            .starts_with("Reconstructed deployments")
    );
    assert_eq!(told.observed.deployments, 0);
}

#[test]
fn no_sentence_speaks_of_causes() {
    for table in [
        [12, 88, 30, 870],
        [6, 34, 9, 151],
        [5, 0, 5, 90],
        [0, 0, 0, 0],
    ] {
        let series = told(&of_table(table)).observed;
        for one in [
            &series.headline,
            &series.all_others,
            &series.overridden.comparison,
        ] {
            assert!(!one.sentence.contains("cause"), "{}", one.sentence);
            assert!(one.sentence.contains("n = "), "{}", one.sentence);
        }
    }
}

#[test]
fn the_time_to_an_incident_is_tested_only_with_enough_data() {
    let log_rank = |table| told(&of_table(table)).observed.times.log_rank;
    assert!(log_rank([12, 88, 30, 870]).known().unwrap().p < 0.001);
    assert_eq!(
        log_rank([5, 0, 5, 90]),
        Figure::Absent(Absent::InsufficientData)
    );
}

#[test]
fn a_program_reads_what_is_absent_and_why() {
    let verdict = headline(&Ledger::default()).verdict;
    let expected = serde_json::json!({"insufficient-data": {
        "lacking": {"exposed": 20, "others": 20, "incidents": 5},
        "smallest-risk-ratio": {"absent": "nothing-counted"},
    }});
    assert_eq!(serde_json::to_value(verdict).unwrap(), expected);
}
