//! What `docs/api.md` tells a person to type, asked.

use serde_json::{Value, json};

use super::{ALL, Served, key};

#[test]
fn the_requests_of_the_page_on_the_api_are_answered() {
    let mut served = Served::new();
    let team = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/team.md");
    let team = std::fs::read_to_string(team).unwrap();
    let history = team.split("```json\n").nth(1).unwrap();
    let mut changes: Value = serde_json::from_str(history.split("```").next().unwrap()).unwrap();
    changes.as_object_mut().unwrap().remove("actors").unwrap();
    let keys: Vec<String> = page("koalr ")
        .iter()
        .map(|command| {
            let args: Vec<&str> = command.split_whitespace().collect();
            let ran = served.koalr.run(&args);
            assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command}");
            ran.out.lines().next().unwrap().to_owned()
        })
        .collect();
    let mut statuses = Vec::new();
    for line in page("curl -H @") {
        let (words, data) = line.split_once(" -d ").unwrap_or((&line, ""));
        let mut words = words.split(' ');
        let key = &keys[usize::from(words.next().unwrap() == "ines.txt")];
        let path = words.next().unwrap().strip_prefix("http://127.0.0.1:8080");
        let verb = match (words.nth(1), data) {
            (Some(verb), _) => verb,
            (None, "") => "GET",
            (None, _) => "POST",
        };
        let body = match data {
            "" => Value::Null,
            "@changes.json" => changes.clone(),
            data => serde_json::from_str(data.trim_matches('\'')).unwrap(),
        };
        let what = format!("{verb} {}", path.unwrap());
        let (status, answer) = served.ask(&what, key, &body);
        assert!(status < 300, "{line}: {answer}");
        statuses.push(status);
    }
    assert_eq!(statuses, [200; 8]);
    served.until("answered");
}

#[test]
fn the_table_of_the_page_on_the_api_tells_the_scope_of_every_address() {
    let served = Served::new();
    let rows: Vec<String> = page("| ")
        .into_iter()
        .filter(|row| row.contains("`/api/v1/"))
        .collect();
    assert!(rows.len() > 30);
    for row in rows {
        let cells: Vec<&str> = row
            .split('|')
            .map(|cell| cell.trim_matches([' ', '`']))
            .collect();
        let (what, scope) = (format!("{} {}", cells[0], cells[1]), cells[2]);
        let others: Vec<&str> = ALL.into_iter().filter(|one| *one != scope).collect();
        let key = key(&served.koalr, "default", &others);
        let what = ["{id}", "{integration}", "{plugin}", "{job}"]
            .into_iter()
            .fold(what, |what, part| what.replace(part, "snyk"));
        let (status, problem) = served.ask(&what, &key, &Value::Null);
        let detail = format!("this key has not the scope `{scope}`; use one that has");
        assert_eq!(
            (status, &problem["detail"]),
            (403, &json!(detail)),
            "{what}"
        );
    }
}

/// The lines of the page on the API that begin so, without it.
fn page(start: &str) -> Vec<String> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/api.md");
    let page = std::fs::read_to_string(page).unwrap();
    let lines = page.lines().filter_map(|line| line.strip_prefix(start));
    lines.map(str::to_owned).collect()
}
