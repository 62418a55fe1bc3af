use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{Ed25519KeyPair, KeyPair as _};

use super::variant::{built_in, version};
use crate::support::Koalr;

/// What stands before an Ed25519 key in its DER form.
const SPKI: &str = "302a300506032b6570032100";

struct Signer(Ed25519KeyPair);

impl Signer {
    fn new(seed: u8) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap())
    }

    fn pem(&self) -> String {
        let mut der = hex::decode(SPKI).unwrap();
        der.extend_from_slice(self.0.public_key().as_ref());
        let der = STANDARD.encode(der);
        format!("-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n")
    }

    fn sign(&self, wasm: &[u8]) -> String {
        STANDARD.encode(self.0.sign(wasm)) + "\n"
    }
}

/// Where versions must be signed by the first signer.
fn demanding() -> Koalr {
    let koalr = Koalr::new();
    koalr.write("release.pem", Signer::new(1).pem());
    koalr.write(
        "koalr.toml",
        "[plugins]\nsignature = \"required\"\nkeys = [\"release.pem\"]\n",
    );
    koalr.write("new.wasm", version("0.2.0"));
    koalr
}

fn install(koalr: &Koalr, more: &[&str]) -> crate::support::Ran {
    let args = ["plugin", "install", "new.wasm", "--config", "koalr.toml"];
    koalr.run(&[&args, more].concat())
}

#[track_caller]
fn refused(koalr: &Koalr, signature: &str) -> String {
    koalr.write("new.wasm.sig", signature);
    let before = koalr.files();
    let sentence = install(koalr, &["--signature", "new.wasm.sig"])
        .failure()
        .to_owned();
    assert_eq!(koalr.files(), before);
    sentence
}

#[test]
fn a_signed_version_is_installed_and_serves() {
    let koalr = demanding();
    koalr.write("new.wasm.sig", Signer::new(1).sign(&version("0.2.0")));
    let ran = install(&koalr, &["--signature", "new.wasm.sig", "--format", "json"]);
    assert_eq!(
        ran.json()["signed-by"].as_str().unwrap().len(),
        64,
        "{ran:?}"
    );
    koalr.plugin(&["swap", "snyk", "0.2.0", "--config", "koalr.toml"]);
    // What comes with the program is trusted as the program is.
    koalr.plugin(&["rollback", "snyk", "--config", "koalr.toml"]);
    assert_eq!(
        koalr
            .run(&["policy", "show", "--config", "koalr.toml"])
            .code,
        0
    );
}

#[test]
fn an_unsigned_version_is_refused_where_a_signature_is_required() {
    let koalr = demanding();
    assert_eq!(
        install(&koalr, &[]).failure(),
        "the component is not signed, and `plugins.signature` is `required`; sign it with one of `plugins.keys` and \
         name the signature with `--signature FILE`"
    );
}

#[test]
fn a_signature_by_another_key_or_of_other_bytes_is_refused() {
    let koalr = demanding();
    let sentence = "`new.wasm.sig` is no signature of this component by a key in `plugins.keys`: another key made it, or the \
                    component or the signature was changed; get both again from whoever signs";
    let wasm = version("0.2.0");
    assert_eq!(refused(&koalr, &Signer::new(2).sign(&wasm)), sentence);
    assert_eq!(
        refused(&koalr, &Signer::new(1).sign(&version("0.3.0"))),
        sentence
    );
    let mut altered = Signer::new(1).sign(&wasm);
    let first = if altered.starts_with('A') { "B" } else { "A" };
    altered.replace_range(0..1, first);
    assert_eq!(refused(&koalr, &altered), sentence);
}

#[test]
fn a_file_without_a_signature_is_refused() {
    let koalr = demanding();
    let sentence = "`new.wasm.sig` holds no signature; it is the base64 of the 64 bytes that `openssl pkeyutl -sign -rawin` \
                    writes";
    for text in ["", "no base64!", "c2hvcnQ="] {
        assert_eq!(refused(&koalr, text), sentence);
    }
}

#[test]
fn a_version_whose_key_does_not_count_any_more_does_not_run() {
    let koalr = demanding();
    koalr.write("new.wasm.sig", Signer::new(1).sign(&version("0.2.0")));
    install(&koalr, &["--signature", "new.wasm.sig"]);
    koalr.plugin(&["swap", "snyk", "0.2.0", "--config", "koalr.toml"]);
    koalr.write("release.pem", Signer::new(2).pem());
    let ran = koalr.run(&["policy", "show", "--config", "koalr.toml"]);
    let sentence = ran.failure();
    assert!(
        sentence.starts_with("snyk 0.2.0 was signed with key "),
        "{sentence}"
    );
    assert!(
        sentence.ends_with(
            ", which is not among `plugins.keys`; install it again with a signature by one of them"
        ),
        "{sentence}"
    );
}

#[test]
fn an_unsigned_version_does_not_run_once_a_signature_is_required() {
    let koalr = demanding();
    koalr.plugin(&["install", "new.wasm"]);
    let unsigned = "snyk 0.2.0 was installed without a signature, and `plugins.signature` is `required`; install it again \
                    with `--signature FILE`";
    let swap = ["plugin", "swap", "snyk", "0.2.0", "--config", "koalr.toml"];
    assert_eq!(koalr.run(&swap).failure(), unsigned);
    koalr.plugin(&["swap", "snyk", "0.2.0"]);
    let show = ["policy", "show", "--config", "koalr.toml"];
    assert_eq!(koalr.run(&show).failure(), unsigned);
    koalr.write("new.wasm.sig", Signer::new(1).sign(&version("0.2.0")));
    let ran = install(&koalr, &["--signature", "new.wasm.sig"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(koalr.run(&show).code, 0);
}

#[test]
fn a_key_that_is_none_and_a_policy_without_keys_are_named() {
    let koalr = demanding();
    koalr.write("release.pem", "no key");
    assert_eq!(
        install(&koalr, &[]).failure(),
        "`release.pem` is no Ed25519 public key in PEM; `openssl pkey -in KEY -pubout` writes one"
    );
    koalr.write("koalr.toml", "[plugins]\nsignature = \"required\"\n");
    let ran = install(&koalr, &[]);
    assert!(
        ran.err.ends_with(
            "no version could be run, because no key signs any; set `plugins.keys` too\n"
        ),
        "{}",
        ran.err
    );
    assert!(built_in().is_file());
}
