//! What people let pass.

use koalr_host::jobs::override_change;
use koalr_platform::decision::Decision;
use koalr_platform::team::{Actor, Role};

use super::stage::{AS_OF, Stage};

/// A blocked change, and `lea`, who may override.
fn blocked() -> Stage {
    let mut stage = Stage::with_list("blocked");
    for (login, role) in [
        ("lea", Role::Lead),
        ("ada", Role::Security),
        ("mo", Role::Member),
    ] {
        stage
            .tenant
            .save_actor(&Actor::new(login, [role]).unwrap())
            .unwrap();
    }
    assert_eq!(
        stage.judge(None, AS_OF).report.settled.decision,
        Decision::Block
    );
    stage
}

fn refused(stage: &mut Stage, login: &str, head: Option<&str>) -> String {
    let id = stage.change.id.clone();
    let overridden = override_change(&mut stage.tenant, (&id, head), (login, "a hot fix"), AS_OF);
    overridden.unwrap_err().to_string()
}

#[test]
fn an_override_lifts_one_head_and_another_one_is_judged_anew() {
    let mut stage = blocked();
    let id = stage.change.id.clone();
    let by = ("@Lea", "a hot fix");
    override_change(&mut stage.tenant, (&id, Some("a1b2c3")), by, AS_OF + 1).unwrap();
    let lifted = stage.judge(None, AS_OF + 2).report;
    assert_eq!(lifted.settled.decision, Decision::Warn);
    let end = " `lea` lets this change pass at `a1b2c3` in spite of the gate; another commit is judged anew.";
    assert!(lifted.summary.ends_with(end), "{}", lifted.summary);
    assert_eq!(
        stage.audited(),
        ["connected", "decided", "overrode", "decided"]
    );
    stage.push("d4e5f6", AS_OF + 3);
    stage.save_list("blocked");
    let anew = stage.judge(None, AS_OF + 4).report;
    assert_eq!(anew.settled.decision, Decision::Block);
    assert_eq!(anew.settled.overridden, None);
}

#[test]
fn who_may_not_override_is_told_who_may_and_nothing_is_lifted() {
    let mut stage = blocked();
    for (login, reason) in [
        (
            "mo",
            "`mo` may not override the gate; ask somebody with the role `lead` or `security`",
        ),
        (
            "ADA",
            "`ada` wrote the change and may not override the gate for it; ask somebody else with the role `lead` or \
             `security`",
        ),
        (
            "eve",
            "`eve` is not in the team; an operator of this machine adds them with `koalr team add eve --role ROLE`",
        ),
    ] {
        assert_eq!(refused(&mut stage, login, None), reason);
    }
    assert_eq!(
        stage.judge(None, AS_OF + 1).report.settled.decision,
        Decision::Block
    );
}

#[test]
fn an_override_of_a_head_that_is_no_more_is_refused() {
    let mut stage = blocked();
    stage.push("d4e5f6", AS_OF + 1);
    let id = &stage.change.id;
    let expected = format!(
        "`{id}` is at `d4e5f6` by now, and an override holds for one commit only, not for `a1b2c3`; look at it again"
    );
    assert_eq!(refused(&mut stage, "lea", Some("a1b2c3")), expected);
}
