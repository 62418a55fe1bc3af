use koalr_upstream::World;
use koalr_upstream::sample;

use super::{NOW, NOW_MS, Witnesses, assert_survives, dump};
use crate::support::{Koalr, TOKEN, serve};

#[test]
fn a_first_connection_that_is_killed_at_any_moment_is_made_by_the_next_attempt() {
    let upstream = serve(World::from(sample::organization(NOW_MS)).with_date(NOW_MS));
    let witnesses = Witnesses {
        snyk: Some(&upstream),
        github: None,
    };
    let connect = |koalr: &Koalr| {
        let args = ["connect", "snyk", "--allow-loopback", "--now", NOW];
        let to = ["--token-env", "TOKEN", "--upstream", upstream.base_url()];
        let mut command = koalr.command(&[&args[..], &to].concat());
        command.env("TOKEN", TOKEN);
        command
    };
    assert_survives("connect", &Koalr::new(), witnesses, connect, dump);
}
