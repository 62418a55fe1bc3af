//! Where the token comes from, and what a token cannot be.

use koalr_upstream::{Authorization, Upstream, World};

use crate::support::{Koalr, Ran, TOKEN, acme, finish, serve};

fn strict() -> Upstream {
    serve(World::from(acme()).token(TOKEN))
}

fn connect(koalr: &Koalr, upstream: &Upstream, source: &[&str], input: &str) -> Ran {
    let args = ["connect", "snyk", "--allow-loopback", "--upstream"];
    let args = [&args, &[upstream.base_url()][..], source].concat();
    koalr.run_with_input(&args, input)
}

#[track_caller]
fn assert_accepted(upstream: &Upstream, ran: &Ran) {
    assert_eq!(ran.code, 0, "{}", ran.err);
    let requests = upstream.requests();
    assert!(!requests.is_empty());
    for request in requests {
        assert_eq!(request.authorization, Authorization::Accepted);
    }
}

#[test]
fn a_token_comes_from_a_variable() {
    let upstream = strict();
    let ran = Koalr::new().connect(&upstream, &[]);
    assert_accepted(&upstream, &ran);
}

#[test]
fn a_token_comes_from_a_file_whose_last_line_end_is_not_part_of_it() {
    for line_end in ["", "\n", "\r\n"] {
        let upstream = strict();
        let koalr = Koalr::new();
        koalr.write("token.txt", format!("{TOKEN}{line_end}"));
        let ran = connect(&koalr, &upstream, &["--token-file", "token.txt"], "");
        assert_accepted(&upstream, &ran);
    }
}

#[test]
fn a_token_comes_from_standard_input() {
    let upstream = strict();
    let input = format!("{TOKEN}\n");
    let ran = connect(&Koalr::new(), &upstream, &["--token-file", "-"], &input);
    assert_accepted(&upstream, &ran);
}

#[test]
fn a_token_is_no_argument() {
    let upstream = strict();
    let ran = connect(&Koalr::new(), &upstream, &["--token", "x"], "");
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(
        ran.err.contains("unexpected argument '--token'"),
        "{}",
        ran.err
    );
    assert_eq!(upstream.requests(), []);
}

#[test]
fn a_token_has_one_source() {
    let upstream = strict();
    let both = ["--token-env", "TOKEN", "--token-file", "-"];
    let ran = connect(&Koalr::new(), &upstream, &both, TOKEN);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("cannot be used with"), "{}", ran.err);
}

#[test]
fn a_line_end_inside_a_token_is_refused_before_anything_is_sent() {
    let upstream = strict();
    let koalr = Koalr::new();
    koalr.write("token.txt", format!("{TOKEN}\nX-Injected: yes\n"));
    let ran = connect(&koalr, &upstream, &["--token-file", "token.txt"], "");
    assert_eq!(
        ran.failure(),
        "reading the token from `token.txt`: the token contains a line break; paste it as one line, without anything \
         before or after it"
    );
    assert_eq!(upstream.requests(), []);
}

#[test]
fn an_empty_token_is_refused_whatever_its_source() {
    let empty = "the token is empty; paste the whole token";
    let upstream = strict();
    let koalr = Koalr::new();
    koalr.write("empty.txt", "");
    for (source, name) in [("empty.txt", "`empty.txt`"), ("-", "standard input")] {
        let ran = connect(&koalr, &upstream, &["--token-file", source], "\n");
        assert_eq!(
            ran.failure(),
            format!("reading the token from {name}: {empty}")
        );
    }
    let args = ["connect", "snyk", "--token-env", "TOKEN"];
    let ran = finish(koalr.command(&args).env("TOKEN", ""));
    assert_eq!(
        ran.failure(),
        format!("reading the token from the environment variable `TOKEN`: {empty}")
    );
}

#[test]
fn a_variable_that_is_not_set_is_named_with_the_other_way() {
    let ran = Koalr::new().run(&["connect", "snyk", "--token-env", "SNYK_TOKEN"]);
    assert_eq!(
        ran.failure(),
        "reading the token from the environment variable `SNYK_TOKEN`: it is not set; set it, or use \
         `--token-file PATH`"
    );
}

#[test]
fn a_token_file_that_is_not_there_is_named() {
    let ran = Koalr::new().run(&["connect", "snyk", "--token-file", "nowhere.txt"]);
    assert_eq!(
        ran.failure(),
        "reading the token from `nowhere.txt`: No such file or directory (os error 2)"
    );
}

#[test]
fn a_refused_token_leaves_a_data_directory_that_works() {
    let upstream = strict();
    let koalr = Koalr::new();
    connect(&koalr, &upstream, &["--token-file", "-"], "two\nlines").failure();
    assert_eq!(
        koalr.run(&["sync", "snyk"]).failure(),
        "`snyk` is not connected for tenant `default`; run `koalr connect snyk` first"
    );
    assert_eq!(koalr.connect(&upstream, &[]).code, 0);
    assert_eq!(koalr.run(&["sync", "snyk"]).code, 0);
}
