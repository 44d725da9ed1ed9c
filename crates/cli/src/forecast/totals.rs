//! All articles together, in the terminal.

use crate::output::Terminal;
use puente_app::amounts::Amount;
use puente_app::forecast::{Bounds, TotalMonth, Totals};

/// The months ahead, their sum, and how far both can be trusted.
pub fn show(terminal: &Terminal, totals: &Totals) {
    let money = |amount: Option<Amount>| {
        amount.map_or_else(|| "-".to_owned(), |amount| terminal.money(amount))
    };
    let line = |name: String, expected: Option<Amount>, bounds: Option<Bounds>| {
        vec![
            name,
            money(expected),
            money(bounds.map(|bounds| bounds.low)),
            money(bounds.map(|bounds| bounds.high)),
        ]
    };
    let ahead = &totals.ahead;
    let months = totals.months.iter().filter(|month| month.sold.is_none());
    let month = |one: &TotalMonth| line(one.month.clone(), one.expected, one.bounds);
    let sum = line(
        terminal.text("forecast.totals.sum").to_owned(),
        Some(ahead.expected),
        ahead.bounds,
    );
    let headings =
        ["col.month", "col.expected", "col.low", "col.high"].map(|key| terminal.text(key));
    terminal.table(
        &headings,
        months.map(month).chain([sum]).collect(),
        terminal.text("forecast.empty"),
    );
    let coverage = ahead.coverage;
    if ahead.bounds.is_none() {
        terminal.line(terminal.text("forecast.totals.unmeasured"));
    }
    if coverage.months == 0 {
        return;
    }
    terminal.line(terminal.fill(
        "forecast.totals.coverage",
        &[
            ("months", &coverage.months),
            ("months_inside", &coverage.months_inside),
            ("sums", &coverage.sums),
            ("sums_inside", &coverage.sums_inside),
        ],
    ));
}
