use proptest::prelude::*;

use super::*;

/// Checks that these are in rising order, each against each.
#[track_caller]
fn rising(ecosystem: &str, versions: &[&str]) {
    for (i, a) in versions.iter().enumerate() {
        for (j, b) in versions.iter().enumerate() {
            let order = compare(ecosystem, a, b);
            assert_eq!(order, Some(i.cmp(&j)), "{ecosystem}: {a} and {b}");
        }
    }
}

#[track_caller]
fn equal(ecosystem: &str, versions: &[&str]) {
    for a in versions {
        for b in versions {
            let order = compare(ecosystem, a, b);
            assert_eq!(order, Some(Ordering::Equal), "{ecosystem}: {a} and {b}");
        }
    }
}

#[track_caller]
fn untold(ecosystem: &str, versions: &[&str]) {
    for version in versions {
        assert_eq!(compare(ecosystem, version, "1.0.0"), None, "{version}");
    }
}

#[test]
fn semantic_versions_are_ordered_by_their_specification() {
    for ecosystem in ["npm", "cargo", "hex", "swift", "golang", "pub", "nuget"] {
        rising(
            ecosystem,
            &[
                "0.9.0",
                "1.0.0-1",
                "1.0.0-alpha",
                "1.0.0-alpha.1",
                "1.0.0-alpha.beta",
                "1.0.0-rc.2",
                "1.0.0-rc.11",
                "1.0.0",
                "1.2.0",
                "1.10.0",
                "18446744073709551616.0.0",
            ],
        );
    }
    equal("cargo", &["1.0.0", "1.0.0+a", "1.0.0+b"]);
    untold(
        "cargo",
        &[
            "1.0", "1.0.0.0", "01.0.0", "1.0.0-01", "1.0.0-", "1.0.0+", "1.0.0-ä",
        ],
    );
}

#[test]
fn npm_takes_a_v_or_an_equals_sign_before_a_version() {
    equal(
        "npm",
        &["1.2.3", "v1.2.3", "=1.2.3", "v 1.2.3", " = 1.2.3 "],
    );
}

#[test]
fn go_fills_up_and_orders_pseudo_versions_by_their_time() {
    rising(
        "golang",
        &[
            "v0.0.0-20180618132009-1d523034197f",
            "v0.0.0-20230606125235-dd1b4c2e81af",
            "v0.1.0",
            "v1.9.4-0.20230606125235-dd1b4c2e81af",
            "v1.9.4",
            "v2.0.0+incompatible",
        ],
    );
    equal("golang", &["v1", "v1.0", "v1.0.0", "1.0.0"]);
    untold("golang", &["v1-pre", "v1.2-pre", "v1+meta", "master"]);
}

#[test]
fn dart_orders_what_follows_the_plus() {
    rising(
        "pub",
        &[
            "1.0.0-a",
            "1.0.0-a+1",
            "1.0.0",
            "1.0.0+1",
            "1.0.0+10",
            "1.0.0+a",
        ],
    );
}

#[test]
fn python_orders_epoch_pre_post_development_and_local() {
    rising(
        "pypi",
        &[
            "1.0.dev1",
            "1.0a1.dev1",
            "1.0a1",
            "1.0a1.post1",
            "1.0b2",
            "1.0rc1",
            "1.0",
            "1.0+a",
            "1.0+1",
            "1.0.post1.dev1",
            "1.0.post1",
            "1.0.1",
            "2024.1",
            "1!0.5",
        ],
    );
    equal("pypi", &["1.0", "1", "v1.0.0", "0!1.0", " 1.0 "]);
    equal(
        "pypi",
        &["1.0rc1", "1.0-RC.1", "1.0c1", "1.0_pre1", "1.0.preview-1"],
    );
    equal("pypi", &["1.0.post1", "1.0-1", "1.0.rev1", "1.0-r1"]);
    untold(
        "pypi",
        &[
            "",
            "1.0-final",
            "latest",
            "1.0+",
            "1.0+a!",
            "1..0",
            "1.0.dev1.post1",
        ],
    );
}

