//! What is refused, and in which words.

use super::{Config, file, refused, variables};
use crate::config::Sources;

#[test]
fn all_that_is_wrong_with_a_file_is_said_at_once_with_its_place() {
    let text = "[server]\nlisen = \"127.0.0.1:80\"\nconnections = 0\nanyone = \"yes\"\n\n[sever]\n[queue]\nslots = \"8\"\n\
                [log]\nlevel = \"loud\"\n[sync]\nevery-secs = 9.5\n[data]\ndir = \"\"\n";
    assert_eq!(
        refused(&file(text)),
        [
            "`/etc/koalr/koalr.toml`, line 2, column 1: unknown key `lisen`; did you mean `listen`?",
            "`/etc/koalr/koalr.toml`, line 3, column 15: `connections` is `0`; expected a whole number from 1 to 65536",
            "`/etc/koalr/koalr.toml`, line 4, column 10: `anyone` is `\"yes\"`; expected `true` or `false`",
            "`/etc/koalr/koalr.toml`, line 6, column 2: unknown key `sever`; did you mean `server`?",
            "`/etc/koalr/koalr.toml`, line 8, column 9: `slots` is `\"8\"`; expected a whole number from 1 to 64",
            "`/etc/koalr/koalr.toml`, line 10, column 9: `level` is `\"loud\"`; expected `error`, `warn`, `info` or `debug`",
            "`/etc/koalr/koalr.toml`, line 12, column 14: `every-secs` is `9.5`; expected a whole number from 10 to 604800",
            "`/etc/koalr/koalr.toml`, line 14, column 7: `dir` is `\"\"`; expected the path of a file or directory, not what is in it",
        ]
    );
}

#[test]
fn what_is_not_toml_is_said_beside_the_rest() {
    let complaints = refused(&file(
        "[server]\nlisten = 127.0.0.1:80\n[queue]\nslot = 3\n",
    ));
    assert!(complaints[0].contains("line 2") && complaints[0].contains("not TOML"));
    assert!(
        complaints
            .last()
            .unwrap()
            .ends_with("unknown key `slot`; did you mean `slots`?")
    );
}

#[test]
fn the_environment_and_flags_are_judged_with_the_file() {
    let mut sources = file("[queue]\nslots = 0\n");
    sources.variables = variables(&[
        ("KOALR_LOG_FROMAT", "json"),
        ("KOALR_METRICS_LISTEN", "9090"),
        ("KOALR_WHATEVER", "1"),
    ])
    .variables;
    sources.flags = vec![("--listen", "localhost:8080".to_owned())];
    let address = "expected an IP address and a port such as \"127.0.0.1:8080\"";
    assert_eq!(
        refused(&sources),
        [
            "`/etc/koalr/koalr.toml`, line 2, column 9: `slots` is `0`; expected a whole number from 1 to 64".to_owned(),
            "environment variable `KOALR_LOG_FROMAT`: nothing reads it; did you mean `KOALR_LOG_FORMAT`?".to_owned(),
            format!("environment variable `KOALR_METRICS_LISTEN`: `metrics.listen` is `9090`; {address}"),
            "environment variable `KOALR_WHATEVER`: nothing reads it; `koalr config show` lists what can be set: the \
             variable of a key is `KOALR_SECTION_KEY`"
                .to_owned(),
            format!("flag `--listen`: `server.listen` is `localhost:8080`; {address}"),
        ]
    );
}

#[test]
fn slots_that_are_all_reserved_are_refused_where_they_are_set() {
    let mut sources = file("[queue]\nreserved = 5\n");
    assert!(Config::read(&sources).is_ok());
    sources.flags = vec![("--slots", "5".to_owned())];
    assert_eq!(
        refused(&sources),
        [
            "`/etc/koalr/koalr.toml`, line 2, column 1: 5 of 5 slots are only for gates, which leaves none for other jobs; \
          reserve fewer than there are slots"
        ]
    );
}

#[test]
fn what_was_not_understood_contradicts_nothing() {
    let text = "[queue]\nslots = \"2\"\nreserved = 9\n[server]\nlisten = \"0.0.0.0:1\"\nanyone = 1\ncertificate = \"c\"\n";
    let complaints = refused(&file(text));
    assert_eq!(complaints.len(), 3, "{complaints:#?}");
    assert!(complaints[0].contains("`slots` is") && complaints[1].contains("`anyone` is"));
    assert!(complaints[2].contains("a certificate without its key"));
}

