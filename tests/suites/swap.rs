//! Versions of the real component take each other's place while they are called.

use std::sync::Arc;

use koalr_tests::swaps::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn no_call_fails_while_versions_take_each_others_place() {
    let stage = Arc::new(Stage::new().await);
    let load = stage.load(SWAPS, 0).await;
    assert_eq!(load.failed, [""; 0]);
    assert_eq!(load.swaps.len(), SWAPS as usize);
    assert!(load.decisions.len() >= SWAPS as usize && load.syncs > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_moves_to_another_version_brings_what_an_undisturbed_one_brings() {
    let stage = Arc::new(Stage::new().await);
    let mut undisturbed = stage.tenant("undisturbed").await;
    stage.sync(&mut undisturbed).await.unwrap();
    let mut moved = stage.tenant("moved").await;
    let syncing = {
        let stage = Arc::clone(&stage);
        tokio::spawn(async move {
            stage.sync(&mut moved).await.unwrap();
            moved
        })
    };
    let mut swaps = 0;
    while !syncing.is_finished() {
        swaps += 1;
        stage.swap(swaps % 2).await;
    }
    assert!(swaps > 1, "the sync was over at once");
    let moved = syncing.await.unwrap().dump().unwrap();
    let moved = moved.replace(r#"tenant="moved""#, r#"tenant="undisturbed""#);
    let undisturbed = undisturbed.dump().unwrap();
    for (moved, undisturbed) in moved.lines().zip(undisturbed.lines()) {
        assert_eq!(moved, undisturbed);
    }
    assert_eq!(moved.lines().count(), undisturbed.lines().count());
}

/// A tenth of what the bench does.
const SWAPS: u32 = 100;