#[test]
fn maven_orders_known_qualifiers_and_takes_unknown_ones_for_newer() {
    rising(
        "maven",
        &[
            "1.0-alpha-1",
            "1.0-beta-2",
            "1.0-M1",
            "1.0-rc1",
            "1.0-SNAPSHOT",
            "1.0",
            "1.0-sp",
            "1.0-jre",
            "1.0-1",
            "1.0.1",
            "1.10",
        ],
    );
    equal(
        "maven",
        &[
            "1",
            "1.0",
            "1.0.0",
            "1-ga",
            "1.Final",
            "1.0.0.RELEASE",
            "1-0",
        ],
    );
    equal("maven", &["1-a1", "1-alpha-1", "1a1", "1.0-ALPHA1"]);
    rising(
        "maven",
        &["3.11.0.Beta1", "3.11.0.Final", "3.11.1.Final", "4.0.0.CR1"],
    );
}

#[test]
fn where_maven_itself_changed_its_mind_no_order_is_told() {
    for (a, b) in [
        ("1.2.8.sec10", "1.2.8_noneautotype"),
        ("2.9.0-1", "2.9.0.RC1"),
        ("6.1.12.rc5", "6.1.12rc1"),
        ("1.8.0.RC1", "1.8.RC1"),
        ("4.0.M4", "4.0.0.Beta10"),
        ("1-1", "1.ga.1"),
    ] {
        assert_eq!(compare("maven", a, b), None);
        assert_eq!(compare("maven", b, a), None);
    }
}

#[test]
fn gems_take_words_for_pre_releases() {
    rising(
        "gem",
        &[
            "0.9", "1.0.a.2", "1.0.a10", "1.0.b1", "1.0.rc1", "1.0", "1.0.1",
        ],
    );
    equal("gem", &["1", "1.0", "1.0.0"]);
    equal("gem", &["1.0-1", "1.0.pre.1", "1.pre1.0"]);
    untold("gem", &["", "a", "1.0_1", "1.0+1"]);
}

#[test]
fn nuget_has_four_numbers_and_no_case() {
    rising("nuget", &["1.0.0.1-a", "1.0.0.1", "1.0.1"]);
    equal("nuget", &["1.0", "1.0.0.0", "01.00", "1.0+build"]);
    equal("nuget", &["1.0-BETA", "1.0.0-beta+a"]);
    untold("nuget", &["1.0.0.0.0", "1.x", "1.0-"]);
}

#[test]
fn composer_orders_stabilities_and_fills_up_to_four_numbers() {
    rising(
        "composer",
        &[
            "1.0-dev",
            "1.0-alpha1",
            "1.0b1",
            "1.0-beta2-dev",
            "1.0-beta2",
            "1.0-RC1",
            "1.0.0",
            "1.0.0-p1",
            "1.0.0.1",
            "2010-01-02",
            "20100103",
        ],
    );
    equal(
        "composer",
        &["1.0", "v1.0.0", "1.0.0.0", "1.0-stable", "1.0.0+build"],
    );
    equal("composer", &["1.0-beta2.1", "1.0-b.2.1", "1.0B2-1"]);
    untold(
        "composer",
        &["dev-main", "1.x-dev", "1.2.3.4.5", "1.0-test1", "1.0-beta-"],
    );
}

#[test]
fn a_pod_s_order_is_told_where_its_specification_and_its_tool_agree() {
    rising(
        "cocoapods",
        &["1.0.0-beta.1", "1.0.0-beta.2", "1.0.0", "1.0.1"],
    );
    // A number is less than a word to one, and more to the other.
    assert_eq!(compare("cocoapods", "1.0.0-beta.1", "1.0.0-beta.x"), None);
}

