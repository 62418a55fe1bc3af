//! Log lines for programs.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write as _;

use serde::ser::{SerializeMap as _, Serializer as _};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// Writes each event as one JSON object a line: `time` (RFC 3339, UTC), `level`, `target` and `message` first, then the
/// fields of the spans around it and its own, by name. Of one name, the innermost counts.
pub(super) struct JsonLines<W> {
    writer: W,
    now: fn() -> OffsetDateTime,
}

impl<W> JsonLines<W> {
    pub(super) fn new(writer: W, now: fn() -> OffsetDateTime) -> Self {
        Self { writer, now }
    }

    fn line(&self, event: &Event<'_>, mut fields: Fields) -> serde_json::Result<Vec<u8>> {
        event.record(&mut fields);
        let message = fields.0.remove("message");
        for reserved in ["time", "level", "target"] {
            fields.0.remove(reserved);
        }
        let time = (self.now)().format(&Rfc3339).unwrap_or_default();
        let mut line = Vec::with_capacity(TYPICAL_BYTES);
        let mut serializer = serde_json::Serializer::new(&mut line);
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("time", &time)?;
        object.serialize_entry("level", event.metadata().level().as_str())?;
        object.serialize_entry("target", event.metadata().target())?;
        object.serialize_entry("message", &message.unwrap_or_default())?;
        for (name, value) in &fields.0 {
            object.serialize_entry(name, value)?;
        }
        object.end()?;
        line.push(b'\n');
        Ok(line)
    }
}

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(outer) = span.extensions().get::<Fields>() {
                for (name, value) in &outer.0 {
                    fields.0.entry(name).or_insert_with(|| value.clone());
                }
            }
        }
        if let Ok(line) = self.line(event, fields) {
            // Whoever reads the log is gone; there is nobody to tell.
            let _ = self.writer.make_writer().write_all(&line);
        }
    }
}

/// Fields by name.
#[derive(Debug, Default)]
struct Fields(BTreeMap<&'static str, Value>);

impl Fields {
    fn set(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name(), value.into());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, value);
    }
}

/// Most lines fit.
const TYPICAL_BYTES: usize = 512;

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use serde_json::json;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    /// What `log` logs, line by line.
    fn logged(log: impl FnOnce()) -> Vec<Value> {
        #[derive(Clone, Default)]
        struct Kept(Arc<Mutex<Vec<u8>>>);
        impl io::Write for Kept {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.lock().unwrap().write(bytes)
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let kept = Kept::default();
        let writer = kept.clone();
        let lines = JsonLines::new(move || writer.clone(), || OffsetDateTime::UNIX_EPOCH);
        let subscriber = tracing_subscriber::registry().with(lines);
        tracing::subscriber::with_default(subscriber, log);
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'), "{text}");
        let lines = text.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn a_line_holds_the_fields_of_its_spans_and_its_own_with_their_types() {
        let lines = logged(|| {
            let request =
                tracing::info_span!("request", request = "ab12", tenant = tracing::field::Empty);
            let _request = request.enter();
            request.record("tenant", "acme");
            let _job = tracing::info_span!("job", job = 7, class = "gate").entered();
            tracing::warn!(target: "koalr::x", class = "connect", took = 1.5, is_first = true, "{} tried", "it was");
        });
        assert_eq!(
            lines,
            [json!({
                "time": "1970-01-01T00:00:00Z",
                "level": "WARN",
                "target": "koalr::x",
                "message": "it was tried",
                "request": "ab12",
                "tenant": "acme",
                "job": 7,
                "class": "connect",
                "took": 1.5,
                "is_first": true,
            })]
        );
    }

    #[test]
    fn no_text_can_end_a_line_or_forge_a_field() {
        let lines = logged(|| tracing::info!(name = "a\"\n{\u{1b}", "one\ntwo\",\"level\":\"x"));
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0]["name"], "a\"\n{\u{1b}");
        assert_eq!(lines[0]["message"], "one\ntwo\",\"level\":\"x");
        assert_eq!(lines[0]["level"], "INFO");
    }

    #[test]
    fn a_field_does_not_stand_for_what_the_line_says_itself() {
        let lines = logged(|| tracing::info!(level = "none", time = 3, "so"));
        assert_eq!(
            (&lines[0]["level"], &lines[0]["time"]),
            (&json!("INFO"), &json!("1970-01-01T00:00:00Z"))
        );
    }
}
