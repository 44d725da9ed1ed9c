//! Accounts, equivalences, costs and tasks of sales, as tables.

use super::show::{amount, heading, name_of};
use crate::output::Terminal;
use puente_app::sales::catalogue::CatalogueView;
use puente_app::sales::channels::ChannelRow;
use puente_app::sales::costs::CostsView;
use puente_app::sales::ledgers::LedgerRow;
use puente_app::sales::mappings::{MappingChange, MappingsPage};
use puente_core::ErrorView;
use puente_sales::tasks::Task;
use serde_json::Value;

fn table(terminal: &Terminal, headings: &[&str], rows: Vec<Vec<String>>) {
    let headings: Vec<String> = headings.iter().map(|key| heading(terminal, key)).collect();
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    terminal.table(&headings, rows, terminal.text("sales.empty"));
}

pub fn ledgers(terminal: &Terminal, rows: &[LedgerRow]) {
    let table_rows = rows.iter().map(|row| {
        let kind = match row.kind.as_str() {
            "siigo" => "SIIGO",
            "solar" => "Solar",
            other => other,
        };
        vec![
            row.name.clone(),
            kind.to_owned(),
            row.user.clone(),
            row.base_url.clone(),
            moment(terminal, row.checked_at),
            moment(terminal, row.catalogue_at),
        ]
    });
    let headings = [
        "col.name",
        "col.kind",
        "col.user",
        "col.address",
        "col.contact",
        "col.catalogue",
    ];
    table(terminal, &headings, table_rows.collect());
    troubles(
        terminal,
        rows.iter().map(|row| (&row.name, &row.last_error)),
    );
}

pub fn channels(terminal: &Terminal, rows: &[ChannelRow]) {
    let table_rows = rows.iter().map(|row| {
        let state = format!("sales.channel.{}", name_of(&row.state));
        let seller = match row.nickname.as_str() {
            "" => row.site.clone(),
            nickname => format!("{nickname} ({})", row.site),
        };
        vec![
            row.name.clone(),
            seller,
            row.ledger.clone().unwrap_or_default(),
            terminal.text(&state).to_owned(),
            terminal.yes(row.complete),
            moment(terminal, row.synced_at),
        ]
    });
    let headings = [
        "col.name",
        "col.account",
        "col.ledger",
        "col.state",
        "col.complete",
        "col.read",
    ];
    table(terminal, &headings, table_rows.collect());
    troubles(
        terminal,
        rows.iter().map(|row| (&row.name, &row.last_error)),
    );
}

/// One account: its rules by the names that `channels set` takes, and what they lack.
pub fn channel(terminal: &Terminal, row: &ChannelRow) {
    channels(terminal, std::slice::from_ref(row));
    if let Ok(Value::Object(rules)) = serde_json::to_value(&row.rules) {
        for (name, value) in &rules {
            let said = match (value.is_null(), value.as_str()) {
                (true, _) => String::new(),
                (false, Some(text)) => text.to_owned(),
                (false, None) => value.to_string(),
            };
            terminal.line(format!("  {name}={said}"));
        }
    }
    let unmet = row.requirements.iter().filter(|one| !one.met);
    for reason in unmet.filter_map(|one| one.reason.as_ref()) {
        terminal.line(format!("! {}", reason.text));
        terminal.line(format!("  → {}", reason.hint));
    }
}