#[test]
fn an_ecosystem_without_an_order_here_is_not_told() {
    for ecosystem in ["deb", "rpm", "apk", "docker", ""] {
        assert_eq!(compare(ecosystem, "1.0", "1.1"), None);
    }
}

/// An ecosystem with a pattern of its versions, of few different parts: so that many are nearly the same.
fn ecosystems() -> impl Strategy<Value = (&'static str, &'static str)> {
    const SEMVER: &str = "v?[0-2](\\.[01]){2}(-(a|b1|[0-2])(\\.[0-2])?)?(\\+[ab])?";
    prop::sample::select(vec![
        ("npm", SEMVER),
        ("cargo", SEMVER),
        (
            "golang",
            "v?[0-2](\\.[01]){0,2}|v1.0.0-(0\\.2018|2019)-[ab]",
        ),
        ("hex", SEMVER),
        ("pub", SEMVER),
        ("swift", SEMVER),
        ("cocoapods", SEMVER),
        ("nuget", "0?[0-2](\\.[01]){0,3}(-[aB]?[0-2](\\.x)?)?(\\+a)?"),
        (
            "pypi",
            "(1!)?[0-2](\\.[01]){0,2}([.-]?(a|rc|c|pre)[01]?)?(-1|\\.post[01])?(\\.dev[01]?)?(\\+[ab1])?",
        ),
        (
            "maven",
            "[0-2]([.-](0|1|ga|a|alpha|M|rc|final|sp|jre|snapshot)?){0,3}(x|m1|_1)?",
        ),
        ("gem", "[0-2](\\.[01]){0,2}([.-]?(a|rc|pre)\\.?[01]?){0,2}"),
        (
            "composer",
            "v?[0-2](\\.[01]){0,3}([.-]?(a|beta|RC|p|stable)[.-]?[01]?)?(-dev)?|2010-0[12]",
        ),
    ])
}

/// An ecosystem with three of its versions.
fn three() -> impl Strategy<Value = (&'static str, [String; 3])> {
    ecosystems()
        .prop_flat_map(|(ecosystem, pattern)| (Just(ecosystem), [pattern, pattern, pattern]))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4096) })]

    #[test]
    fn the_other_way_round_is_the_reverse((ecosystem, [a, b, _]) in three()) {
        let reverse = compare(ecosystem, &b, &a).map(Ordering::reverse);
        prop_assert_eq!(compare(ecosystem, &a, &b), reverse);
        prop_assert!(matches!(compare(ecosystem, &a, &a), None | Some(Ordering::Equal)));
    }

    #[test]
    fn an_order_goes_through_what_lies_between((ecosystem, [a, b, c]) in three()) {
        let told = [(&a, &b), (&b, &c), (&a, &c)].map(|(a, b)| compare(ecosystem, a, b));
        if let [Some(first), Some(second), Some(whole)] = told
            && (first == second || second.is_eq() || first.is_eq())
        {
            prop_assert_eq!(whole, if first.is_eq() { second } else { first });
        }
    }

    #[test]
    fn the_semver_crate_agrees(
        [a, b] in ["[0-2](\\.[0-2]){2}(-[0-2a.-]{1,4})?(\\+[0-2a.-]{1,3})?", "[0-2](\\.[0-2]){2}(-[0-2a.-]{1,4})?"]
    ) {
        let judge = |a: &str, b: &str| {
            let [a, b] = [a, b].map(|text| semver::Version::parse(text).ok());
            Some(a?.cmp_precedence(&b?))
        };
        prop_assert_eq!(compare("cargo", &a, &b), judge(&a, &b));
    }

    #[test]
    fn no_text_is_too_strange(ecosystem in ecosystems(), a in "\\PC{0,24}", b in "[-0-9a-zé.+!:_ ]{0,24}") {
        let (ecosystem, _) = ecosystem;
        let reverse = compare(ecosystem, &b, &a).map(Ordering::reverse);
        prop_assert_eq!(compare(ecosystem, &a, &b), reverse);
    }
}
