//! The pages about changes, as a browser meets them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::{Served, at};

/// A browser that is signed in.
struct Browser<'a> {
    served: &'a Served,
    cookie: String,
}

impl<'a> Browser<'a> {
    fn signed_in(served: &'a Served, login: &str) -> Self {
        let url = format!("http://{}", served.address);
        let ran = served.koalr.run(&["sign-in", "--as", login, "--url", &url]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let link = ran.out.trim().strip_prefix(&url).unwrap().to_owned();
        let mut browser = Self {
            served,
            cookie: String::new(),
        };
        let (status, head, _) = browser.ask(&format!("POST {link}"), "");
        assert_eq!(status, 303, "{head}");
        let cookie = field(&head, "set-cookie").unwrap();
        browser.cookie = cookie.split(';').next().unwrap().to_owned();
        browser
    }

    fn ask(&self, what: &str, form: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(&self.served.address).unwrap();
        let (cookie, length) = (&self.cookie, form.len());
        let request = format!(
            "{what} HTTP/1.1\r\nhost: koalr\r\ncookie: {cookie}\r\nsec-fetch-site: same-origin\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\
             connection: close\r\n\r\n{form}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_owned(), body.to_owned())
    }

    fn page(&self, path: &str) -> String {
        let (status, _, body) = self.ask(&format!("GET {path}"), "");
        assert_eq!(status, 200, "{body}");
        body
    }

    /// Posts a form with the mark and the hidden fields of a page; where it leads, or the page that says why not.
    fn post(&self, page: &str, path: &str, form: &str) -> Result<String, String> {
        let hidden =
            ["mark", "as-of", "head-sha"].map(|name| format!("{name}={}", hidden(page, name)));
        let form = format!("{}&{form}", hidden.join("&"));
        match self.ask(&format!("POST {path}"), &form) {
            (303, head, _) => Ok(field(&head, "location").unwrap().to_owned()),
            (422, _, body) => Err(body),
            (status, ..) => panic!("{status}"),
        }
    }
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(one, _)| *one == name).map(|(_, value)| value)
}

fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    let rest = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
    rest.map_or("", |rest| rest.split('"').next().unwrap())
}

fn path(change: &Value) -> String {
    at(change).replace("/api/v1", "")
}

#[test]
fn a_waiver_by_form_flips_the_gate() {
    let mut served = Served::new();
    let (change, key) = served.imported(&json!({ "state": "open" }));
    let path = path(&change);
    let ines = Browser::signed_in(&served, "ines");
    assert!(
        ines.page(&path)
            .contains("Nothing is decided about this change yet")
    );
    drop(ines);
    served.hand_in(&change, &key);
    let told = served.decided(&change, &key);
    let summary = told["decided"]["summary"].as_str().unwrap();

    let ines = Browser::signed_in(&served, "ines");
    let list = ines.page("/changes?repository=&state=open&decision=block");
    assert!(list.contains(&format!("href=\"{path}\"")), "{list}");
    let none = ines.page("/changes?decision=pass");
    assert!(none.contains("No change fits these filters"), "{none}");
    let page = ines.page(&path);
    assert!(
        page.contains(&format!("<p class=\"sentence\">{summary}</p>")),
        "{page}"
    );
    let post = |form: &str| ines.post(&page, &format!("{path}/waive"), form);
    let untold = post("finding=0&waiver-reason=build+only&author=priya&until=").unwrap_err();
    assert!(untold.contains("no waiver holds for ever"), "{untold}");
    let long =
        post("finding=0&waiver-reason=build+only&author=priya&until=2999-01-01").unwrap_err();
    assert!(long.contains(">build only</textarea>"), "{long}");
    let until = hidden(&page, "until");
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
    drop(ines);
    let (_, stored) = served.ask("GET /api/v1/waivers", &key, &Value::Null);
    assert_eq!(stored["items"].as_array().unwrap().len(), 1, "{stored}");
    let told = served.decided(&change, &key);
    assert_ne!(told["decided"]["decision"], "block", "{told}");
    let ines = Browser::signed_in(&served, "ines");
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
    let priya = Browser::signed_in(&served, "priya");
    let page = priya.page(&path);
    assert!(
        page.contains("`priya` wrote the change and may not"),
        "{page}"
    );
    assert!(!page.contains("name=\"head-sha\""), "{page}");
    let mark = hidden(&page, "mark");
    let head = change["head-sha"].as_str().unwrap();
    let form = format!("mark={mark}&head-sha={head}&override-reason=mine");
    let (status, _, refused) = priya.ask(&format!("POST {path}/override"), &form);
    assert_eq!(status, 422, "{refused}");

    let ines = Browser::signed_in(&served, "ines");
    let page = ines.page(&path);
    let to = format!("{path}/override");
    let blank = ines.post(&page, &to, "override-reason=").unwrap_err();
    assert!(blank.contains("an override needs a reason"), "{blank}");
    let done = ines.post(&page, &to, "override-reason=outage").unwrap();
    assert_eq!(done, format!("{path}?done=overridden"));
    let (status, _, forged) = ines.ask(&format!("POST {to}"), "override-reason=outage");
    assert_eq!(status, 403, "{forged}");
    drop((ines, priya));
    let told = served.decided(&change, &key);
    assert_eq!(told["decided"]["decision"], "warn", "{told}");
    let ines = Browser::signed_in(&served, "ines");
    let page = ines.page(&path);
    assert!(page.contains("Their reason: <q>outage</q>"), "{page}");
    let (status, ..) = ines.ask("GET /changes/acme%2Fgone%231", "");
    assert_eq!(status, 404);
}
