//! Every body of `koalr_tests::fuzz` over its seeds and a fixed number of mutations of them.
//!
//! The same inputs each time: a failure says which one it was and what to keep as a seed.

mod mutation;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use koalr_tests::fuzz::{self, Body};
use koalr_tests::workspace;

use mutation::Mutator;

macro_rules! hunts {
    ($($sentence:ident: $body:literal,)*) => {
        $(
            #[test]
            fn $sentence() {
                hunt(fuzz::named($body));
            }
        )*

        /// Bodies that a test above hunts.
        const HUNTED: &[&str] = &[$($body),*];
    };
}

hunts! {
    a_change_s_answers_are_kept_skipped_or_fail: "change",
    a_configuration_spelled_out_is_the_same: "config",
    a_foreign_cursor_is_stale_and_an_own_one_goes_on: "cursor",
    a_cvss_vector_has_one_score_in_range: "cvss",
    a_list_of_dependencies_survives_writing: "dependencies",
    a_permitted_address_is_read_one_way_by_everybody: "egress",
    no_row_of_an_export_is_lost: "export",
    an_export_ends_whatever_is_said_about_it: "export_job",
    an_import_is_refused_whole_or_known_the_second_time: "import",
    no_record_of_a_listing_is_lost: "listing",
    a_credential_s_organizations_are_kept_once_or_told: "owner",
    a_pinned_origin_is_one_the_credential_is_valid_for: "pin",
    a_policy_that_is_written_reads_as_the_same: "policy",
    a_package_url_is_read_back_as_the_package: "purl",
    a_recording_is_read_whole_or_refused: "recording",
    a_document_has_not_changed_against_itself: "sbom",
    a_token_names_a_host_and_shows_nothing: "token",
    the_order_of_versions_is_total: "version",
    a_wait_is_a_second_to_a_day: "wait",
    a_waiver_that_holds_is_flawless: "waivers",
    a_webhook_needs_its_signature_and_tells_names: "webhook",
}

#[test]
fn every_body_is_hunted_and_has_seeds() {
    let names: Vec<&str> = fuzz::BODIES.iter().map(|body| body.name).collect();
    assert_eq!(HUNTED, names);
    for name in names {
        assert!(!seeds(name).is_empty(), "`{name}` has no seeds");
    }
}

#[test]
fn every_body_is_a_target_of_cargo_fuzz() {
    let manifest = workspace::root().join("tests/fuzz/Cargo.toml");
    let manifest = std::fs::read_to_string(manifest).unwrap();
    for body in fuzz::BODIES {
        let target = format!("name = \"{}\"", body.name);
        assert!(manifest.contains(&target), "`{}` is no target", body.name);
    }
}

/// Runs a body over its seeds, then over mutations of them.
fn hunt(body: Body) {
    let seeds = seeds(body.name);
    for (name, seed) in &seeds {
        try_one(body, seed, name);
    }
    let seeds: Vec<&[u8]> = seeds.iter().map(|(_, seed)| seed.as_slice()).collect();
    let mut mutator = Mutator::new(&seeds);
    for number in 0..MUTATIONS {
        let input = mutator.next();
        try_one(body, &input, &format!("mutation {number}"));
    }
}

fn try_one(body: Body, input: &[u8], name: &str) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (body.run)(input))) {
        eprintln!("`{}` breaks on {name}: {}", body.name, input.escape_ascii());
        resume_unwind(panic);
    }
}

/// The seeds of a body, by name.
fn seeds(body: &str) -> Vec<(String, Vec<u8>)> {
    let folder = workspace::root().join("tests/fuzz/seeds").join(body);
    let files = std::fs::read_dir(&folder);
    let files = files.unwrap_or_else(|error| panic!("`{}`: {error}", folder.display()));
    let mut seeds: Vec<_> = files
        .map(|file| {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect();
    seeds.sort();
    seeds
}

/// Inputs a body beside its seeds: a few seconds.
const MUTATIONS: u32 = 3_000;
