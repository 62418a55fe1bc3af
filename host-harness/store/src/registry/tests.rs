//! What is installed and serves, over processes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use koalr_platform::model::manifest::Manifest;
use koalr_platform::rollout::{Cohort, ContentHash, Percent, Refused};
use rusqlite::Connection as Sqlite;
use tempfile::TempDir;

use super::*;

fn data() -> (TempDir, DataDir) {
    let directory = tempfile::tempdir().unwrap();
    let data = DataDir::open(directory.path()).unwrap();
    (directory, data)
}

fn version(version: &str, bytes: &[u8]) -> Installed {
    Installed {
        release: release(version, bytes),
        bytes: u32::try_from(bytes.len()).unwrap(),
        manifest: Manifest {
            id: "sample".to_owned(),
            name: "Sample".to_owned(),
            version: version.to_owned(),
            summary: String::new(),
            pulls: Vec::new(),
            permissions: Vec::new(),
            origins: Vec::new(),
            quotas: Vec::new(),
            credentials: Vec::new(),
            settings: Vec::new(),
            rules: Vec::new(),
            extra: Vec::new(),
        },
        installed_at: 1_000,
        installed_by: "ines".to_owned(),
        file: "sample.wasm".to_owned(),
        signed: None,
    }
}

fn release(version: &str, bytes: &[u8]) -> Release {
    Release {
        version: version.to_owned(),
        hash: ContentHash::of(bytes),
    }
}

/// With `1.0.0` serving and `2.0.0` installed.
fn served() -> (TempDir, DataDir) {
    let (directory, data) = data();
    data.install_version(&version("1.0.0", b"one"), b"one")
        .unwrap();
    data.install_version(&version("2.0.0", b"two"), b"two")
        .unwrap();
    let one = release("1.0.0", b"one");
    assert!(data.begin_rollout("sample", &one, 2_000, "ines").unwrap());
    (directory, data)
}

fn swapped(data: &DataDir, to: Release) -> Result<Swap, StoreError> {
    data.change_rollout("sample", 3_000, "ines", |rollout| Ok(rollout.swap(to)?))
}

#[test]
fn an_installed_version_comes_back_with_its_bytes_and_serves_nobody() {
    let (_directory, data) = data();
    let mut one = version("1.0.0", b"one");
    one.signed = Some(Signed {
        key: "key".to_owned(),
        signature: vec![7; 64],
    });
    assert!(data.install_version(&one, b"one").unwrap());
    assert_eq!(data.installed().unwrap(), [one.clone()]);
    assert_eq!(
        data.installed_as("sample", "1.0.0").unwrap(),
        Some(one.clone())
    );
    assert_eq!(
        data.installed_version(&one.release.hash).unwrap(),
        Some(one.clone())
    );
    assert_eq!(data.component(&one.release.hash).unwrap(), b"one");
    assert_eq!(data.rollout("sample").unwrap(), None);
}

#[test]
fn the_same_bytes_are_installed_once_and_mend_their_file() {
    let (_directory, data) = data();
    let one = version("1.0.0", b"one");
    assert!(data.install_version(&one, b"one").unwrap());
    let path = data.component_path(&one.release.hash);
    fs::write(&path, "other").unwrap();
    let generation = data.rollout_generation().unwrap();
    assert!(!data.install_version(&one, b"one").unwrap());
    assert_eq!(data.component(&one.release.hash).unwrap(), b"one");
    assert_eq!(data.rollout_generation().unwrap(), generation);
}

#[test]
fn other_bytes_of_an_installed_version_are_refused_with_both_hashes() {
    let (_directory, data) = data();
    data.install_version(&version("1.0.0", b"one"), b"one")
        .unwrap();
    let other = version("1.0.0", b"other");
    assert_eq!(
        data.install_version(&other, b"other")
            .unwrap_err()
            .to_string(),
        format!(
            "1.0.0 of `sample` is installed with other bytes: stored {}, given {}; give the new component another \
             version, or remove the stored one",
            ContentHash::of(b"one"),
            ContentHash::of(b"other")
        )
    );
    assert!(!data.component_path(&other.release.hash).exists());
}

#[test]
fn components_are_for_their_owner_only() {
    let (_directory, data) = data();
    let one = version("1.0.0", b"one");
    data.install_version(&one, b"one").unwrap();
    let path = data.component_path(&one.release.hash);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    let plugins = path.parent().unwrap();
    assert_eq!(mode(plugins), 0o700);
    assert_eq!(fs::read_dir(plugins).unwrap().count(), 1);
}

#[test]
fn a_component_that_was_changed_or_taken_away_is_not_given() {
    let (_directory, data) = data();
    let one = version("1.0.0", b"one");
    data.install_version(&one, b"one").unwrap();
    let path = data.component_path(&one.release.hash);
    let sentence = || data.component(&one.release.hash).unwrap_err().to_string();
    fs::write(&path, "onf").unwrap();
    assert_eq!(
        sentence(),
        format!(
            "component `{}` is not what was installed, and is not run; `koalr plugin install FILE` with the file that \
             was installed puts it back",
            path.display()
        )
    );
    fs::remove_file(&path).unwrap();
    assert_eq!(
        sentence(),
        format!(
            "component `{}` is missing; `koalr plugin install FILE` with the file that was installed puts it back",
            path.display()
        )
    );
}

