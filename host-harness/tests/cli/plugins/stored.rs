use std::fs;

use super::variant::{changed, version};
use crate::support::Koalr;

#[test]
fn the_same_bytes_are_installed_once() {
    let koalr = Koalr::new();
    koalr.install("new.wasm", version("0.2.0"));
    let again = koalr.install("copy.wasm", version("0.2.0")).out;
    assert!(
        again.starts_with("0.2.0 of `snyk` is installed already, with these bytes.\n"),
        "{again}"
    );
    assert_eq!(koalr.plugin(&["history"]).lines().count(), 1);
}

#[test]
fn other_bytes_of_an_installed_version_are_refused() {
    let koalr = Koalr::new();
    koalr.install("new.wasm", version("0.2.0"));
    let (old, new) = ("United States (default)", "United States (Default)");
    koalr.write("other.wasm", changed(version("0.2.0"), old, new));
    let ran = koalr.run(&["plugin", "install", "other.wasm"]);
    let sentence = ran.failure();
    let start = "0.2.0 of `snyk` is installed with other bytes: stored ";
    assert!(sentence.starts_with(start), "{sentence}");
    assert!(
        sentence.ends_with("; give the new component another version, or remove the stored one"),
        "{sentence}"
    );
}

#[test]
fn a_damaged_component_is_not_run_until_it_is_installed_again() {
    let koalr = Koalr::new();
    koalr.install("new.wasm", version("0.2.0"));
    koalr.plugin(&["swap", "snyk", "0.2.0"]);
    let plugins = fs::read_dir(koalr.path("data/plugins")).unwrap();
    for file in plugins.map(|entry| entry.unwrap().path()) {
        let mut bytes = fs::read(&file).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&file, bytes).unwrap();
    }
    let check = || koalr.run(&["policy", "show"]);
    let ran = check();
    let sentence = ran.failure();
    assert!(
        sentence.starts_with("component `data/plugins/"),
        "{sentence}"
    );
    assert!(
        sentence.ends_with(
            ".wasm` is not what was installed, and is not run; `koalr plugin install FILE` with the file that was \
             installed puts it back"
        ),
        "{sentence}"
    );
    koalr.run(&["plugin", "install", "new.wasm"]);
    assert_eq!(check().code, 0);
}

#[test]
fn a_version_in_use_stays_and_another_goes_with_its_machine_code() {
    let koalr = Koalr::new();
    koalr.install("new.wasm", version("0.2.2"));
    koalr.plugin(&["swap", "snyk", "0.2.2"]);
    assert_eq!(
        koalr.run(&["plugin", "remove", "snyk", "0.2.2"]).failure(),
        "0.2.2 of `snyk` is in use: it serves; swap or unpin first"
    );
    assert_eq!(
        koalr.run(&["plugin", "remove", "snyk", "0.1.0"]).failure(),
        "0.1.0 of `snyk` is in use: a rollback goes back to it; swap or unpin first"
    );
    koalr.plugin(&["rollback", "snyk"]);
    let args = ["plugin", "remove", "snyk", "0.2.2", "--format", "json"];
    let removed = koalr.run(&args).json();
    assert_eq!(removed["compiled"], 1);
    let hash = removed["release"]["hash"].as_str().unwrap();
    let left = koalr.files().into_iter();
    let left = left.filter(|path| path.display().to_string().contains(hash));
    assert_eq!(left.count(), 0);
    let history = koalr.plugin(&["history", "snyk", "--limit", "1"]);
    assert!(history.contains(" snyk removed 0.2.2 by "), "{history}");
}
