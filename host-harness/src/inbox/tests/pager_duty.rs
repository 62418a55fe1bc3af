//! What `PagerDuty` tells.

use koalr_platform::model::record::Incident;
use koalr_upstream::github as upstream;
use serde_json::{Value, json};

use super::{AS_OF, SECRET, ignored, read, refusal};
use crate::inbox::{Event, Source};

fn checkout() -> upstream::Incident {
    upstream::Incident::new("PGR0VU2", "checkout", AS_OF)
}

#[track_caller]
fn incident(told: &upstream::Event) -> (Incident, i64) {
    match super::event(Source::PagerDuty, told) {
        Event::Incident {
            incident,
            updated_at,
        } => (incident, updated_at),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_incident_that_begins_is_open() {
    let checkout = checkout();
    let expected = Incident {
        id: "PGR0VU2".to_owned(),
        service: "checkout".to_owned(),
        title: "checkout is down".to_owned(),
        severity: Some("high".to_owned()),
        change: None,
        started_at: AS_OF,
        acknowledged_at: None,
        resolved_at: None,
        open: true,
        extra: vec![("service-id".to_owned(), checkout.service_id.clone())],
    };
    assert_eq!(incident(&checkout.triggered()), (expected, AS_OF));
}

#[test]
fn an_answer_and_an_end_tell_their_times() {
    let (answered, at) = incident(&checkout().acknowledged(AS_OF + 1_000));
    assert_eq!(
        (answered.acknowledged_at, answered.resolved_at),
        (Some(AS_OF + 1_000), None)
    );
    assert_eq!((answered.open, at), (true, AS_OF + 1_000));
    let (ended, at) = incident(&checkout().resolved(AS_OF + 2_000));
    assert_eq!(
        (ended.acknowledged_at, ended.resolved_at),
        (None, Some(AS_OF + 2_000))
    );
    assert_eq!((ended.open, at), (false, AS_OF + 2_000));
}

#[test]
fn an_incident_that_is_reopened_goes_on() {
    let mut told = checkout().triggered();
    told.body["event"]["event_type"] = json!("incident.reopened");
    told.body["event"]["occurred_at"] = json!("2026-01-15T00:00:03Z");
    let (reopened, at) = incident(&told);
    assert_eq!(
        (reopened.open, reopened.resolved_at, at),
        (true, None, AS_OF + 3_000)
    );
}

#[test]
fn a_change_of_an_ended_incident_does_not_end_it_anew() {
    let mut told = checkout().resolved(AS_OF + 2_000);
    told.body["event"]["event_type"] = json!("incident.priority_updated");
    let (incident, _) = incident(&told);
    assert_eq!((incident.open, incident.resolved_at), (false, None));
}

#[test]
fn a_priority_counts_more_than_the_urgency() {
    let mut checkout = checkout();
    checkout.priority = Some("P1".to_owned());
    let (incident, _) = incident(&checkout.triggered());
    assert_eq!(incident.severity.as_deref(), Some("P1"));
}

#[test]
fn a_service_without_a_name_goes_by_its_id() {
    let mut told = checkout().triggered();
    told.body["event"]["data"]["service"]["summary"] = Value::Null;
    assert_eq!(incident(&told).0.service, checkout().service_id);
}

#[test]
fn the_id_of_a_delivery_is_that_of_its_event() {
    let told = checkout().triggered();
    let received = read(Source::PagerDuty, &told.deliver(SECRET)).unwrap();
    assert_eq!(Some(&*received.id), told.body["event"]["id"].as_str());
}

#[test]
fn while_a_secret_is_changed_either_signature_will_do() {
    let told = checkout().triggered();
    let delivery = told.deliver("the new one").also_signed(SECRET);
    assert!(read(Source::PagerDuty, &delivery).is_ok());
}

#[test]
fn a_note_is_not_taken_for_its_incident() {
    let mut told = checkout().triggered();
    told.body["event"]["event_type"] = json!("incident.annotated");
    told.body["event"]["data"] = json!({"id": "PWL7QXS", "type": "incident_note", "content": "!"});
    assert_eq!(
        ignored(Source::PagerDuty, &told).as_deref(),
        Some("incident.annotated")
    );
}

#[test]
fn a_ping_is_received_and_nothing_more() {
    let mut told = checkout().triggered();
    told.body["event"]["event_type"] = json!("pagey.ping");
    told.body["event"]["data"] =
        json!({"message": "Hello from your friend Pagey!", "type": "ping"});
    assert_eq!(ignored(Source::PagerDuty, &told), None);
}

#[test]
fn an_incident_in_no_known_state_is_refused_with_the_field() {
    let mut told = checkout().triggered();
    told.body["event"]["data"]["status"] = json!("snoozed");
    let expected = "`event.data.status` is no state of an incident";
    assert_eq!(refusal(Source::PagerDuty, &told), expected);
}
