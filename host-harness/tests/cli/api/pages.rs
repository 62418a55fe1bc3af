//! The pages about changes, as a browser meets them.

use serde_json::{Value, json};

use super::{Served, at};
use crate::visitor::{Shown, Visitor};

fn signed_in(served: &Served, login: &str) -> Visitor {
    Visitor::signed_in(&served.koalr, &served.address, &["--as", login])
}

/// Posts a form with the hidden fields of a page; where it leads, or the page that says why not.
fn post(visitor: &Visitor, page: &Shown, path: &str, form: &str) -> Result<String, String> {
    let hidden = ["mark", "as-of", "head-sha"].map(|name| format!("{name}={}", page.hidden(name)));
    let form = format!("{}&{form}", hidden.join("&"));
    let answer = visitor.ask(&format!("POST {path}"), &form);
    match answer.status {
        303 => Ok(answer.header("location").unwrap().to_owned()),
        422 => Err(answer.body),
        _ => panic!("{answer:?}"),
    }
}

fn path(change: &Value) -> String {
    at(change).replace("/api/v1", "")
}

#[test]
fn a_waiver_by_form_flips_the_gate() {
    let mut served = Served::new();
    let (change, key) = served.imported(&json!({ "state": "open" }));
    let path = path(&change);
    let ines = signed_in(&served, "ines");
    assert!(
        ines.page(&path)
            .contains("Nothing is decided about this change yet")
    );
    served.hand_in(&change, &key);
    let told = served.decided(&change, &key);
    let summary = told["decided"]["summary"].as_str().unwrap();

    let list = ines.page("/changes?repository=&state=open&decision=block");
    assert!(list.contains(&format!("href=\"{path}\"")), "{list}");
    let none = ines.page("/changes?decision=pass");
    assert!(none.contains("No change fits these filters"), "{none}");
    let page = ines.get(&path);
    assert!(
        page.body
            .contains(&format!("<p class=\"sentence\">{summary}</p>")),
        "{page:?}"
    );
    let post = |form: &str| post(&ines, &page, &format!("{path}/waive"), form);
    let untold = post("finding=0&waiver-reason=build+only&author=priya&until=").unwrap_err();
    assert!(untold.contains("no waiver holds for ever"), "{untold}");
    let long =
        post("finding=0&waiver-reason=build+only&author=priya&until=2999-01-01").unwrap_err();
    assert!(long.contains(">build only</textarea>"), "{long}");
    let until = page.hidden("until");
    let blank = post(&format!("finding=0&author=priya&until={until}")).unwrap_err();
    assert!(
        blank.contains("`reason` is missing; say why it may pass"),
        "{blank}"
    );
    let ticked: Vec<String> = (0..9).map(|index| format!("finding={index}")).collect();
    let ticked = ticked.join("&");
    let form = format!("{ticked}&waiver-reason=build+only&author=priya&until={until}");
    assert_eq!(post(&form).unwrap(), format!("{path}?done=waived"));
    // Whether it was judged again since or not, who presses twice approves once.
    let _ = post(&form);
    let (_, stored) = served.ask("GET /api/v1/waivers", &key, &Value::Null);
    assert_eq!(stored["items"].as_array().unwrap().len(), 1, "{stored}");
    let told = served.decided(&change, &key);
    assert_ne!(told["decided"]["decision"], "block", "{told}");
    let page = ines.page(&format!("{path}?done=waived"));
    assert!(page.contains("Your waiver is stored"), "{page}");
    assert!(
        page.contains("build only") && !page.contains("id=\"lift\""),
        "{page}"
    );
}

#[test]
fn an_override_by_form_holds_for_the_commit_and_the_author_is_offered_none() {
    let mut served = Served::new();
    let (change, key) = served.imported(&json!({ "state": "open" }));
    let path = path(&change);
    served.hand_in(&change, &key);
    served.decided(&change, &key);
    let ran = served
        .koalr
        .run(&["team", "add", "priya", "--role", "lead"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let priya = signed_in(&served, "priya");
    let page = priya.get(&path);
    page.says(&["`priya` wrote the change and may not"]);
    assert_eq!(page.hidden("head-sha"), "", "{page:?}");
    let head = change["head-sha"].as_str().unwrap();
    let mine = [("head-sha", head), ("override-reason", "mine")];
    let refused = priya.post(&format!("{path}/override"), &mine);
    assert_eq!(refused.status, 422, "{refused:?}");

    let ines = signed_in(&served, "ines");
    let page = ines.get(&path);
    let to = format!("{path}/override");
    let blank = post(&ines, &page, &to, "override-reason=").unwrap_err();
    assert!(blank.contains("an override needs a reason"), "{blank}");
    let done = post(&ines, &page, &to, "override-reason=outage").unwrap();
    assert_eq!(done, format!("{path}?done=overridden"));
    let forged = ines.post_bare(&to, &[("override-reason", "outage")]);
    assert_eq!(forged.status, 403, "{forged:?}");
    let told = served.decided(&change, &key);
    assert_eq!(told["decided"]["decision"], "warn", "{told}");
    let page = ines.page(&path);
    assert!(page.contains("Their reason: <q>outage</q>"), "{page}");
    assert_eq!(ines.get("/changes/acme%2Fgone%231").status, 404);
}
