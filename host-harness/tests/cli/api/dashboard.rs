//! The dashboard as a browser gets it.

use serde_json::Value;

use super::Served;
use super::figures::Team;
use crate::visitor::Visitor;

fn ines(served: &Served) -> Visitor {
    Visitor::signed_in(&served.koalr, &served.address, &["--as", "ines"])
}

/// What people read of a page, with one blank between words.
fn words(page: &str) -> String {
    let mut words = String::new();
    for part in page.split('<') {
        let text = part.split_once('>').map_or(part, |(_, text)| text);
        words.extend([text, " "]);
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn count(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

#[test]
fn the_figures_are_those_of_the_command_line_and_lead_to_as_many_rows() {
    let team = Team::new();
    let ines = ines(&team.served);
    for (more, about) in [
        ("", &[][..]),
        (
            "&service=Checkout&repository=&severity=",
            &["--service", "Checkout"],
        ),
    ] {
        let page = ines.page(&format!("/dashboard?days=90&to={}{more}", team.now));
        let shown = words(&page);
        let dora = team.report(&[&["dora"], about].concat());
        let n = count(&dora["frequency"]["deployments"]);
        let rate = &dora["change-failure-rate"]["rate"];
        let (failed, of) = (count(&rate["count"]), count(&rate["of"]));
        let changes = count(&dora["lead-time"]["changes"]);
        assert!(n > 20 && failed > 0, "{dora}");
        for told in [
            format!("{n} successful deployments to production in 90 days"),
            format!("{failed} of {of} deployments had an incident within 4 hours"),
            format!("Median from merge to deployment of {changes} changes"),
            format!(
                "{} of {} that began in this time",
                resolved(&dora),
                dora["time-to-restore"]["incidents"]
            ),
        ] {
            assert!(shown.contains(&told), "{told}: {shown}");
        }
        let delivery = page.split("id=\"security\"").next().unwrap();
        let links = links(delivery);
        assert_eq!(links.len(), 5, "{links:?}");
        for ((link, _), n) in links.iter().zip([n, changes, failed]) {
            let rows = ines.page(link);
            assert_eq!(rows.matches("<tr><td>").count() as u64, n, "{link}");
        }
    }
}

#[test]
fn a_number_of_what_is_owed_is_as_many_as_it_leads_to() {
    let team = Team::new();
    let ines = ines(&team.served);
    let to = team.now;
    for more in ["", "&severity=high", "&service=Checkout"] {
        // A sync that is under way may change what is stored.
        while owed(&ines, &format!("/dashboard?to={to}{more}")).is_none() {}
    }
}

/// The numbers of what is owed on a page; none if it changed while they were followed.
fn owed(ines: &Visitor, path: &str) -> Option<Vec<(String, String)>> {
    let debt = || {
        let page = ines.page(path);
        links(page.split("id=\"security\"").nth(1).unwrap())
    };
    let links = debt();
    let followed: Vec<_> = links
        .iter()
        .map(|(link, _)| (link, ines.page(link)))
        .collect();
    if debt() != links {
        return None;
    }
    assert!(links.len() > 30, "{links:?}");
    for ((link, told), (_, page)) in links.iter().zip(followed) {
        let title = page.split("<h1").nth(1).unwrap();
        let title = title.split(['>', '<']).nth(1).unwrap();
        let number = |text: &str| text.split([' ', ',']).next().unwrap().to_owned();
        assert_eq!(number(title), number(told), "{link}");
        let shown = page.matches("<td class=\"name\">").count();
        let n: usize = number(told).parse().unwrap();
        assert!(shown == n || n > 50 && shown >= 50, "{link}: {shown}");
    }
    Some(links)
}

/// The links to rows, each with its words.
fn links(page: &str) -> Vec<(String, String)> {
    let links = page.split("href=\"/dashboard/rows/").skip(1);
    let links = links.map(|link| {
        let (path, rest) = link.split_once('"').unwrap();
        let words = rest.split(['>', '<']).nth(1).unwrap();
        let path = format!("/dashboard/rows/{}", path.replace("&amp;", "&"));
        (path, words.to_owned())
    });
    links.collect()
}

#[test]
fn what_is_open_is_that_of_the_command_line() {
    let team = Team::new();
    let ines = ines(&team.served);
    // A sync that is under way may change what is stored.
    let (shown, report) = loop {
        let open = || words(&ines.page(&format!("/dashboard?to={}", team.now)));
        let (shown, report) = (open(), team.report(&["debt"]));
        if open() == shown {
            break (shown, report);
        }
    };
    let open = &report["debt"]["open"];
    assert!(count(&open["all"]["open"]) > 10, "{open}");
    assert!(
        shown.contains(&format!("Open {} ", open["all"]["open"])),
        "{shown}"
    );
    for row in open["by-severity"].as_array().unwrap().iter().take(4) {
        let ages = &row["stock"]["ages"];
        let names = ["up-to-7", "up-to-30", "up-to-90", "up-to-180", "older"];
        let ages = names.map(|name| ages[name].to_string()).join(" ");
        let severity = row["severity"].as_str().unwrap();
        let told = format!("{severity} {ages} {}", row["stock"]["open"]);
        assert!(shown.contains(&told), "{told}: {shown}");
    }
    let worst = &report["debt"]["repositories"]["worst"][0];
    let name = &report["repositories"][usize::try_from(count(&worst["repository"])).unwrap()];
    let open = &worst["open"];
    let told = format!(
        "{} {} {} {}",
        name.as_str().unwrap(),
        open["critical"],
        open["high"],
        open["all"]
    );
    assert!(shown.contains(&told), "{told}: {shown}");
    let gate = &report["gate"]["reconstructed"];
    let told = format!("blocked {} of {} (", gate["blocked"], gate["evaluated"]);
    assert!(shown.contains(&told), "{told}: {shown}");
}

#[test]
fn the_home_page_says_what_to_do_where_nothing_is_known() {
    let served = Served::new();
    let ines = ines(&served);
    let shown = words(&ines.page("/"));
    assert!(
        shown.contains("No deployment, change or incident is known"),
        "{shown}"
    );
    assert!(shown.contains("koalr import FILE"), "{shown}");
    let unknown = words(&ines.page("/dashboard?service=nobody"));
    assert!(unknown.contains("`nobody`"), "{unknown}");
    assert_eq!(ines.get("/dashboard/rows/mttr").status, 404);
    assert_eq!(ines.get("/dashboard?days=31").status, 400);
}

fn resolved(dora: &Value) -> String {
    let n = count(&dora["time-to-restore"]["resolved"]);
    format!("{n} resolved incident{}", if n == 1 { "" } else { "s" })
}
