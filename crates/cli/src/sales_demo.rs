//! The eleven steps from sale to invoice on a sample shop, against stand-ins of both clouds on this machine.

use crate::args::Demo;
use crate::demo::{folder, open, say};
use crate::output::Terminal;
use crate::{sales, watch};
use puente_app::jobs::JobRow;
use puente_app::sales::table::{PageOf, SalesFilter, SalesTotals};
use puente_app::sales::{channels, costs, ledgers, margin, send, steps, table};
use puente_app::{App, Nothing, settings};
use puente_core::{Error, Secret};
use puente_sandbox::clouds::{Cloud, CloudOptions, Clouds, Does, Fault};
use serde::Serialize;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Instant;

/// What a demo did, for `--json`.
#[derive(Debug, Serialize)]
struct Done {
    data: PathBuf,
    orders_read: u64,
    sales: u64,
    ready: u64,
    blocked: Value,
    invoiced: u64,
    uncertain_settled: u64,
    uncertain: u64,
    refused: u64,
    stamped: u64,
    credit_notes: u64,
    journal_invoices: usize,
    invoices_made_twice: usize,
    margin: String,
    margin_percent: Option<String>,
    seconds: f64,
}

/// Invoices whose answer is lost on the way, so that settling is seen.
const LOST: u32 = 6;
/// Requests a minute of the sample company: a demo need not wait for a minute to pass.
const PER_MINUTE: u32 = 1000;

/// Runs it.
pub fn run(terminal: &Terminal, demo: &Demo) -> Result<(), Error> {
    let started = Instant::now();
    let folder = folder(demo)?;
    say(terminal, terminal.text("demo.sales.title"));
    let clouds = Clouds::start(CloudOptions::default())?;
    clouds.set_quota(&clouds.siigo_logins()[0].username, None);
    let app = open(terminal, &folder)?;
    let no_proxy = serde_json::from_value(json!({ "proxy": { "mode": "none" } }));
    settings::set(
        &app,
        no_proxy.map_err(|error| Error::invalid("settings", error))?,
    )?;
    connect(terminal, &app, &clouds)?;
    say(terminal, terminal.text("demo.sales.orders"));
    let read = jobs(
        terminal,
        &app,
        &channels::sync(&app, channels::Sync::default())?,
    )?;
    let orders_read = sum(&read, "orders");
    let before = totals(&app, &["ready"])?;
    let blocked = totals(&app, &["pending"])?;
    say(terminal, terminal.text("demo.sales.blocked"));
    for reason in &blocked.reasons {
        say(
            terminal,
            &format!("   {:>4}  {}", reason.sales, reason.text),
        );
    }
    say(
        terminal,
        &terminal.fill(
            "demo.sales.send",
            &[("sales", &before.sales), ("total", &before.total)],
        ),
    );
    clouds.fault(
        Fault::on(Cloud::Siigo, "POST", "/v1/invoices", Does::AcceptThenReset)
            .skip(3)
            .times(LOST),
    );
    let request = send::Send {
        sales: Vec::new(),
        filter: Some(SalesFilter::default()),
    };
    jobs(terminal, &app, &send::send(&app, request)?)?;
    say(terminal, terminal.text("demo.sales.follow"));
    clouds.turn_clock(chrono::TimeDelta::hours(1));
    jobs(terminal, &app, &send::follow(&app, Nothing {})?)?;
    jobs(
        terminal,
        &app,
        &channels::sync(&app, channels::Sync::default())?,
    )?;
    finish(
        terminal,
        &app,
        &clouds,
        Facts {
            orders_read,
            ready: before.sales,
            blocked,
            started,
        },
    )
}

struct Facts {
    orders_read: u64,
    ready: u64,
    blocked: SalesTotals,
    started: Instant,
}

fn finish(terminal: &Terminal, app: &App, clouds: &Clouds, facts: Facts) -> Result<(), Error> {
    let all = totals(app, &[])?;
    let state = |name: &str| all.states.get(name).copied().unwrap_or(0);
    let earned = margin::summary(app, margin::Of::default())?;
    let invoices = clouds.invoices();
    let mut marks: Vec<&str> = invoices
        .iter()
        .filter_map(|invoice| invoice.observations.as_deref())
        .filter_map(|text| text.split_whitespace().next())
        .collect();
    marks.sort_unstable();
    marks.dedup();
    let open = send::tasks(app, Nothing {})?;
    let done = Done {
        data: app.dir.path().to_owned(),
        orders_read: facts.orders_read,
        sales: all.sales,
        ready: facts.ready,
        blocked: json!(facts.blocked.reasons),
        invoiced: state("invoiced") + state("stamped"),
        uncertain_settled: u64::from(LOST).saturating_sub(state("uncertain")),
        uncertain: state("uncertain"),
        refused: state("refused"),
        stamped: state("stamped"),
        credit_notes: open.iter().filter(|task| task.done_at.is_none()).count() as u64,
        journal_invoices: invoices.len(),
        invoices_made_twice: invoices.len() - marks.len(),
        margin: earned.total.margin.clone(),
        margin_percent: earned.total.percent.clone(),
        seconds: facts.started.elapsed().as_secs_f64(),
    };
    terminal.result(&done, |done| {
        terminal.line("");
        if let Ok(steps) = steps::steps(app, Nothing {}) {
            sales::show_steps(terminal, &steps);
        }
        terminal.line("");
        sales::show_margin(terminal, &earned);
        terminal.line("");
        let values: [(&str, &dyn std::fmt::Display); 11] = [
            ("orders", &done.orders_read),
            ("ready", &done.ready),
            ("blocked", &facts.blocked.sales),
            ("invoiced", &done.invoiced),
            ("settled", &done.uncertain_settled),
            ("uncertain", &done.uncertain),
            ("stamped", &done.stamped),
            ("journal", &done.journal_invoices),
            ("twice", &done.invoices_made_twice),
            ("margin", &done.margin),
            ("credit", &done.credit_notes),
        ];
        terminal.line(terminal.fill("demo.sales.end", &values));
        terminal.line(terminal.fill("demo.kept", &[("path", &done.data.display())]));
    });
    Ok(())
}

