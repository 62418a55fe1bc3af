//! What was measured: rows of figures, one a round, beside the floor of the same rounds.

mod table;

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

pub(crate) use table::table;

/// Where a bench writes down its rows.
pub(crate) struct Sheet {
    bench: &'static str,
    is_short: bool,
    rows: Vec<Row>,
}

impl Sheet {
    pub(crate) fn new(bench: &'static str, is_short: bool) -> Self {
        let rows = Vec::new();
        Self {
            bench,
            is_short,
            rows,
        }
    }

    /// Whether one small round is enough, because nobody reads the figures.
    pub(crate) fn is_short(&self) -> bool {
        self.is_short
    }

    /// How many rounds to measure.
    pub(crate) fn rounds(&self, full: usize) -> usize {
        if self.is_short { 1 } else { full }
    }

    /// A new row: a figure a round, in seconds, bytes or as a count.
    pub(crate) fn row(
        &mut self,
        what: impl Into<String>,
        unit: Unit,
        figures: Vec<f64>,
    ) -> &mut Row {
        self.rows.push(Row {
            bench: self.bench.to_owned(),
            what: what.into(),
            unit,
            figures,
            size: None,
            floor: None,
            at_most: None,
            ratio_at_most: None,
            note: String::new(),
        });
        self.rows.last_mut().expect("it was just added")
    }

    /// A new row of one count.
    pub(crate) fn count(&mut self, what: impl Into<String>, count: usize) -> &mut Row {
        self.row(what, Unit::Count, vec![figure(count)])
    }

    pub(crate) fn into_rows(self) -> Vec<Row> {
        self.rows
    }
}

/// One thing that was measured.
#[derive(Serialize, Deserialize)]
pub(crate) struct Row {
    bench: String,
    what: String,
    unit: Unit,
    figures: Vec<f64>,
    size: Option<u64>,
    floor: Option<(String, Vec<f64>)>,
    at_most: Option<f64>,
    ratio_at_most: Option<f64>,
    note: String,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Unit {
    Seconds,
    Bytes,
    Count,
}

impl Row {
    /// What the least possible costs, measured in the same rounds.
    pub(crate) fn over(&mut self, floor: &str, figures: &[f64]) -> &mut Self {
        self.floor = Some((floor.to_owned(), figures.to_vec()));
        self
    }

    /// How much data it is about. Rows that measure the same at several sizes tell how its cost grows.
    pub(crate) fn size(&mut self, size: impl Into<u64>) -> &mut Self {
        self.size = Some(size.into());
        self
    }

    /// The target: the median is at most this.
    pub(crate) fn at_most(&mut self, figure: f64) -> &mut Self {
        self.at_most = Some(figure);
        self
    }

    /// The target: the ratio to the floor is at most this.
    pub(crate) fn ratio_at_most(&mut self, ratio: f64) -> &mut Self {
        self.ratio_at_most = Some(ratio);
        self
    }

    /// Counters that belong to it.
    pub(crate) fn note(&mut self, text: impl Into<String>) -> &mut Self {
        self.note = text.into();
        self
    }

    pub(crate) fn median(&self) -> f64 {
        quantile(&self.figures, 50)
    }

    /// The median of the rounds' own ratios to their floor.
    pub(crate) fn ratio(&self) -> Option<f64> {
        let (_, floor) = self.floor.as_ref()?;
        let ratios = self
            .figures
            .iter()
            .zip(floor)
            .map(|(figure, floor)| figure / floor);
        Some(quantile(&ratios.collect::<Vec<_>>(), 50))
    }

    /// Whether its targets are met; none if it has none.
    pub(crate) fn is_met(&self) -> Option<bool> {
        let figure = self.at_most.map(|most| self.median() <= most);
        let ratio = self
            .ratio_at_most
            .map(|most| self.ratio().is_some_and(|ratio| ratio <= most));
        match (figure, ratio) {
            (Some(figure), Some(ratio)) => Some(figure && ratio),
            (figure, ratio) => figure.or(ratio),
        }
    }

    /// The exponent of its growth since a smaller size: 1 grows as its data does.
    fn growth_since(&self, smaller: &Self) -> Option<f64> {
        let [size, before] =
            [self.size?, smaller.size?].map(|size| f64::from(u32::try_from(size).unwrap()));
        Some((self.median() / smaller.median()).ln() / (size / before).ln())
    }
}

/// A figure that so many percent of the others do not exceed. There is at least one.
pub(crate) fn quantile(figures: &[f64], percent: usize) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(sorted.len() * percent).div_ceil(100).max(1) - 1]
}

/// A count or a size as a figure.
pub(crate) fn figure(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap())
}

/// How long work takes, in seconds.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    let result = work();
    let elapsed = start.elapsed();
    drop(std::hint::black_box(result));
    elapsed.as_secs_f64()
}

/// Durations as figures.
pub(crate) fn seconds<'a>(times: impl IntoIterator<Item = &'a Duration>) -> Vec<f64> {
    times.into_iter().map(Duration::as_secs_f64).collect()
}
