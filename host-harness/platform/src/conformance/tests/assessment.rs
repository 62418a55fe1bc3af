use super::told;
use super::verdict::evidence;
use crate::conformance::check_assessment;
use crate::model::assessment::{
    Assessment, Attributed, Attribution, Bump, Contribution, ContributionSubject, Counterfactual,
    Factor, UnknownFact,
};

fn part(subject: ContributionSubject, points: u16) -> Contribution {
    Contribution {
        subject,
        points,
        hazard: 1,
        terms: vec![1, 1],
    }
}

fn assessment() -> Assessment {
    let attributed = Attributed {
        attribution: Attribution::Introduced,
        bump: Bump::Minor,
        kept_by_upgrade: false,
        cvss: Some(98),
        assumed: false,
    };
    Assessment {
        model: "model-1".to_owned(),
        score: 500,
        findings: vec![attributed.clone(), attributed],
        factors: vec![Factor {
            factor: "Security".to_owned(),
            score: 500,
            weight: 1000,
        }],
        contributions: vec![
            part(ContributionSubject::Finding(1), 300),
            part(ContributionSubject::Debt, 200),
        ],
        terms: vec!["base".to_owned(), "bump".to_owned()],
        counterfactuals: vec![Counterfactual {
            dependency: 0,
            version: "2.0.0".to_owned(),
            score: 200,
            removes: vec![1],
            verified: true,
        }],
        unknowns: vec![UnknownFact {
            code: "cvss-assumed".to_owned(),
            finding: Some(0),
            message: String::new(),
        }],
        extra: Vec::new(),
    }
}

#[track_caller]
fn says(change: impl FnOnce(&mut Assessment), sentences: &[&str]) {
    let mut assessment = assessment();
    change(&mut assessment);
    assert_eq!(told(check_assessment(&evidence(), &assessment)), sentences);
}

#[test]
fn a_sound_assessment_breaks_nothing() {
    says(|_| (), &[]);
}

#[test]
fn contributions_add_up_to_the_score() {
    says(
        |one| one.score = 501,
        &["score: contributions add up to 500; the score is 501"],
    );
}

#[test]
fn the_largest_contribution_comes_first() {
    says(
        |one| one.contributions.reverse(),
        &["score: contributions[1].points are 300, more than those before; the largest come first"],
    );
}

#[test]
fn scores_and_points_have_a_range() {
    says(
        |one| {
            one.score = 1001;
            one.contributions = vec![part(ContributionSubject::Debt, 1001)];
            one.findings[0].cvss = Some(101);
            one.factors[0].weight = 1001;
            one.counterfactuals[0].score = 1001;
        },
        &[
            "score: score is 1001; it is 0 to 1000",
            "score: findings[0].cvss is 101; it is 0 to 100",
            "score: factors[0].weight is 1001; it is 0 to 1000",
            "score: contributions[0].points is 1001; it is 0 to 1000",
            "score: counterfactuals[0].score is 1001; it is 0 to 1000",
        ],
    );
}

#[test]
fn indexes_count_in_the_evidence() {
    says(
        |one| {
            one.contributions[0].subject = ContributionSubject::Finding(2);
            one.contributions[1].subject = ContributionSubject::Measurement(1);
            one.counterfactuals[0].dependency = 1;
            one.counterfactuals[0].removes = vec![2];
            one.unknowns[0].finding = Some(u32::MAX);
        },
        &[
            "score: contributions[0].subject is 2, and there are 2 findings",
            "score: contributions[1].subject is 1, and there are 1 measurements",
            "score: counterfactuals[0].dependency is 1, and there are 1 dependencies",
            "score: counterfactuals[0].removes[0] is 2, and there are 2 findings",
            "score: unknowns[0].finding is 4294967295, and there are 2 findings",
        ],
    );
}

#[test]
fn every_finding_is_judged_and_the_lists_that_must_be_are_not_empty() {
    says(
        |one| {
            one.findings.truncate(1);
            one.findings[0].cvss = None;
            one.findings[0].assumed = true;
            one.factors.clear();
            one.counterfactuals[0].removes.clear();
        },
        &[
            "score: findings are 1; the evidence has 2, and each is there in its order",
            "score: findings[0].assumed is true, and there is no score that could be",
            "score: factors are empty",
            "score: counterfactuals[0].removes are empty",
        ],
    );
}

#[test]
fn the_arithmetic_has_as_many_terms_as_are_named() {
    says(
        |one| {
            one.contributions[0].terms = vec![1];
            one.contributions[1].terms.clear();
            one.terms[1] = "Bump".to_owned();
        },
        &[
            "score: contributions[0].terms are 1; the assessment names 2, and there are as many or none",
            "score: terms[1] is `Bump`; it is kebab-case, for example `sample-word`",
        ],
    );
}