#[test]
fn streams_of_news_must_leave_connections_for_others() {
    let complaints = refused(&file("[server]\nconnections = 64\n"));
    assert_eq!(
        complaints,
        [
            "`/etc/koalr/koalr.toml`, line 2, column 1: streams of news could take all 64 connections; let there be fewer \
             than 64 of them"
        ]
    );
}

#[test]
fn half_a_certificate_is_refused() {
    for (half, sentence) in [
        (
            "certificate",
            "a certificate without its key; set `server.key` too",
        ),
        (
            "key",
            "a key without its certificate; set `server.certificate` too",
        ),
    ] {
        let complaints = refused(&file(&format!("[server]\n{half} = \"x.pem\"\n")));
        assert_eq!(
            complaints,
            [format!(
                "`/etc/koalr/koalr.toml`, line 2, column 1: {sentence}"
            )]
        );
    }
}

#[test]
fn an_address_that_others_could_reach_needs_a_word_or_a_certificate() {
    let open = variables(&[("KOALR_SERVER_LISTEN", "0.0.0.0:443")]);
    assert_eq!(
        refused(&open),
        [
            "environment variable `KOALR_SERVER_LISTEN`: other machines could reach `0.0.0.0:443`; listen on 127.0.0.1 behind \
          a proxy with TLS, name a certificate and its key, or say with `--anyone` that anyone may reach it"
        ]
    );
    let with = |flags: &[(&'static str, &str)]| {
        let flags = flags
            .iter()
            .map(|(flag, value)| (*flag, (*value).to_owned()));
        let flags = flags.collect();
        Config::read(&Sources {
            flags,
            ..open.clone()
        })
    };
    assert!(with(&[("--anyone", "true")]).is_ok());
    assert!(with(&[("--certificate", "c"), ("--key", "k")]).is_ok());
}

#[test]
fn metrics_have_an_address_of_their_own_that_only_this_machine_reaches() {
    let metrics =
        |address: &str| refused(&variables(&[("KOALR_METRICS_LISTEN", address)])).join("\n");
    assert!(
        metrics("127.0.0.1:8080")
            .ends_with("`127.0.0.1:8080` is where the server listens; give metrics another port")
    );
    let open = metrics("0.0.0.0:9090");
    assert!(
        open.contains(
            "other machines could reach `0.0.0.0:9090`, and metrics are served by plain HTTP"
        ),
        "{open}"
    );
}

#[test]
fn a_secret_is_refused_with_the_place_where_it_goes_and_not_repeated() {
    let text = "[plugin]\nsnyk-token = \"canary-1\"\n[secrets]\na = \"canary-2\"\n[server]\nkey = \"\"\"-----BEGIN \
                PRIVATE KEY-----\ncanary-3\"\"\"\ncertificate = \"c\"\n";
    let complaints = refused(&file(text));
    assert_eq!(complaints.len(), 3, "{complaints:#?}");
    let way_out = "no secret belongs in this file: `koalr connect` and `koalr hook` take tokens and secrets, and keep them \
                   sealed";
    assert!(complaints[0].ends_with(&format!("unknown key `snyk-token`; {way_out}")));
    assert!(complaints[1].ends_with(&format!("unknown key `secrets`; {way_out}")));
    assert!(complaints[2].ends_with(
        "`key` is no path; expected the path of a file or directory, not what is in it"
    ));
    assert!(!complaints.join("").contains("canary"));
}

#[test]
fn what_a_variable_that_nothing_reads_holds_is_not_repeated() {
    let complaints = refused(&variables(&[("KOALR_VAULT_KEY", "canary")]));
    assert!(!complaints.join("").contains("canary"), "{complaints:?}");
}

#[test]
fn a_public_url_is_a_place_on_the_web_and_nothing_more() {
    let set = |url: &str| variables(&[("KOALR_SERVER_PUBLIC_URL", url)]);
    for (given, kept) in [
        ("https://koalr.example.com/", "https://koalr.example.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("https://[::1]:8443", "https://[::1]:8443"),
    ] {
        let config = Config::read(&set(given)).unwrap();
        assert_eq!(config.public_url.as_deref(), Some(kept));
    }
    for wrong in [
        "koalr.example.com",
        "ftp://koalr.example.com",
        "https://koalr.example.com/koalr",
        "https://koalr.example.com?a",
        "https://koalr.example.com/#a",
        "https://mira@koalr.example.com",
        "https://",
    ] {
        assert_eq!(
            refused(&set(wrong)),
            [format!(
                "environment variable `KOALR_SERVER_PUBLIC_URL`: `server.public-url` is `{wrong}`; expected where a browser \
                 finds the pages, without a path, such as \"https://koalr.example.com\""
            )]
        );
    }
}
