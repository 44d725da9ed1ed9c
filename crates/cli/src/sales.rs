//! The verbs of sales.

use crate::args::{Channels, Ledgers, Mappings, Sales, SalesList};
use crate::output::Terminal;
use crate::{sales_files, solar, verbs, watch};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use puente_app::jobs::JobRow;
use puente_app::sales::channels::{self, ChannelRow};
use puente_app::sales::margin::MarginSummary;
use puente_app::sales::misfits::MisfitView;
use puente_app::sales::show::Shown;
use puente_app::sales::steps::StepRow;
use puente_app::sales::table::{Page, PageOf, SalesFilter};
use puente_app::sales::{
    accept, catalogue, costs, known, ledgers, listening, local, mappings, margin, misfits, send,
    show, steps, table,
};
use puente_app::{App, Nothing};
use puente_core::{Code, Error};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::path::Path;

type Result<T> = std::result::Result<T, Error>;

pub fn run(terminal: &Terminal, app: &App, verb: Sales) -> Result<()> {
    match verb {
        Sales::Steps => {
            let rows = steps::steps(app, Nothing {})?;
            terminal.result(&rows, |rows| show_steps(terminal, rows));
            Ok(())
        }
        Sales::Ledgers(verb) => run_ledgers(terminal, app, verb),
        Sales::Channels(verb) => run_channels(terminal, app, verb),
        Sales::Mappings(verb) => run_mappings(terminal, app, verb),
        Sales::Sources(verb) => solar::sources(terminal, app, verb),
        Sales::Attempts { sale } => solar::attempts(terminal, app, sale),
        Sales::Misfits { seen } => {
            let rows = match seen {
                Some(ledger) => misfits::seen(app, ledgers::Named { ledger })?,
                None => misfits::list(app, Nothing {})?,
            };
            terminal.result(&rows, |rows| show_misfits(terminal, rows));
            Ok(())
        }
        Sales::Sync {
            ledger: Some(ledger),
            ..
        } => solar::deliver(terminal, app, &ledger),
        Sales::Sync {
            channels: names,
            ledger: None,
        } => {
            let jobs = channels::sync(app, channels::Sync { channels: names })?;
            finish_all(terminal, app, &jobs)
        }
        Sales::List(list) => {
            let page = table::page(app, page_of(app, list)?)?;
            terminal.result(&page, |page| show_page(terminal, page));
            Ok(())
        }
        Sales::Show { sale } => {
            let shown = show::show(app, show::Named { sale })?;
            terminal.result(&shown, |shown| show_sale(terminal, shown));
            Ok(())
        }
        Sales::Send { sales, ready, yes } => run_send(terminal, app, &sales, ready, yes),
        Sales::Follow => {
            let jobs = send::follow(app, Nothing {})?;
            finish_all(terminal, app, &jobs)
        }
        Sales::Decide { sale, decision } => {
            let decision = match (&decision.invoice, decision.again) {
                (Some(invoice), _) => json!({ "decision": "linked", "invoice": invoice }),
                (None, true) => json!({ "decision": "again" }),
                (None, false) => json!({ "decision": "dropped" }),
            };
            let request = json!({ "sale": sale, "decision": decision });
            let jobs = send::decide(app, read("decision", request)?)?;
            finish_all(terminal, app, &jobs)
        }
        Sales::Accept { sale, note } => {
            let shown = accept::accept(app, accept::Accept { sale, note })?;
            terminal.result(&shown, |shown| show_sale(terminal, shown));
            Ok(())
        }
        Sales::Tasks { done, note } => {
            let tasks = match (done, note) {
                (Some(task), Some(note)) => send::task_done(app, send::TaskDone { task, note })?,
                _ => send::tasks(app, Nothing {})?,
            };
            terminal.result(&tasks, |tasks| plain(terminal, tasks));
            Ok(())
        }
        Sales::Costs {
            rules,
            products,
            erp,
            bills,
        } => {
            let jobs = known_costs(app, &erp, bills)?;
            watch::verdict(terminal, &watch::run(app, terminal, &jobs)?)?;
            watch::verdict(terminal, &watch::run_due(app, terminal)?)?;
            run_costs(terminal, app, &rules, products.as_deref())
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
            sales_files::margin(terminal, app, read("by", of)?)
        }
        Sales::Export {
            list,
            output,
            overwrite,
        } => sales_files::list(terminal, app, page_of(app, list)?.filter, output, overwrite),
        Sales::Document {
            sale,
            document,
            output,
            overwrite,
        } => sales_files::document(terminal, app, sale, &document, output, overwrite),
        Sales::Margin {
            by,
            currency,
            limit,
            ..
        } => {
            let request = json!({ "by": by, "currency": currency, "limit": limit });
            let summary = margin::summary(app, read("by", request)?)?;
            terminal.result(&summary, |summary| show_margin(terminal, summary));
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
    terminal.result(&rows, |rows| {
        for row in rows {
            let kind = terminal.text(&format!("kind.{}", row.kind));
            terminal.line(format!("{kind} {}", row.subject));
            plain(terminal, &row.result);
        }
    });
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
        send::Send {
            sales: Vec::new(),
            filter: Some(SalesFilter::default()),
        }
    } else {
        let mut sales = Vec::new();
        for sale in names {
            let sale = sale.clone();
            sales.push(show::show(app, show::Named { sale })?.row.id);
        }
        send::Send {
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
    let totals = table::totals(app, filter)?;
    let question = terminal.fill(
        "sales.send?",
        &[
            ("sales", &totals.sales),
            ("total", &totals.each(|sum| &sum.total)),
        ],
    );
    verbs::confirm(terminal, yes, &question)?;
    let jobs = send::send(app, request)?;
    finish_all(terminal, app, &jobs)
}

fn run_ledgers(terminal: &Terminal, app: &App, verb: Ledgers) -> Result<()> {
    let named = |ledger: String| ledgers::Named { ledger };
    match verb {
        Ledgers::List => {
            let rows = ledgers::list(app, Nothing {})?;
            terminal.result(&rows, |rows| plain(terminal, rows));
        }
        Ledgers::Connect {
            name,
            user,
            password_stdin,
            partner_id,
            base_url,
            per_minute,
        } => {
            let request = ledgers::Connect {
                name,
                user,
                access_key: verbs::password(terminal, password_stdin)?,
                partner_id,
                base_url,
                per_minute,
            };
            let row = ledgers::connect(app, request)?;
            terminal.result(&row, |row| {
                terminal.line(terminal.fill("sales.connected", &[("name", &row.name)]));
            });
        }
        Ledgers::ConnectSolar {
            name,
            user,
            password_stdin,
            client_id,
            point,
            base_url,
        } => {
            let request = local::SolarConnect {
                name,
                user,
                password: verbs::password(terminal, password_stdin)?,
                client_id,
                point,
                base_url,
            };
            let row = local::connect_solar(app, request)?;
            terminal.result(&row, |row| {
                terminal.line(terminal.fill("sales.connected", &[("name", &row.name)]));
            });
        }
        Ledgers::Probe { name } => solar::probe(terminal, app, name)?,
        Ledgers::Test { name } => {
            let row = ledgers::test(app, named(name))?;
            terminal.result(&row, |row| {
                terminal.line(terminal.fill("sales.connected", &[("name", &row.name)]));
            });
        }
        Ledgers::Remove { name, yes } => {
            let question = terminal.fill("sales.remove?", &[("name", &name)]);
            verbs::confirm(terminal, yes, &question)?;
            let row = ledgers::remove(app, named(name))?;
            terminal.result(&row, |row| {
                terminal.line(terminal.fill("sales.removed", &[("name", &row.name)]));
            });
        }
        Ledgers::Refresh { name } => {
            let jobs = channels::refresh(app, named(name.clone()))?;
            watch::verdict(terminal, &watch::run(app, terminal, &jobs)?)?;
            let found = catalogue::show(app, named(name))?;
            terminal.result(&found, |found| plain(terminal, found));
        }
    }
    Ok(())
}

fn run_channels(terminal: &Terminal, app: &App, verb: Channels) -> Result<()> {
    match verb {
        Channels::List => {
            let rows = channels::list(app, Nothing {})?;
            terminal.result(&rows, |rows| plain(terminal, rows));
        }
        Channels::Begin {
            name,
            site,
            client_id,
            password_stdin,
            redirect_uri,
            ledger,
            listen,
        } => {
            let channel = name.clone();
            let request = channels::Connect {
                name,
                site,
                client_id,
                client_secret: Some(verbs::password(terminal, password_stdin)?),
                redirect_uri,
                ledger,
                api_url: None,
                auth_url: None,
            };
            let begun = channels::begin(app, request)?;
            if listen {
                return run_listen(terminal, app, channel, &begun.url);
            }
            terminal.result(&begun, |begun| {
                terminal.line(terminal.fill("sales.begun", &[("url", &begun.url)]));
            });
        }
        Channels::Finish { name, redirected } => {
            let request = channels::Finish {
                channel: name,
                redirected,
            };
            shown(terminal, &channels::finish(app, request)?);
        }
        Channels::Set {
            name,
            ledger,
            values,
            proposed,
        } => {
            let request = to_set(app, name, ledger, &values, proposed)?;
            shown(terminal, &channels::set(app, request)?);
        }
        Channels::Remove { name, yes } => {
            let question = terminal.fill("sales.remove?", &[("name", &name)]);
            verbs::confirm(terminal, yes, &question)?;
            let row = channels::remove(app, channels::Named { channel: name })?;
            terminal.result(&row, |row| {
                terminal.line(terminal.fill("sales.removed", &[("name", &row.name)]));
            });
        }
    }
    Ok(())
}

/// Says where to authorise, and waits for the browser.
fn run_listen(terminal: &Terminal, app: &App, channel: String, url: &str) -> Result<()> {
    let named = || channels::Named {
        channel: channel.clone(),
    };
    let waits = listening::listen(app, named())?;
    terminal.note(terminal.fill("sales.listening", &[("url", &url)]));
    if waits.asks {
        terminal.note(terminal.text("sales.listening.asks"));
    }
    let ended = listening::settled(app, named())?;
    if ended.state == listening::State::Connected {
        let rows = channels::list(app, Nothing {})?;
        let row = rows.into_iter().find(|row| row.name == channel);
        return match row {
            Some(row) => {
                shown(terminal, &row);
                Ok(())
            }
            None => Err(Error::not_found("channel", channel)),
        };
    }
    Err(ended
        .reason
        .unwrap_or_else(|| Error::new(Code::ChannelNotAuthorised).with("said", "too_late")))
}

fn shown(terminal: &Terminal, row: &ChannelRow) {
    terminal.result(row, |row| plain(terminal, row));
}

/// `seller=629`, `phone="6015550100"`: a value is JSON where it reads as JSON, and a text otherwise.
fn to_set(
    app: &App,
    name: String,
    ledger: Option<String>,
    values: &[String],
    proposed: bool,
) -> Result<channels::Set> {
    let rows = channels::list(app, Nothing {})?;
    let row = rows
        .into_iter()
        .find(|row| row.name.eq_ignore_ascii_case(&name) || row.id.to_string() == name)
        .ok_or_else(|| Error::not_found("channel", &name))?;
    let begin = match (proposed, row.proposal) {
        (true, Some(proposal)) => proposal,
        (true, None) | (false, _) => row.rules,
    };
    let mut rules = serde_json::to_value(begin).unwrap_or_default();
    for text in values {
        let (field, value) = text
            .split_once('=')
            .ok_or_else(|| Error::invalid("rules", text))?;
        // Numbers of ten digits are telephones, and amounts travel as texts.
        let is_text = rules.get(field).is_some_and(Value::is_string);
        rules[field] = match is_text {
            true => Value::from(value),
            false => serde_json::from_str(value).unwrap_or_else(|_| Value::from(value)),
        };
    }
    Ok(channels::Set {
        channel: name,
        ledger,
        rules: Some(read("rules", rules)?),
    })
}

fn run_mappings(terminal: &Terminal, app: &App, verb: Mappings) -> Result<()> {
    match verb {
        Mappings::List {
            channel,
            kind,
            missing,
        } => {
            let request = json!({ "channel": channel, "kind": kind, "missing": missing });
            let page = mappings::list(app, read("kind", request)?)?;
            terminal.result(&page, |page| plain(terminal, page));
            Ok(())
        }
        Mappings::Set {
            channel,
            kind,
            changes,
        } => {
            let changes: Vec<Value> = changes
                .iter()
                .map(|text| {
                    let (source, target) = text.rsplit_once('=').unwrap_or((text, ""));
                    json!({ "source": source, "target": target })
                })
                .collect();
            let request = json!({ "channel": channel, "kind": kind, "changes": changes });
            changed(terminal, app, mappings::set(app, read("kind", request)?)?)
        }
        Mappings::Suggest {
            channel,
            kind,
            apply,
        } => {
            let request = json!({ "channel": channel, "kind": kind, "apply": apply });
            changed(
                terminal,
                app,
                mappings::suggest(app, read("kind", request)?)?,
            )
        }
        Mappings::Export { channel, output } => {
            let file = mappings::export(app, channels::Named { channel })?;
            std::fs::write(&output, &file.csv)
                .map_err(|error| Error::invalid("output", output.display()).because(&error))?;
            terminal.result(&output, |output| terminal.line(output.display()));
            Ok(())
        }
        Mappings::Import { channel, input } => {
            let csv = file(&input)?;
            let request = mappings::MappingsCsv { channel, csv };
            changed(terminal, app, mappings::import(app, request)?)
        }
    }
}

fn changed(terminal: &Terminal, app: &App, changed: mappings::MappingsChanged) -> Result<()> {
    let jobs: Vec<JobRow> = changed.job.clone().into_iter().collect();
    let ended = watch::run(app, terminal, &jobs)?;
    terminal.result(&changed.changes, |changes| plain(terminal, changes));
    watch::verdict(terminal, &ended)
}

/// Costs that others know: the ERP's warehouse, `channel=nit`, and the bills of channels.
fn known_costs(app: &App, erp: &[String], bills: bool) -> Result<Vec<JobRow>> {
    let mut jobs = Vec::new();
    for text in erp {
        let (channel, nit) = text.rsplit_once('=').unwrap_or((text, ""));
        let request = known::SetSource {
            channel: channel.to_owned(),
            nit: Some(nit.to_owned()),
        };
        jobs.extend(known::set_source(app, request)?);
    }
    if bills {
        jobs.extend(known::read_bills(app, channels::Sync::default())?);
    }
    Ok(jobs)
}

fn run_costs(
    terminal: &Terminal,
    app: &App,
    rules: &[String],
    products: Option<&Path>,
) -> Result<()> {
    if !rules.is_empty() {
        let rules: Vec<Value> = rules
            .iter()
            .map(|text| {
                let (name, rest) = text.split_once('=').unwrap_or((text, ""));
                let (kind, amount) = rest.split_once(':').unwrap_or((rest, ""));
                json!({ "name": name, "kind": kind, "amount": amount })
            })
            .collect();
        let request = read("rules", json!({ "rules": rules }))?;
        let done = costs::set(app, request)?;
        watch::verdict(terminal, &watch::run(app, terminal, &done.jobs)?)?;
    }
    if let Some(path) = products {
        let csv = file(path)?;
        let done = costs::import(app, costs::ProductsCsv { csv })?;
        watch::verdict(terminal, &watch::run(app, terminal, &done.jobs)?)?;
    }
    let all = costs::list(app, Nothing {})?;
    terminal.result(&all, |all| plain(terminal, all));
    Ok(())
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

pub fn show_steps(terminal: &Terminal, rows: &[StepRow]) {
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

pub fn show_page(terminal: &Terminal, page: &Page) {
    let rows = page.rows.iter().map(|row| {
        vec![
            row.id.to_string(),
            row.key.clone(),
            terminal.moment(row.sold_at),
            row.channel.clone(),
            row.buyer.clone(),
            row.paid.clone(),
            state(terminal, &row.state),
            row.reasons.first().map_or_else(
                || format!("{} {}", row.invoice, row.stamp),
                |reason| reason.text.clone(),
            ),
            row.margin.clone().unwrap_or_default(),
        ]
    });
    let headings = [
        "col.id",
        "col.sale",
        "col.when",
        "col.channel",
        "col.buyer",
        "col.paid",
        "col.state",
        "col.detail",
        "col.margin",
    ]
    .map(|key| terminal.text(key));
    terminal.table(&headings, rows.collect(), terminal.text("sales.none"));
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

fn show_misfits(terminal: &Terminal, rows: &[MisfitView]) {
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

fn show_sale(terminal: &Terminal, shown: &Shown) {
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

pub fn show_margin(terminal: &Terminal, summary: &MarginSummary) {
    let rows = summary.rows.iter().map(|row| {
        vec![
            row.key.clone(),
            row.label.clone(),
            row.sales.to_string(),
            row.revenue.clone(),
            row.cost.clone(),
            row.margin.clone(),
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
    ]
    .map(|key| match key.strip_prefix('>') {
        Some("%") => ">%",
        Some(key) => terminal.text(key),
        None => terminal.text(key),
    });
    terminal.table(&headings, rows.collect(), terminal.text("sales.none"));
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

pub fn state(terminal: &Terminal, state: &impl Serialize) -> String {
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

/// Whatever has no view of its own is shown as it is on the wire.
fn plain(terminal: &Terminal, value: &impl Serialize) {
    terminal.line(serde_json::to_string_pretty(value).unwrap_or_default());
}
