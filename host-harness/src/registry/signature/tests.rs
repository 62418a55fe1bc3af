use super::*;

/// Made with OpenSSL 3: `openssl genpkey -algorithm ed25519`, `openssl pkeyutl -sign -rawin` over `component`.
const PEM: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA9G94L3QZ4bh+cl2kAzYTa/77VPJxqDH4otf4mn1rmRA=\n-----END PUBLIC KEY-----\n";
const ID: &str = "d84ba4408c911e8735362b500a1f5f941a5a45cb944f1849e9a3c2bb6543a2dc";
const SIGNATURE: &str =
    "aQV/xxZEYkGj/3BvH8dMcD1jvEA+9ksbF89g+zcfQL8j4G2pYB3SQLs4cFuD6EDofPT8XJTh9e8ufvdm0ggaAA==";

#[test]
fn what_openssl_signs_is_a_signature() {
    let key = Key::parse(PEM.as_bytes()).unwrap();
    assert_eq!(key.id, ID);
    let signature = STANDARD.decode(SIGNATURE).unwrap();
    assert!(key.signed(b"component", &signature));
    assert!(!key.signed(b"Component", &signature));
}

#[test]
fn a_key_of_another_kind_is_none() {
    let pem = PEM.replace("MCowBQYDK2Vw", "MCowBQYDK2Vu");
    assert!(Key::parse(pem.as_bytes()).is_none());
    assert!(Key::parse(b"").is_none());
}