/// Steps 1 to 4: credentials, authorisation, catalogue, rules; and what the office knows of costs.
fn connect(terminal: &Terminal, app: &App, clouds: &Clouds) -> Result<(), Error> {
    say(terminal, terminal.text("demo.sales.ledger"));
    let login = &clouds.siigo_logins()[0];
    let ledger = ledgers::connect(
        app,
        ledgers::Connect {
            name: "SIIGO".to_owned(),
            user: login.username.clone(),
            access_key: Secret::from(login.access_key.as_str()),
            partner_id: None,
            base_url: Some(clouds.siigo_url()),
            per_minute: Some(PER_MINUTE),
        },
    )?;
    let named = ledgers::Named {
        ledger: ledger.name.clone(),
    };
    jobs(terminal, app, &channels::refresh(app, named)?)?;
    say(terminal, terminal.text("demo.sales.channel"));
    let meli = clouds.mercadolibre_app();
    let account = clouds
        .mercadolibre_accounts()
        .into_iter()
        .next()
        .ok_or_else(|| Error::not_found("channel", "MCO"))?;
    let begun = channels::begin(
        app,
        channels::Connect {
            name: account.nickname.clone(),
            site: "MCO".to_owned(),
            client_id: meli.client_id.clone(),
            client_secret: Some(Secret::from(meli.client_secret.as_str())),
            redirect_uri: meli.redirect_uri.clone(),
            ledger: Some(ledger.name),
            api_url: Some(clouds.mercadolibre_url()),
            auth_url: Some(clouds.mercadolibre_auth_url()),
        },
    )?;
    let row = channels::finish(
        app,
        channels::Finish {
            channel: account.nickname.clone(),
            redirected: clouds.authorise(&begun.url, &account.nickname)?,
        },
    )?;
    say(terminal, terminal.text("demo.sales.rules"));
    let mut rules = row.proposal.unwrap_or(row.rules);
    rules.email = "ventas@oficina.example".to_owned();
    rules.phone = "6015550100".to_owned();
    rules.shipping_product = "ENVIO".to_owned();
    rules.stamp = true;
    channels::set(
        app,
        channels::Set {
            channel: account.nickname,
            ledger: None,
            rules: Some(rules),
        },
    )?;
    let packing = json!({ "rules": [
        { "name": "Empaque", "kind": "per_sale", "amount": "1800" },
        { "name": "Publicidad", "kind": "percent", "amount": "3" },
    ] });
    let packing =
        serde_json::from_value(packing).map_err(|error| Error::invalid("rules", error))?;
    let changed = costs::set(app, packing)?;
    jobs(terminal, app, &changed.jobs)?;
    Ok(())
}

/// Runs jobs, and those that follow from them.
fn jobs(terminal: &Terminal, app: &App, rows: &[JobRow]) -> Result<Vec<puente_jobs::Job>, Error> {
    let mut ended = watch::run(app, terminal, rows)?;
    watch::verdict(terminal, &ended)?;
    let followed = watch::run_due(app, terminal)?;
    watch::verdict(terminal, &followed)?;
    let first = rows.iter().map(|row| row.id).min().unwrap_or_default();
    let later = app.jobs.list(&puente_jobs::Filter::default())?;
    let known: Vec<i64> = ended.iter().map(|job| job.id.0).collect();
    ended.extend(
        later
            .into_iter()
            .filter(|job| job.id.0 > first && !known.contains(&job.id.0)),
    );
    Ok(ended)
}

/// A count in the results of jobs.
fn sum(jobs: &[puente_jobs::Job], field: &str) -> u64 {
    jobs.iter()
        .filter_map(|job| job.result.as_ref()?.get(field)?.as_u64())
        .sum()
}

fn totals(app: &App, states: &[&str]) -> Result<SalesTotals, Error> {
    let states =
        serde_json::from_value(json!(states)).map_err(|error| Error::invalid("state", error))?;
    let request = PageOf {
        filter: SalesFilter {
            states,
            ..SalesFilter::default()
        },
        limit: Some(1),
        ..PageOf::default()
    };
    Ok(table::page(app, request)?.totals)
}
