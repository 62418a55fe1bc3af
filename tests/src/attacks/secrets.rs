//! Guests that want what is not theirs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use koalr_guests as guests;
use koalr_runtime::contract::types::ParameterValue;
use koalr_runtime::{Outcome, TransportError, Verb};

use crate::attack::{Attack, Attacked, CANARY, Reply};

/// See `tests/guests/hostile/examples/reads_back_the_credential.rs`: before upstreams that repeat it in a header, in a
/// body, in pieces, and encoded.
pub async fn reads_back_the_credential() -> Attacked {
    let encoded = STANDARD.encode(format!("user:{CANARY}"));
    let (first, second) = CANARY.split_at(9);
    let replies = [
        Reply::Answer(
            "200 OK",
            format!("x-debug: Bearer {CANARY}\r\n"),
            Vec::new(),
        ),
        Reply::Answer(
            "401 Unauthorized",
            format!("www-authenticate: {encoded}\r\n"),
            Vec::new(),
        ),
        Reply::json(format!("{{\"you sent\":\"Bearer {CANARY}\"}}")),
        Reply::Pieces(vec![
            "{\"you sent\":\"".to_owned(),
            first.to_owned(),
            second.to_owned(),
        ]),
        Reply::Pieces(CANARY.chars().map(String::from).collect()),
        Reply::json(format!("{{\"basic\":\"{encoded}\"}}")),
    ];
    let mut last = None;
    for reply in replies {
        let attacked = look(CANARY, reply).await;
        assert_eq!(attacked.told("in memory"), "false");
        let outcome = &attacked.exchanges[0].outcome;
        let withheld = matches!(outcome, Outcome::Failed(TransportError::Echo { .. }));
        assert!(withheld, "{outcome:?}");
        let said = [
            attacked.said.clone(),
            format!("{:?}", attacked.batch),
            attacked.log.join("\n"),
        ];
        assert!(
            said.iter()
                .all(|text| !text.contains(CANARY) && !text.contains(&encoded))
        );
        last = Some(attacked.says("`sync` of hostile 0.1.0 was refused an answer: `127.0.0.1` sent the credential back, so its answer is withheld; make the token anew if others may have read that answer"));
    }
    compressed().await;
    control().await;
    last.unwrap()
}

/// What is compressed could hold it unseen.
async fn compressed() {
    let gzip = "content-encoding: gzip\r\n".to_owned();
    let reply = Reply::Answer("200 OK", gzip, b"\x1f\x8b".to_vec());
    let attacked = look(CANARY, reply).await;
    attacked.says("`sync` of hostile 0.1.0 was refused an answer: `127.0.0.1` answers in the encoding `gzip`, which nothing asked for and nobody reads");
}

/// The search finds what is there: another secret-looking text comes through whole, in pieces too.
async fn control() {
    let other = "canary-7f3a9c51e3";
    for reply in [
        Reply::json(format!("{{\"other\":\"{other}\"}}")),
        Reply::Pieces(other.chars().map(String::from).collect()),
    ] {
        let attacked = look(other, reply).await.survives().says("nothing");
        assert_eq!(attacked.told("in memory"), "true");
        assert!(attacked.told("answer").contains(other), "{attacked:?}");
    }
}

/// Has the guest ask once, and then search its memory for this text.
async fn look(text: &str, reply: Reply) -> Attacked {
    let masked = text.bytes().map(|byte| char::from(byte ^ 1)).collect();
    let attack = Attack::by(guests::READS_BACK_THE_CREDENTIAL)
        .setting("masked", ParameterValue::Text(masked))
        .upstream(move |_| reply.clone())
        .await;
    attack.call(Verb::Sync).await.survives()
}

/// See `reads_its_environment.rs`: there is nothing in it, and the clock stands still.
pub async fn reads_its_environment() -> Attacked {
    let attacked = Attack::by(guests::READS_ITS_ENVIRONMENT)
        .call(Verb::Sync)
        .await;
    let attacked = attacked.survives();
    assert_eq!(
        attacked.rows(),
        [
            ("arguments", "[]"),
            ("variables", "[]"),
            ("input", "true 0"),
            ("clock", "0"),
        ]
    );
    attacked.notes("there is no argument, variable or input, and the clock stands still")
}

/// See `reads_files.rs`.
pub async fn reads_files() -> Attacked {
    let attacked = Attack::by(guests::READS_FILES).call(Verb::Sync).await;
    attacked.says_about("`reads_files` imports more than a sandbox gives: ", ALONE)
}

/// See `opens_sockets.rs`.
pub async fn opens_sockets() -> Attacked {
    let attacked = Attack::by(guests::OPENS_SOCKETS).call(Verb::Sync).await;
    attacked.says_about("`opens_sockets` imports more than a sandbox gives: ", ALONE)
}

/// See `reads_the_clock.rs`.
pub async fn reads_the_clock() -> Attacked {
    let attacked = Attack::by(guests::READS_THE_CLOCK).call(Verb::Sync).await;
    attacked.says_about(
        "`reads_the_clock` imports more than a sandbox gives: wasi:clocks/wall-clock@",
        ALONE,
    )
}

/// See `draws_randomness.rs`.
pub async fn draws_randomness() -> Attacked {
    let attacked = Attack::by(guests::DRAWS_RANDOMNESS).call(Verb::Sync).await;
    attacked.says_about(
        "`draws_randomness` imports more than a sandbox gives: wasi:random/",
        ALONE,
    )
}

/// See `fetches_in_pure_verbs.rs`: in each of them.
pub async fn fetches_in_pure_verbs() -> Attacked {
    for verb in [Verb::Describe, Verb::Score] {
        let attacked = Attack::by(guests::FETCHES_IN_PURE_VERBS).call(verb).await;
        attacked.says(&impure(verb));
    }
    let attacked = Attack::by(guests::FETCHES_IN_PURE_VERBS)
        .call(Verb::Gate)
        .await;
    attacked.says(&impure(Verb::Gate))
}

fn impure(verb: Verb) -> String {
    format!("`{verb}` of hostile 0.1.0 must not send requests and tried 1; its result is discarded")
}

/// How each such refusal ends.
const ALONE: &str = "; an integration imports `koalr:integration/log` and `wasi:http` alone";
