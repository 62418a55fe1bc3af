use proptest::prelude::*;

use super::*;

fn release(version: &str) -> Release {
    Release {
        version: version.to_owned(),
        hash: ContentHash::of(version.as_bytes()),
    }
}

fn sample() -> Rollout {
    Rollout::first("sample", release("1.0.0"))
}

fn percent(percent: u8) -> Cohort {
    Cohort::Percent(Percent::new(percent).unwrap())
}

fn of(tenants: &[&str]) -> Cohort {
    Cohort::Tenants(tenants.iter().map(|&one| one.to_owned()).collect())
}

/// What the refusal says, and that nothing changed by it.
#[track_caller]
fn refusal(
    rollout: &Rollout,
    change: impl FnOnce(&mut Rollout) -> Result<Moved, Refused>,
) -> String {
    let mut changed = rollout.clone();
    let refused = change(&mut changed).unwrap_err();
    assert_eq!(&changed, rollout);
    refused.to_string()
}

#[test]
fn a_swap_serves_everybody_and_a_rollback_takes_it_back_once() {
    let mut rollout = sample();
    let moved = rollout.swap(release("2.0.0")).unwrap();
    assert_eq!(
        (moved.from, moved.to),
        (Some(release("1.0.0")), Some(release("2.0.0")))
    );
    assert_eq!(rollout.resolve("acme"), &release("2.0.0"));
    let moved = rollout.rollback().unwrap();
    assert_eq!(
        (moved.from, moved.to),
        (Some(release("2.0.0")), Some(release("1.0.0")))
    );
    assert_eq!(rollout.resolve("acme"), &release("1.0.0"));
    assert_eq!(
        refusal(&rollout, Rollout::rollback),
        "`sample` has no earlier version to go back to; name one with `koalr plugin swap sample VERSION`"
    );
}

#[test]
fn what_serves_already_is_not_swapped_in() {
    assert_eq!(
        refusal(&sample(), |rollout| rollout.swap(release("1.0.0"))),
        "1.0.0 of `sample` serves already; `koalr plugin list` shows what serves whom"
    );
}

#[test]
fn a_candidate_serves_its_cohort_until_it_is_promoted() {
    let mut rollout = sample();
    rollout.try_out(release("2.0.0"), of(&["acme"])).unwrap();
    assert_eq!(rollout.resolve("acme"), &release("2.0.0"));
    assert_eq!(rollout.resolve("rival"), &release("1.0.0"));
    rollout.promote().unwrap();
    assert_eq!(rollout.resolve("rival"), &release("2.0.0"));
    assert_eq!(
        (rollout.previous, rollout.candidate),
        (Some(release("1.0.0")), None)
    );
}

#[test]
fn a_withdrawn_candidate_serves_nobody() {
    let mut rollout = sample();
    rollout.try_out(release("2.0.0"), percent(100)).unwrap();
    assert_eq!(rollout.resolve("acme"), &release("2.0.0"));
    rollout.withdraw().unwrap();
    assert_eq!(rollout, sample());
    let sentence = "no version of `sample` is being tried; begin with `koalr plugin swap sample VERSION --percent N`";
    assert_eq!(refusal(&rollout, Rollout::withdraw), sentence);
    assert_eq!(refusal(&rollout, Rollout::promote), sentence);
}

#[test]
fn the_cohort_of_a_candidate_can_grow_but_a_second_candidate_waits() {
    let mut rollout = sample();
    rollout.try_out(release("2.0.0"), percent(10)).unwrap();
    rollout.try_out(release("2.0.0"), percent(20)).unwrap();
    assert_eq!(rollout.candidate.as_ref().unwrap().cohort, percent(20));
    let sentence = "2.0.0 of `sample` is being tried; `koalr plugin promote sample` lets it serve everybody, and \
                    `koalr plugin rollback sample` withdraws it";
    let other = |rollout: &mut Rollout| rollout.try_out(release("3.0.0"), percent(10));
    assert_eq!(refusal(&rollout, other), sentence);
    assert_eq!(
        refusal(&rollout, |rollout| rollout.swap(release("3.0.0"))),
        sentence
    );
}

