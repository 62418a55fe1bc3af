//! The log of what was done, as it was written or not.

use rusqlite::Connection;
use serde_json::json;

use crate::support::Koalr;

/// Three entries.
fn audited() -> Koalr {
    let koalr = Koalr::new();
    for (login, role) in [("ines", "lead"), ("omar", "operator"), ("priya", "member")] {
        let now = "2026-02-01T00:00:00Z";
        let ran = koalr.run(&["team", "add", login, "--role", role, "--now", now]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    }
    koalr
}

/// Writes into the log past everything that forbids it.
fn tamper(koalr: &Koalr, statement: &str) {
    let database = Connection::open(koalr.path("data/tenants/default.db")).unwrap();
    let triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'";
    let mut triggers = database.prepare(triggers).unwrap();
    let names = triggers
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap();
    let names: Vec<String> = names.map(Result::unwrap).collect();
    assert!(!names.is_empty(), "the log is append-only");
    for name in names {
        database
            .execute(&format!("DROP TRIGGER {name}"), [])
            .unwrap();
    }
    assert_eq!(database.execute(statement, []).unwrap(), 1);
}

/// The printed end.
fn tip(koalr: &Koalr) -> String {
    let ran = koalr.run(&["audit", "verify"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    ran.out.lines().last().unwrap().to_owned()
}

#[test]
fn a_log_as_it_was_written_shows_its_end() {
    let koalr = audited();
    let ran = koalr.run(&["audit", "verify"]);
    assert!(
        ran.out.starts_with("3 entries are as written. "),
        "{}",
        ran.out
    );
    let tip = tip(&koalr);
    assert!(tip.starts_with("3:") && tip.len() == 66, "{tip}");
    assert_eq!(koalr.run(&["audit", "verify", "--tip", &tip]).code, 0);
    let log = koalr.run(&["audit", "list"]).out;
    assert_eq!(
        log.lines().next().unwrap(),
        "1 2026-02-01T00:00:00Z koalr team: roles-set ines {\"roles\":[\"lead\"]}"
    );
}

#[test]
fn a_log_with_one_byte_changed_is_refused() {
    let koalr = audited();
    let change = "UPDATE audit SET detail = replace(detail, 'operator', 'operatos') WHERE seq = 2";
    tamper(&koalr, change);
    let ran = koalr.run(&["audit", "verify"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    assert_eq!(
        ran.out,
        "Refused: the audit chain is broken at entry 2: its fields do not have the hash that stands with them; it was altered.\n"
    );
    let json = koalr.run(&["audit", "verify", "--format", "json"]).json();
    assert_eq!((&json["entries"], &json["tip"]), (&json!(3), &json!(null)));
}

#[test]
fn a_log_that_was_cut_off_is_refused_by_an_end_that_was_kept() {
    let koalr = audited();
    let tip = tip(&koalr);
    tamper(&koalr, "DELETE FROM audit WHERE seq = 3");
    assert_eq!(
        koalr.run(&["audit", "verify"]).code,
        0,
        "only the end tells"
    );
    let ran = koalr.run(&["audit", "verify", "--tip", &tip]);
    assert_eq!(ran.code, 1);
    assert_eq!(
        ran.out,
        "Refused: the audit chain is broken at entry 3: it is missing, and entry 3 is known to have been written; the end was cut off.\n"
    );
}

#[test]
fn an_end_that_is_none_is_refused() {
    let ran = audited().run(&["audit", "verify", "--tip", "3"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err
            .contains("write it as `koalr audit verify` prints it"),
        "{}",
        ran.err
    );
}
