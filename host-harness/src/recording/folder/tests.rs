use std::os::unix::fs::PermissionsExt as _;

use super::*;

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[test]
fn each_call_gets_the_next_number_of_its_verb() {
    let directory = tempfile::tempdir().unwrap();
    for name in [
        "sync-9.jsonl",
        "sync-x.jsonl",
        "score-12.jsonl",
        "sync-11.txt",
    ] {
        fs::write(directory.path().join(name), "").unwrap();
    }
    let file = File::new(directory.path()).unwrap();
    file.line(&"line".into()).unwrap();
    file.keep(directory.path(), "sync").unwrap();
    let path = directory.path().join("sync-10.jsonl");
    assert_eq!(fs::read_to_string(&path).unwrap(), "\"line\"\n");
    let mode = fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_call_that_does_not_end_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let inner = directory.path().join("made");
    let file = File::new(&inner).unwrap();
    file.line(&"line".into()).unwrap();
    drop(file);
    assert_eq!(names(&inner), [""; 0]);
    let mode = fs::metadata(inner).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn of_each_verb_the_newest_are_kept() {
    let directory = tempfile::tempdir().unwrap();
    for number in 1..=11 {
        fs::write(directory.path().join(format!("sync-{number}.jsonl")), "").unwrap();
    }
    fs::write(directory.path().join("gate-1.jsonl"), "").unwrap();
    prune(directory.path(), "sync", 2).unwrap();
    let kept = ["gate-1.jsonl", "sync-10.jsonl", "sync-11.jsonl"];
    assert_eq!(names(directory.path()), kept);
}

#[test]
fn tenants_of_a_server_have_directories_of_their_own() {
    let tenant = TenantId::parse("acme").unwrap();
    let below = Recordings::newest(PathBuf::from("data/recordings"), 3).of(&tenant);
    assert_eq!(below.directory, Path::new("data/recordings/acme"));
    let directory = tempfile::tempdir().unwrap();
    let all = Recordings::all(directory.path().to_owned())
        .unwrap()
        .of(&tenant);
    assert_eq!(all.directory, directory.path());
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let file = NamedTempFile::new().unwrap();
    let path = file.path().join("below");
    let sentence = Recordings::all(path.clone()).unwrap_err().to_string();
    let start = format!("reading `{}`: ", path.display());
    assert!(sentence.starts_with(&start), "{sentence}");
}
