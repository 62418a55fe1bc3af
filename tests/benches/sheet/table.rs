//! Rows as a Markdown table.

use super::{Row, Unit, quantile};

const HEADS: [&str; 9] = [
    "bench", "what", "n", "median", "5–95 %", "floor", "growth", "target", "",
];

/// The rows, aligned; sizes of the same thing stand together. Medians stand beside the figures that five percent of the
/// rounds are below and above; `growth` is the exponent since the next smaller size, where 1 is as the data grows and 0 is
/// not at all.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut lines = vec![HEADS.map(str::to_owned)];
    for (place, first) in rows.iter().enumerate() {
        let is_of_series = |other: &&Row| other.bench == first.bench && other.what == first.what;
        if rows[..place].iter().any(|other| is_of_series(&other)) {
            continue;
        }
        let mut smaller: Option<&Row> = None;
        for row in rows[place..].iter().filter(is_of_series) {
            lines.push(line(row, smaller));
            smaller = Some(row);
        }
    }
    let widths: Vec<usize> = (0..HEADS.len())
        .map(|column| {
            lines
                .iter()
                .map(|line| line[column].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let rule = widths
        .iter()
        .map(|width| "-".repeat(*width))
        .collect::<Vec<_>>();
    let mut text = String::new();
    for (place, line) in lines.iter().enumerate() {
        text += &joined(
            line.iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:<width$}")),
        );
        if place == 0 {
            text += &joined(rule.iter().cloned());
        }
    }
    text
}

fn line(row: &Row, smaller: Option<&Row>) -> [String; 9] {
    let growth = smaller.and_then(|smaller| row.growth_since(smaller));
    let floor = row.ratio().zip(row.floor.as_ref());
    [
        row.bench.clone(),
        row.what.clone(),
        row.size.map(grouped).unwrap_or_default(),
        shown(row.median(), row.unit),
        spread(row),
        floor.map_or_else(String::new, |(ratio, (name, _))| {
            format!("× {ratio:.2} {name}")
        }),
        growth.map_or_else(String::new, |growth| format!("n^{growth:.2}")),
        target(row),
        row.note.clone(),
    ]
}

fn joined(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
}

fn spread(row: &Row) -> String {
    if row.figures.len() < 2 {
        return String::new();
    }
    let [low, high] = [5, 95].map(|percent| shown(quantile(&row.figures, percent), row.unit));
    format!("{low} – {high}")
}

fn target(row: &Row) -> String {
    let mut targets = Vec::new();
    if let Some(most) = row.at_most {
        targets.push(format!("≤ {}", shown(most, row.unit)));
    }
    if let Some(most) = row.ratio_at_most {
        targets.push(format!("≤ × {most:.1}"));
    }
    match row.is_met() {
        None => String::new(),
        Some(true) => format!("{}: met", targets.join(", ")),
        Some(false) => format!("{}: **missed**", targets.join(", ")),
    }
}

fn shown(figure: f64, unit: Unit) -> String {
    let (scale, name) = match unit {
        Unit::Seconds => match figure {
            ..1e-3 => (1e6, " µs"),
            ..1.0 => (1e3, " ms"),
            _ => (1.0, " s"),
        },
        Unit::Bytes => match figure {
            ..1e3 => (1.0, " B"),
            ..1e6 => (1e-3, " kB"),
            _ => (1e-6, " MB"),
        },
        Unit::Count => (1.0, ""),
    };
    let figure = figure * scale;
    let digits = match figure {
        _ if figure.fract() == 0.0 => 0,
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    format!("{figure:.digits$}{name}")
}

/// `1,000,000`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
