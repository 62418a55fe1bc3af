use std::cell::{Cell, RefCell};
use std::sync::mpsc;
use std::time::Duration;

use koalr_platform::model::walk::Progress;
use tokio::sync::oneshot;

use super::*;
use crate::contract::Mirror;

fn batch(number: u8, done: bool) -> Batch {
    Batch {
        records: Vec::new(),
        cursor: Some(cursor(number)),
        done,
        progress: Progress {
            done: u32::from(number),
            total: None,
        },
        requests: 1,
        resume_after_secs: None,
        coverage: Vec::new(),
        diagnostics: Vec::new(),
        extra: Vec::new(),
    }
}

fn cursor(number: u8) -> Cursor {
    Cursor {
        format: 1,
        bytes: vec![number],
    }
}

/// Number of the batch that follows a cursor.
fn following(cursor: Option<&Cursor>) -> u8 {
    cursor.map_or(1, |cursor| cursor.bytes[0] + 1)
}

fn answering(answer: Result<Batch, SyncError>) -> Call {
    Call::begin(async move { Ok(answer.map(Mirror::mirror)) })
}

fn kept(step: Step<'_>) -> Option<u32> {
    match step {
        Step::Keep(batch) => Some(batch.progress.done),
        Step::Pause { .. } => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_are_kept_in_order_and_never_more_than_one_is_ahead() {
    let calls = Cell::new(0_u32);
    let order = RefCell::new(Vec::new());
    let begin = |cursor: Option<Cursor>, _| {
        calls.set(calls.get() + 1);
        let number = following(cursor.as_ref());
        answering(Ok(batch(number, number == 5)))
    };
    let end = drive(begin, None, 0, |step| {
        let number = kept(step).unwrap();
        assert!(calls.get() <= number + 1, "{} calls", calls.get());
        order.borrow_mut().push(number);
        Ok(())
    });
    assert_eq!(end.await.unwrap(), End::Done);
    assert_eq!(*order.borrow(), [1, 2, 3, 4, 5]);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_batch_is_kept_the_next_one_is_fetched() {
    let (fetching, fetched) = mpsc::channel();
    let begin = |cursor: Option<Cursor>, _| {
        let number = following(cursor.as_ref());
        let fetching = fetching.clone();
        Call::begin(async move {
            fetching.send(number).unwrap();
            Ok(Ok(batch(number, number == 2).mirror()))
        })
    };
    let seen = |number| {
        // Without a fetch beside it this would wait in vain.
        let next = fetched.recv_timeout(Duration::from_mins(1));
        assert_eq!(next, Ok(number));
    };
    let end = drive(begin, None, 0, |step| {
        if kept(step) == Some(1) {
            seen(1);
            seen(2);
        }
        Ok(())
    });
    assert_eq!(end.await.unwrap(), End::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_cannot_be_kept_ends_the_call_under_way() {
    let (alive, ended) = oneshot::channel::<()>();
    let alive = Cell::new(Some(alive));
    let begin = |cursor: Option<Cursor>, _| {
        if cursor.is_none() {
            return answering(Ok(batch(1, false)));
        }
        let alive = alive.take();
        Call::begin(async move {
            let _alive = alive;
            std::future::pending().await
        })
    };
    let end = drive(begin, None, 0, |_| {
        Err(HostError::Change("no space".to_owned()))
    });
    match end.await.unwrap_err() {
        Failure::Host(error) => assert_eq!(error.to_string(), "no space"),
        Failure::Sync(error) => panic!("{error:?}"),
    }
    assert!(ended.await.is_err(), "its call was dropped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_that_is_dropped_ends_its_call() {
    let (alive, ended) = oneshot::channel::<()>();
    let alive = Cell::new(Some(alive));
    let begin = |_, _| {
        let alive = alive.take();
        Call::begin(async move {
            let _alive = alive;
            std::future::pending().await
        })
    };
    let mut walk = Box::pin(drive(begin, None, 0, |_| Ok(())));
    tokio::select! {
        biased;
        _ = &mut walk => panic!("it has no end"),
        () = std::future::ready(()) => {}
    }
    drop(walk);
    assert!(ended.await.is_err(), "its call was dropped");
}

#[tokio::test]
async fn a_stale_cursor_starts_the_walk_anew_but_only_once() {
    let cursors = RefCell::new(Vec::new());
    let begin = |cursor: Option<Cursor>, _| {
        cursors
            .borrow_mut()
            .push(cursor.as_ref().map(|one| one.bytes[0]));
        answering(match cursor {
            None => Ok(batch(1, false)),
            Some(_) => Err(SyncError::StaleCursor),
        })
    };
    let end = drive(begin, Some(cursor(7)), 0, |_| Ok(())).await;
    assert!(matches!(end, Err(Failure::Sync(SyncError::StaleCursor))));
    assert_eq!(*cursors.borrow(), [Some(7), None, Some(1)]);
}

#[tokio::test]
async fn a_pause_longer_than_the_patience_ends_the_walk_with_its_batch_kept() {
    let keep = RefCell::new(Vec::new());
    let begin = |_, _| {
        answering(Ok(Batch {
            resume_after_secs: Some(11),
            ..batch(1, false)
        }))
    };
    let end = drive(begin, None, 10, |step| {
        keep.borrow_mut().push(kept(step));
        Ok(())
    });
    assert_eq!(end.await.unwrap(), End::Paused { secs: 11 });
    assert_eq!(*keep.borrow(), [Some(1)]);
}

#[tokio::test]
async fn a_plugin_that_neither_asks_nor_ends_is_not_called_for_ever() {
    let begin = |_, _| {
        answering(Ok(Batch {
            requests: 0,
            ..batch(1, false)
        }))
    };
    let end = drive(begin, None, 0, |_| Ok(())).await;
    let Err(Failure::Sync(SyncError::Other((code, _)))) = end else {
        panic!("{end:?}");
    };
    assert_eq!(code, "no-progress");
}