#[test]
fn a_swap_to_the_candidate_promotes_it() {
    let mut rollout = sample();
    rollout.try_out(release("2.0.0"), percent(10)).unwrap();
    let moved = rollout.swap(release("2.0.0")).unwrap();
    assert_eq!((moved.action, rollout.candidate), (Action::Promoted, None));
}

#[test]
fn a_rollback_to_the_candidate_ends_the_trial() {
    let mut rollout = sample();
    rollout.swap(release("2.0.0")).unwrap();
    rollout.try_out(release("1.0.0"), percent(10)).unwrap();
    rollout.rollback().unwrap();
    assert_eq!(
        (rollout.current, rollout.candidate),
        (release("1.0.0"), None)
    );
}

#[test]
fn a_cohort_of_nobody_is_said_in_percent() {
    let nobody = |rollout: &mut Rollout| rollout.try_out(release("2.0.0"), of(&[]));
    assert_eq!(
        refusal(&sample(), nobody),
        "a cohort names at least one tenant; `--percent 0` tries a version with nobody"
    );
    let mut rollout = sample();
    rollout.try_out(release("2.0.0"), percent(0)).unwrap();
    assert_eq!(rollout.resolve("acme"), &release("1.0.0"));
}

#[test]
fn a_pin_of_a_tenant_stands_above_all_else() {
    let mut rollout = sample();
    rollout.pin(release("1.0.0"), Some("acme")).unwrap();
    rollout.swap(release("2.0.0")).unwrap();
    rollout.try_out(release("3.0.0"), percent(100)).unwrap();
    assert_eq!(rollout.resolve("acme"), &release("1.0.0"));
    assert_eq!(rollout.resolve("rival"), &release("3.0.0"));
    rollout.pin(release("2.0.0"), None).unwrap();
    assert_eq!(rollout.resolve("acme"), &release("1.0.0"));
    assert_eq!(rollout.resolve("rival"), &release("2.0.0"));
    let moved = rollout.unpin(Some("acme")).unwrap();
    assert_eq!(
        (moved.from, moved.to),
        (Some(release("1.0.0")), Some(release("2.0.0")))
    );
}

#[test]
fn nothing_is_swapped_under_a_pin_of_all() {
    let mut rollout = sample();
    rollout.swap(release("2.0.0")).unwrap();
    rollout.pin(release("2.0.0"), None).unwrap();
    let sentence =
        "`sample` is pinned to 2.0.0 for every tenant; `koalr plugin unpin sample` lifts that";
    assert_eq!(
        refusal(&rollout, |rollout| rollout.swap(release("3.0.0"))),
        sentence
    );
    assert_eq!(refusal(&rollout, Rollout::rollback), sentence);
    let tried = |rollout: &mut Rollout| rollout.try_out(release("3.0.0"), percent(1));
    assert_eq!(refusal(&rollout, tried), sentence);
    rollout.unpin(None).unwrap();
    rollout.swap(release("3.0.0")).unwrap();
}

#[test]
fn a_pin_that_is_not_there_is_not_taken_away() {
    assert_eq!(
        refusal(&sample(), |rollout| rollout.unpin(Some("acme"))),
        "`sample` is not pinned for tenant `acme`; `koalr plugin list` shows the pins"
    );
    assert_eq!(
        refusal(&sample(), |rollout| rollout.unpin(None)),
        "`sample` is not pinned for every tenant; `koalr plugin list` shows the pins"
    );
}

