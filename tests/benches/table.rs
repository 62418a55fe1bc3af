//! Rows measured side by side.

use std::time::Duration;

/// Rows of one comparison. The first is the floor of the others.
pub(crate) struct Table {
    title: String,
    rows: Vec<(&'static str, Vec<Duration>)>,
}

impl Table {
    pub(crate) fn new(title: &str, rows: &[&'static str]) -> Self {
        Self {
            title: title.to_owned(),
            rows: rows.iter().map(|row| (*row, Vec::new())).collect(),
        }
    }

    /// One round: a figure for every row, in the order of the rows.
    pub(crate) fn round<const N: usize>(&mut self, figures: [Duration; N]) {
        assert_eq!(N, self.rows.len(), "a figure for every row");
        for ((_, row), figure) in self.rows.iter_mut().zip(figures) {
            row.push(figure);
        }
    }

    pub(crate) fn print(&self) {
        println!("{} ({} rounds)", self.title, self.rows[0].1.len());
        let floor = &self.rows[0].1;
        for (name, figures) in &self.rows {
            let ratios = figures
                .iter()
                .zip(floor)
                .map(|(figure, floor)| figure.as_secs_f64() / floor.as_secs_f64());
            let ratio = median(ratios.collect());
            let micros: Vec<f64> = figures
                .iter()
                .map(|figure| figure.as_secs_f64() * 1e6)
                .collect();
            let (low, high) = (
                micros.iter().copied().fold(f64::MAX, f64::min),
                micros.iter().copied().fold(0.0, f64::max),
            );
            println!(
                "  {name:<16} x{ratio:<8.2} {:>10.1} µs  ({low:.1}–{high:.1})",
                median(micros)
            );
        }
        println!();
    }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
