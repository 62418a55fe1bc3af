use super::*;

fn actor(login: &str, role: Role) -> Actor {
    Actor::new(login, [role]).unwrap()
}

fn change(head_sha: &str) -> Change {
    Change {
        id: "acme/shop#7".to_owned(),
        repository: "acme/shop".to_owned(),
        number: Some(7),
        head_sha: head_sha.to_owned(),
        base_sha: None,
        source_branch: None,
        target_branch: None,
    }
}

fn given(reason: &str, head_sha: &str) -> Result<Override, OverrideError> {
    let lead = actor("ada", Role::Lead);
    Override::new(&lead, (&change(head_sha), Some("mona")), reason, 9)
}

#[test]
fn each_act_is_for_its_roles_only() {
    use Role::{Lead, Member, Operator, Security};
    let able: [(Act, &[Role]); 6] = [
        (Act::Override, &[Lead, Security]),
        (Act::Waive, &[Lead, Security]),
        (Act::Revoke, &[Lead, Security]),
        (Act::SetPolicy, &[Security, Operator]),
        (Act::Connect, &[Operator]),
        (Act::Replay, &[Operator]),
    ];
    for (act, roles) in able {
        for role in [Member, Lead, Security, Operator] {
            let may = actor("ada", role).may(act, Some("mona"));
            assert_eq!(may.is_ok(), roles.contains(&role), "{act:?} {role:?}");
        }
    }
}

#[test]
fn a_refusal_says_who_may() {
    let refused = actor("ada", Role::Member).may(Act::Override, Some("mona"));
    assert_eq!(
        refused.unwrap_err().to_string(),
        "`ada` may not override the gate; ask somebody with the role `lead` or `security`"
    );
}

#[test]
fn the_author_is_refused_in_any_spelling_of_the_login() {
    for author in ["ada", "ADA", "@Ada", " @ada "] {
        for act in [Act::Override, Act::Waive] {
            let refused = actor("@Ada", Role::Security).may(act, Some(author));
            assert_eq!(refused, Err(Refusal::Author("Ada".to_owned(), act)));
        }
    }
    assert_eq!(
        Refusal::Author("ada".to_owned(), Act::Waive).to_string(),
        "`ada` wrote the change and may not approve a waiver for it; ask somebody else with the role `lead` or `security`"
    );
}

#[test]
fn an_unknown_author_is_refused_too() {
    for author in [None, Some(""), Some(" @ "), Some("a da")] {
        let refused = actor("ada", Role::Lead).may(Act::Override, author);
        assert_eq!(
            refused.unwrap_err().to_string(),
            "nobody may override the gate while it is not known who wrote the change: it might be `ada`; name its author"
        );
    }
}

#[test]
fn who_wrote_a_change_does_not_matter_where_no_change_is_approved() {
    let operator = actor("ada", Role::Operator);
    assert_eq!(operator.may(Act::Connect, Some("ada")), Ok(()));
    assert_eq!(operator.may(Act::Replay, None), Ok(()));
}

#[test]
fn a_login_that_only_looks_like_another_is_none() {
    for login in ["", "@", "a b", "аda", &"a".repeat(255)] {
        assert!(Actor::new(login, []).is_err(), "{login}");
    }
    assert_eq!(
        Actor::new("a b", []).unwrap_err().to_string(),
        "`a b` is no login: expected letters, digits and signs without spaces, at most 254 of them"
    );
}

#[test]
fn a_team_tells_who_of_it_may() {
    let team = [
        actor("ada", Role::Lead),
        actor("mona", Role::Lead),
        actor("finn", Role::Operator),
    ];
    let able: Vec<&str> = able(&team, Act::Override, Some("mona"))
        .map(Actor::login)
        .collect();
    assert_eq!(able, ["ada"]);
}

#[test]
fn an_override_is_bound_to_one_head() {
    let one = given("hotfix for the outage", "ABCDEF1").unwrap();
    assert!(one.holds_for(&change("abcdef1")));
    assert!(!one.holds_for(&change("abcdef2")));
    assert!(!one.holds_for(&change("abcdef")));
    let other = Change {
        id: "acme/shop#8".to_owned(),
        ..change("abcdef1")
    };
    assert!(!one.holds_for(&other));
    assert_eq!(
        one.note(),
        "`ada` lets this change pass at `ABCDEF1` in spite of the gate; another commit is judged anew."
    );
}

#[test]
fn an_override_needs_a_reason_of_bounded_length() {
    assert_eq!(
        given(" \n", "a1").unwrap_err().to_string(),
        "an override needs a reason; say why this change may pass"
    );
    assert!(given(&"é".repeat(1_000), "a1").is_ok());
    assert_eq!(
        given(&"é".repeat(1_001), "a1").unwrap_err().to_string(),
        "the reason has 1001 characters; say it in at most 1000"
    );
}

#[test]
fn an_override_without_a_head_is_refused_and_one_that_was_stored_so_holds_for_nothing() {
    assert_eq!(
        given("why", "").unwrap_err().to_string(),
        "the change has no head commit, and an override holds for one commit only"
    );
    let stored = Override {
        head_sha: String::new(),
        ..given("why", "a1").unwrap()
    };
    assert!(!stored.holds_for(&change("")));
}

#[test]
fn who_may_not_cannot_override() {
    let member = actor("ada", Role::Member);
    let refused = Override::new(&member, (&change("a1"), Some("mona")), "why", 9);
    let why = Refusal::Role("ada".to_owned(), Act::Override);
    assert_eq!(refused, Err(OverrideError::Refused(why)));
}