#[test]
fn a_pause_says_why_and_ends_once() {
    let mut rollout = sample();
    assert_eq!(
        refusal(&rollout, |rollout| rollout.pause(" ", 5)),
        "a pause says why, for whoever meets it; write a reason after `--why`"
    );
    rollout.pause("upstream is down", 5).unwrap();
    assert_eq!(
        refusal(&rollout, |rollout| rollout.pause("again", 6)),
        "`sample` is paused already (upstream is down); `koalr plugin resume sample` ends that"
    );
    rollout.resume().unwrap();
    assert_eq!(
        refusal(&rollout, Rollout::resume),
        "`sample` is not paused; nothing is to be resumed"
    );
}

#[test]
fn a_version_in_use_says_all_that_it_is_for() {
    let mut rollout = sample();
    rollout.swap(release("2.0.0")).unwrap();
    rollout.pin(release("1.0.0"), Some("acme")).unwrap();
    let refused = rollout.refuse_used(&release("1.0.0")).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "1.0.0 of `sample` is in use: a rollback goes back to it, it is pinned for tenant `acme`; swap or unpin first"
    );
    rollout.refuse_used(&release("3.0.0")).unwrap();
}

#[test]
fn a_share_is_the_same_on_every_machine() {
    let tenants = ["acme", "globex", "initech", "umbrella", "hooli", "rival"];
    let places = tenants.map(|tenant| {
        (0..=100)
            .find(|&share| percent(share).holds("sample", tenant))
            .unwrap()
            - 1
    });
    // Reckoned with another program.
    assert_eq!(places, [83, 39, 37, 2, 92, 25]);
}

#[test]
fn what_is_no_hash_and_no_percentage_is_not_read() {
    for text in ["\"../acme\"", "\"ABCD\"", "\"\""] {
        assert!(serde_json::from_str::<ContentHash>(text).is_err(), "{text}");
    }
    assert!(serde_json::from_str::<Percent>("101").is_err());
}

/// A change by its number, whatever comes of it.
fn change(rollout: &mut Rollout, (what, version, tenant): (u8, u8, u8)) {
    let release = release(&format!("{version}.0.0"));
    let tenant = ["acme", "rival"][usize::from(tenant)];
    // What is refused is as good as what is not: the properties hold after both.
    let _ = match what {
        0 => rollout.swap(release),
        1 => rollout.rollback(),
        2 => rollout.try_out(release, of(&[tenant])),
        3 => rollout.try_out(release, percent(50)),
        4 => rollout.promote(),
        5 => rollout.withdraw(),
        6 => rollout.pin(release, Some(tenant)),
        7 => rollout.pin(release, None),
        8 => rollout.unpin(Some(tenant)),
        9 => rollout.unpin(None),
        10 => rollout.pause("why", 1),
        _ => rollout.resume(),
    };
}

proptest! {
    #[test]
    fn who_is_in_a_share_is_in_every_larger_one(tenant in "[a-z0-9-]{1,12}", small in 0_u8..=100, more in 0_u8..=100) {
        let large = small.saturating_add(more).min(100);
        prop_assert!(!percent(small).holds("sample", &tenant) || percent(large).holds("sample", &tenant));
        prop_assert!(percent(100).holds("sample", &tenant));
        prop_assert!(!percent(0).holds("sample", &tenant));
    }

    #[test]
    fn what_serves_is_always_in_use_and_survives_storage(
        changes in prop::collection::vec((0_u8..12, 1_u8..4, 0_u8..2), 0..24)
    ) {
        let mut rollout = sample();
        for one in changes {
            change(&mut rollout, one);
            for tenant in ["acme", "rival", "other"] {
                prop_assert!(!rollout.uses(&rollout.resolve(tenant).hash).is_empty());
            }
            prop_assert!(rollout.releases().iter().all(|one| !rollout.uses(&one.hash).is_empty()));
            prop_assert!(rollout.previous.as_ref() != Some(&rollout.current));
            let tried = rollout.candidate.as_ref().map(|one| &one.release);
            prop_assert!(tried != Some(&rollout.current));
            let json = serde_json::to_string(&rollout).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Rollout>(&json).unwrap(), &rollout);
        }
    }
}
