use std::cell::{Cell, RefCell};
use std::sync::mpsc;
use std::time::Duration;

use koalr_platform::model::record::{Entry, OtherRecord};
use koalr_platform::model::walk::Progress;
use tokio::sync::oneshot;

use super::course::Most;
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
    Call::begin(async move { Ok(answer.map(counted)) })
}

/// A batch with the requests that it tells.
fn counted(batch: Batch) -> (Brought, u32) {
    let requests = batch.requests;
    (batch.mirror(), requests)
}

#[expect(clippy::unnecessary_wraps, reason = "a check has this shape")]
fn unchecked(_: &Batch, _: u32) -> Result<(), Breaches> {
    Ok(())
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
    let end = drive(begin, unchecked, (None, Course::default()), 0, |step| {
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
            Ok(Ok(counted(batch(number, number == 2))))
        })
    };
    let seen = |number| {
        // Without a fetch beside it this would wait in vain.
        let next = fetched.recv_timeout(Duration::from_mins(1));
        assert_eq!(next, Ok(number));
    };
    let end = drive(begin, unchecked, (None, Course::default()), 0, |step| {
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
    let end = drive(begin, unchecked, (None, Course::default()), 0, |_| {
        Err(HostError::Change("no space".to_owned()))
    });
    match end.await.unwrap_err() {
        Failure::Host(error) => assert_eq!(error.to_string(), "no space"),
        error => panic!("{error:?}"),
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
    let mut walk = Box::pin(drive(
        begin,
        unchecked,
        (None, Course::default()),
        0,
        |_| Ok(()),
    ));
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
    let end = drive(
        begin,
        unchecked,
        (Some(cursor(7)), Course::default()),
        0,
        |_| Ok(()),
    )
    .await;
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
    let end = drive(begin, unchecked, (None, Course::default()), 10, |step| {
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
    let end = drive(begin, unchecked, (None, Course::default()), 0, |_| Ok(())).await;
    let Err(Failure::Sync(SyncError::Other((code, _)))) = end else {
        panic!("{end:?}");
    };
    assert_eq!(code, "no-progress");
}

/// Walks with ever new or always the same cursors, and says what broke the walk off and what was kept.
async fn broken_off(most: Most, next: impl Fn(Option<Cursor>) -> Batch) -> (String, usize) {
    let kept = Cell::new(0);
    let begin = |cursor: Option<Cursor>, _| answering(Ok(next(cursor)));
    let end = drive(begin, unchecked, (None, Course::at_most(most)), 0, |_| {
        kept.set(kept.get() + 1);
        Ok(())
    });
    match end.await {
        Err(Failure::Breach(breaches, _)) => (breaches.to_string(), kept.get()),
        other => panic!("{other:?}"),
    }
}

const MANY: Most = Most {
    batches: 1000,
    unasked: 1000,
};

#[tokio::test]
async fn a_walk_that_comes_back_to_a_cursor_is_broken_off_and_that_batch_is_not_kept() {
    let rounds = broken_off(MANY, |cursor| batch(following(cursor.as_ref()) % 3, false));
    let sentence =
        "sync: cursor is one that this walk had before, so that it would go round for ever";
    assert_eq!(rounds.await, (sentence.to_owned(), 3));
}

#[test]
fn a_walk_that_waits_may_come_back_to_its_cursor() {
    let mut course = Course::default();
    for _ in 0..3 {
        let waits = Batch {
            resume_after_secs: Some(1),
            ..batch(1, false)
        };
        assert_eq!(course.goes_on(&waits.mirror(), 1), Ok(()));
    }
}

#[tokio::test]
async fn a_pause_of_no_time_is_none() {
    let (sentence, kept) = broken_off(MANY, |_| Batch {
        resume_after_secs: Some(0),
        ..batch(1, false)
    })
    .await;
    assert!(sentence.contains("go round for ever"), "{sentence}");
    assert_eq!(kept, 1);
}

#[tokio::test]
async fn a_walk_with_ever_new_cursors_is_broken_off() {
    let most = Most {
        batches: 5,
        unasked: 1000,
    };
    let (sentence, kept) =
        broken_off(most, |cursor| batch(following(cursor.as_ref()), false)).await;
    let expected = "sync: 5 batches in one run have not ended the walk; a walk ends";
    assert_eq!((sentence.as_str(), kept), (expected, 4));
}

#[tokio::test]
async fn a_walk_that_asks_nothing_batch_after_batch_is_broken_off_whatever_it_brings() {
    let most = Most {
        batches: 1000,
        unasked: 3,
    };
    let (sentence, kept) = broken_off(most, |cursor| Batch {
        requests: 0,
        records: vec![Entry::Other(OtherRecord {
            kind: "note".to_owned(),
            key: "1".to_owned(),
            json: "1".to_owned(),
        })],
        ..batch(following(cursor.as_ref()), false)
    })
    .await;
    assert!(
        sentence.starts_with("sync: 3 batches in a row asked the upstream nothing"),
        "{sentence}"
    );
    assert_eq!(kept, 2);
}
