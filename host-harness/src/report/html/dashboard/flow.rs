//! What came and went, week by week.

use koalr_platform::debt::{Debt, DebtFigure, DebtRows, Moves};
use koalr_platform::spell::{Ending, Origin};
use maud::{Markup, html};

use super::super::figure::{Column, columns};
use super::links::Links;
use super::whole;
use crate::report::pace::grouped;

/// A chart: what it is called, what it counts, and where that is.
type Chart = (&'static str, fn(&Moves) -> u32, Option<DebtFigure>);

pub(super) fn flow(debt: &Debt, links: Links<'_>) -> Markup {
    let charts: [Chart; 3] = [
        (
            "Introduced",
            |moves| moves.introduced,
            Some(DebtFigure::Came(Origin::Introduced)),
        ),
        (
            "Came otherwise",
            |moves| moves.disclosed + moves.re_introduced + moves.origin_unknown,
            None,
        ),
        (
            "Fixed",
            |moves| moves.resolved,
            Some(DebtFigure::Went(Ending::Resolved)),
        ),
    ];
    html! {
        @for (name, count, figure) in charts {
            div.card {
                @if debt.flow.weeks.is_empty() { h3 { (name) } p { "The window has no week." } }
                @else { (columns(name, "findings a week", &weeks(debt, count, figure, links), whole)) }
                @if debt.flow.earlier_weeks > 0 { p.quiet { (grouped(debt.flow.earlier_weeks)) " earlier weeks are not drawn." } }
            }
        }
    }
}

fn weeks(
    debt: &Debt,
    count: fn(&Moves) -> u32,
    figure: Option<DebtFigure>,
    links: Links<'_>,
) -> Vec<Column> {
    let weeks = debt.flow.weeks.iter();
    weeks
        .map(|week| {
            let number = count(&week.moves);
            let cut = if week.cut {
                ", in a part of the week"
            } else {
                ""
            };
            Column {
                when: week.name.clone(),
                value: Some(f64::from(number)),
                told: format!("{}{cut}", grouped(number.into())),
                link: figure.filter(|_| number > 0).map(|figure| {
                    links.address(DebtRows {
                        week: Some(week.starts_at),
                        ..DebtRows::all(figure)
                    })
                }),
            }
        })
        .collect()
}
