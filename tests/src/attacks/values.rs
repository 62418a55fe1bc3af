//! Guests that return what the contract forbids: nothing of it is stored or decided, and the real component goes on. Each
//! attack gives what the host said.

use koalr_guests::{self as guests, Guest};
use koalr_host::jobs::{ChangeFile, ConnectOptions, JudgeOptions, connect, judge};
use koalr_platform::model::common::{
    Change, Coverage, CoverageState, DependencyChange, ExploitMaturity, FindingClass, FixState,
    Reachability,
};
use koalr_platform::model::evidence::{Evidence, FindingFact, Observation, Presence};
use koalr_store::Tenant;

use crate::stage::{NOW, Stage, options};

/// See `tests/guests/hostile/examples/returns_nan.rs`.
pub async fn returns_nan() -> String {
    stores_nothing(
        guests::RETURNS_NAN,
        "sync: records[0].measurement.value is NaN; it is finite: a number that is not known is left out",
    )
    .await
}

/// See `returns_wild_scores.rs`.
pub async fn returns_wild_scores() -> String {
    stores_nothing(
        guests::RETURNS_WILD_SCORES,
        "sync: records[0].finding.cvss[0].score is 137; it is 0 to 100; sync: records[0].finding.risk is 65535; it is 0 to 1000",
    )
    .await
}

/// See `returns_others_ids.rs`: the sound record beside it is not stored either.
pub async fn returns_others_ids() -> String {
    stores_nothing(
        guests::RETURNS_OTHERS_IDS,
        "sync: records[1].finding.organization is `somebody-else`, which was not asked about",
    )
    .await
}

/// See `contradicts_its_batch.rs`: nothing is missing because of it.
pub async fn contradicts_its_batch() -> String {
    let stage = Stage::set().await;
    let organization = stage.organization();
    let sentence = format!(
        "sync: records[1] ends the listing `issues` of `{organization}`, which is both completed and broken"
    );
    refuses_to_store(stage, guests::CONTRADICTS_ITS_BATCH, &sentence).await
}

/// See `lies_about_requests.rs`.
pub async fn lies_about_requests() -> String {
    stores_nothing(
        guests::LIES_ABOUT_REQUESTS,
        "sync: requests is 7; the host counted 0",
    )
    .await
}

/// See `walks_in_a_circle.rs`: what it brought on its way is stored, as that was sound.
pub async fn walks_in_a_circle() -> String {
    let mut stage = Stage::set().await;
    let said = stage.synced_by(guests::WALKS_IN_A_CIRCLE).await;
    let sentence =
        "sync: cursor is one that this walk had before, so that it would go round for ever";
    assert_eq!(said, breach(sentence));
    stage.goes_on_with_the_real_one().await;
    said
}

/// See `never_ends_its_walk.rs`.
pub async fn never_ends_its_walk() -> String {
    let mut stage = Stage::set().await;
    let said = stage.synced_by(guests::NEVER_ENDS_ITS_WALK).await;
    let sentence = "sync: 1000 batches in a row asked the upstream nothing; a walk reads from it";
    assert_eq!(said, breach(sentence));
    stage.goes_on_with_the_real_one().await;
    said
}

/// See `sums_wrongly.rs`.
pub async fn sums_wrongly() -> String {
    decides_nothing(
        guests::SUMS_WRONGLY,
        CoverageState::Complete,
        "score: contributions add up to 0; the score is 1000",
    )
    .await
}

/// See `contradicts_its_verdict.rs`.
pub async fn contradicts_its_verdict() -> String {
    decides_nothing(
        guests::CONTRADICTS_ITS_VERDICT,
        CoverageState::Complete,
        "gate: decision is pass; the strictest of what it names is block",
    )
    .await
}

/// See `passes_the_unknown.rs`.
pub async fn passes_the_unknown() -> String {
    decides_nothing(
        guests::PASSES_THE_UNKNOWN,
        CoverageState::Partial,
        "gate: decision is pass, and coverage[0] of `issues`, which rule `made-up-rule` depends on, is not complete",
    )
    .await
}

