use koalr_platform::model::common::Change;
use koalr_upstream::github::GitHub as Content;
use koalr_upstream::{Fault, Occurrence};

use super::{AS_OF, HEAD, asked, client, shop, start};
use crate::report::{Action, Annotation, AnnotationLevel, CheckRun, Conclusion, Status};

fn looking_up(change: &str) -> CheckRun {
    let change = Change {
        id: change.to_owned(),
        repository: "acme/shop".to_owned(),
        number: Some(1),
        head_sha: HEAD.to_owned(),
        base_sha: None,
        source_branch: None,
        target_branch: None,
    };
    CheckRun::looking_up("snyk", &change, Some(3), AS_OF)
}

/// The run of a verdict with so many annotations.
fn judged(annotations: usize) -> CheckRun {
    let mut run = looking_up("acme/shop#1");
    run.status = Status::Completed;
    run.conclusion = Some(Conclusion::ActionRequired);
    run.completed_at.clone_from(&run.started_at);
    run.output.title = "Held back".to_owned();
    run.output.text = Some("How it came about".to_owned());
    run.actions = vec![Action {
        label: "Override",
        description: "Let this commit pass",
        identifier: "override",
    }];
    let all: Vec<Annotation> = (0..annotations)
        .map(|number| Annotation {
            path: "package-lock.json".to_owned(),
            start_line: 1,
            end_line: 1,
            annotation_level: AnnotationLevel::Failure,
            message: format!("finding {number}"),
            title: "finding".to_owned(),
        })
        .collect();
    let mut batches = all.chunks(50).map(<[Annotation]>::to_vec);
    run.output.annotations = batches.next().unwrap_or_default();
    run.more_annotations = batches.collect();
    run
}

/// What the annotations of a run say, in their order.
fn messages(run: &koalr_upstream::github::CheckRun) -> Vec<String> {
    let annotations = run.annotations.iter();
    annotations
        .map(|annotation| annotation["message"].as_str().unwrap().to_owned())
        .collect()
}

fn findings(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("finding {number}"))
        .collect()
}

#[tokio::test]
async fn a_run_is_posted_once_and_updated_after_that() {
    let (upstream, client) = start(shop()).await;
    let first = client
        .post_check("acme/shop", &looking_up("acme/shop#1"))
        .await;
    let second = client.post_check("acme/shop", &judged(1)).await;
    assert_eq!(first, second);
    let runs = upstream.check_runs();
    assert_eq!(runs.len(), 1);
    assert_eq!(first, Ok(runs[0].id));
    assert_eq!(runs[0].conclusion.as_deref(), Some("action_required"));
    assert_eq!(runs[0].title.as_deref(), Some("Held back"));
    let list = format!("GET /repos/acme/shop/commits/{HEAD}/check-runs");
    let create = "POST /repos/acme/shop/check-runs";
    let update = "PATCH /repos/acme/shop/check-runs/1";
    assert_eq!(asked(&upstream), [&list, create, &list, update]);
}

#[tokio::test]
async fn an_update_clears_what_the_run_no_longer_has() {
    let (upstream, client) = start(shop()).await;
    client.post_check("acme/shop", &judged(0)).await.unwrap();
    client
        .post_check("acme/shop", &looking_up("acme/shop#1"))
        .await
        .unwrap();
    let run = &upstream.check_runs()[0];
    assert_eq!(
        (run.status.as_str(), &run.conclusion),
        ("in_progress", &None)
    );
    assert!(run.actions.is_empty());
    assert_eq!(run.text.as_deref(), Some(""));
}

#[tokio::test]
async fn two_changes_with_one_head_have_a_run_each() {
    let (upstream, client) = start(shop()).await;
    let (one, two) = (looking_up("acme/shop#1"), looking_up("acme/shop#2"));
    let first = client.post_check("acme/shop", &one).await.unwrap();
    let second = client.post_check("acme/shop", &two).await.unwrap();
    assert_ne!(first, second);
    // The older of the two is still found.
    assert_eq!(client.post_check("acme/shop", &one).await, Ok(first));
    assert_eq!(upstream.check_runs().len(), 2);
}

