//! The events that `PagerDuty` tells webhooks, version 3.

use serde_json::{Value, json};

use super::event::Event;
use crate::clock;
use crate::data::Timestamp;
use crate::id;

/// An incident, as its events show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// `PagerDuty`'s id, for example `PGR0VU2`.
    pub id: String,
    /// What is wrong.
    pub title: String,
    /// `PagerDuty`'s id of the service.
    pub service_id: String,
    /// Name of the service.
    pub service: String,
    /// `high` or `low`.
    pub urgency: String,
    /// `P1` to `P5`; none where nobody set one.
    pub priority: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
}

impl Incident {
    /// An urgent incident without a priority. Its fields may be changed.
    #[must_use]
    pub fn new(id: &str, service: &str, created_at: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            title: format!("{service} is down"),
            service_id: format!("P{:07X}", id::tag(service)),
            service: service.to_owned(),
            urgency: "high".to_owned(),
            priority: None,
            created_at,
        }
    }

    /// `incident.triggered`, when it began.
    #[must_use]
    pub fn triggered(&self) -> Event {
        self.event("triggered", self.created_at)
    }

    /// `incident.acknowledged`.
    #[must_use]
    pub fn acknowledged(&self, at: Timestamp) -> Event {
        self.event("acknowledged", at)
    }

    /// `incident.resolved`.
    #[must_use]
    pub fn resolved(&self, at: Timestamp) -> Event {
        self.event("resolved", at)
    }

    fn event(&self, status: &str, at: Timestamp) -> Event {
        Event::pager_duty(json!({
            "event": {
                "id": id::uuid(&format!("{}{status}{at}", self.id)),
                "event_type": format!("incident.{status}"),
                "resource_type": "incident",
                "occurred_at": clock::rfc3339(at),
                "agent": null,
                "client": null,
                "data": self.document(status),
            },
        }))
    }

    fn document(&self, status: &str) -> Value {
        let reference = |kind: &str, id: &str, summary: &str| {
            json!({
                "id": id,
                "type": format!("{kind}_reference"),
                "summary": summary,
                "self": format!("https://api.pagerduty.com/{kind}s/{id}"),
                "html_url": null,
            })
        };
        let priority = self.priority.as_deref();
        json!({
            "id": self.id,
            "type": "incident",
            "self": format!("https://api.pagerduty.com/incidents/{}", self.id),
            "number": id::tag(&self.id) % 10_000,
            "status": status,
            "incident_key": id::uuid(&self.id),
            "title": self.title,
            "created_at": clock::rfc3339(self.created_at),
            "service": reference("service", &self.service_id, &self.service),
            "priority": priority.map(|name| reference("priority", &format!("P{name}"), name)),
            "urgency": self.urgency,
            "assignees": [],
            "teams": [],
            "resolve_reason": null,
        })
    }
}
