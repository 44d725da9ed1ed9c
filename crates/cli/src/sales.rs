//! The verbs of sales.

mod channels;
mod costs;
mod ended;
mod files;
mod ledgers;
pub mod local;
mod mappings;
pub mod show;
mod tables;

use crate::args::{Sales, SalesList};
use crate::output::Terminal;
use crate::{verbs, watch};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use puente_app::jobs::JobRow;
use puente_app::sales as command;
use puente_app::sales::table::{PageOf, SalesFilter};
use puente_app::{App, Nothing};
use puente_core::Error;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::path::Path;

type Result<T> = std::result::Result<T, Error>;

pub fn run(terminal: &Terminal, app: &App, verb: Sales) -> Result<()> {
    match verb {
        Sales::Steps => {
            let rows = command::steps::steps(app, Nothing {})?;
            terminal.result(&rows, |rows| show::steps(terminal, rows));
            Ok(())
        }
        Sales::Ledgers(verb) => ledgers::run(terminal, app, verb),
        Sales::Channels(verb) => channels::run(terminal, app, verb),
        Sales::Mappings(verb) => mappings::run(terminal, app, verb),
        Sales::Sources(verb) => local::sources(terminal, app, verb),
        Sales::Attempts { sale } => local::attempts(terminal, app, sale),
        Sales::Misfits { seen } => {
            let rows = match seen {
                Some(ledger) => command::misfits::seen(app, command::ledgers::Named { ledger })?,
                None => command::misfits::list(app, Nothing {})?,
            };
            terminal.result(&rows, |rows| show::misfits(terminal, rows));
            Ok(())
        }
        Sales::Sync {
            ledger: Some(ledger),
            ..
        } => local::deliver(terminal, app, &ledger),
        Sales::Sync {
            channels: names,
            ledger: None,
        } => {
            let jobs = command::channels::sync(app, command::channels::Sync { channels: names })?;
            finish_all(terminal, app, &jobs)
        }
        Sales::List(list) => {
            let page = command::table::page(app, page_of(app, list)?)?;
            terminal.result(&page, |page| show::page(terminal, page));
            Ok(())
        }
        Sales::Show { sale } => {
            let shown = command::show::show(app, command::show::Named { sale })?;
            terminal.result(&shown, |shown| show::sale(terminal, shown));
            Ok(())
        }
        Sales::Send { sales, ready, yes } => run_send(terminal, app, &sales, ready, yes),
        Sales::Follow => {
            let jobs = command::send::follow(app, Nothing {})?;
            finish_all(terminal, app, &jobs)
        }
        Sales::Decide { sale, decision } => {
            let decision = match (&decision.invoice, decision.again) {
                (Some(invoice), _) => json!({ "decision": "linked", "invoice": invoice }),
                (None, true) => json!({ "decision": "again" }),
                (None, false) => json!({ "decision": "dropped" }),
            };
            let request = json!({ "sale": sale, "decision": decision });
            let jobs = command::send::decide(app, read("decision", request)?)?;
            finish_all(terminal, app, &jobs)
        }
        Sales::Accept { sale, note } => {
            let shown = command::accept::accept(app, command::accept::Accept { sale, note })?;
            terminal.result(&shown, |shown| show::sale(terminal, shown));
            Ok(())
        }
        Sales::Tasks { done, note } => {
            let tasks = match (done, note) {
                (Some(task), Some(note)) => {
                    command::send::task_done(app, command::send::TaskDone { task, note })?
                }
                _ => command::send::tasks(app, Nothing {})?,
            };
            terminal.result(&tasks, |tasks| tables::tasks(terminal, tasks));
            Ok(())
        }
        Sales::Costs {
            rules,
            products,
            erp,
            bills,
        } => {
            let own = (rules.as_slice(), products.as_deref());
            costs::run(terminal, app, (&erp, bills), own)
        }
        Sales::Margin {
            by,
            currency,
            output: Some(output),
            amounts,
            overwrite,
            ..
        } => {
            let of = json!({
                "by": by, "currency": currency, "output": output, "amounts": amounts,
                "overwrite": overwrite,
            });
            files::margin(terminal, app, read("by", of)?)
        }
        Sales::Export {
            list,
            output,
            overwrite,
        } => files::list(terminal, app, page_of(app, list)?.filter, output, overwrite),
        Sales::Document {
            sale,
            document,
            output,
            overwrite,
        } => files::document(terminal, app, sale, &document, output, overwrite),
        Sales::Margin {
            by,
            currency,
            limit,
            ..
        } => {
            let request = json!({ "by": by, "currency": currency, "limit": limit });
            let summary = command::margin::summary(app, read("by", request)?)?;
            terminal.result(&summary, |summary| show::margin(terminal, summary));
            Ok(())
        }
    }
}

