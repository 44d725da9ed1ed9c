//! Sales on a screen.

use crate::output::Terminal;
use puente_app::sales::margin::MarginSummary;
use puente_app::sales::misfits::MisfitView;
use puente_app::sales::show::Shown;
use puente_app::sales::steps::StepRow;
use puente_app::sales::table::Page;
use serde::Serialize;
use serde_json::Value;

pub fn steps(terminal: &Terminal, rows: &[StepRow]) {
    for row in rows {
        let mark = match name_of(&row.state).as_str() {
            "done" => "✓",
            "attention" => "!",
            "todo" => "→",
            _ => " ",
        };
        let step = terminal.text(&format!("sales.step.{}", name_of(&row.step)));
        let open = match row.open {
            0 => String::new(),
            open => format!(" ({open})"),
        };
        terminal.line(format!(
            "{mark} {:>2}. {step}: {}{open}",
            row.number, row.count
        ));
    }
}

pub fn page(terminal: &Terminal, page: &Page) {
    let rows = page.rows.iter().map(|row| {
        vec![
            row.id.to_string(),
            row.key.clone(),
            terminal.moment(row.sold_at),
            row.channel.clone(),
            row.buyer.clone(),
            amount(terminal, &row.paid),
            state(terminal, &row.state),
            row.reasons.first().map_or_else(
                || format!("{} {}", row.invoice, row.stamp),
                |reason| reason.text.clone(),
            ),
            row.margin
                .as_deref()
                .map_or_else(String::new, |margin| amount(terminal, margin)),
        ]
    });
    let headings = [
        "col.id",
        "col.sale",
        "col.when",
        "col.channel",
        "col.buyer",
        ">col.paid",
        "col.state",
        "col.detail",
        ">col.margin",
    ];
    let headings = headings.map(|key| heading(terminal, key));
    terminal.table(
        &headings.each_ref().map(String::as_str),
        rows.collect(),
        terminal.text("sales.none"),
    );
    let totals = &page.totals;
    terminal.line(terminal.fill(
        "sales.totals",
        &[
            ("sales", &totals.sales),
            ("paid", &totals.each(|sum| &sum.paid)),
            ("margin", &totals.each(|sum| &sum.margin)),
        ],
    ));
}

pub fn misfits(terminal: &Terminal, rows: &[MisfitView]) {
    if rows.is_empty() {
        terminal.line(terminal.text("sales.misfits.none"));
    }
    for row in rows {
        let source = match row.source.is_empty() {
            true => String::new(),
            false => format!(" [{}]", row.source),
        };
        let sales = terminal.fill("sales.misfits.wait", &[("sales", &row.sales)]);
        terminal.line(format!("! {}{source} {} ({sales})", row.channel, row.text));
        terminal.line(format!("  → {}", row.hint));
    }
}

pub fn sale(terminal: &Terminal, shown: &Shown) {
    let row = &shown.row;
    terminal.line(format!(
        "{} {} · {} · {} {}",
        row.key,
        state(terminal, &row.state),
        row.buyer,
        row.paid,
        row.currency
    ));
    for line in &shown.sale.lines {
        let (quantity, price) = (line.quantity, line.unit_price);
        terminal.line(format!(
            "  {quantity} × {price}  {}  {}",
            line.sku, line.title
        ));
    }
    for reason in &shown.reasons {
        terminal.line(format!("  ! {}", reason.text));
        terminal.line(format!("    → {}", reason.hint));
    }
    if let Some(invoice) = &shown.invoice {
        let (number, stamp) = (&invoice.number, &invoice.stamp);
        terminal.line(format!("  {number} {} {stamp}", invoice.total));
    }
    for cost in &shown.earnings.costs {
        let kind = terminal.text(&format!("sales.cost.{}", name_of(&cost.kind)));
        let sure = terminal.text(&format!("sales.sure.{}", name_of(&cost.certainty)));
        terminal.line(format!(
            "  - {} {kind} ({}, {sure})",
            cost.amount, cost.source
        ));
    }
    terminal.line(terminal.fill("sales.margin", &[("margin", &shown.earnings.margin)]));
    if let Some(body) = &shown.body {
        terminal.line(serde_json::to_string_pretty(body).unwrap_or_default());
    }
    for event in &shown.history {
        let at = terminal.moment(event.at);
        terminal.line(format!("  {at} {} {}", event.kind, event.detail));
    }
}

pub fn margin(terminal: &Terminal, summary: &MarginSummary) {
    let rows = summary.rows.iter().map(|row| {
        vec![
            row.key.clone(),
            row.label.clone(),
            row.sales.to_string(),
            amount(terminal, &row.revenue),
            amount(terminal, &row.cost),
            amount(terminal, &row.margin),
            row.percent.clone().unwrap_or_default(),
        ]
    });
    let headings = [
        "col.id",
        "col.name",
        ">col.sales",
        ">col.revenue",
        ">col.cost",
        ">col.margin",
        ">%",
    ];
    let headings = headings.map(|key| heading(terminal, key));
    terminal.table(
        &headings.each_ref().map(String::as_str),
        rows.collect(),
        terminal.text("sales.none"),
    );
    if !summary.rows.is_empty() {
        let others = summary.currencies.iter();
        let others: Vec<&str> = others
            .filter(|name| **name != summary.currency)
            .map(String::as_str)
            .collect();
        let (key, others) = match others.as_slice() {
            [] => ("sales.in", String::new()),
            some => ("sales.in.others", some.join(", ")),
        };
        terminal.line(terminal.fill(key, &[("currency", &summary.currency), ("others", &others)]));
    }
}

/// The heading of a column, which keeps the `>` of a column of numbers.
pub fn heading(terminal: &Terminal, key: &str) -> String {
    match key.strip_prefix('>') {
        Some("%") => key.to_owned(),
        Some(key) => format!(">{}", terminal.text(key)),
        None => terminal.text(key).to_owned(),
    }
}

/// A decimal text with all its decimals, as the language writes numbers.
pub fn amount(terminal: &Terminal, text: &str) -> String {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let Ok(whole) = whole.parse::<i128>() else {
        return text.to_owned();
    };
    let whole = terminal.count(whole);
    match decimals {
        "" => format!("{sign}{whole}"),
        decimals => format!("{sign}{whole}{}{decimals}", terminal.lang.pick(',', '.')),
    }
}

fn state(terminal: &Terminal, state: &impl Serialize) -> String {
    terminal
        .text(&format!("sales.state.{}", name_of(state)))
        .to_owned()
}

/// The name of a value without fields, as on the wire.
pub fn name_of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => name,
        Ok(_) | Err(_) => String::new(),
    }
}

pub fn removed(terminal: &Terminal, row: &impl Serialize, name: &str) {
    terminal.result(row, |_| {
        terminal.line(terminal.fill("sales.removed", &[("name", &name)]));
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use puente_core::Lang;

    #[test]
    fn amounts_of_sales_are_written_as_the_language_does_and_stand_at_the_right() {
        let terminal = |lang| Terminal {
            lang,
            zone: None,
            json: false,
            quiet: true,
        };
        let es = terminal(Lang::Es);
        assert_eq!(amount(&es, "1234567.50"), "1.234.567,50");
        assert_eq!(amount(&es, "-0.75"), "-0,75");
        assert_eq!(amount(&terminal(Lang::En), "-1787.87"), "-1,787.87");
        assert_eq!(amount(&es, "abc"), "abc");
        assert!(heading(&es, ">col.margin").starts_with('>'));
    }
}
