//! Numbers of what is owed, with the way to what they count.

use koalr_platform::debt::{Clocks, DebtFigure, DebtRows, Level};
use koalr_platform::model::common::{FixState, Timestamp};
use koalr_platform::sla::Standing;
use maud::{Markup, html};

use super::filter::DashboardFilter;
use crate::jobs::DebtReport;
use crate::report::pace::grouped;

/// Links numbers that were counted up to a time.
#[derive(Clone, Copy)]
pub(super) struct Links<'a> {
    pub(super) filter: &'a DashboardFilter,
    pub(super) as_of: Timestamp,
}

impl<'a> Links<'a> {
    /// For the numbers of a report.
    pub(super) fn of(report: &DebtReport, filter: &'a DashboardFilter) -> Self {
        let as_of = report.debt.as_of;
        Self { filter, as_of }
    }

    /// A number. Behind nothing there is nothing to see.
    pub(super) fn number(self, count: u32, rows: DebtRows) -> Markup {
        self.text(count, &grouped(count.into()), rows)
    }

    /// The same in other words.
    pub(super) fn text(self, count: u32, words: &str, rows: DebtRows) -> Markup {
        html! { @if count == 0 { (words) } @else { a href=(self.address(rows)) { (words) } } }
    }

    /// Where what a number counts is.
    pub(super) fn address(self, rows: DebtRows) -> String {
        self.filter.spells(rows, self.as_of)
    }

    /// The clocks of those without a fix; none if no clock has any.
    pub(super) fn no_fix(self, severity: Option<Level>, clocks: Clocks) -> Option<Markup> {
        let rows = |standing| DebtRows {
            severity,
            fix: Some(FixState::None),
            ..DebtRows::all(DebtFigure::Clock(standing))
        };
        self.present(&[
            (clocks.within, rows(Standing::Within), "in time"),
            (clocks.at_risk, rows(Standing::AtRisk), "at risk"),
            (clocks.breached, rows(Standing::Breached), "breached"),
        ])
    }

    /// The numbers that are not zero, each before its words; none if all are.
    pub(super) fn present(self, counts: &[(u32, DebtRows, &str)]) -> Option<Markup> {
        let mut counts = counts.iter().filter(|(count, ..)| *count > 0).peekable();
        counts.peek()?;
        Some(html! {
            @for (place, (count, rows, words)) in counts.enumerate() {
                @if place > 0 { ", " } (self.number(*count, *rows)) " " (words)
            }
        })
    }
}