/// See `connects_to_others.rs`: the connection that there was stays.
pub async fn connects_to_others() -> String {
    let mut stage = Stage::set().await;
    let hostile = stage.load(guests::CONNECTS_TO_OTHERS).await.unwrap();
    let organization = stage.organization();
    let options = ConnectOptions {
        organizations: vec![organization.clone()],
        ..options(&stage.upstream)
    };
    let refused = connect(&hostile, &mut stage.tenant, options, NOW).await;
    let sentence = format!(
        "connect: organizations[0].id is `org-1`, which was not chosen; connect: organizations do not hold `{organization}`, which was chosen; that is `organizations-not-visible`"
    );
    assert_eq!(refused.unwrap_err().to_string(), breach(&sentence));
    assert_eq!(stage.organization(), organization);
    stage.goes_on_with_the_real_one().await;
    breach(&sentence)
}

/// See `describes_itself_wrongly.rs`.
pub async fn describes_itself_wrongly() -> String {
    let mut stage = Stage::set().await;
    let refused = stage.load(guests::DESCRIBES_ITSELF_WRONGLY).await;
    let default = "parameters[0].default is 101; it is 0 to 100";
    let sentence = format!(
        "describe: rules[0].{default}; describe: rules[1].code is `made-up-rule`, which is there before; describe: rules[1].{default}"
    );
    assert_eq!(refused.err().unwrap().to_string(), breach(&sentence));
    stage.goes_on_with_the_real_one().await;
    breach(&sentence)
}

async fn stores_nothing(guest: Guest, sentence: &str) -> String {
    refuses_to_store(Stage::set().await, guest, sentence).await
}

async fn refuses_to_store(mut stage: Stage, guest: Guest, sentence: &str) -> String {
    let before = stage.stored();
    assert_eq!(stage.synced_by(guest).await, breach(sentence));
    assert_eq!(stage.stored(), before);
    stage.goes_on_with_the_real_one().await;
    breach(sentence)
}

/// Judging with the guest fails with this sentence, stores no decision, and works with the real component.
async fn decides_nothing(guest: Guest, coverage: CoverageState, sentence: &str) -> String {
    let mut stage = Stage::set().await;
    let hostile = stage.load(guest).await.unwrap();
    let options = JudgeOptions::default();
    let refused = judge(&hostile, &mut stage.tenant, change(coverage), &options, NOW).await;
    assert_eq!(refused.unwrap_err().to_string(), breach(sentence));
    let decision = |tenant: &Tenant| tenant.decision("snyk", "acme/shop#1", "head").unwrap();
    assert!(decision(&stage.tenant).is_none());
    judge(
        &stage.host,
        &mut stage.tenant,
        change(coverage),
        &options,
        NOW,
    )
    .await
    .unwrap();
    assert!(decision(&stage.tenant).is_some());
    breach(sentence)
}

fn breach(sentence: &str) -> String {
    format!("`snyk 0.2.0` broke the contract, and what it returned is not used: {sentence}")
}

/// A change that brings one vulnerability, with coverage of that state.
fn change(state: CoverageState) -> ChangeFile {
    let evidence = Evidence {
        observation: Observation::Observed,
        dependencies: Some(vec![DependencyChange {
            ecosystem: "npm".to_owned(),
            name: "left-pad".to_owned(),
            before: None,
            after: Some("1.0.0".to_owned()),
            direct: None,
            manifest: None,
        }]),
        findings: vec![FindingFact {
            vulnerability: "MADE-UP-1".to_owned(),
            package: "left-pad".to_owned(),
            version: "1.0.0".to_owned(),
            class: FindingClass::PackageVulnerability,
            severity: None,
            cvss_selected: Some(98),
            cvss_highest: Some(98),
            head: Presence::Present,
            base: Presence::Absent,
            dependency: Some(0),
            seen_before: false,
            disclosed_at: None,
            exploit: ExploitMaturity::Unknown,
            reachability: Reachability::Unknown,
            fix: FixState::Unknown,
            ignored: false,
        }],
        aliases: Vec::new(),
        licenses: Vec::new(),
        fix_candidates: Vec::new(),
        debt: Vec::new(),
        measurements: Vec::new(),
        coverage: vec![Coverage {
            route: "issues".to_owned(),
            subject: "org".to_owned(),
            state,
            as_of: Some(NOW),
            detail: String::new(),
        }],
        extra: Vec::new(),
    };
    ChangeFile {
        change: Change {
            id: "acme/shop#1".to_owned(),
            repository: "acme/shop".to_owned(),
            number: Some(1),
            head_sha: "head".to_owned(),
            base_sha: None,
            source_branch: None,
            target_branch: None,
        },
        title: String::new(),
        author: None,
        opened_at: None,
        base_score: None,
        dependencies: evidence.dependencies.clone(),
        evidence: Some(evidence),
    }
}
