//! Registers metrics, and remembers what it registered.

use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// The metrics of one server, and a row about each.
pub(super) struct Catalogue {
    registry: Registry,
    rows: Vec<Row>,
}

/// What is said of a metric: in its `HELP`, and in `docs/metrics.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// As a query names it, `_total` of a counter among it.
    pub name: String,
    /// Its type: `counter`, `gauge` or `histogram`.
    pub kind: &'static str,
    /// Names of its labels. May be empty.
    pub labels: Vec<&'static str>,
    /// What it says, its unit in its name.
    pub meaning: &'static str,
}

/// A metric for each set of labels. The sets are closed: no tenant, no id of anything, no text from outside.
#[derive(Debug, Clone)]
pub(crate) struct Of<M, const N: usize> {
    labels: [&'static str; N],
    family: Family<Labels<N>, M>,
}

pub(super) type Seconds = Gauge<f64, AtomicU64>;
type Labels<const N: usize> = [(&'static str, String); N];

impl Catalogue {
    pub(super) fn new() -> Self {
        Self {
            registry: Registry::with_prefix(PREFIX),
            rows: Vec::new(),
        }
    }

    pub(super) fn into_parts(self) -> (Registry, Vec<Row>) {
        (self.registry, self.rows)
    }

    pub(super) fn counter<const N: usize>(
        &mut self,
        (name, unit): (&'static str, Option<Unit>),
        labels: [&'static str; N],
        meaning: &'static str,
    ) -> Of<Counter, N> {
        self.add(
            (name, unit, MetricType::Counter),
            labels,
            meaning,
            Counter::default,
        )
    }

    pub(super) fn gauge<const N: usize>(
        &mut self,
        name: &'static str,
        labels: [&'static str; N],
        meaning: &'static str,
    ) -> Of<Gauge, N> {
        self.add(
            (name, None, MetricType::Gauge),
            labels,
            meaning,
            Gauge::default,
        )
    }

    pub(super) fn measure<const N: usize>(
        &mut self,
        (name, unit): (&'static str, Unit),
        labels: [&'static str; N],
        meaning: &'static str,
    ) -> Of<Seconds, N> {
        let kind = MetricType::Gauge;
        self.add((name, Some(unit), kind), labels, meaning, Seconds::default)
    }

    pub(super) fn histogram<const N: usize>(
        &mut self,
        (name, unit): (&'static str, Unit),
        labels: [&'static str; N],
        meaning: &'static str,
        buckets: fn() -> Histogram,
    ) -> Of<Histogram, N> {
        let kind = MetricType::Histogram;
        self.add((name, Some(unit), kind), labels, meaning, buckets)
    }

    fn add<M, const N: usize>(
        &mut self,
        (name, unit, kind): (&'static str, Option<Unit>, MetricType),
        labels: [&'static str; N],
        meaning: &'static str,
        new: fn() -> M,
    ) -> Of<M, N>
    where
        Family<Labels<N>, M>: prometheus_client::registry::Metric + Clone,
        M: Clone,
    {
        let family: Family<Labels<N>, M> = Family::new_with_constructor(new);
        let mut full = format!("{PREFIX}_{name}");
        if let Some(unit) = &unit {
            full = format!("{full}_{}", unit.as_str());
        }
        let (kind, suffix) = match kind {
            MetricType::Counter => ("counter", "_total"),
            MetricType::Histogram => ("histogram", ""),
            _ => ("gauge", ""),
        };
        self.rows.push(Row {
            name: full + suffix,
            kind,
            labels: labels.to_vec(),
            meaning,
        });
        match unit {
            Some(unit) => {
                let registry = &mut self.registry;
                registry.register_with_unit(name, meaning, unit, family.clone());
            }
            None => self.registry.register(name, meaning, family.clone()),
        }
        Of { labels, family }
    }
}

impl<M: Clone, const N: usize> Of<M, N> {
    /// The metric with these values of its labels, in their order. Clones are the same metric.
    pub(crate) fn of(&self, values: [&str; N]) -> M {
        let mut values = values.into_iter();
        let labels = self.labels.map(|name| {
            let value = values.next().unwrap_or_default();
            (name, value.to_owned())
        });
        self.family.get_or_create_owned(&labels)
    }

    /// Forgets every metric of it.
    pub(super) fn clear(&self) {
        self.family.clear();
    }
}

/// Begins every name.
const PREFIX: &str = "koalr";
