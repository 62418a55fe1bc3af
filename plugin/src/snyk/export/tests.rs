use koalr_integration_kit::model::common::FixState;
use koalr_integration_kit::model::record::{ChangeCheck, Entry, Fix};

use super::{Counts, DataSet, Files, Progress, Sheet, created, document, files, progress};

/// Reads a file whole.
fn read(set: DataSet, text: &str) -> (Vec<Entry>, Counts) {
    let mut records = Vec::new();
    let mut sheet = Sheet::new(set, ("o-1", 5), (0, 100), &mut records);
    sheet.feed(text.as_bytes());
    let counts = sheet.finish();
    (records, counts)
}

fn fixes(rows: &str) -> Vec<Fix> {
    let head =
        "problem_id,ISSUE_STATUS,FIXED_IN_VERSION,FIXED_IN_AVAILABLE,PACKAGE_NAME_AND_VERSION\n";
    let (records, counts) = read(DataSet::Fixes, &format!("{head}{rows}"));
    assert_eq!((counts.unusable, &counts.fault), (0, &None));
    let fix = |entry| match entry {
        Entry::Fix(fix) => fix,
        other => panic!("{other:?}"),
    };
    records.into_iter().map(fix).collect()
}

fn check(head: &str, row: &str) -> ChangeCheck {
    let (mut records, counts) = read(DataSet::Checks, &format!("{head}\r\n{row}\r\n"));
    assert_eq!((counts.unusable, &counts.fault), (0, &None));
    match records.remove(0) {
        Entry::ChangeCheck(check) => check,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_export_is_asked_for_by_data_set_columns_and_time() {
    let document = document(DataSet::Fixes, 0, 1_767_225_600_999);
    assert_eq!(
        document,
        concat!(
            r#"{"data":{"type":"resource","attributes":{"dataset":"issues","formats":["csv"],"#,
            r#""columns":["PROBLEM_ID","PACKAGE_NAME_AND_VERSION","FIXED_IN_AVAILABLE","FIXED_IN_VERSION","ISSUE_STATUS"],"#,
            r#""filters":{"updated":{"from":"1970-01-01T00:00:00Z","to":"2026-01-01T00:00:00Z"}},"url_expiration_seconds":3600}}}"#
        )
    );
}

#[test]
fn answers_say_what_an_export_is_called_how_far_it_is_and_what_it_has() {
    assert_eq!(created(r#"{"data":{"id":"e-1"}}"#), Ok("e-1".to_owned()));
    assert_eq!(created(r#"{"data":{}}"#), Err("names no export".to_owned()));
    assert_eq!(created("{}"), Err("has no `data`".to_owned()));
    let state = |status: &str| {
        progress(&format!(
            r#"{{"data":{{"attributes":{{"status":"{status}"}}}}}}"#
        ))
    };
    assert_eq!(
        state("STARTED"),
        Ok(Progress::Waiting("STARTED".to_owned()))
    );
    assert_eq!(state("FINISHED"), Ok(Progress::Finished));
    assert_eq!(state("ERROR"), Ok(Progress::Failed("ERROR".to_owned())));
    assert_eq!(state(""), Err("states no status".to_owned()));
    let results = r#"{"data":{"attributes":{"row_count":3,"results":[{"url":"https://a/1"},{"url":7},"x",{"url":"https://a/2"}]}}}"#;
    let expected = Files {
        urls: vec!["https://a/1".to_owned(), "https://a/2".to_owned()],
        rows: Some(3),
    };
    assert_eq!(files(results), Ok(expected));
}

#[test]
fn a_check_is_read_from_columns_in_any_order_and_case() {
    let check = check(
        "pr_check_state,PRODUCT_NAME,Pull_Request,REPOSITORY_NAME,NEW_VERSION_SHA,OLD_VERSION_SHA,MERGE_BASE_VERSION_SHA,\
         MARKED_AS_SUCCESS,PROJECT_PUBLIC_ID,TEST_ID,PR_CHECK_MODIFIED_AT,SETTINGS_POLICY,ERROR_CODE,OTHER",
        "Failed,Snyk Open Source,https://github.com/acme/shop/pull/7,acme/shop,f00,01d,ba5e,true,p-1,t-1,\
         2026-01-01 00:00:00.000,only_new,,x",
    );
    assert_eq!(
        check,
        ChangeCheck {
            organization: "o-1".to_owned(),
            change: "7".to_owned(),
            repository: "acme/shop".to_owned(),
            head_sha: Some("f00".to_owned()),
            base_sha: Some("ba5e".to_owned()),
            project: Some("p-1".to_owned()),
            product: "Snyk Open Source".to_owned(),
            state: "Failed".to_owned(),
            marked_as_success: true,
            at: Some(1_767_225_600_000),
            test: Some("t-1".to_owned()),
            extra: vec![
                ("policy".to_owned(), "only_new".to_owned()),
                ("merge-base".to_owned(), "ba5e".to_owned()),
            ],
        }
    );
}

#[test]
fn what_a_check_does_not_say_is_unknown() {
    let check = check(
        "PULL_REQUEST,REPOSITORY_NAME,PRODUCT_NAME,PR_CHECK_STATE,OLD_VERSION_SHA,TEST_ID",
        "7,acme/shop,,Pending,01d,NULL",
    );
    assert_eq!(check.base_sha.as_deref(), Some("01d"));
    assert_eq!((check.head_sha, check.test, check.at), (None, None, None));
    assert_eq!(
        (check.product.as_str(), check.marked_as_success),
        ("", false)
    );
}

#[test]
fn a_fix_is_available_with_its_versions_or_there_is_none() {
    let fixes = fixes(
        "SNYK-JS-LEFT-1,Open,\"1.2.0, 2.0.1,1.2.0\",TRUE,@acme/left@1.0.0\n\
         SNYK-JAVA-A-2,Open,,false,org.acme:a@1\n\
         SNYK-JS-B-3,Open,,true,b@1\n",
    );
    let short = |fix: &Fix| {
        let (ecosystem, version) = (fix.affected.ecosystem.clone(), fix.affected.version.clone());
        format!(
            "{}:{}@{}",
            ecosystem.unwrap(),
            fix.affected.name,
            version.unwrap()
        )
    };
    let subjects: Vec<_> = fixes.iter().map(short).collect();
    assert_eq!(
        subjects,
        ["npm:@acme/left@1.0.0", "maven:org.acme:a@1", "npm:b@1"]
    );
    let states: Vec<_> = fixes.iter().map(|fix| fix.state).collect();
    assert_eq!(
        states,
        [FixState::Available, FixState::None, FixState::Available]
    );
    assert_eq!(fixes[0].versions, ["1.2.0", "2.0.1"]);
    assert_eq!((fixes[0].source.as_str(), fixes[0].as_of), ("fixes", 5));
}

#[test]
fn a_row_that_says_nothing_about_a_fix_is_no_record() {
    let fixes = fixes(
        "SNYK-JS-A-1,Open,,,a@1\n\
         SNYK-CODE-2,Open,,true,\n\
         SNYK-JS-B-3,Resolved,2,true,b@1\n\
         SNYK-JS-C-4,Open,2,true,@acme\n\
         SNYK-JS-D-5,Open,2,true,d@1\n\
         SNYK-JS-D-5,Open,2,true,d@1\n",
    );
    assert_eq!(fixes.len(), 1);
    assert_eq!(fixes[0].affected.name, "d");
}

#[test]
fn a_file_without_a_needed_column_is_not_used() {
    let (records, counts) = read(DataSet::Fixes, "PROBLEM_ID,FIXED_IN_VERSION\na,b\n");
    assert_eq!(
        counts.fault.as_deref(),
        Some("it has no column `PACKAGE_NAME_AND_VERSION`")
    );
    assert_eq!((records.len(), counts.taken), (0, 0));
}

#[test]
fn a_row_that_cannot_be_used_costs_no_other() {
    let text = "PULL_REQUEST,REPOSITORY_NAME,PRODUCT_NAME,PR_CHECK_STATE\n,a/b,x,Failed\n1,a/b\n7,a/b,x,Failed\n";
    let (records, counts) = read(DataSet::Checks, text);
    assert_eq!((records.len(), counts.taken, counts.unusable), (1, 3, 2));
    assert_eq!(counts.why, "row 1: it names no change");
}

#[test]
fn what_one_call_has_no_room_for_the_next_one_takes() {
    let text =
        "PULL_REQUEST,REPOSITORY_NAME,PRODUCT_NAME,PR_CHECK_STATE\n1,a,b,c\n2,a,b,c\n3,a,b,c\n";
    let part = |skip, room| {
        let mut records = Vec::new();
        let mut sheet = Sheet::new(DataSet::Checks, ("o-1", 5), (skip, room), &mut records);
        sheet.feed(text.as_bytes());
        let counts = sheet.finish();
        (records, counts.taken, counts.left)
    };
    let (first, taken, left) = part(0, 2);
    assert_eq!((first.len(), taken, left), (2, 2, 1));
    let (second, taken, left) = part(2, 2);
    assert_eq!((second.len(), taken, left), (1, 3, 0));
    assert_eq!([first, second].concat(), read(DataSet::Checks, text).0);
}