#[test]
fn a_swap_is_kept_with_who_and_when_and_seen_by_another_process() {
    let (directory, data) = served();
    let other = DataDir::open(directory.path()).unwrap();
    let before = other.rollout_generation().unwrap();
    let two = release("2.0.0", b"two");
    let swap = swapped(&data, two.clone()).unwrap();
    assert_eq!((swap.at, swap.actor.as_str()), (3_000, "ines"));
    assert!(other.rollout_generation().unwrap() > before);
    let rollout = other.rollout("sample").unwrap().unwrap();
    assert_eq!(rollout.current, two);
    assert_eq!(other.rollouts().unwrap(), [rollout]);
    let actions: Vec<Action> = other
        .swaps(Some("sample"), 9)
        .unwrap()
        .into_iter()
        .map(|swap| swap.moved.action)
        .collect();
    let installed = Action::Installed;
    assert_eq!(
        actions,
        [Action::Swapped, Action::Swapped, installed, installed]
    );
    assert_eq!(other.swaps(None, 1).unwrap(), [swap]);
    assert_eq!(other.swaps(Some("else"), 9).unwrap(), []);
}

#[test]
fn what_is_refused_leaves_nothing_in_rollout_or_history() {
    let (_directory, data) = served();
    let (rollout, generation) = (
        data.rollout("sample").unwrap(),
        data.rollout_generation().unwrap(),
    );
    let refused = swapped(&data, release("1.0.0", b"one")).unwrap_err();
    assert!(
        matches!(refused, StoreError::Refused(Refused::Serves { .. })),
        "{refused}"
    );
    assert_eq!(
        swapped(&data, release("3.0.0", b"three"))
            .unwrap_err()
            .to_string(),
        "3.0.0 of `sample` is not installed; `koalr plugin install FILE` does that"
    );
    assert_eq!(data.rollout("sample").unwrap(), rollout);
    assert_eq!(data.rollout_generation().unwrap(), generation);
}

#[test]
fn a_rollout_that_was_never_begun_is_not_changed() {
    let (_directory, data) = data();
    assert_eq!(
        swapped(&data, release("1.0.0", b"one"))
            .unwrap_err()
            .to_string(),
        "no version of `sample` was ever swapped in; `koalr plugin swap sample VERSION` does that"
    );
    let one = release("1.0.0", b"one");
    let begun = data.begin_rollout("sample", &one, 1, "ines").unwrap_err();
    assert!(matches!(begun, StoreError::NotInstalled { .. }), "{begun}");
}

#[test]
fn a_rollout_is_begun_once() {
    let (_directory, data) = served();
    let two = release("2.0.0", b"two");
    assert!(!data.begin_rollout("sample", &two, 4_000, "ines").unwrap());
    let current = data.rollout("sample").unwrap().unwrap().current;
    assert_eq!(current.version, "1.0.0");
}

#[test]
fn a_version_in_use_is_not_removed_and_one_that_is_not_goes_with_its_bytes() {
    let (_directory, data) = served();
    let (one, two) = (release("1.0.0", b"one"), release("2.0.0", b"two"));
    let remove = |release: &Release| data.remove_version("sample", release, 5_000, "ines");
    assert_eq!(
        remove(&one).unwrap_err().to_string(),
        "1.0.0 of `sample` is in use: it serves; swap or unpin first"
    );
    assert_eq!(data.component(&one.hash).unwrap(), b"one");
    remove(&two).unwrap();
    assert!(!data.component_path(&two.hash).exists());
    assert_eq!(data.installed().unwrap().len(), 1);
    let last = data.swaps(None, 1).unwrap().remove(0);
    assert_eq!(
        (last.moved.action, last.moved.from),
        (Action::Removed, Some(two.clone()))
    );
    assert!(matches!(
        remove(&two).unwrap_err(),
        StoreError::NotInstalled { .. }
    ));
}

#[test]
fn a_version_that_another_process_removed_does_not_begin_to_serve() {
    let (directory, data) = served();
    let two = release("2.0.0", b"two");
    let other = DataDir::open(directory.path()).unwrap();
    other.remove_version("sample", &two, 5_000, "ines").unwrap();
    let tried = data.change_rollout("sample", 6_000, "ines", |rollout| {
        let half = Cohort::Percent(Percent::new(50).unwrap());
        Ok::<_, StoreError>(rollout.try_out(two, half)?)
    });
    assert!(matches!(
        tried.unwrap_err(),
        StoreError::NotInstalled { .. }
    ));
}

#[test]
fn the_history_cannot_be_altered() {
    let (directory, data) = served();
    drop(data);
    let control = Sqlite::open(directory.path().join("control.db")).unwrap();
    for change in [
        "UPDATE plugin_history SET swap = '{}'",
        "DELETE FROM plugin_history",
        "INSERT OR REPLACE INTO plugin_history (seq, integration, swap) VALUES (1, 'sample', '{}')",
        "INSERT INTO plugin_history (seq, integration, swap) VALUES (99, 'sample', '{}')",
    ] {
        let error = control.execute(change, []).unwrap_err().to_string();
        assert!(error.starts_with("the history of plugins is "), "{error}");
    }
}

#[test]
fn a_backup_holds_the_installed_components_and_names_those_that_it_cannot() {
    let (directory, data) = served();
    let (one, two) = (release("1.0.0", b"one"), release("2.0.0", b"two"));
    let path = data.component_path(&one.hash);
    fs::write(&path, "other").unwrap();
    let to = directory.path().join("backup");
    let backup = data.backup(&to, true).unwrap();
    let unsaved = backup.unsaved_components.iter();
    let unsaved: Vec<String> = unsaved.map(ToString::to_string).collect();
    assert_eq!(unsaved.len(), 1, "{unsaved:?}");
    assert!(
        unsaved[0].contains(&path.display().to_string()),
        "{unsaved:?}"
    );
    let restored = DataDir::open(&to).unwrap();
    assert_eq!(restored.component(&two.hash).unwrap(), b"two");
    assert_eq!(
        restored.rollout("sample").unwrap(),
        data.rollout("sample").unwrap()
    );
}
