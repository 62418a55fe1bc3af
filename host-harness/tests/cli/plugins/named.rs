use super::variant::version;
use crate::support::{Koalr, acme, sample_change, serve};

#[test]
fn a_command_uses_the_installed_version_that_it_names() {
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    koalr.install("new.wasm", version("0.2.0"));
    let judge = |plugin: &str| {
        let ran = koalr.gate(&sample_change("clean"), &["--plugin", plugin]);
        ran.json()["judge"]["version"].clone()
    };
    assert_eq!(judge("snyk"), "0.2.0");
    assert_eq!(judge("snyk@0.2.0"), "0.2.0");
    koalr.install("third.wasm", version("0.3.0"));
    assert_eq!(
        koalr.run(&["policy", "show", "--plugin", "snyk"]).failure(),
        "several versions of `snyk` are installed, and none serves; name one as `snyk@VERSION`"
    );
    koalr.plugin(&["swap", "snyk", "0.3.0"]);
    assert_eq!(judge("snyk"), "0.3.0");
    assert_eq!(judge("snyk@0.2.0"), "0.2.0");
    assert_eq!(judge("new.wasm"), "0.2.0");
    assert_eq!(
        koalr
            .run(&["policy", "show", "--plugin", "snyk@9.9.9"])
            .failure(),
        "`9.9.9` of `snyk` is not installed: installed are 0.2.0, 0.3.0, 0.1.0"
    );
}

#[test]
fn an_integration_that_is_not_installed_is_named() {
    let koalr = Koalr::new();
    assert_eq!(
        koalr.run(&["policy", "show", "--plugin", "snyk"]).failure(),
        "there is no file `snyk`, and nothing is installed; `koalr plugin install FILE` does that"
    );
    koalr.install("new.wasm", version("0.2.0"));
    assert_eq!(
        koalr
            .run(&["policy", "show", "--plugin", "sonarqube"])
            .failure(),
        "there is no file `sonarqube`, and no version of such an integration is installed; `koalr plugin install FILE` does \
         that"
    );
}