/// Runs jobs and what follows from them, and shows them all as they ended.
fn finish_all(terminal: &Terminal, app: &App, jobs: &[JobRow]) -> Result<()> {
    let first = jobs.iter().map(|job| job.id).min().unwrap_or_default();
    watch::verdict(terminal, &watch::run(app, terminal, jobs)?)?;
    let request = puente_app::jobs::List {
        limit: Some(1000),
        ..puente_app::jobs::List::default()
    };
    let mut ended = puente_app::jobs::list(app, request)?;
    ended.retain(|job| job.id >= first);
    ended.reverse();
    let ended = watch::run(app, terminal, &ended)?;
    let rows = puente_app::jobs::rows(app, ended.clone());
    terminal.result(&rows, |rows| ended::show(terminal, rows));
    watch::verdict(terminal, &ended)
}

fn run_send(
    terminal: &Terminal,
    app: &App,
    names: &[String],
    ready: bool,
    yes: bool,
) -> Result<()> {
    let request = if ready {
        command::send::Send {
            sales: Vec::new(),
            filter: Some(SalesFilter::default()),
        }
    } else {
        let mut sales = Vec::new();
        for sale in names {
            let sale = sale.clone();
            sales.push(
                command::show::show(app, command::show::Named { sale })?
                    .row
                    .id,
            );
        }
        command::send::Send {
            sales,
            filter: None,
        }
    };
    let filter = match ready {
        true => SalesFilter {
            states: read("state", json!(["ready"]))?,
            ..SalesFilter::default()
        },
        false => SalesFilter {
            ids: request.sales.clone(),
            ..SalesFilter::default()
        },
    };
    let totals = command::table::totals(app, filter)?;
    let question = terminal.fill(
        "sales.send?",
        &[
            ("sales", &totals.sales),
            ("total", &totals.each(|sum| &sum.total)),
        ],
    );
    verbs::confirm(terminal, yes, &question)?;
    let jobs = command::send::send(app, request)?;
    finish_all(terminal, app, &jobs)
}

fn file(path: &Path) -> Result<String> {
    std::fs::read_to_string(path)
        .map_err(|error| Error::invalid("csv", path.display()).because(&error))
}

fn page_of(app: &App, list: SalesList) -> Result<PageOf> {
    let zone = app.zone();
    Ok(PageOf {
        filter: SalesFilter {
            channels: list.channels,
            states: read("state", json!(list.states))?,
            from: list.from.map(|day| midnight(day, zone)),
            to: list
                .to
                .and_then(|day| day.succ_opt())
                .map(|day| midnight(day, zone)),
            text: list.search,
            ..SalesFilter::default()
        },
        offset: list.offset,
        limit: Some(list.limit),
        ..PageOf::default()
    })
}

/// The beginning of a day in the office's time zone.
fn midnight(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    zone.from_local_datetime(&day.and_time(NaiveTime::MIN))
        .earliest()
        .map(|at| at.with_timezone(&Utc))
        .unwrap_or_default()
}

pub fn read<T: DeserializeOwned>(field: &str, value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(|error| Error::invalid(field, error))
}
