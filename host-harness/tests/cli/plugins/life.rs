use serde_json::json;

use super::variant::version;
use crate::support::{Koalr, acme, sample_change, serve};

const NOW: [&str; 2] = ["--now", "2026-01-20T00:00:00Z"];

#[test]
fn a_version_is_installed_swapped_in_and_taken_back() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    assert_eq!(
        koalr.plugin(&["list"]),
        "Nothing is installed; the component beside the program serves.\n"
    );
    let said = koalr.install("new.wasm", version("0.2.0")).out;
    assert!(said.starts_with("Installed 0.2.0 of `snyk` ("), "{said}");
    assert!(
        said.ends_with(
            "signed by  nobody\nIt does not go beyond 0.1.0.\n\
             It serves nobody yet: `koalr plugin swap snyk 0.2.0`.\n"
        ),
        "{said}"
    );
    let status = || koalr.run(&["status", "--format", "json"]).json();
    assert_eq!(status()["release"], json!(null));
    let swap = koalr.plugin(&[&["swap", "snyk", "0.2.0", "--as", "ines"][..], &NOW].concat());
    assert_eq!(
        swap,
        "2026-01-20T00:00:00Z snyk swapped 0.1.0 → 0.2.0 by ines\n\
         0.2.0 of `snyk` serves.\nA rollback goes back to 0.1.0.\n"
    );
    assert_eq!(status()["release"]["version"], "0.2.0");
    let said = koalr.run(&["status"]).out;
    assert!(said.ends_with("\n0.2.0 of `snyk` serves.\n"), "{said}");
    let back = koalr.plugin(&[&["rollback", "snyk"][..], &NOW].concat());
    assert_eq!(
        back,
        "2026-01-20T00:00:00Z snyk rolled-back 0.2.0 → 0.1.0 by koalr plugin\n\
         That is an older version than the one before.\n0.1.0 of `snyk` serves.\n"
    );
    assert_eq!(status()["release"]["version"], "0.1.0");
    assert_eq!(
        koalr.run(&["plugin", "rollback", "snyk"]).failure(),
        "`snyk` has no earlier version to go back to; name one with `koalr plugin swap snyk VERSION`"
    );
    let history = koalr.run(&["plugin", "history", "snyk", "--format", "json"]);
    let actions: Vec<_> = history.json().as_array().unwrap().clone();
    let actions: Vec<_> = actions.iter().map(|one| one["action"].clone()).collect();
    let expected = [
        "rolled-back",
        "swapped",
        "swapped",
        "installed",
        "installed",
    ];
    assert_eq!(json!(actions), json!(expected));
}

#[test]
fn a_version_that_is_tried_serves_its_cohort_alone() {
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    koalr.run(&["tenant", "create", "other"]);
    koalr.install("new.wasm", version("0.2.0"));
    let judge = || {
        let ran = koalr.gate(&sample_change("clean"), &[]);
        ran.json()["judge"]["version"].clone()
    };
    assert_eq!(judge(), "0.1.0");
    koalr.plugin(&["swap", "snyk", "0.2.0", "--cohort", "other"]);
    assert_eq!(judge(), "0.1.0");
    koalr.plugin(&["swap", "snyk", "0.2.0", "--cohort", "default,other"]);
    assert_eq!(judge(), "0.2.0");
    koalr.plugin(&["rollback", "snyk"]);
    assert_eq!(judge(), "0.1.0");
    koalr.plugin(&["swap", "snyk", "0.2.0", "--percent", "0"]);
    assert_eq!(judge(), "0.1.0");
    let said = koalr.plugin(&["promote", "snyk"]);
    assert!(said.contains(" promoted 0.1.0 → 0.2.0 by "), "{said}");
    assert_eq!(judge(), "0.2.0");
}

#[test]
fn a_cohort_of_somebody_who_is_not_known_is_refused() {
    let koalr = Koalr::new();
    koalr.install("new.wasm", version("0.2.0"));
    assert_eq!(
        koalr
            .run(&["plugin", "swap", "snyk", "0.2.0", "--cohort", "acm"])
            .failure(),
        "there is no tenant `acm`; `koalr tenant list` says which there are"
    );
    assert_eq!(
        koalr.run(&["plugin", "swap", "snyk", "0.3.0"]).failure(),
        "`0.3.0` of `snyk` is not installed: installed are 0.2.0, 0.1.0"
    );
}

#[test]
fn a_pin_of_a_tenant_outlives_swaps_and_a_pin_of_all_forbids_them() {
    let koalr = Koalr::new();
    koalr.run(&["tenant", "create", "acme"]);
    koalr.install("new.wasm", version("0.2.0"));
    let said = koalr.plugin(&["pin", "snyk", "0.1.0", "--tenant", "acme"]);
    assert!(
        said.contains(" pinned 0.1.0 → 0.1.0 for `acme` by "),
        "{said}"
    );
    let said = koalr.plugin(&["swap", "snyk", "0.2.0"]);
    assert!(said.contains("0.1.0 is pinned for `acme`."), "{said}");
    koalr.plugin(&["pin", "snyk", "0.1.0"]);
    assert_eq!(
        koalr.run(&["plugin", "rollback", "snyk"]).failure(),
        "`snyk` is pinned to 0.1.0 for every tenant; `koalr plugin unpin snyk` lifts that"
    );
    koalr.plugin(&["unpin", "snyk"]);
    koalr.plugin(&["unpin", "snyk", "--tenant", "acme"]);
    koalr.plugin(&["rollback", "snyk"]);
}