/// What a ledger expects, by the numbers that rules take.
pub fn catalogue(terminal: &Terminal, found: &CatalogueView) {
    let mut rows = Vec::new();
    let mut add = |what: &str, id: i64, code: &str, name: &str, active: bool| {
        let what = terminal.text(what).to_owned();
        let active = terminal.yes(active);
        rows.push(vec![
            what,
            id.to_string(),
            code.to_owned(),
            name.to_owned(),
            active,
        ]);
    };
    for one in &found.document_types {
        add(
            "sales.of.document",
            one.id,
            &one.code,
            &one.name,
            one.active,
        );
    }
    for one in &found.payment_types {
        add("sales.of.payment", one.id, "", &one.name, one.active);
    }
    for one in &found.taxes {
        add("sales.of.tax", one.id, "", &one.name, one.active);
    }
    let named = [
        ("sales.of.seller", &found.sellers),
        ("sales.of.warehouse", &found.warehouses),
        ("sales.of.centre", &found.cost_centers),
    ];
    for (what, all) in named {
        for one in all {
            add(what, one.id, &one.code, &one.name, one.active);
        }
    }
    let headings = ["col.what", "col.id", "col.code", "col.name", "col.active"];
    table(terminal, &headings, rows);
    let count = terminal.count(found.products);
    terminal.line(terminal.fill("sales.products", &[("products", &count)]));
}

pub fn mappings(terminal: &Terminal, page: &MappingsPage) {
    let rows = page.rows.iter().map(|row| {
        let target = match (&row.target, &row.by_rule) {
            (Some(target), _) => target.clone(),
            (None, Some(rule)) => terminal.fill("sales.by_rule", &[("target", rule)]),
            (None, None) => String::new(),
        };
        let best = row.suggestions.first();
        let best = best.map_or_else(String::new, |one| {
            format!("{} {} ({} %)", one.target, one.label, one.likeness)
        });
        vec![
            row.source.clone(),
            row.label.clone(),
            terminal.count(row.sales),
            target,
            best,
        ]
    });
    let headings = [
        "col.source",
        "col.name",
        "col.sales",
        "col.target",
        "col.suggested",
    ];
    table(terminal, &headings, rows.collect());
    terminal.line(terminal.fill(
        "sales.mappings",
        &[
            ("shown", &terminal.count(page.rows.len() as u64)),
            ("total", &terminal.count(page.total)),
            ("missing", &terminal.count(page.missing)),
        ],
    ));
}

pub fn changes(terminal: &Terminal, changes: &[MappingChange]) {
    let rows = changes.iter().map(|one| {
        let target = one.target.clone().unwrap_or_default();
        vec![one.source.clone(), target]
    });
    table(terminal, &["col.source", "col.target"], rows.collect());
}

pub fn costs(terminal: &Terminal, all: &CostsView) {
    let rows = all.rules.iter().map(|rule| {
        let kind = format!("sales.rule.{}", name_of(&rule.kind));
        vec![
            rule.name.clone(),
            terminal.text(&kind).to_owned(),
            amount(terminal, &rule.amount.to_string()),
        ]
    });
    table(
        terminal,
        &["col.name", "col.kind", ">col.cost"],
        rows.collect(),
    );
    let rows = all.products.iter().map(|one| {
        vec![
            one.sku.clone(),
            amount(terminal, &one.cost),
            one.source.clone(),
        ]
    });
    table(
        terminal,
        &["col.code", ">col.cost", "col.origin"],
        rows.collect(),
    );
}

/// Credit notes that a person makes in the ledger.
pub fn tasks(terminal: &Terminal, all: &[Task]) {
    let rows = all.iter().map(|task| {
        vec![
            task.id.to_string(),
            task.sale.clone(),
            task.invoice.clone(),
            moment(terminal, Some(task.made_at)),
            moment(terminal, task.done_at),
            task.note.clone(),
        ]
    });
    let headings = [
        "col.id",
        "col.sale",
        "col.document",
        "col.since",
        "col.done",
        "col.note",
    ];
    table(terminal, &headings, rows.collect());
}

/// A moment, or a dash where it has not come.
fn moment(terminal: &Terminal, at: Option<chrono::DateTime<chrono::Utc>>) -> String {
    at.map_or_else(|| "-".to_owned(), |at| terminal.moment(at))
}

/// What went wrong last with each, under the table.
fn troubles<'a>(
    terminal: &Terminal,
    all: impl Iterator<Item = (&'a String, &'a Option<ErrorView>)>,
) {
    for (name, error) in all {
        if let Some(error) = error {
            terminal.line(format!("! {name}: {}", error.message));
            terminal.line(format!("  → {}", error.hint));
        }
    }
}
