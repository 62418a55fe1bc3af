use super::variant::version;
use crate::support::{Koalr, acme, sample_change, serve};

#[test]
fn a_paused_integration_is_asked_nothing_and_what_is_stored_stays_readable() {
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    koalr.write("change.json", sample_change("clean").to_string());
    let why = ["--why", "wrong verdicts", "--now", "2026-01-20T00:00:00Z"];
    koalr.plugin(&[&["pause", "snyk"][..], &why].concat());
    let sentence = "`snyk` is paused since 2026-01-20T00:00:00Z: wrong verdicts; `koalr plugin resume snyk` ends that";
    for args in [
        &["sync", "snyk"][..],
        &["gate", "change.json"],
        &["score", "change.json"],
        &["policy", "show"],
        &["sync", "snyk", "--plugin", "snyk@0.1.0"],
    ] {
        assert_eq!(koalr.run(args).failure(), sentence, "{args:?}");
    }
    let status = koalr.run(&["status"]);
    assert_eq!((status.code, status.err.as_str()), (0, ""));
    assert!(
        status
            .out
            .ends_with("It is paused since 2026-01-20T00:00:00Z: wrong verdicts\n"),
        "{}",
        status.out
    );
    assert_eq!(koalr.run(&["report", "debt"]).code, 0);
    koalr.plugin(&["resume", "snyk"]);
    assert_eq!(koalr.run(&["gate", "change.json"]).code, 0);
}

#[test]
fn versions_are_swapped_under_a_pause() {
    let koalr = Koalr::new();
    koalr.plugin(&["pause", "snyk", "--why", "wrong verdicts"]);
    koalr.install("new.wasm", version("0.2.0"));
    let said = koalr.plugin(&["swap", "snyk", "0.2.0"]);
    assert!(said.contains("It is paused since "), "{said}");
    assert_eq!(
        koalr
            .run(&["plugin", "pause", "snyk", "--why", "again"])
            .failure(),
        "`snyk` is paused already (wrong verdicts); `koalr plugin resume snyk` ends that"
    );
}