#[tokio::test]
async fn a_run_is_found_on_any_page() {
    let (upstream, client) = start(shop()).await;
    for number in 0..101 {
        let run = looking_up(&format!("acme/shop#{number}"));
        client.post_check("acme/shop", &run).await.unwrap();
    }
    let oldest = looking_up("acme/shop#0");
    assert_eq!(client.post_check("acme/shop", &oldest).await, Ok(1));
    assert_eq!(upstream.check_runs().len(), 101);
}

#[tokio::test]
async fn annotations_beyond_fifty_follow_with_the_same_title_and_summary() {
    let (upstream, client) = start(shop()).await;
    let run = judged(120);
    client.post_check("acme/shop", &run).await.unwrap();
    let posted = &upstream.check_runs()[0];
    assert_eq!(messages(posted), findings(120));
    assert_eq!(posted.writes.len(), 3);
    for write in &posted.writes {
        assert_eq!(write.body["output"]["title"], run.output.title);
        assert_eq!(write.body["output"]["summary"], run.output.summary);
    }
}

#[tokio::test]
async fn a_verdict_posted_twice_has_each_annotation_once() {
    for count in [0, 1, 50, 51, 120] {
        let (upstream, client) = start(shop()).await;
        let first = client.post_check("acme/shop", &judged(count)).await;
        assert_eq!(client.post_check("acme/shop", &judged(count)).await, first);
        let runs = upstream.check_runs();
        assert_eq!(runs.len(), 1);
        assert_eq!(messages(&runs[0]), findings(count));
    }
}

#[tokio::test]
async fn a_post_that_stopped_between_two_batches_goes_on_there() {
    let content = Content::from(shop());
    let update = "/repos/acme/shop/check-runs/";
    let content = content.fault(update, Occurrence::Nth(2), Fault::Status(502, None));
    let (upstream, client) = start(content).await;
    let error = client
        .post_check("acme/shop", &judged(120))
        .await
        .unwrap_err();
    assert!(error.is_temporary());
    assert_eq!(messages(&upstream.check_runs()[0]), findings(100));
    client.post_check("acme/shop", &judged(120)).await.unwrap();
    assert_eq!(messages(&upstream.check_runs()[0]), findings(120));
}

#[tokio::test]
async fn the_annotations_of_another_verdict_are_added_whole() {
    let (upstream, client) = start(shop()).await;
    client.post_check("acme/shop", &judged(2)).await.unwrap();
    let mut other = judged(1);
    other.output.title = "Held back by another".to_owned();
    client.post_check("acme/shop", &other).await.unwrap();
    assert_eq!(
        messages(&upstream.check_runs()[0]),
        ["finding 0", "finding 1", "finding 0"]
    );
}

#[tokio::test]
async fn a_run_whose_id_was_lost_on_the_way_is_found_again() {
    for fault in [Fault::EmptyBody, Fault::Truncated, Fault::CutConnection] {
        let runs = "/repos/acme/shop/check-runs";
        let content = Content::from(shop()).fault(runs, Occurrence::First(1), fault.clone());
        let (upstream, client) = start(content).await;
        let error = client
            .post_check("acme/shop", &judged(1))
            .await
            .unwrap_err();
        assert!(error.is_temporary(), "{error}");
        assert_eq!(client.post_check("acme/shop", &judged(1)).await, Ok(1));
        let runs = upstream.check_runs();
        assert_eq!(
            (runs.len(), messages(&runs[0])),
            (1, findings(1)),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn a_write_is_never_sent_again_by_itself() {
    let runs = "/repos/acme/shop/check-runs";
    for status in [502, 503, 504] {
        let fault = Fault::Status(status, None);
        let content = Content::from(shop()).fault(runs, Occurrence::Every, fault);
        let (upstream, client) = start(content).await;
        client
            .post_check("acme/shop", &judged(0))
            .await
            .unwrap_err();
        assert_eq!(asked(&upstream).len(), 2);
    }
}

#[tokio::test]
async fn posts_at_once_leave_one_run() {
    let (upstream, one) = start(shop()).await;
    let other = client(upstream.base_url());
    let (first, second) = (looking_up("acme/shop#1"), judged(60));
    let (a, b, c) = tokio::join!(
        one.post_check("acme/shop", &first),
        one.post_check("acme/shop", &second),
        other.post_check("acme/shop", &second),
    );
    assert_eq!((a, b, c), (Ok(1), Ok(1), Ok(1)));
    let runs = upstream.check_runs();
    assert_eq!((runs.len(), messages(&runs[0])), (1, findings(60)));
}
